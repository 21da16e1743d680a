;; What `wat/runtime/reflect.wat` declares.

(:wat::test::deftest :lib::runtime::doc-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::runtime::doc :no::such::name)) "nil"))

(:wat::test::deftest :lib::runtime::kind-of-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::runtime::kind-of :wat::core::if)) ":special-form"))
