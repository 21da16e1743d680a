(:wat::core::defn :demo::f [x <- :wat::core::Vector<wat::core::i64> y <- :wat::core::i64] -> :wat::core::i64
  y)
