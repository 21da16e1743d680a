;; Two files load a third by different paths: it is loaded once.
(:wat::load-file! "geometry/square.wat")
(:wat::load-file! "geometry/parts/../cube.wat")

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:geometry::square 7))
  (:wat::kernel::println (:geometry::cube 3))
  (:wat::kernel::println :geometry::unit-cube))
