(:wat::core::Result/try (:demo::open path))
(:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get xs 0) "empty input")
(:wat::core::Result/expect (:demo::open path) "cannot open")
