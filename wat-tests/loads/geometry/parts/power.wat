(:wat::core::defn :geometry::parts::power
  [base <- :wat::core::i64
   exponent <- :wat::core::i64]
  -> :wat::core::i64
  "The base multiplied by itself."
  (:wat::core::foldl
    (:wat::core::range 0 exponent)
    1
    (:wat::core::fn
      [product <- :wat::core::i64
       _ <- :wat::core::i64]
      -> :wat::core::i64
      (:wat::core::i64::* product base))))
