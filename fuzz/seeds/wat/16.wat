(:wat::core::def :demo::label "50\% off")
