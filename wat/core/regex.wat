;; Regular expressions over Unicode text, matched in linear time.

(:wat::core::native
  :wat::core::regex::matches?
  [pattern <- :wat::core::String
   text <- :wat::core::String]
  -> :wat::core::bool
  "Returns whether a pattern matches anywhere in a text.

   A pattern that is not valid is WAT3407 where it is a literal, else WAT8407.

   ```wat
   (:wat::core::regex::matches? \"[0-9]+\" \"x42\") ;=> true
   ```")

(:wat::core::native
  :wat::core::regex::find
  [pattern <- :wat::core::String
   text <- :wat::core::String]
  -> :wat::core::Option<wat::core::String>
  "Returns the leftmost match, or `None`.

   ```wat
   (:wat::core::regex::find \"[0-9]+\" \"ab12cd345\") ;=> (:wat::core::Some \"12\")
   ```")

(:wat::core::native
  :wat::core::regex::find-all
  [pattern <- :wat::core::String
   text <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the successive matches, which do not overlap.

   ```wat
   (:wat::core::regex::find-all \"[0-9]+\" \"ab12cd345\") ;=> [\"12\" \"345\"]
   ```")

(:wat::core::native
  :wat::core::regex::captures
  [pattern <- :wat::core::String
   text <- :wat::core::String]
  -> :wat::core::Option<wat::core::Vector<wat::core::Option<wat::core::String>>>
  "Returns the groups of the leftmost match, the whole match first, or `None`. A group that takes no part is `None`.

   ```wat
   (:wat::core::Option/some? (:wat::core::regex::captures \"(a)(x)?\" \"cab\")) ;=> true
   ```")

(:wat::core::native
  :wat::core::regex::replace
  [pattern <- :wat::core::String
   text <- :wat::core::String
   replacement <- :wat::core::String]
  -> :wat::core::String
  "Returns the text with all matches replaced. In the replacement `$1` and `${name}` stand for groups, `$$` for a dollar sign.

   ```wat
   (:wat::core::regex::replace \"(o)(e)\" \"joe\" \"$2$1\") ;=> \"jeo\"
   ```")

(:wat::core::native
  :wat::core::regex::split
  [pattern <- :wat::core::String
   text <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the parts of the text between the matches.

   ```wat
   (:wat::core::regex::split \", *\" \"a,b, c\") ;=> [\"a\" \"b\" \"c\"]
   ```")
