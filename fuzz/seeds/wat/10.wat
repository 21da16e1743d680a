(:wat::core::def :demo::half 0.5)
