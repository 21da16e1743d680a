;; What `wat/core/i64.wat` declares.

(:wat::test::deftest :lib::core::i64::+'2-holds ()
  (:wat::test::assert-eq (:wat::core::i64::+'2 2 3) 5))

(:wat::test::deftest :lib::core::i64::-'2-holds ()
  (:wat::test::assert-eq (:wat::core::i64::-'2 2 3) -1))

(:wat::test::deftest :lib::core::i64::*'2-holds ()
  (:wat::test::assert-eq (:wat::core::i64::*'2 6 7) 42))

(:wat::test::deftest :lib::core::i64::/'2-holds ()
  (:wat::test::assert-eq (:wat::core::i64::/'2 -7 2) -3))

(:wat::test::deftest :lib::core::quot-holds ()
  (:wat::test::assert-eq (:wat::core::quot -7 2) -3))

(:wat::test::deftest :lib::core::rem-holds ()
  (:wat::test::assert-eq (:wat::core::rem -7 2) -1))

(:wat::test::deftest :lib::core::mod-holds ()
  (:wat::test::assert-eq (:wat::core::mod -7 2) 1)
  (:wat::test::assert-eq (:wat::core::mod 7 -2) -1))

(:wat::test::deftest :lib::core::i64::quot-holds ()
  (:wat::test::assert-eq (:wat::core::i64::quot -7 2) -3))

(:wat::test::deftest :lib::core::i64::rem-holds ()
  (:wat::test::assert-eq (:wat::core::i64::rem -7 2) -1))

(:wat::test::deftest :lib::core::i64::mod-holds ()
  (:wat::test::assert-eq (:wat::core::i64::mod -7 2) 1)
  (:wat::test::assert-eq (:wat::core::i64::mod 7 -2) -1))

(:wat::test::deftest :lib::core::i64::abs-holds ()
  (:wat::test::assert-eq (:wat::core::i64::abs -9) 9))

(:wat::test::deftest :lib::core::i64::min-holds ()
  (:wat::test::assert-eq (:wat::core::i64::min 3 -4) -4))

(:wat::test::deftest :lib::core::i64::max-holds ()
  (:wat::test::assert-eq (:wat::core::i64::max 3 -4) 3))

(:wat::test::deftest :lib::core::i64::pow-holds ()
  (:wat::test::assert-eq (:wat::core::i64::pow 2 10) 1024))

(:wat::test::deftest :lib::core::i64::wrapping-add-holds ()
  (:wat::test::assert-eq (:wat::core::i64::wrapping-add 9223372036854775807 1) -9223372036854775808))

(:wat::test::deftest :lib::core::i64::wrapping-sub-holds ()
  (:wat::test::assert-eq (:wat::core::i64::wrapping-sub -9223372036854775808 1) 9223372036854775807))

(:wat::test::deftest :lib::core::i64::wrapping-mul-holds ()
  (:wat::test::assert-eq (:wat::core::i64::wrapping-mul 9223372036854775807 2) -2))

(:wat::test::deftest :lib::core::i64::checked-add-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::i64::checked-add 1 2)) "3"))

(:wat::test::deftest :lib::core::i64::checked-sub-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::i64::checked-sub 1 2)) "-1"))

(:wat::test::deftest :lib::core::i64::checked-mul-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::i64::checked-mul 1 2)) "2"))

(:wat::test::deftest :lib::core::i64::to-string-holds ()
  (:wat::test::assert-eq (:wat::core::i64::to-string -42) "-42"))

(:wat::test::deftest :lib::core::i64::to-f64-holds ()
  (:wat::test::assert-eq (:wat::core::i64::to-f64 3) 3.0))

(:wat::test::deftest :lib::core::string::to-i64-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-i64 "+42")) "42")
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-i64 " 42")) "nil"))
