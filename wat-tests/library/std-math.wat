;; What `wat/std/math.wat` declares.

(:wat::test::deftest :lib::std::math::ln-holds ()
  (:wat::test::assert-eq (:wat::std::math::ln 1.0) 0.0))

(:wat::test::deftest :lib::std::math::log-holds ()
  (:wat::test::assert-eq (:wat::std::math::log 1.0) 0.0))

(:wat::test::deftest :lib::std::math::exp-holds ()
  (:wat::test::assert-eq (:wat::std::math::exp 0.0) 1.0))

(:wat::test::deftest :lib::std::math::sqrt-holds ()
  (:wat::test::assert-eq (:wat::std::math::sqrt 2.25) 1.5))

(:wat::test::deftest :lib::std::math::sin-holds ()
  (:wat::test::assert-eq (:wat::std::math::sin 0.0) 0.0))

(:wat::test::deftest :lib::std::math::cos-holds ()
  (:wat::test::assert-eq (:wat::std::math::cos 0.0) 1.0))

(:wat::test::deftest :lib::std::math::tan-holds ()
  (:wat::test::assert-eq (:wat::std::math::tan 0.0) 0.0))

(:wat::test::deftest :lib::std::math::asin-holds ()
  (:wat::test::assert-eq (:wat::std::math::asin 0.0) 0.0))

(:wat::test::deftest :lib::std::math::acos-holds ()
  (:wat::test::assert-eq (:wat::std::math::acos 1.0) 0.0))

(:wat::test::deftest :lib::std::math::atan-holds ()
  (:wat::test::assert-eq (:wat::std::math::atan 0.0) 0.0))

(:wat::test::deftest :lib::std::math::log2-holds ()
  (:wat::test::assert-eq (:wat::std::math::log2 8.0) 3.0))

(:wat::test::deftest :lib::std::math::log10-holds ()
  (:wat::test::assert-eq (:wat::std::math::log10 1000.0) 3.0))

(:wat::test::deftest :lib::std::math::pow-holds ()
  (:wat::test::assert-eq (:wat::std::math::pow 2.0 0.5) 1.4142135623730951))

(:wat::test::deftest :lib::std::math::atan2-holds ()
  (:wat::test::assert-eq (:wat::std::math::atan2 0.0 1.0) 0.0))

(:wat::test::deftest :lib::std::math::pi-holds ()
  (:wat::test::assert-eq (:wat::std::math::pi) 3.141592653589793))

(:wat::test::deftest :lib::std::math::e-holds ()
  (:wat::test::assert-eq (:wat::std::math::e) 2.718281828459045))
