;; What `wat/config/config.wat` declares.

(:wat::test::deftest :lib::config::dim-capacity-holds ()
  (:wat::test::assert-eq (:wat::config::dim-capacity) 100))

(:wat::test::deftest :lib::config::global-seed-holds ()
  (:wat::test::assert-eq (:wat::config::global-seed) 42))

(:wat::test::deftest :lib::config::noise-floor-holds ()
  (:wat::test::assert-eq (:wat::config::noise-floor) 0.01))
