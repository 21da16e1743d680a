(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::fill
  [xs <- :wat::core::Vector<wat::core::i64>
   x <- :wat::core::i64
   n <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "Numbers of a linear congruential generator."
  (:wat::core::if
    (:wat::core::= n 0)
    xs
    (:bench::fill
      (:wat::core::conj xs x)
      (:wat::core::mod (:wat::core::+ (:wat::core::* x 16807) 11) 2147483647)
      (:wat::core::- n 1))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [xs (:wat::core::sort (:bench::fill [] 42 (:bench::size)))]
    (:wat::kernel::println (:wat::core::nth xs (:wat::core::quot (:wat::core::length xs) 2)))))
