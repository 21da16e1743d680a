;; What `wat/core/syntax.wat` declares.

(:wat::test::deftest :lib::core::quote-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms '(f 0x10 x)) "(f 16 x)"))

(:wat::test::deftest :lib::core::forms-holds ()
  (:wat::test::assert-eq (:wat::core::length (:wat::core::forms (:a 1) b 3)) 3))

(:wat::test::deftest :lib::core::quasiquote-holds ()
  (:wat::test::assert-eq
    (:wat::core::let
      [x 9]
      (:wat::core::write-forms `(f ~x ~@[1 2])))
    "(f 9 1 2)"))

(:wat::test::deftest :lib::core::ast-kind-holds ()
  (:wat::test::assert-eq (:wat::core::ast-kind '[1 2]) "vector"))

(:wat::test::deftest :lib::core::ast-cmpchildren-holds ()
  (:wat::test::assert-eq (:wat::core::length (:wat::core::ast->children '(f x))) 2))

(:wat::test::deftest :lib::core::with-children-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms (:wat::core::with-children '[] (:wat::core::forms a b))) "[a b]"))

(:wat::test::deftest :lib::core::ast-name-holds ()
  (:wat::test::assert-eq (:wat::core::ast-name 'x) "x"))

(:wat::test::deftest :lib::core::symbol-node-holds ()
  (:wat::test::assert-eq (:wat::core::= (:wat::core::symbol-node "x") 'x) true))

(:wat::test::deftest :lib::core::fresh-symbol-holds ()
  (:wat::test::assert-eq (:wat::core::= (:wat::core::fresh-symbol "x") 'x) false))

(:wat::test::deftest :lib::core::keyword-node-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms (:wat::core::keyword-node ":a::b")) ":a::b"))

(:wat::test::deftest :lib::core::write-forms-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms ''a) "'a"))

(:wat::test::deftest :lib::core::keyword/of-holds ()
  (:wat::test::assert-eq
    (:wat::core::keyword/to-string (:wat::core::keyword/of :wat::core::Vector :wat::core::i64))
    "wat::core::Vector<wat::core::i64>"))

(:wat::test::deftest :lib::core::macroexpand-1-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms (:wat::core::macroexpand-1 '(f x))) "(f x)"))

(:wat::test::deftest :lib::core::macroexpand-holds ()
  (:wat::test::assert-eq (:wat::core::write-forms (:wat::core::macroexpand '(f x))) "(f x)"))
