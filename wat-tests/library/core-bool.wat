;; What `wat/core/bool.wat` declares.

(:wat::test::deftest :lib::core::not-holds ()
  (:wat::test::assert-eq (:wat::core::not true) false))

(:wat::test::deftest :lib::core::bool::to-string-holds ()
  (:wat::test::assert-eq (:wat::core::bool::to-string true) "true"))

(:wat::test::deftest :lib::core::string::to-bool-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-bool "true")) "true")
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-bool "True")) "nil"))
