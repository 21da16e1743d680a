(:wat::core::defn :bench::sum
  [n <- :wat::core::i64]
  -> :wat::core::i64
  "Sums 1 to n, one frame for each number."
  (:wat::core::if
    (:wat::core::= n 0)
    0
    (:wat::core::i64::+ n (:bench::sum (:wat::core::i64::- n 1)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::sum 1000000)))
