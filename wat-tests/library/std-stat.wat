;; What `wat/std/stat.wat` declares.

(:wat::test::deftest :lib::std::stat::mean-holds ()
  (:wat::test::assert-eq (:wat::std::stat::mean [1.0 2.0 3.0 4.0]) (:wat::core::Some 2.5)))

(:wat::test::deftest :lib::std::stat::variance-holds ()
  (:wat::test::assert-eq (:wat::std::stat::variance [1.0 2.0 3.0 4.0]) (:wat::core::Some 1.25)))

(:wat::test::deftest :lib::std::stat::stddev-holds ()
  (:wat::test::assert-eq (:wat::std::stat::stddev [1.0 2.0 3.0 4.0]) (:wat::core::Some 1.118033988749895)))
