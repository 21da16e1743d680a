(:wat::core::def :demo::three (:wat::core::i64::+ 1 2))
