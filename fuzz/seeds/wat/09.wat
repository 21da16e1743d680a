(:wat::core::def :demo::half .5)
