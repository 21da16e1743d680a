(:wat::core::struct :demo::Point (x :wat::core::i64) (y :wat::core::i64))
(:wat::core::struct :demo::Size [w <- :wat::core::i64 h <- :wat::core::i64] "Pixels.")
(:wat::core::enum :demo::Shape :Empty (Dot) (Circle (center :demo::Point) (radius :wat::core::f64)))
(:wat::core::struct-restricted :demo::User [:demo::] ([:demo::] server-id <- :wat::core::Uuid [:demo::] user-id <- :wat::core::Uuid) (name <- :wat::core::String))
