(:wat::core::def :demo::agent 007)
