(:wat::test::time-limit "200ms")
(:wat::test::deftest :demo::adds () (:wat::test::assert-eq (:wat::core::i64::+ 1 2) 3))
(:wat::test::deftest :demo::with-prelude ((:wat::core::def :demo::one 1) (:wat::core::def :demo::two 2)) (:wat::test::assert-eq :demo::two 2))
