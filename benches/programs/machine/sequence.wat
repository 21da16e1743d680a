(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println
    (:wat::core::->
      (:wat::core::range (:bench::size))
      (:wat::core::map
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::i64
          (:wat::core::* x 3)))
      (:wat::core::filter
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::bool
          (:wat::core::= (:wat::core::mod x 2) 0)))
      (:wat::core::foldl
        0
        (:wat::core::fn
          [sum <- :wat::core::i64
           x <- :wat::core::i64]
          -> :wat::core::i64
          (:wat::core::+ sum x))))))
