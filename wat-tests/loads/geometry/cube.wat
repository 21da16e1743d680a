(:wat::load-file! "./parts/power.wat")

(:wat::core::defn :geometry::cube
  [side <- :wat::core::i64]
  -> :wat::core::i64
  "Volume of a cube."
  (:geometry::parts::power side 3))

(:wat::core::def :geometry::unit-cube (:geometry::cube 1))
