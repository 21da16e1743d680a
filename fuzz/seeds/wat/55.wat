(:wat::core::struct :demo::Point
  (x :wat::core::i64)
  (y :wat::core::i64))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [{x y} (:demo::Point/new 3 4)
     [a b] (:wat::core::Tuple "l" "r")]
    (:wat::kernel::println (:wat::core::i64::+ x y))
    (:wat::kernel::println (:wat::core::Tuple a b))))
