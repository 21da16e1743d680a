(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::key
  [n <- :wat::core::i64]
  -> :wat::core::i64
  "Keys in no order, with wide gaps between them."
  (:wat::core::mod (:wat::core::* n 79190801) 100000007))

(:wat::core::defn :bench::fill
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64]
  -> :wat::core::HashMap<wat::core::i64,wat::core::i64>
  (:wat::core::if
    (:wat::core::= n 0)
    map
    (:bench::fill (:wat::core::assoc map (:bench::key n) n) (:wat::core::- n 1))))

(:wat::core::defn :bench::sum
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= n 0)
    sum
    (:bench::sum map (:wat::core::- n 1) (:wat::core::+ sum (:wat::core::get map (:bench::key n) 0)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::sum (:bench::fill {} (:bench::size)) (:bench::size) 0)))
