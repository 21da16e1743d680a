(:wat::core::match (:demo::lookup k) -> :wat::core::i64 ((:wat::core::Some v) v) (:wat::core::None (:wat::core::let [d (:demo::default k)] d)))
(:wat::core::cond -> :wat::core::String ((:wat::core::< n 0) "negative") ((:wat::core::= n 0) "zero") (:else "positive"))
(:wat::core::define-dispatch :demo::size ((:wat::core::Vector<T>) :wat::core::Vector/length) ((:wat::core::HashMap<K,V>) :wat::core::HashMap/length))
