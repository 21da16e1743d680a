(:wat::core::def :demo::three (:wat::core::i64::+'2 1 2))
