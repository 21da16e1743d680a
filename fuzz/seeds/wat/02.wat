(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println -9223372036854775808)
    (:wat::kernel::println 1e3)
    (:wat::kernel::println -0.0)
    (:wat::kernel::println -0)
    (:wat::kernel::println 2.5E-1)))
