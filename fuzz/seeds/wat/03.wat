(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println 1_000_000)
    (:wat::kernel::println 0x_DEAD_BEEF)
    (:wat::kernel::println -0b1010)
    (:wat::kernel::println 0o17)))
