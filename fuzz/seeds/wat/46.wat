(:wat::core::defn :demo::f [m <- :wat::core::HashMap<wat::core::String, ] -> :wat::core::i64
  0)
