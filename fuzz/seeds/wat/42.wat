(:wat::core::typealias :demo::R :wat::core::Result<:wat::core::i64, :wat::core::String>)
