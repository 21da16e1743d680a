(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println "tab\there")
    (:wat::kernel::println "quote\"back\\slash")
    (:wat::kernel::println "nul\0end")
    (:wat::kernel::println "h\u00e9llo" )
    (:wat::kernel::println (:wat::core::string::length "héllo"))
    (:wat::kernel::println "first
  second")))
