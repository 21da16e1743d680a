;; What `wat/core/operators.wat` declares.

(:wat::test::deftest :lib::core::+-holds ()
  (:wat::test::assert-eq (:wat::core::+ 1 2 3) 6)
  (:wat::test::assert-eq (:wat::core::+ 1 2.5) 3.5))

(:wat::test::deftest :lib::core::--holds ()
  (:wat::test::assert-eq (:wat::core::- 10 3 2) 5)
  (:wat::test::assert-eq (:wat::core::- 5) -5))

(:wat::test::deftest :lib::core::*-holds ()
  (:wat::test::assert-eq (:wat::core::* 2 3 7) 42)
  (:wat::test::assert-eq (:wat::core::* 1.5 4) 6.0))

(:wat::test::deftest :lib::core::/-holds ()
  (:wat::test::assert-eq (:wat::core::/ 7 2) 3)
  (:wat::test::assert-eq (:wat::core::/ 4.0) 0.25))

(:wat::test::deftest :lib::core::+'2-holds ()
  (:wat::test::assert-eq (:wat::core::+'2 1 2.5) 3.5))

(:wat::test::deftest :lib::core::-'2-holds ()
  (:wat::test::assert-eq (:wat::core::-'2 5 2) 3))

(:wat::test::deftest :lib::core::*'2-holds ()
  (:wat::test::assert-eq (:wat::core::*'2 6 7) 42))

(:wat::test::deftest :lib::core::/'2-holds ()
  (:wat::test::assert-eq (:wat::core::/'2 7 2) 3))

(:wat::test::deftest :lib::core::=-holds ()
  (:wat::test::assert-eq (:wat::core::= [1 2] [1 2]) true))

(:wat::test::deftest :lib::core::not=-holds ()
  (:wat::test::assert-eq (:wat::core::not= 1 2) true))

(:wat::test::deftest :lib::core::first-holds ()
  (:wat::test::assert-eq (:wat::core::first (:wat::core::Tuple 7 8 9)) 7)
  (:wat::test::assert-eq (:wat::core::first [7 8 9]) (:wat::core::Some 7)))

(:wat::test::deftest :lib::core::second-holds ()
  (:wat::test::assert-eq (:wat::core::second (:wat::core::Tuple 7 8 9)) 8)
  (:wat::test::assert-eq (:wat::core::second [7 8 9]) (:wat::core::Some 8)))

(:wat::test::deftest :lib::core::third-holds ()
  (:wat::test::assert-eq (:wat::core::third (:wat::core::Tuple 7 8 9)) 9)
  (:wat::test::assert-eq (:wat::core::third [7 8 9]) (:wat::core::Some 9)))

(:wat::test::deftest :lib::core::i64::+-holds ()
  (:wat::test::assert-eq (:wat::core::i64::+ 1 2 3) 6))

(:wat::test::deftest :lib::core::i64::--holds ()
  (:wat::test::assert-eq (:wat::core::i64::- 10 3 2) 5))

(:wat::test::deftest :lib::core::i64::*-holds ()
  (:wat::test::assert-eq (:wat::core::i64::* 6 7) 42))

(:wat::test::deftest :lib::core::i64::/-holds ()
  (:wat::test::assert-eq (:wat::core::i64::/ 100 5 2) 10))

(:wat::test::deftest :lib::core::f64::+-holds ()
  (:wat::test::assert-eq (:wat::core::f64::+ 1.5 2.0) 3.5))

(:wat::test::deftest :lib::core::f64::--holds ()
  (:wat::test::assert-eq (:wat::core::f64::- 5.0 1.5) 3.5))

(:wat::test::deftest :lib::core::f64::*-holds ()
  (:wat::test::assert-eq (:wat::core::f64::* 1.5 2.0 2.0) 6.0))

(:wat::test::deftest :lib::core::f64::/-holds ()
  (:wat::test::assert-eq (:wat::core::f64::/ 4.0) 0.25))

(:wat::test::deftest :lib::core::str-holds ()
  (:wat::test::assert-eq (:wat::core::str "n=" 1 ", ok=" true) "n=1, ok=true"))
