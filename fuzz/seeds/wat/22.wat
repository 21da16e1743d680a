(:wat::core::defn :demo::id [x <- :wat::core::i64] -> :wat::core::i64
  x)
