(:wat::core::defn :user::main [] -> :wat::core::nil
  :wat::core::nil)
