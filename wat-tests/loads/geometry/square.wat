(:wat::load-file! "parts/power.wat")

(:wat::core::defn :geometry::square
  [side <- :wat::core::i64]
  -> :wat::core::i64
  "Area of a square."
  (:geometry::parts::power side 2))
