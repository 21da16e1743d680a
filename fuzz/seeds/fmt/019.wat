(:wat::test::deftest :demo::t
  (   ;; helpers
    (:wat::core::def :demo::one 1))
  (:wat::test::assert-eq :demo::one 1))
