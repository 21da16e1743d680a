(:wat::core::typealias :demo::F :wat::core::Fn(wat::core::i64))
