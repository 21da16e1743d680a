;; What `wat/std/list.wat` declares.

(:wat::test::deftest :lib::std::list::zip-holds ()
  (:wat::test::assert-eq (:wat::core::length (:wat::std::list::zip [1 2 3] ["a" "b"])) 2))

(:wat::test::deftest :lib::std::list::window-holds ()
  (:wat::test::assert-eq (:wat::std::list::window [1 2 3] 2) [[1 2] [2 3]]))

(:wat::test::deftest :lib::std::list::partition-holds ()
  (:wat::test::assert-eq (:wat::std::list::partition [1 2 3 4 5] 2) [[1 2] [3 4] [5]]))

(:wat::test::deftest :lib::std::list::remove-at-holds ()
  (:wat::test::assert-eq (:wat::std::list::remove-at [1 2 3] 1) [1 3]))

(:wat::test::deftest :lib::std::list::insert-at-holds ()
  (:wat::test::assert-eq (:wat::std::list::insert-at [1 2] 1 9) [1 9 2]))

(:wat::test::deftest :lib::std::list::map-with-index-holds ()
  (:wat::test::assert-eq
    (:wat::std::list::map-with-index
      [5 6]
      (:wat::core::fn
        [x <- :wat::core::i64
         i <- :wat::core::i64]
        -> :wat::core::i64
        (:wat::core::i64::* x i)))
    [0 6]))
