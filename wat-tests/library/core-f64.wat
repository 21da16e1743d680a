;; What `wat/core/f64.wat` declares.

(:wat::test::deftest :lib::core::f64::+'2-holds ()
  (:wat::test::assert-eq (:wat::core::f64::+'2 1.5 2.0) 3.5))

(:wat::test::deftest :lib::core::f64::-'2-holds ()
  (:wat::test::assert-eq (:wat::core::f64::-'2 1.5 2.0) -0.5))

(:wat::test::deftest :lib::core::f64::*'2-holds ()
  (:wat::test::assert-eq (:wat::core::f64::*'2 1.5 2.0) 3.0))

(:wat::test::deftest :lib::core::f64::/'2-holds ()
  (:wat::test::assert-eq (:wat::core::f64::/'2 1.0 4.0) 0.25))

(:wat::test::deftest :lib::core::+'i64'f64-holds ()
  (:wat::test::assert-eq (:wat::core::+'i64'f64 1 2.0) 3.0))

(:wat::test::deftest :lib::core::+'f64'i64-holds ()
  (:wat::test::assert-eq (:wat::core::+'f64'i64 2.0 1) 3.0))

(:wat::test::deftest :lib::core::-'i64'f64-holds ()
  (:wat::test::assert-eq (:wat::core::-'i64'f64 1 2.0) -1.0))

(:wat::test::deftest :lib::core::-'f64'i64-holds ()
  (:wat::test::assert-eq (:wat::core::-'f64'i64 2.0 1) 1.0))

(:wat::test::deftest :lib::core::*'i64'f64-holds ()
  (:wat::test::assert-eq (:wat::core::*'i64'f64 3 2.0) 6.0))

(:wat::test::deftest :lib::core::*'f64'i64-holds ()
  (:wat::test::assert-eq (:wat::core::*'f64'i64 2.0 3) 6.0))

(:wat::test::deftest :lib::core::/'i64'f64-holds ()
  (:wat::test::assert-eq (:wat::core::/'i64'f64 1 2.0) 0.5))

(:wat::test::deftest :lib::core::/'f64'i64-holds ()
  (:wat::test::assert-eq (:wat::core::/'f64'i64 2.0 1) 2.0))

(:wat::test::deftest :lib::core::f64::abs-holds ()
  (:wat::test::assert-eq (:wat::core::f64::abs -3.5) 3.5))

(:wat::test::deftest :lib::core::f64::min-holds ()
  (:wat::test::assert-eq (:wat::core::f64::min 2.0 3.0) 2.0))

(:wat::test::deftest :lib::core::f64::max-holds ()
  (:wat::test::assert-eq (:wat::core::f64::max 2.0 3.0) 3.0))

(:wat::test::deftest :lib::core::f64::min-of-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::f64::min-of [1.0 3.0 2.0])) "1.0"))

(:wat::test::deftest :lib::core::f64::max-of-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::f64::max-of [1.0 3.0 2.0])) "3.0"))

(:wat::test::deftest :lib::core::f64::clamp-holds ()
  (:wat::test::assert-eq (:wat::core::f64::clamp 5.0 0.0 1.0) 1.0))

(:wat::test::deftest :lib::core::f64::round-holds ()
  (:wat::test::assert-eq (:wat::core::f64::round 3.14159 2) 3.14)
  (:wat::test::assert-eq (:wat::core::f64::round -2.5 0) -3.0))

(:wat::test::deftest :lib::core::f64::floor-holds ()
  (:wat::test::assert-eq (:wat::core::f64::floor -1.5) -2.0))

(:wat::test::deftest :lib::core::f64::ceil-holds ()
  (:wat::test::assert-eq (:wat::core::f64::ceil 1.5) 2.0)
  (:wat::test::assert-eq (:wat::core::f64::ceil -0.5) -0.0))

(:wat::test::deftest :lib::core::f64::trunc-holds ()
  (:wat::test::assert-eq (:wat::core::f64::trunc -1.5) -1.0))

(:wat::test::deftest :lib::core::f64::nan?-holds ()
  (:wat::test::assert-eq (:wat::core::f64::nan? 1.0) false))

(:wat::test::deftest :lib::core::f64::finite?-holds ()
  (:wat::test::assert-eq (:wat::core::f64::finite? 1.0) true))

(:wat::test::deftest :lib::core::f64::to-i64-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::f64::to-i64 -3.99)) "-3")
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::f64::to-i64 1.0e30)) "nil"))

(:wat::test::deftest :lib::core::f64::to-string-holds ()
  (:wat::test::assert-eq (:wat::core::f64::to-string 1.0e-7) "0.0000001"))

(:wat::test::deftest :lib::core::string::to-f64-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-f64 "1e3")) "1000.0")
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-f64 " 1")) "nil"))
