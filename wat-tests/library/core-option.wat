;; What `wat/core/option.wat` declares.

(:wat::test::deftest :lib::core::Option/some?-holds ()
  (:wat::test::assert-eq (:wat::core::Option/some? (:wat::core::Some 1)) true))

(:wat::test::deftest :lib::core::Option/none?-holds ()
  (:wat::test::assert-eq (:wat::core::Option/none? (:wat::core::Some 1)) false))

(:wat::test::deftest :lib::core::Option/or-holds ()
  (:wat::test::assert-eq (:wat::core::Option/or (:wat::core::Some 4) 0) 4))

(:wat::test::deftest :lib::core::Option/map-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write
      (:wat::core::Option/map
        (:wat::core::Some 4)
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::i64
          (:wat::core::* x x))))
    "16"))

(:wat::test::deftest :lib::core::Option/and-then-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write (:wat::core::Option/and-then (:wat::core::Some "4") :wat::core::string::to-i64))
    "4"))
