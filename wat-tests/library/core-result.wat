;; What `wat/core/result.wat` declares.

(:wat::test::deftest :lib::core::Result/ok?-holds ()
  (:wat::test::assert-eq (:wat::core::Result/ok? (:wat::core::Option/ok-or (:wat::core::Some 4) "none")) true))

(:wat::test::deftest :lib::core::Result/err?-holds ()
  (:wat::test::assert-eq (:wat::core::Result/err? (:wat::core::Option/ok-or (:wat::core::Some 4) "none")) false))

(:wat::test::deftest :lib::core::Result/or-holds ()
  (:wat::test::assert-eq (:wat::core::Result/or (:wat::core::Option/ok-or (:wat::core::Some 4) "none") 0) 4))

(:wat::test::deftest :lib::core::Result/ok-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write (:wat::core::Result/ok (:wat::core::Option/ok-or (:wat::core::Some 4) "none")))
    "4"))

(:wat::test::deftest :lib::core::Result/err-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write (:wat::core::Result/err (:wat::core::Option/ok-or (:wat::core::Some 4) "none")))
    "nil"))
