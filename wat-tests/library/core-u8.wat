;; What `wat/core/u8.wat` declares.

(:wat::test::deftest :lib::core::u8::to-i64-holds ()
  (:wat::test::assert-eq (:wat::core::u8::to-i64 (:wat::core::u8 7)) 7))
