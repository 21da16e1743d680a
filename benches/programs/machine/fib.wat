(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::fib
  [n <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::< n 2)
    n
    (:wat::core::i64::+ (:bench::fib (:wat::core::i64::- n 1)) (:bench::fib (:wat::core::i64::- n 2)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::fib (:bench::size))))
