(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::key
  [n <- :wat::core::i64
   size <- :wat::core::i64]
  -> :wat::core::i64
  "Keys of which each is as far behind the one before it, which fill their range at every size."
  (:wat::core::mod (:wat::core::* n 7919) (:wat::core::+ size 3)))

(:wat::core::defn :bench::fill
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64
   size <- :wat::core::i64]
  -> :wat::core::HashMap<wat::core::i64,wat::core::i64>
  (:wat::core::if
    (:wat::core::= n 0)
    map
    (:bench::fill (:wat::core::assoc map (:bench::key n size) n) (:wat::core::- n 1) size)))

(:wat::core::defn :bench::sum
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64
   size <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= n 0)
    sum
    (:bench::sum map (:wat::core::- n 1) size (:wat::core::+ sum (:wat::core::get map (:bench::key n size) 0)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [size (:bench::size)]
    (:wat::kernel::println (:bench::sum (:bench::fill {} size size) size size 0))))
