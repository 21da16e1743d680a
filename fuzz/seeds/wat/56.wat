(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println [1 2 3])
    (:wat::kernel::println {"a" 1})
    (:wat::kernel::println #{7})
    (:wat::kernel::println [])))
