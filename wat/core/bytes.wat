;; Vectors of bytes as text.

(:wat::core::native
  :wat::core::Bytes::to-hex
  [bytes <- :wat::core::Bytes]
  -> :wat::core::String
  "Returns two lower-case hexadecimal digits per byte.

   ```wat
   (:wat::core::Bytes::to-hex (:wat::core::string::to-bytes \"wat\")) ;=> \"776174\"
   ```")

(:wat::core::native
  :wat::core::Bytes::from-hex
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::Bytes>
  "Returns the bytes of hexadecimal digits in either case, or `None` if the number of digits is odd or another character occurs.

   ```wat
   (:wat::core::Bytes::from-hex \"zz\") ;=> :wat::core::None
   ```")

(:wat::core::native
  :wat::core::Bytes::to-base64
  [bytes <- :wat::core::Bytes]
  -> :wat::core::String
  "Returns the bytes in base64 (RFC 4648, standard alphabet, padded).

   ```wat
   (:wat::core::Bytes::to-base64 (:wat::core::string::to-bytes \"wat!\")) ;=> \"d2F0IQ==\"
   ```")

(:wat::core::native
  :wat::core::Bytes::from-base64
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::Bytes>
  "Returns the bytes of base64 text (RFC 4648, standard alphabet), or `None` if it is not padded canonically or another character occurs.

   ```wat
   (:wat::core::Bytes::from-base64 \"d2F0IQ\") ;=> :wat::core::None
   ```")
