(:wat::core::defn :bench::size [] -> :wat::core::i64
  "The first argument of the program."
  (:wat::core::Option/expect
    (:wat::core::string::to-i64 (:wat::core::nth (:wat::runtime::argv) 2))
    "the size"))

(:wat::core::enum :bench::Tree
  :Leaf
  (Node (left :bench::Tree) (right :bench::Tree)))

(:wat::core::defn :bench::make
  [depth <- :wat::core::i64]
  -> :bench::Tree
  (:wat::core::if
    (:wat::core::= depth 0)
    (:bench::Tree::Node :bench::Tree::Leaf :bench::Tree::Leaf)
    (:bench::Tree::Node (:bench::make (:wat::core::- depth 1)) (:bench::make (:wat::core::- depth 1)))))

(:wat::core::defn :bench::check
  [tree <- :bench::Tree]
  -> :wat::core::i64
  (:wat::core::match
    tree
    (:bench::Tree::Leaf 0)
    ((:bench::Tree::Node left right) (:wat::core::+ 1 (:wat::core::+ (:bench::check left) (:bench::check right))))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:bench::check (:bench::make (:bench::size)))))
