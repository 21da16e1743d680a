(:wat::core::defn :demo::pick
  [m <- :wat::core::HashMap<wat::core::String,wat::core::i64>]
  -> :wat::core::i64
  0)
