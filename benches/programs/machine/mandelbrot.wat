(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::defn :bench::escape
  [cr <- :wat::core::f64
   ci <- :wat::core::f64
   x <- :wat::core::f64
   y <- :wat::core::f64
   left <- :wat::core::i64]
  -> :wat::core::i64
  "How many of 200 steps are left when the point escapes."
  (:wat::core::let
    [xx (:wat::core::* x x)
     yy (:wat::core::* y y)]
    (:wat::core::if
      (:wat::core::or (:wat::core::= left 0) (:wat::core::> (:wat::core::+ xx yy) 4.0))
      left
      (:bench::escape
        cr
        ci
        (:wat::core::+ (:wat::core::- xx yy) cr)
        (:wat::core::+ (:wat::core::* (:wat::core::* 2.0 x) y) ci)
        (:wat::core::- left 1)))))

(:wat::core::defn :bench::row
  [size <- :wat::core::i64
   y <- :wat::core::i64
   x <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= x size)
    sum
    (:wat::core::let
      [scale (:wat::core::i64::to-f64 size)
       cr (:wat::core::- (:wat::core::/ (:wat::core::* 3.0 (:wat::core::i64::to-f64 x)) scale) 2.0)
       ci (:wat::core::- (:wat::core::/ (:wat::core::* 2.0 (:wat::core::i64::to-f64 y)) scale) 1.0)]
      (:bench::row size y (:wat::core::+ x 1) (:wat::core::+ sum (:bench::escape cr ci 0.0 0.0 200))))))

(:wat::core::defn :bench::rows
  [size <- :wat::core::i64
   y <- :wat::core::i64
   sum <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= y size)
    sum
    (:bench::rows size (:wat::core::+ y 1) (:bench::row size y 0 sum))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::rows (:bench::size) 0 0)))
