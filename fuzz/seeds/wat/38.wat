(:wat::core::typealias :demo::Triple :(wat::core::i64, wat::core::i64 , wat::core::i64))
