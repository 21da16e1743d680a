(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::safe?
  [placed <- :wat::core::Vector<wat::core::i64>
   column <- :wat::core::i64
   row <- :wat::core::i64
   at <- :wat::core::i64]
  -> :wat::core::bool
  "Does no queen from a row on attack the square?"
  (:wat::core::if
    (:wat::core::= at row)
    true
    (:wat::core::let
      [other (:wat::core::nth placed at)
       apart (:wat::core::- row at)]
      (:wat::core::if
        (:wat::core::or
          (:wat::core::= other column)
          (:wat::core::or
            (:wat::core::= other (:wat::core::+ column apart))
            (:wat::core::= other (:wat::core::- column apart))))
        false
        (:bench::safe? placed column row (:wat::core::+ at 1))))))

(:wat::core::defn :bench::place
  [placed <- :wat::core::Vector<wat::core::i64>
   size <- :wat::core::i64
   column <- :wat::core::i64
   found <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::let
    [row (:wat::core::length placed)]
    (:wat::core::if
      (:wat::core::= row size)
      (:wat::core::+ found 1)
      (:wat::core::if
        (:wat::core::= column size)
        found
        (:wat::core::if
          (:bench::safe? placed column row 0)
          (:bench::place
            placed
            size
            (:wat::core::+ column 1)
            (:bench::place (:wat::core::conj placed column) size 0 found))
          (:bench::place placed size (:wat::core::+ column 1) found))))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::place [] (:bench::size) 0 0)))
