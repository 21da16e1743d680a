(:wat::core::def :demo::x '(a `))
