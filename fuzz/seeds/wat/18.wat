(:wat::core::def :demo::sep \newline)
