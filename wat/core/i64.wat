;; Integers: 64 bits, two's complement, checked.

(:wat::core::native
  :wat::core::i64::+'2
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the sum of two integers.

   A result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::+'2 2 3) ;=> 5
   ```")

(:wat::core::native
  :wat::core::i64::-'2
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the difference of two integers.

   A result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::-'2 2 3) ;=> -1
   ```")

(:wat::core::native
  :wat::core::i64::*'2
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the product of two integers.

   A result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::*'2 6 7) ;=> 42
   ```")

(:wat::core::native
  :wat::core::i64::/'2
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the quotient of two integers, truncated toward zero.

   Division by zero is WAT8402; the quotient of the minimum and -1 is WAT8401.

   ```wat
   (:wat::core::i64::/'2 -7 2) ;=> -3
   ```")

(:wat::core::native
  :wat::core::quot
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the quotient of two integers, truncated toward zero.

   Division by zero is WAT8402; the quotient of the minimum and -1 is WAT8401.

   ```wat
   (:wat::core::quot -7 2) ;=> -3
   ```")

(:wat::core::native
  :wat::core::rem
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the remainder of a division, with the sign of the dividend.

   Division by zero is WAT8402.

   ```wat
   (:wat::core::rem -7 2) ;=> -1
   ```")

(:wat::core::native
  :wat::core::mod
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the remainder of a division, with the sign of the divisor.

   Division by zero is WAT8402.

   ```wat
   (:wat::core::mod -7 2) ;=> 1
   (:wat::core::mod 7 -2) ;=> -1
   ```")

(:wat::core::native
  :wat::core::i64::quot
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the quotient of two integers, truncated toward zero.

   Division by zero is WAT8402; the quotient of the minimum and -1 is WAT8401.

   ```wat
   (:wat::core::i64::quot -7 2) ;=> -3
   ```")

(:wat::core::native
  :wat::core::i64::rem
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the remainder of a division, with the sign of the dividend.

   Division by zero is WAT8402.

   ```wat
   (:wat::core::i64::rem -7 2) ;=> -1
   ```")

(:wat::core::native
  :wat::core::i64::mod
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the remainder of a division, with the sign of the divisor.

   Division by zero is WAT8402.

   ```wat
   (:wat::core::i64::mod -7 2) ;=> 1
   (:wat::core::i64::mod 7 -2) ;=> -1
   ```")

(:wat::core::native
  :wat::core::i64::abs
  [n <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the absolute value.

   That of the minimum does not fit: WAT8401.

   ```wat
   (:wat::core::i64::abs -9) ;=> 9
   ```")

(:wat::core::native
  :wat::core::i64::min
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the smaller of two integers.

   ```wat
   (:wat::core::i64::min 3 -4) ;=> -4
   ```")

(:wat::core::native
  :wat::core::i64::max
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the greater of two integers.

   ```wat
   (:wat::core::i64::max 3 -4) ;=> 3
   ```")

(:wat::core::native
  :wat::core::i64::pow
  [base <- :wat::core::i64
   exponent <- :wat::core::i64]
  -> :wat::core::i64
  "Returns a power.

   A negative exponent is WAT8406, a result outside the range WAT8401.

   ```wat
   (:wat::core::i64::pow 2 10) ;=> 1024
   ```")

(:wat::core::native
  :wat::core::i64::wrapping-add
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the sum of two integers modulo 2 to the power of 64.

   ```wat
   (:wat::core::i64::wrapping-add 9223372036854775807 1) ;=> -9223372036854775808
   ```")

(:wat::core::native
  :wat::core::i64::wrapping-sub
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the difference of two integers modulo 2 to the power of 64.

   ```wat
   (:wat::core::i64::wrapping-sub -9223372036854775808 1) ;=> 9223372036854775807
   ```")

(:wat::core::native
  :wat::core::i64::wrapping-mul
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::i64
  "Returns the product of two integers modulo 2 to the power of 64.

   ```wat
   (:wat::core::i64::wrapping-mul 9223372036854775807 2) ;=> -2
   ```")

(:wat::core::native
  :wat::core::i64::checked-add
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::Option<wat::core::i64>
  "Returns the sum of two integers, or `None` if it does not fit.

   ```wat
   (:wat::core::i64::checked-add 1 2) ;=> (:wat::core::Some 3)
   ```")

(:wat::core::native
  :wat::core::i64::checked-sub
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::Option<wat::core::i64>
  "Returns the difference of two integers, or `None` if it does not fit.

   ```wat
   (:wat::core::i64::checked-sub 1 2) ;=> (:wat::core::Some -1)
   ```")

(:wat::core::native
  :wat::core::i64::checked-mul
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  -> :wat::core::Option<wat::core::i64>
  "Returns the product of two integers, or `None` if it does not fit.

   ```wat
   (:wat::core::i64::checked-mul 1 2) ;=> (:wat::core::Some 2)
   ```")

(:wat::core::native
  :wat::core::i64::to-string
  [n <- :wat::core::i64]
  -> :wat::core::String
  "Returns the decimal digits, with `-` before a negative number.

   ```wat
   (:wat::core::i64::to-string -42) ;=> \"-42\"
   ```")

(:wat::core::native
  :wat::core::i64::to-f64
  [n <- :wat::core::i64]
  -> :wat::core::f64
  "Returns the nearest float; of two that are equally near, the even one.

   ```wat
   (:wat::core::i64::to-f64 3) ;=> 3.0
   ```")

(:wat::core::native
  :wat::core::string::to-i64
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::i64>
  "Reads an integer: an optional sign and decimal digits, nothing else. `None` if the text is no integer or does not fit.

   ```wat
   (:wat::core::string::to-i64 \"+42\") ;=> (:wat::core::Some 42)
   (:wat::core::string::to-i64 \" 42\") ;=> :wat::core::None
   ```")
