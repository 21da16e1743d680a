;; Functions of real numbers.

(:wat::core::native
  :wat::std::math::ln
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the natural logarithm. Of a negative number it is NaN, of zero minus infinity.

   ```wat
   (:wat::std::math::ln 1.0) ;=> 0.0
   ```")

(:wat::core::defn :wat::std::math::log
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the natural logarithm; another name of `:wat::std::math::ln`.

   ```wat
   (:wat::std::math::log 1.0) ;=> 0.0
   ```"
  (:wat::std::math::ln x))

(:wat::core::native
  :wat::std::math::exp
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns e raised to a power.

   ```wat
   (:wat::std::math::exp 0.0) ;=> 1.0
   ```")

(:wat::core::native
  :wat::std::math::sqrt
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the square root. Of a negative number it is NaN.

   ```wat
   (:wat::std::math::sqrt 2.25) ;=> 1.5
   ```")

(:wat::core::native
  :wat::std::math::sin
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the sine of an angle in radians.

   ```wat
   (:wat::std::math::sin 0.0) ;=> 0.0
   ```")

(:wat::core::native
  :wat::std::math::cos
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the cosine of an angle in radians.

   ```wat
   (:wat::std::math::cos 0.0) ;=> 1.0
   ```")

(:wat::core::native
  :wat::std::math::tan
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the tangent of an angle in radians.

   ```wat
   (:wat::std::math::tan 0.0) ;=> 0.0
   ```")

(:wat::core::native
  :wat::std::math::asin
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the angle in radians whose sine is given. Outside -1.0 to 1.0 it is NaN.

   ```wat
   (:wat::std::math::asin 0.0) ;=> 0.0
   ```")

(:wat::core::native
  :wat::std::math::acos
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the angle in radians whose cosine is given. Outside -1.0 to 1.0 it is NaN.

   ```wat
   (:wat::std::math::acos 1.0) ;=> 0.0
   ```")

(:wat::core::native
  :wat::std::math::atan
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the angle in radians whose tangent is given.

   ```wat
   (:wat::std::math::atan 0.0) ;=> 0.0
   ```")

(:wat::core::native
  :wat::std::math::log2
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the logarithm to base 2.

   ```wat
   (:wat::std::math::log2 8.0) ;=> 3.0
   ```")

(:wat::core::native
  :wat::std::math::log10
  [x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the logarithm to base 10.

   ```wat
   (:wat::std::math::log10 1000.0) ;=> 3.0
   ```")

(:wat::core::native
  :wat::std::math::pow
  [base <- :wat::core::f64
   exponent <- :wat::core::f64]
  -> :wat::core::f64
  "Returns a number raised to a power.

   ```wat
   (:wat::std::math::pow 2.0 0.5) ;=> 1.4142135623730951
   ```")

(:wat::core::native
  :wat::std::math::atan2
  [y <- :wat::core::f64
   x <- :wat::core::f64]
  -> :wat::core::f64
  "Returns the angle in radians between the positive x axis and the point (x, y), from -pi to pi.

   ```wat
   (:wat::std::math::atan2 0.0 1.0) ;=> 0.0
   ```")

(:wat::core::defn :wat::std::math::pi [] -> :wat::core::f64
  "Returns the ratio of a circle's circumference to its diameter.

   ```wat
   (:wat::std::math::pi) ;=> 3.141592653589793
   ```"
  3.141592653589793)

(:wat::core::defn :wat::std::math::e [] -> :wat::core::f64
  "Returns the base of natural logarithms.

   ```wat
   (:wat::std::math::e) ;=> 2.718281828459045
   ```"
  2.718281828459045)
