;; What the comparison operators become once the types of their operands are known.

(:wat::core::native
  :wat::core::__internal/eq<T>
  :requires
  [T :eq]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether two values are equal, by structure.

   ```wat
   (:wat::core::= 1 1) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/ne<T>
  :requires
  [T :eq]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether two values differ.

   ```wat
   (:wat::core::not= 1 1) ;=> false
   ```")

(:wat::core::native
  :wat::core::__internal/lt<T>
  :requires
  [T :ord]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether the first value comes before the second.

   ```wat
   (:wat::core::< 1 2) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/gt<T>
  :requires
  [T :ord]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether the first value comes after the second.

   ```wat
   (:wat::core::> 1 2) ;=> false
   ```")

(:wat::core::native
  :wat::core::__internal/le<T>
  :requires
  [T :ord]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether the first value does not come after the second; false if NaN makes them unordered.

   ```wat
   (:wat::core::<= 2 2) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/ge<T>
  :requires
  [T :ord]
  [a <- :T
   b <- :T]
  -> :wat::core::bool
  "Tests whether the first value does not come before the second; false if NaN makes them unordered.

   ```wat
   (:wat::core::>= 1 2) ;=> false
   ```")

(:wat::core::native
  :wat::core::__internal/eq'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer and a float have the same mathematical number.

   ```wat
   (:wat::core::= 1 1.0) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/ne'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer and a float have different mathematical numbers.

   ```wat
   (:wat::core::not= 1 1.0) ;=> false
   ```")

(:wat::core::native
  :wat::core::__internal/lt'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer comes before a float. Compares the exact mathematical values.

   ```wat
   (:wat::core::< 1 1.5) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/gt'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer comes after a float. Compares the exact mathematical values.

   ```wat
   (:wat::core::> 1 1.5) ;=> false
   ```")

(:wat::core::native
  :wat::core::__internal/le'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer does not come after a float; false if NaN makes them unordered. Compares the exact mathematical values.

   ```wat
   (:wat::core::<= 1 1.0) ;=> true
   ```")

(:wat::core::native
  :wat::core::__internal/ge'i64'f64
  [a <- :wat::core::i64
   b <- :wat::core::f64]
  -> :wat::core::bool
  "Tests whether an integer does not come before a float; false if NaN makes them unordered. Compares the exact mathematical values.

   ```wat
   (:wat::core::>= 1 1.5) ;=> false
   ```")
