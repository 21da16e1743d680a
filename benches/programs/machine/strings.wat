(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::build
  [text <- :wat::core::String
   n <- :wat::core::i64]
  -> :wat::core::String
  (:wat::core::if
    (:wat::core::= n 0)
    text
    (:bench::build (:wat::core::str text n ",") (:wat::core::- n 1))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::string::length (:bench::build "" (:bench::size)))))
