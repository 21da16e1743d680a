;; What `wat/core/edn.wat` declares.

(:wat::test::deftest :lib::edn::write-notag-holds ()
  (:wat::test::assert-eq (:wat::edn::write-notag [1 2]) "[1 2]"))

(:wat::test::deftest :lib::edn::write-json-holds ()
  (:wat::test::assert-eq (:wat::edn::write-json [1 2]) "[1,2]"))

(:wat::test::deftest :lib::edn::write-json-natural-holds ()
  (:wat::test::assert-eq (:wat::edn::write-json-natural {:a 1}) "{\"a\":1}"))

(:wat::test::deftest :lib::edn::read-holds ()
  (:wat::test::assert-eq (:wat::edn::read -> :wat::core::i64 "41") 41))

(:wat::test::deftest :lib::edn::try-read-holds ()
  (:wat::test::assert-eq (:wat::core::Result/ok? (:wat::edn::try-read -> :wat::core::i64 "x")) false))

(:wat::test::deftest :lib::edn::read-all-holds ()
  (:wat::test::assert-eq (:wat::edn::read-all -> :wat::core::i64 "1 2") [1 2]))

(:wat::test::deftest :lib::edn::read-json-holds ()
  (:wat::test::assert-eq (:wat::core::Result/ok? (:wat::edn::read-json -> :wat::core::i64 "1")) true))
