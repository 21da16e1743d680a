(:wat::core::defn :bench::count
  [n <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  "Adds n, n - 1, … to the sum by tail calls."
  (:wat::core::if
    (:wat::core::= n 0)
    sum
    (:bench::count (:wat::core::i64::- n 1) (:wat::core::i64::+ sum n))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::count 100000000 0)))
