;; Printing, and failing with a message.

(:wat::core::native
  :wat::kernel::println<T>
  [value <- :T]
  -> :wat::core::nil
  "Writes the compact EDN text of a value and a line feed to standard output.

   A failed write is WAT8415. `(:wat::kernel::println [1 \"a\"])` writes `[1 \"a\"]`.")

(:wat::core::native
  :wat::kernel::eprintln<T>
  [value <- :T]
  -> :wat::core::nil
  "Writes the compact EDN text of a value and a line feed to standard error.

   A failed write is WAT8415. `(:wat::kernel::eprintln [1 \"a\"])` writes `[1 \"a\"]`.")

(:wat::core::native
  :wat::kernel::pprintln<T>
  [value <- :T]
  -> :wat::core::nil
  "Writes the pretty EDN text of a value and a line feed to standard output.

   A failed write is WAT8415. `(:wat::kernel::pprintln {:a 1 :b 2})` writes two lines.")

(:wat::core::native
  :wat::kernel::epprintln<T>
  [value <- :T]
  -> :wat::core::nil
  "Writes the pretty EDN text of a value and a line feed to standard error.

   A failed write is WAT8415. `(:wat::kernel::epprintln {:a 1 :b 2})` writes two lines.")

(:wat::core::native
  :wat::kernel::assertion-failed!<T>
  [message <- :wat::core::String
   actual <- :wat::core::Option<wat::core::String>
   expected <- :wat::core::Option<wat::core::String>]
  -> :T
    "Panics with a message (WAT8516). Never returns: `(:wat::kernel::assertion-failed! \"no\" :wat::core::None :wat::core::None)` ends the thread.")

(:wat::core::native
  :wat::edn::write<T>
  [value <- :T]
  -> :wat::core::String
  "Returns the compact EDN text of a value.

   ```wat
   (:wat::edn::write [1 2]) ;=> \"[1 2]\"
   ```")

(:wat::core::native
  :wat::edn::write-pretty<T>
  [value <- :T]
  -> :wat::core::String
  "Returns the EDN text of a value in the pretty layout.

   ```wat
   (:wat::edn::write-pretty [1 2]) ;=> \"[1 2]\"
   ```")

(:wat::core::special-form
  :wat::kernel::readln
  "(:wat::kernel::readln -> :T)"
  "Reads one EDN value of type `T` from standard input.

   The end of the input is WAT8506, malformed input WAT8507, a value of another type WAT8508. A type that has no EDN form is WAT3411.")

(:wat::core::special-form
  :wat::kernel::try-readln
  "(:wat::kernel::try-readln -> :T)"
  "Reads like `readln`, and gives `None` at the end of the input.")

(:wat::core::def :wat::kernel::MAX-FRAME-BYTES
  16777216
  "The length of the longest frame on a pipe, its line feed included.")
