(:wat::core::defn :tests::forever
  [tx <- :wat::kernel::Sender<wat::core::i64>
   n <- :wat::core::i64]
  -> :wat::core::nil
  (:wat::core::match
    (:wat::kernel::send tx n)
    ((:wat::core::Ok _) (:tests::forever tx (:wat::core::+ n 1)))
    ((:wat::core::Err _) :wat::core::nil)))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println
    (:wat::stream::collect
      (:wat::stream::take
        (:wat::stream::map
          (:wat::stream::spawn-producer
            (:wat::core::fn
              [tx <- :wat::kernel::Sender<wat::core::i64>]
              -> :wat::core::nil
              (:tests::forever tx 0)))
          :wat::core::i64::to-string)
        3)))
  (:wat::kernel::println (:wat::stream::collect (:wat::stream::take (:wat::stream::from [1 2]) 0)))
  (:wat::kernel::println (:wat::stream::collect (:wat::stream::take (:wat::stream::from [1 2]) -1)))
  (:wat::kernel::println (:wat::stream::collect (:wat::stream::chunks (:wat::stream::from (:wat::core::range 0)) 2)))
  (:wat::kernel::println (:wat::stream::collect (:wat::stream::window (:wat::stream::from [1 2]) 1)))
  (:wat::kernel::println
    (:wat::stream::collect
      (:wat::stream::chunks-by
        (:wat::stream::from [1 1 2 1])
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::i64
          x))))
  (:wat::kernel::println (:wat::stream::collect (:wat::stream::from {2 "b" 1 "a"})))
  (:wat::kernel::println
    (:wat::stream::collect
      (:wat::stream::with-state
        (:wat::stream::from [1 2 3])
        0
        (:wat::core::fn
          [sum <- :wat::core::i64
           x <- :wat::core::i64]
          -> :(wat::core::i64,wat::core::Vector<wat::core::String>)
          (:wat::core::Tuple (:wat::core::+ sum x) [(:wat::core::str x)]))
        (:wat::core::fn
          [sum <- :wat::core::i64]
          -> :wat::core::Vector<wat::core::String>
          [(:wat::core::str "sum " sum)])))))
