;; The operators whose type depends on their operands.

(:wat::core::operator
  :wat::core::+
  "(:wat::core::+ & numbers)"
  "Adds numbers from the left.

   The operands are `i64` and `f64` in any mix, else WAT3403. The result is `i64` if all operands are, else `f64`; a mixed pair converts the integer first. Without operands it is `0`. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::+ 1 2 3) ;=> 6
   (:wat::core::+ 1 2.5) ;=> 3.5
   ```")

(:wat::core::operator
  :wat::core::-
  "(:wat::core::- number & numbers)"
  "Subtracts numbers from the first, from the left; negates a single operand.

   The operands are `i64` and `f64` in any mix, else WAT3403. The result is `i64` if all operands are, else `f64`; a mixed pair converts the integer first. At least one operand (WAT3002). An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::- 10 3 2) ;=> 5
   (:wat::core::- 5) ;=> -5
   ```")

(:wat::core::operator
  :wat::core::*
  "(:wat::core::* & numbers)"
  "Multiplies numbers from the left.

   The operands are `i64` and `f64` in any mix, else WAT3403. The result is `i64` if all operands are, else `f64`; a mixed pair converts the integer first. Without operands it is `1`. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::* 2 3 7) ;=> 42
   (:wat::core::* 1.5 4) ;=> 6.0
   ```")

(:wat::core::operator
  :wat::core::/
  "(:wat::core::/ number & numbers)"
  "Divides the first of some numbers by the others, from the left; the reciprocal of a single operand.

   The operands are `i64` and `f64` in any mix, else WAT3403. The result is `i64` if all operands are, else `f64`; a mixed pair converts the integer first. At least one operand (WAT3002). Integer division truncates toward zero. Division by zero is WAT8402. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::/ 7 2) ;=> 3
   (:wat::core::/ 4.0) ;=> 0.25
   ```")

