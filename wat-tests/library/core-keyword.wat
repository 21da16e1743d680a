;; What `wat/core/keyword.wat` declares.

(:wat::test::deftest :lib::core::keyword/to-string-holds ()
  (:wat::test::assert-eq (:wat::core::keyword/to-string :foo::bar) "foo::bar"))

(:wat::test::deftest :lib::core::keyword/from-string-holds ()
  (:wat::test::assert-eq (:wat::core::keyword/from-string "foo") :foo))
