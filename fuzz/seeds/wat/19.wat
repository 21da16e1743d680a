(:wat::core::def :demo::sep "\n")
