(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println (:wat::core::i64::+'2 1 2))
    (:wat::kernel::println (:wat::core::+'i64'f64 1 0.5))
    (:wat::kernel::println (:wat::core::<= 2 1))
    (:wat::kernel::println (:wat::core::/ 9 3))
    (:wat::kernel::println (:wat::core::Vector :wat::core::keyword :a, :b, :c'2))))
