(:wat::core::defn :user::main [] -> :wat::core::nil
  nil)
