;; Mutual tail calls, deep recursion, generic functions and results.
(:wat::core::defn :calls::even?
  [n <- :wat::core::i64]
  -> :wat::core::bool
  (:wat::core::if
    (:wat::core::= n 0)
    true
    (:calls::odd? (:wat::core::i64::- n 1))))

(:wat::core::defn :calls::odd?
  [n <- :wat::core::i64]
  -> :wat::core::bool
  (:wat::core::if
    (:wat::core::= n 0)
    false
    (:calls::even? (:wat::core::i64::- n 1))))

(:wat::core::defn :calls::depth
  [n <- :wat::core::i64]
  -> :wat::core::i64
  (:wat::core::if
    (:wat::core::= n 0)
    0
    (:wat::core::i64::+ 1 (:calls::depth (:wat::core::i64::- n 1)))))

(:wat::core::defn :calls::twice<T>
  [step <- :wat::core::Fn(T)->T
   value <- :T]
  -> :T
  (step (step value)))

(:wat::core::defn :calls::parse
  [text <- :wat::core::String]
  -> :wat::core::Result<wat::core::i64,wat::core::String>
  (:wat::core::match
    (:wat::core::string::to-i64 text)
    ((:wat::core::Some n) (:wat::core::Ok n))
    (:wat::core::None (:wat::core::Err (:wat::core::string::concat "no number: " text)))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:calls::even? 1000001))
  (:wat::kernel::println (:calls::depth 200000))
  (:wat::core::let
    [exclaim
       (:wat::core::fn
         [s <- :wat::core::String]
         -> :wat::core::String
         (:wat::core::string::concat s "!"))]
    (:wat::kernel::println (:calls::twice exclaim "hey")))
  (:wat::kernel::println
    (:calls::twice
      (:wat::core::fn
        [n <- :wat::core::i64]
        -> :wat::core::i64
        (:wat::core::i64::* n n))
      3))
  (:wat::kernel::println (:calls::parse "42"))
  (:wat::kernel::println (:calls::parse "forty-two")))
