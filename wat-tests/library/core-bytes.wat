;; What `wat/core/bytes.wat` declares.

(:wat::test::deftest :lib::core::Bytes::to-hex-holds ()
  (:wat::test::assert-eq (:wat::core::Bytes::to-hex (:wat::core::string::to-bytes "wat")) "776174"))

(:wat::test::deftest :lib::core::Bytes::from-hex-holds ()
  (:wat::test::assert-eq (:wat::core::Bytes::from-hex "zz") :wat::core::None))

(:wat::test::deftest :lib::core::Bytes::to-base64-holds ()
  (:wat::test::assert-eq (:wat::core::Bytes::to-base64 (:wat::core::string::to-bytes "wat!")) "d2F0IQ=="))

(:wat::test::deftest :lib::core::Bytes::from-base64-holds ()
  (:wat::test::assert-eq (:wat::core::Bytes::from-base64 "d2F0IQ") :wat::core::None))
