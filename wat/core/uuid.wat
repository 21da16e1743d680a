;; Identifiers of 128 bits (RFC 9562).

(:wat::core::native
  :wat::core::Uuid/v4
  []
  -> :wat::core::Uuid
  "Returns a random identifier: 122 bits from the operating system.")

(:wat::core::native
  :wat::core::Uuid/v5
  [namespace <- :wat::core::Uuid
   name <- :wat::core::String]
  -> :wat::core::Uuid
  "Returns the identifier of a name within a namespace (SHA-1): equal arguments give equal identifiers.

   ```wat
   (:wat::core::Uuid/to-string (:wat::core::Uuid/v5 (:wat::core::Uuid/nil) \"x\")) ;=> \"f3e951bb-a80b-5e6c-a038-a56ee0caa25d\"
   ```")

(:wat::core::native
  :wat::core::Uuid/nil
  []
  -> :wat::core::Uuid
  "Returns the identifier whose bits are all zero.

   ```wat
   (:wat::core::Uuid/to-string (:wat::core::Uuid/nil)) ;=> \"00000000-0000-0000-0000-000000000000\"
   ```")

(:wat::core::native
  :wat::core::Uuid/from-string
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::Uuid>
  "Returns the identifier of a canonical text, lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12, or `None`.

   ```wat
   (:wat::core::Uuid/from-string \"zz\") ;=> :wat::core::None
   ```")

(:wat::core::native
  :wat::core::Uuid/to-string
  [uuid <- :wat::core::Uuid]
  -> :wat::core::String
  "Returns the canonical text of an identifier.

   ```wat
   (:wat::core::Uuid/to-string (:wat::core::Uuid/nil)) ;=> \"00000000-0000-0000-0000-000000000000\"
   ```")

(:wat::core::native
  :wat::core::Uuid/version
  [uuid <- :wat::core::Uuid]
  -> :wat::core::i64
  "Returns the version of an identifier, 0 to 15: 4 for random ones, 5 for those of a name.

   ```wat
   (:wat::core::Uuid/version (:wat::core::Uuid/nil)) ;=> 0
   ```")
