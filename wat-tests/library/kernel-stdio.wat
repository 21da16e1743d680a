;; What `wat/kernel/stdio.wat` declares.

(:wat::test::deftest :lib::edn::write-holds ()
  (:wat::test::assert-eq (:wat::edn::write [1 2]) "[1 2]"))

(:wat::test::deftest :lib::edn::write-pretty-holds ()
  (:wat::test::assert-eq (:wat::edn::write-pretty [1 2]) "[1 2]"))
