(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println {"a" 1 "b"}))
