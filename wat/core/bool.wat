;; Truth values.

(:wat::core::native
  :wat::core::not
  [value <- :wat::core::bool]
  -> :wat::core::bool
  "Returns the opposite truth value.

   ```wat
   (:wat::core::not true) ;=> false
   ```")

(:wat::core::native
  :wat::core::bool::to-string
  [value <- :wat::core::bool]
  -> :wat::core::String
  "Returns `\"true\"` or `\"false\"`.

   ```wat
   (:wat::core::bool::to-string true) ;=> \"true\"
   ```")

(:wat::core::native
  :wat::core::string::to-bool
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::bool>
  "Reads exactly `\"true\"` or `\"false\"`; `None` of any other text.

   ```wat
   (:wat::core::string::to-bool \"true\") ;=> (:wat::core::Some true)
   (:wat::core::string::to-bool \"True\") ;=> :wat::core::None
   ```")
