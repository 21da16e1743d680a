

;; File comment.
;; Second line.

(:wat::load-file! "a.wat")
(:wat::load-file! "b.wat")
(:wat::core::def :demo::zero 0)
(:wat::core::def :demo::pair (:wat::core::Vector :wat::core::i64 1 2))
;; About one.
(:wat::core::def :demo::one 1)



;; --- section ---



(:wat::core::def :demo::two 2) (:wat::core::def :demo::three 3)

