(:wat::core::map xs (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ x 1)))
(:wat::kernel::spawn-thread (:wat::core::fn [] -> :wat::core::nil (:demo::work)))
(:wat::core::foldl xs 0 (:wat::core::fn [acc <- :wat::core::i64 x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ acc x)))
