(:wat::core::def :demo::three (:wat::core::i64::+ (:wat::core::i64::+ 1 1) 1))
