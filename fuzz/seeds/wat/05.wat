(:wat::core::def :demo::half 1/2)
