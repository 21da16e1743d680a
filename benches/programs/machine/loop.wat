(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::count
  [n <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= n 0)
    sum
    (:bench::count (:wat::core::i64::- n 1) (:wat::core::i64::+ sum n))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::count (:bench::size) 0)))
