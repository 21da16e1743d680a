;; Random numbers as a function of a seed: SplitMix64.

(:wat::core::native
  :wat::std::random::next
  [seed <- :wat::core::i64]
  -> :(wat::core::i64,wat::core::i64)
  "Returns 64 random bits, read as a signed integer, and the next seed.

   ```wat
   (:wat::core::first (:wat::std::random::next 42)) ;=> -4767286540954276203
   ```")

(:wat::core::native
  :wat::std::random::unit
  [seed <- :wat::core::i64]
  -> :(wat::core::f64,wat::core::i64)
  "Returns a number from 0.0 up to, without, 1.0, and the next seed.

   ```wat
   (:wat::core::first (:wat::std::random::unit 42)) ;=> 0.7415648787718233
   ```")

(:wat::core::native
  :wat::std::random::between
  [seed <- :wat::core::i64
   low <- :wat::core::i64
   high <- :wat::core::i64]
  -> :(wat::core::i64,wat::core::i64)
  "Returns an integer from `low` up to, without, `high`, and the next seed.

   A `low` that is not below `high` is WAT8406.

   ```wat
   (:wat::core::first (:wat::std::random::between 42 1 7)) ;=> 2
   ```")

(:wat::core::native
  :wat::std::random::shuffle<T>
  [seed <- :wat::core::i64
   xs <- :wat::core::Vector<T>]
  -> :(wat::core::Vector<T>,wat::core::i64)
  "Returns the elements in a random order (Fisher and Yates), and the next seed.

   ```wat
   (:wat::core::length (:wat::core::first (:wat::std::random::shuffle 42 [1 2 3]))) ;=> 3
   ```")

(:wat::core::native
  :wat::std::random::entropy
  []
  -> :wat::core::i64
  "Returns 64 bits from the operating system: a seed that no other run has.")
