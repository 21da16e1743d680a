(:wat::core::if (:wat::core::> n 0) "positive" "other")
(:wat::core::when ready (:demo::go))
(:wat::core::if (:wat::core::> n 0) -> :wat::core::String
  "positive" (:wat::core::if (:wat::core::< n 0) -> :wat::core::String "negative" "zero"))
