(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::fill
  [xs <- :wat::core::Vector<wat::core::i64>
   n <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if
    (:wat::core::= n 0)
    xs
    (:bench::fill (:wat::core::conj xs n) (:wat::core::- n 1))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::length (:bench::fill [] (:bench::size)))))
