(:wat::core::defn :bench::fib
  [n <- :wat::core::i64]
  -> :wat::core::i64
  "The n-th Fibonacci number, by two calls."
  (:wat::core::if
    (:wat::core::< n 2)
    n
    (:wat::core::i64::+
      (:bench::fib (:wat::core::i64::- n 1))
      (:bench::fib (:wat::core::i64::- n 2)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::fib 32)))
