;; Floats: IEEE 754 binary64.

(:wat::core::native
  :wat::core::f64::+'2
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the sum of two floats.

   ```wat
   (:wat::core::f64::+'2 1.5 2.0) ;=> 3.5
   ```")

(:wat::core::native
  :wat::core::f64::-'2
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the difference of two floats.

   ```wat
   (:wat::core::f64::-'2 1.5 2.0) ;=> -0.5
   ```")

(:wat::core::native
  :wat::core::f64::*'2
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the product of two floats.

   ```wat
   (:wat::core::f64::*'2 1.5 2.0) ;=> 3.0
   ```")

(:wat::core::native
  :wat::core::f64::/'2
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the quotient of two floats.

   Division by a zero of either sign is WAT8402.

   ```wat
   (:wat::core::f64::/'2 1.0 4.0) ;=> 0.25
   ```")

(:wat::core::native
  :wat::core::+'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the sum of an integer, converted to the nearest float, and a float.

   ```wat
   (:wat::core::+'i64'f64 1 2.0) ;=> 3.0
   ```")

(:wat::core::native
  :wat::core::+'f64'i64
  [a <- :wat::core::f64
   b <- :wat::core::i64]
  -> :wat::core::f64
  "Returns the sum of a float and an integer, converted to the nearest float.

   ```wat
   (:wat::core::+'f64'i64 2.0 1) ;=> 3.0
   ```")

(:wat::core::native
  :wat::core::-'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the difference of an integer, converted to the nearest float, and a float.

   ```wat
   (:wat::core::-'i64'f64 1 2.0) ;=> -1.0
   ```")

(:wat::core::native
  :wat::core::-'f64'i64
  [a <- :wat::core::f64
   b <- :wat::core::i64]
  -> :wat::core::f64
  "Returns the difference of a float and an integer, converted to the nearest float.

   ```wat
   (:wat::core::-'f64'i64 2.0 1) ;=> 1.0
   ```")

(:wat::core::native
  :wat::core::*'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the product of an integer, converted to the nearest float, and a float.

   ```wat
   (:wat::core::*'i64'f64 3 2.0) ;=> 6.0
   ```")

(:wat::core::native
  :wat::core::*'f64'i64
  [a <- :wat::core::f64
   b <- :wat::core::i64]
  -> :wat::core::f64
  "Returns the product of a float and an integer, converted to the nearest float.

   ```wat
   (:wat::core::*'f64'i64 2.0 3) ;=> 6.0
   ```")

(:wat::core::native
  :wat::core::/'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the quotient of an integer, converted to the nearest float, and a float.

   Division by a zero of either sign is WAT8402.

   ```wat
   (:wat::core::/'i64'f64 1 2.0) ;=> 0.5
   ```")

(:wat::core::native
  :wat::core::/'f64'i64
  [a <- :wat::core::f64
   b <- :wat::core::i64]
  -> :wat::core::f64
  "Returns the quotient of a float and an integer, converted to the nearest float.

   Division by a zero of either sign is WAT8402.

   ```wat
   (:wat::core::/'f64'i64 2.0 1) ;=> 2.0
   ```")

(:wat::core::native
  :wat::core::f64::abs
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the absolute value: clears the sign.

   ```wat
   (:wat::core::f64::abs -3.5) ;=> 3.5
   ```")

(:wat::core::native
  :wat::core::f64::min
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the smaller of two floats; if one is NaN, the other.

   ```wat
   (:wat::core::f64::min 2.0 3.0) ;=> 2.0
   ```")

(:wat::core::native
  :wat::core::f64::max
  [a <- :wat::core::f64
   b <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the greater of two floats; if one is NaN, the other.

   ```wat
   (:wat::core::f64::max 2.0 3.0) ;=> 3.0
   ```")

(:wat::core::native
  :wat::core::f64::min-of
  [xs <- :wat::core::Vector<wat::core::f64>]
  -> :wat::core::Option<wat::core::f64>
  "Returns the smallest element, or `None` of an empty vector. NaN counts only if all are.

   ```wat
   (:wat::core::f64::min-of [1.0 3.0 2.0]) ;=> (:wat::core::Some 1.0)
   ```")

(:wat::core::native
  :wat::core::f64::max-of
  [xs <- :wat::core::Vector<wat::core::f64>]
  -> :wat::core::Option<wat::core::f64>
  "Returns the greatest element, or `None` of an empty vector. NaN counts only if all are.

   ```wat
   (:wat::core::f64::max-of [1.0 3.0 2.0]) ;=> (:wat::core::Some 3.0)
   ```")

(:wat::core::native
  :wat::core::f64::clamp
  [x <- :wat::core::f64
   low <- :wat::core::f64
   high <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the nearest value that is neither below `low` nor above `high`.

   NaN stays NaN. A bound that is NaN, or `low` above `high`, is WAT8406.

   ```wat
   (:wat::core::f64::clamp 5.0 0.0 1.0) ;=> 1.0
   ```")

(:wat::core::native
  :wat::core::f64::round
  [x <- :wat::core::f64
   decimals <- :wat::core::i64]
  -> :wat::core::f64
  "Rounds to a number of decimals, halves away from zero.

   A negative number of decimals is WAT8406.

   ```wat
   (:wat::core::f64::round 3.14159 2) ;=> 3.14
   (:wat::core::f64::round -2.5 0) ;=> -3.0
   ```")

(:wat::core::native
  :wat::core::f64::floor
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the greatest whole number that is not above.

   ```wat
   (:wat::core::f64::floor -1.5) ;=> -2.0
   ```")

(:wat::core::native
  :wat::core::f64::ceil
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the smallest whole number that is not below; a zero keeps the sign.

   ```wat
   (:wat::core::f64::ceil 1.5) ;=> 2.0
   (:wat::core::f64::ceil -0.5) ;=> -0.0
   ```")

(:wat::core::native
  :wat::core::f64::trunc
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the whole part; a zero keeps the sign.

   ```wat
   (:wat::core::f64::trunc -1.5) ;=> -1.0
   ```")

(:wat::core::native
  :wat::core::f64::nan?
  [x <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether a float is NaN.

   ```wat
   (:wat::core::f64::nan? 1.0) ;=> false
   ```")

(:wat::core::native
  :wat::core::f64::finite?
  [x <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether a float is neither NaN nor an infinity.

   ```wat
   (:wat::core::f64::finite? 1.0) ;=> true
   ```")

(:wat::core::native
  :wat::core::f64::to-i64
  [x <- :wat::core::f64]
  -> :wat::core::Option<wat::core::i64>
  "Returns the whole part as an integer; `None` of NaN, infinities and what does not fit.

   ```wat
   (:wat::core::f64::to-i64 -3.99) ;=> (:wat::core::Some -3)
   (:wat::core::f64::to-i64 1.0e30) ;=> :wat::core::None
   ```")

(:wat::core::native
  :wat::core::f64::to-string
  [x <- :wat::core::f64]
  -> :wat::core::String
  "Returns the shortest digits that read back to the same float, without exponent and without a final `.0`.

   ```wat
   (:wat::core::f64::to-string 1.0e-7) ;=> \"0.0000001\"
   ```")

(:wat::core::native
  :wat::core::string::to-f64
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::f64>
  "Reads a float: an optional sign, digits with an optional point, an optional exponent; or `inf`, `infinity`, `nan` in any case. `None` if the text is something else.

   ```wat
   (:wat::core::string::to-f64 \"1e3\") ;=> (:wat::core::Some 1000.0)
   (:wat::core::string::to-f64 \" 1\") ;=> :wat::core::None
   ```")
