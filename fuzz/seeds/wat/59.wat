(:wat::core::def :demo::a "one)

(:wat::core::def :demo::b "two")

(:wat::core::def :demo::c "three")
