;; What `wat/std/random.wat` declares.

(:wat::test::deftest :lib::std::random::next-holds ()
  (:wat::test::assert-eq (:wat::core::first (:wat::std::random::next 42)) -4767286540954276203))

(:wat::test::deftest :lib::std::random::unit-holds ()
  (:wat::test::assert-eq (:wat::core::first (:wat::std::random::unit 42)) 0.7415648787718233))

(:wat::test::deftest :lib::std::random::between-holds ()
  (:wat::test::assert-eq (:wat::core::first (:wat::std::random::between 42 1 7)) 2))

(:wat::test::deftest :lib::std::random::shuffle-holds ()
  (:wat::test::assert-eq (:wat::core::length (:wat::core::first (:wat::std::random::shuffle 42 [1 2 3]))) 3))
