(:wat::core::def :demo::huge 1e400)
