(:wat::core::def :demo::limit
  10)
(:wat::core::typealias :demo::Index :wat::core::HashMap<wat::core::String,wat::core::Vector<wat::core::HashMap<wat::core::String,wat::core::i64>>>)
(:wat::core::def :demo::handler (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x))
