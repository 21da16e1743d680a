(:wat::core::def :demo::big 9223372036854775808)
