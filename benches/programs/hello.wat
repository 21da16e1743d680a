(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println "hello"))
