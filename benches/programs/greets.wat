(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println "hello")
    (:wat::kernel::try-readln -> :wat::core::i64)
    :wat::core::nil))
