(:wat::core::do (:wat::kernel::println "a") (:wat::kernel::println "b"))
