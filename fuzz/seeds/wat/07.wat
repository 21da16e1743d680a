(:wat::core::def :demo::five +5)
