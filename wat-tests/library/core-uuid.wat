;; What `wat/core/uuid.wat` declares.

(:wat::test::deftest :lib::core::Uuid/v5-holds ()
  (:wat::test::assert-eq
    (:wat::core::Uuid/to-string (:wat::core::Uuid/v5 (:wat::core::Uuid/nil) "x"))
    "f3e951bb-a80b-5e6c-a038-a56ee0caa25d"))

(:wat::test::deftest :lib::core::Uuid/nil-holds ()
  (:wat::test::assert-eq (:wat::core::Uuid/to-string (:wat::core::Uuid/nil)) "00000000-0000-0000-0000-000000000000"))

(:wat::test::deftest :lib::core::Uuid/from-string-holds ()
  (:wat::test::assert-eq (:wat::core::Uuid/from-string "zz") :wat::core::None))

(:wat::test::deftest :lib::core::Uuid/to-string-holds ()
  (:wat::test::assert-eq (:wat::core::Uuid/to-string (:wat::core::Uuid/nil)) "00000000-0000-0000-0000-000000000000"))

(:wat::test::deftest :lib::core::Uuid/version-holds ()
  (:wat::test::assert-eq (:wat::core::Uuid/version (:wat::core::Uuid/nil)) 0))
