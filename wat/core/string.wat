;; Strings: sequences of Unicode scalar values. Positions and lengths count scalar values.

(:wat::core::native
  :wat::core::string::length
  [text <- :wat::core::String]
  -> :wat::core::i64
  "Returns the number of scalar values.

   ```wat
   (:wat::core::string::length \"héllo\") ;=> 5
   ```")

(:wat::core::native
  :wat::core::string::concat
  [& parts <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::String
  "Returns all texts as one, in order; the empty text without arguments.

   ```wat
   (:wat::core::string::concat \"a\" \"b\" \"c\") ;=> \"abc\"
   ```")

(:wat::core::native
  :wat::core::string::join
  [separator <- :wat::core::String
   parts <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::String
  "Returns all texts as one, with a separator between them.

   ```wat
   (:wat::core::string::join \", \" [\"a\" \"b\"]) ;=> \"a, b\"
   ```")

(:wat::core::native
  :wat::core::string::split
  [text <- :wat::core::String
   separator <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the pieces between the occurrences of a separator, empty ones included; always at least one.

   An empty separator is WAT8406.

   ```wat
   (:wat::core::string::split \"a,b,,c\" \",\") ;=> [\"a\" \"b\" \"\" \"c\"]
   ```")

(:wat::core::native
  :wat::core::string::contains?
  [text <- :wat::core::String
   part <- :wat::core::String]
  -> :wat::core::bool
  "Tests whether a part occurs in a text. The empty part always does.

   ```wat
   (:wat::core::string::contains? \"hello\" \"ell\") ;=> true
   ```")

(:wat::core::native
  :wat::core::string::starts-with?
  [text <- :wat::core::String
   part <- :wat::core::String]
  -> :wat::core::bool
  "Tests whether a text begins with a part.

   ```wat
   (:wat::core::string::starts-with? \"hello\" \"he\") ;=> true
   ```")

(:wat::core::native
  :wat::core::string::ends-with?
  [text <- :wat::core::String
   part <- :wat::core::String]
  -> :wat::core::bool
  "Tests whether a text ends with a part.

   ```wat
   (:wat::core::string::ends-with? \"hello\" \"lo\") ;=> true
   ```")

(:wat::core::native
  :wat::core::string::trim
  [text <- :wat::core::String]
  -> :wat::core::String
  "Removes white space at both ends.

   ```wat
   (:wat::core::string::trim \"  a b \") ;=> \"a b\"
   ```")

(:wat::core::native
  :wat::core::string::trim-start
  [text <- :wat::core::String]
  -> :wat::core::String
  "Removes white space at the start.

   ```wat
   (:wat::core::string::trim-start \" a \") ;=> \"a \"
   ```")

(:wat::core::native
  :wat::core::string::trim-end
  [text <- :wat::core::String]
  -> :wat::core::String
  "Removes white space at the end.

   ```wat
   (:wat::core::string::trim-end \" a \") ;=> \" a\"
   ```")

(:wat::core::native
  :wat::core::string::subs
  [text <- :wat::core::String
   start <- :wat::core::i64
   end <- :wat::core::i64]
  -> :wat::core::String
  "Returns the part from `start` (inclusive) to `end` (exclusive).

   Unless `0 <= start <= end <= length` it is WAT8405.

   ```wat
   (:wat::core::string::subs \"hello\" 1 3) ;=> \"el\"
   ```")

(:wat::core::native
  :wat::core::string::to-uppercase
  [text <- :wat::core::String]
  -> :wat::core::String
  "Returns the text in upper case; the length may change.

   ```wat
   (:wat::core::string::to-uppercase \"straße\") ;=> \"STRASSE\"
   ```")

(:wat::core::native
  :wat::core::string::to-lowercase
  [text <- :wat::core::String]
  -> :wat::core::String
  "Returns the text in lower case; the length may change.

   ```wat
   (:wat::core::string::to-lowercase \"ÀB\") ;=> \"àb\"
   ```")

(:wat::core::native
  :wat::core::string::capitalize
  [text <- :wat::core::String]
  -> :wat::core::String
  "Returns the text with its first character in upper case.

   ```wat
   (:wat::core::string::capitalize \"abc\") ;=> \"Abc\"
   ```")

(:wat::core::native
  :wat::core::string::kebab->pascal
  [text <- :wat::core::String]
  -> :wat::core::String
  "Returns words that were joined by `-` joined by capital letters.

   ```wat
   (:wat::core::string::kebab->pascal \"get-object\") ;=> \"GetObject\"
   ```")

(:wat::core::native
  :wat::core::string::pascal->kebab
  [text <- :wat::core::String]
  -> :wat::core::String
  "Returns words that were joined by capital letters joined by `-`.

   ```wat
   (:wat::core::string::pascal->kebab \"GetObject\") ;=> \"get-object\"
   ```")

(:wat::core::native
  :wat::core::string::empty?
  [text <- :wat::core::String]
  -> :wat::core::bool
  "Tests whether a text has no characters.

   ```wat
   (:wat::core::string::empty? \"\") ;=> true
   ```")

(:wat::core::native
  :wat::core::string::index-of
  [text <- :wat::core::String
   part <- :wat::core::String]
  -> :wat::core::Option<wat::core::i64>
  "Returns the position of the first occurrence of a part, or `None`.

   ```wat
   (:wat::core::string::index-of \"hello\" \"l\") ;=> (:wat::core::Some 2)
   ```")

(:wat::core::native
  :wat::core::string::replace
  [text <- :wat::core::String
   from <- :wat::core::String
   to <- :wat::core::String]
  -> :wat::core::String
  "Replaces all occurrences, from left to right.

   An empty `from` is WAT8406.

   ```wat
   (:wat::core::string::replace \"a-b-c\" \"-\" \"+\") ;=> \"a+b+c\"
   ```")

(:wat::core::native
  :wat::core::string::chars
  [text <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the characters, each as a string of length 1.

   ```wat
   (:wat::core::string::chars \"héy\") ;=> [\"h\" \"é\" \"y\"]
   ```")

(:wat::core::native
  :wat::core::string::lines
  [text <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the lines, which end with a line feed or a carriage return and a line feed; a final line ending adds none.

   ```wat
   (:wat::core::string::lines \"a\\nb\\n\") ;=> [\"a\" \"b\"]
   ```")

(:wat::core::native
  :wat::core::string::repeat
  [text <- :wat::core::String
   count <- :wat::core::i64]
  -> :wat::core::String
  "Returns a text that repeats another.

   A negative count, or a result beyond 2 GiB, is WAT8406.

   ```wat
   (:wat::core::string::repeat \"ab\" 3) ;=> \"ababab\"
   ```")

(:wat::core::native
  :wat::core::string::pad-left
  [text <- :wat::core::String
   length <- :wat::core::i64
   fill <- :wat::core::String]
  -> :wat::core::String
  "Adds a character at the start until a length is reached; longer texts are unchanged.

   A `fill` that is not one character is WAT8406.

   ```wat
   (:wat::core::string::pad-left \"7\" 3 \"0\") ;=> \"007\"
   ```")

(:wat::core::native
  :wat::core::string::pad-right
  [text <- :wat::core::String
   length <- :wat::core::i64
   fill <- :wat::core::String]
  -> :wat::core::String
  "Adds a character at the end until a length is reached; longer texts are unchanged.

   A `fill` that is not one character is WAT8406.

   ```wat
   (:wat::core::string::pad-right \"7\" 3 \".\") ;=> \"7..\"
   ```")

(:wat::core::native
  :wat::core::string::to-bytes
  [text <- :wat::core::String]
  -> :wat::core::Vector<wat::core::u8>
  "Returns the bytes of the UTF-8 encoding.

   ```wat
   (:wat::core::string::to-bytes \"é\") ;=> [(:wat::core::u8 195) (:wat::core::u8 169)]
   ```")

(:wat::core::native
  :wat::core::string::from-bytes
  [bytes <- :wat::core::Vector<wat::core::u8>]
  -> :wat::core::Option<wat::core::String>
  "Returns the text that some bytes encode in UTF-8, or `None` if they do not encode one.

   ```wat
   (:wat::core::string::from-bytes [(:wat::core::u8 97)]) ;=> (:wat::core::Some \"a\")
   ```")

(:wat::core::native
  :wat::core::show<T>
  [value <- :T]
  -> :wat::core::String
  "Returns a text of a value for people, cut off where it gets long or deep. It cannot be read back.

   ```wat
   (:wat::core::show (:wat::core::Some \"x\")) ;=> \"(Some \\\"x\\\")\"
   ```")
