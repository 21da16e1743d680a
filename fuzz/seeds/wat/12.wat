(:wat::core::def :demo::agent 7)
