(:wat::core::defn :demo::area [w <- :wat::core::i64, h <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* w h))
(:wat::core::defn :demo::double [x <- :wat::core::i64] -> :wat::core::i64
    (:wat::core::i64::* x 2))
(:wat::core::defn :demo::pi
  []
  -> :wat::core::f64
  3.14159)
(:wat::core::defn-restricted :demo::raw :restricted-to [:demo::] [x <- :wat::core::i64] -> :wat::core::i64 x)
(:wat::core::defmacro :demo::unless-zero [n <- :wat::WatAST & body <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:wat::core::if (:wat::core::= ~n 0) :wat::core::nil (:wat::core::do ~@body)))
(:wat::core::defn :demo::log [level <- :wat::core::keyword & parts <- :wat::core::Vector<wat::core::String>] -> :wat::core::nil "Write one line." (:demo::emit level (:wat::core::string::join " " parts)))
