(:wat::core::typealias :demo::Table
  :wat::core::HashMap<
    wat::core::String,
    wat::core::Vector< wat::core::i64 >>)
