;; Statistics of vectors of floats. Sums run from left to right.

(:wat::core::native
  :wat::std::stat::mean
  [xs <- :wat::core::Vector<wat::core::f64>]
  -> :wat::core::Option<wat::core::f64>
  "Returns the arithmetic mean, or `None` of an empty vector.

   ```wat
   (:wat::std::stat::mean [1.0 2.0 3.0 4.0]) ;=> (:wat::core::Some 2.5)
   ```")

(:wat::core::native
  :wat::std::stat::variance
  [xs <- :wat::core::Vector<wat::core::f64>]
  -> :wat::core::Option<wat::core::f64>
  "Returns the population variance, the mean of the squared deviations, or `None` of an empty vector.

   ```wat
   (:wat::std::stat::variance [1.0 2.0 3.0 4.0]) ;=> (:wat::core::Some 1.25)
   ```")

(:wat::core::native
  :wat::std::stat::stddev
  [xs <- :wat::core::Vector<wat::core::f64>]
  -> :wat::core::Option<wat::core::f64>
  "Returns the population standard deviation, the square root of the variance, or `None` of an empty vector.

   ```wat
   (:wat::std::stat::stddev [1.0 2.0 3.0 4.0]) ;=> (:wat::core::Some 1.118033988749895)
   ```")
