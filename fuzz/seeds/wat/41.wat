(:wat::core::typealias :demo::Ids :wat::core::Vector<wat::core::i64>)
