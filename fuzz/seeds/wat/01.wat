; a comment
(:wat::core::defn :user::main [] -> :wat::core::nil ;; another
  (:wat::kernel::println (:wat::core::Vector :wat::core::i64 1, 2,3)))
