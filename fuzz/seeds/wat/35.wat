(:wat::core::typealias :demo::Step :wat::core::Fn(wat::core::i64,wat::core::i64)->wat::core::i64)
