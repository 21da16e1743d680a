(:wat::core::defmacro (:demo::unless (test :AST<wat::core::bool>) (body :AST<wat::core::nil>) -> :AST<wat::core::nil>) `(:wat::core::if ~test :wat::core::nil ~body))
(:wat::core::defmacro (:demo::all & (xs :AST<wat::core::Vector<wat::WatAST>>) -> :AST<wat::core::nil>) `(:wat::core::do ~@xs))
(:wat::core::defmacro (:demo::zero -> :AST<wat::core::i64>) `0)
