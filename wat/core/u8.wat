;; Bytes. The conversion `:wat::core::u8` is an operator.

(:wat::core::native
  :wat::core::u8::to-i64
  [byte <- :wat::core::u8]
  -> :wat::core::i64
  "Returns the byte as an integer.

   ```wat
   (:wat::core::u8::to-i64 (:wat::core::u8 7)) ;=> 7
   ```")
