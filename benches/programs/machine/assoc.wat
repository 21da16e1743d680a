(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::next-key
  [key <- :wat::core::i64
   size <- :wat::core::i64]
  -> :wat::core::i64
  "The key behind a key, in no order. At sizes whose prime factors are 2 and 5, all keys below the size come before one comes again."
  (:wat::core::mod (:wat::core::+ (:wat::core::* key 8581) 7919) size))

(:wat::core::defn :bench::fill
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64
   key <- :wat::core::i64
   size <- :wat::core::i64]
  -> :wat::core::HashMap<wat::core::i64,wat::core::i64>
  (:wat::core::if
    (:wat::core::= n 0)
    map
    (:bench::fill
      :map (:wat::core::assoc map key n)
      :n (:wat::core::- n 1)
      :key (:bench::next-key key size)
      :size size)))

(:wat::core::defn :bench::sum
  [map <- :wat::core::HashMap<wat::core::i64,wat::core::i64>
   n <- :wat::core::i64
   key <- :wat::core::i64
   size <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= n 0)
    sum
    (:bench::sum
      :map map
      :n (:wat::core::- n 1)
      :key (:bench::next-key key size)
      :size size
      :sum (:wat::core::+ sum (:wat::core::get map key 0)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [size (:bench::size)
     map (:bench::fill :map {} :n size :key 0 :size size)]
    (:wat::kernel::println (:bench::sum :map map :n size :key 0 :size size :sum 0))))
