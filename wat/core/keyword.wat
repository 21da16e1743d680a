;; Keywords as data.

(:wat::core::native
  :wat::core::keyword/to-string
  [keyword <- :wat::core::keyword]
  -> :wat::core::String
  "Returns the text without the leading colon.

   ```wat
   (:wat::core::keyword/to-string :foo::bar) ;=> \"foo::bar\"
   ```")

(:wat::core::native
  :wat::core::keyword/from-string
  [text <- :wat::core::String]
  -> :wat::core::keyword
  "Returns the keyword of a text without leading colon.

   A text that is no keyword, or that has the colon already, is WAT8406.

   ```wat
   (:wat::core::keyword/from-string \"foo\") ;=> :foo
   ```")