(:wat::core::operator
  :wat::core::+'2
  "(:wat::core::+'2 a b)"
  "Adds two numbers.

   Exactly two operands (WAT3002), each an `i64` or an `f64`. The result is `i64` if both are, else `f64`. An integer result outside the range is WAT8401. As a value it fits the function type that the context wants.

   ```wat
   (:wat::core::+'2 1 2.5) ;=> 3.5
   ```")

(:wat::core::operator
  :wat::core::-'2
  "(:wat::core::-'2 a b)"
  "Subtracts the second number from the first.

   Exactly two operands (WAT3002), each an `i64` or an `f64`. The result is `i64` if both are, else `f64`. An integer result outside the range is WAT8401. As a value it fits the function type that the context wants.

   ```wat
   (:wat::core::-'2 5 2) ;=> 3
   ```")

(:wat::core::operator
  :wat::core::*'2
  "(:wat::core::*'2 a b)"
  "Multiplies two numbers.

   Exactly two operands (WAT3002), each an `i64` or an `f64`. The result is `i64` if both are, else `f64`. An integer result outside the range is WAT8401. As a value it fits the function type that the context wants.

   ```wat
   (:wat::core::*'2 6 7) ;=> 42
   ```")

(:wat::core::operator
  :wat::core::/'2
  "(:wat::core::/'2 a b)"
  "Divides the first number by the second.

   Exactly two operands (WAT3002), each an `i64` or an `f64`. The result is `i64` if both are, else `f64`. An integer result outside the range is WAT8401. Integer division truncates toward zero; division by zero is WAT8402. As a value it fits the function type that the context wants.

   ```wat
   (:wat::core::/'2 7 2) ;=> 3
   ```")

(:wat::core::operator
  :wat::core::=
  "(:wat::core::= a b)"
  "Tests whether two values are equal, by structure.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without equality, such as functions and handles, is WAT3405. NaN is not equal to itself and `0.0` equals `-0.0`.

   ```wat
   (:wat::core::= [1 2] [1 2]) ;=> true
   ```")

(:wat::core::operator
  :wat::core::not=
  "(:wat::core::not= a b)"
  "Tests whether two values differ.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without equality, such as functions and handles, is WAT3405.

   ```wat
   (:wat::core::not= 1 2) ;=> true
   ```")

(:wat::core::operator
  :wat::core::<
  "(:wat::core::< a b)"
  "Tests whether the first value comes before the second.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without an order, such as structs, enums and maps, is WAT3405. Every comparison with NaN is false.

   ```wat
   (:wat::core::< \"a\" \"ab\") ;=> true
   ```")

(:wat::core::operator
  :wat::core::>
  "(:wat::core::> a b)"
  "Tests whether the first value comes after the second.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without an order, such as structs, enums and maps, is WAT3405. Every comparison with NaN is false.

   ```wat
   (:wat::core::> 2 1.5) ;=> true
   ```")

(:wat::core::operator
  :wat::core::<=
  "(:wat::core::<= a b)"
  "Tests whether the first value comes before the second or equals it.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without an order, such as structs, enums and maps, is WAT3405. Every comparison with NaN is false.

   ```wat
   (:wat::core::<= 1 1) ;=> true
   ```")

(:wat::core::operator
  :wat::core::>=
  "(:wat::core::>= a b)"
  "Tests whether the first value comes after the second or equals it.

   Exactly two operands (WAT3002) of one type, except that `i64` and `f64` may be mixed (WAT3404). A type without an order, such as structs, enums and maps, is WAT3405. Every comparison with NaN is false.

   ```wat
   (:wat::core::>= 1 2) ;=> false
   ```")

(:wat::core::operator
  :wat::core::first
  "(:wat::core::first tuple-or-vector)"
  "Returns the first component of a tuple, or the first element of a vector as an `Option`.

   A tuple that is too short is WAT3409, any other type WAT3401; a vector that is too short gives `None`.

   ```wat
   (:wat::core::first (:wat::core::Tuple 7 8 9)) ;=> 7
   (:wat::core::first [7 8 9]) ;=> (:wat::core::Some 7)
   ```")

(:wat::core::operator
  :wat::core::second
  "(:wat::core::second tuple-or-vector)"
  "Returns the second component of a tuple, or the second element of a vector as an `Option`.

   A tuple that is too short is WAT3409, any other type WAT3401; a vector that is too short gives `None`.

   ```wat
   (:wat::core::second (:wat::core::Tuple 7 8 9)) ;=> 8
   (:wat::core::second [7 8 9]) ;=> (:wat::core::Some 8)
   ```")

(:wat::core::operator
  :wat::core::third
  "(:wat::core::third tuple-or-vector)"
  "Returns the third component of a tuple, or the third element of a vector as an `Option`.

   A tuple that is too short is WAT3409, any other type WAT3401; a vector that is too short gives `None`.

   ```wat
   (:wat::core::third (:wat::core::Tuple 7 8 9)) ;=> 9
   (:wat::core::third [7 8 9]) ;=> (:wat::core::Some 9)
   ```")

(:wat::core::operator
  :wat::core::i64::+
  "(:wat::core::i64::+ & numbers)"
  "Adds integers from the left.

   Every operand is an `i64`; nothing is converted (WAT3001). Without operands it is `0`. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::+ 1 2 3) ;=> 6
   ```")

(:wat::core::operator
  :wat::core::i64::-
  "(:wat::core::i64::- number & numbers)"
  "Subtracts integers from the first, from the left; negates a single operand.

   Every operand is an `i64`; nothing is converted (WAT3001). At least one operand (WAT3002). An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::- 10 3 2) ;=> 5
   ```")

(:wat::core::operator
  :wat::core::i64::*
  "(:wat::core::i64::* & numbers)"
  "Multiplies integers from the left.

   Every operand is an `i64`; nothing is converted (WAT3001). Without operands it is `1`. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::* 6 7) ;=> 42
   ```")

(:wat::core::operator
  :wat::core::i64::/
  "(:wat::core::i64::/ number & numbers)"
  "Divides the first of some integers by the others, from the left; the reciprocal of a single operand.

   Every operand is an `i64`; nothing is converted (WAT3001). At least one operand (WAT3002). Integer division truncates toward zero. Division by zero is WAT8402. An integer result outside the range is WAT8401.

   ```wat
   (:wat::core::i64::/ 100 5 2) ;=> 10
   ```")

(:wat::core::operator
  :wat::core::f64::+
  "(:wat::core::f64::+ & numbers)"
  "Adds floating-point numbers from the left.

   Every operand is an `f64`; nothing is converted (WAT3001). Without operands it is `0.0`. Follows IEEE 754: the result may be infinite or NaN.

   ```wat
   (:wat::core::f64::+ 1.5 2.0) ;=> 3.5
   ```")

(:wat::core::operator
  :wat::core::f64::-
  "(:wat::core::f64::- number & numbers)"
  "Subtracts floating-point numbers from the first, from the left; negates a single operand.

   Every operand is an `f64`; nothing is converted (WAT3001). At least one operand (WAT3002). Follows IEEE 754: the result may be infinite or NaN.

   ```wat
   (:wat::core::f64::- 5.0 1.5) ;=> 3.5
   ```")

(:wat::core::operator
  :wat::core::f64::*
  "(:wat::core::f64::* & numbers)"
  "Multiplies floating-point numbers from the left.

   Every operand is an `f64`; nothing is converted (WAT3001). Without operands it is `1.0`. Follows IEEE 754: the result may be infinite or NaN.

   ```wat
   (:wat::core::f64::* 1.5 2.0 2.0) ;=> 6.0
   ```")

(:wat::core::operator
  :wat::core::f64::/
  "(:wat::core::f64::/ number & numbers)"
  "Divides the first of some floating-point numbers by the others, from the left; the reciprocal of a single operand.

   Every operand is an `f64`; nothing is converted (WAT3001). At least one operand (WAT3002). Division by zero is WAT8402.

   ```wat
   (:wat::core::f64::/ 4.0) ;=> 0.25
   ```")

(:wat::core::operator
  :wat::core::str
  "(:wat::core::str value…)"
  "Returns the display texts of any values, one after the other: a string as it is, any other value as its compact EDN text.

   ```wat
   (:wat::core::str \"n=\" 1 \", ok=\" true) ;=> \"n=1, ok=true\"
   ```")
