;; Streams: pipelines of threads, connected by channels of capacity 1.

(:wat::core::typealias :wat::stream::Stream<T>
  :(wat::kernel::Receiver<T>,wat::kernel::Thread<wat::core::nil,wat::core::nil>)
  "The receiving end of a channel and the thread that feeds it. It is consumed once.")

(:wat::core::typealias :wat::stream::Producer<T>
  :wat::core::Fn(wat::kernel::Sender<T>)->wat::core::nil
  "What sends the elements of a stream.")

(:wat::core::typealias :wat::stream::ChunkStep<T>
  :(wat::core::Vector<T>,wat::core::Vector<wat::core::Vector<T>>)
  "A step of `chunks`: the run that is not full yet, and the runs to emit.")

(:wat::core::typealias :wat::stream::KeyedChunkStep<K,T>
  :((wat::core::Option<K>,wat::core::Vector<T>),wat::core::Vector<wat::core::Vector<T>>)
  "A step of `chunks-by`: key and elements of the run that may go on, and the runs to emit.")

(:wat::core::defn :wat::stream::spawn-producer<T>
  [produce <- :wat::core::Fn(wat::kernel::Sender<T>)->wat::core::nil]
  -> :wat::stream::Stream<T>
  "Runs a function in a thread of its own and returns the stream of what it sends; the stream ends when it returns.

   A `send` that fails means that nobody consumes the stream any more."
  (:wat::core::let
    [[tx rx] (:wat::kernel::make-bounded-channel :T 1)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::nil>
            _out <- :wat::kernel::Sender<wat::core::nil>]
           -> :wat::core::nil
           (produce tx)))]
    (:wat::core::Tuple rx thread)))

(:wat::core::defn :wat::stream::from-receiver<T>
  [receiver <- :wat::kernel::Receiver<T>
   thread <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>]
  -> :wat::stream::Stream<T>
  "Returns the stream of what a receiver gets from the thread that feeds it."
  (:wat::core::Tuple receiver thread))

(:wat::core::defn :wat::stream::from<T>
  [xs <- :wat::core::__internal::Seqable<T>]
  -> :wat::stream::Stream<T>
  "Returns the stream of the elements of a collection.

   ```wat
   (:wat::stream::collect (:wat::stream::from [1 2 3])) ;=> [1 2 3]
   ```"
  (:wat::core::let
    [elements xs]
    (:wat::stream::spawn-producer
      (:wat::core::fn
        [tx <- :wat::kernel::Sender<T>]
        -> :wat::core::nil
        (:wat::core::do
          (:wat::stream::__internal/send-from tx elements 0)
          :wat::core::nil)))))

(:wat::core::defn :wat::stream::__internal/send-from<T>
  [tx <- :wat::kernel::Sender<T>
   xs <- :wat::core::Vector<T>
   index <- :wat::core::i64]
  -> :wat::core::bool
  "Sends the elements from an index on; false when nobody receives them any more."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    true
    (:wat::core::match
      (:wat::kernel::send tx (:wat::core::nth xs index))
      -> :wat::core::bool
      ((:wat::core::Ok _) (:wat::stream::__internal/send-from tx xs (:wat::core::i64::+'2 index 1)))
      ((:wat::core::Err _) false))))

(:wat::core::defn :wat::stream::__internal/died
  [stage <- :wat::core::String]
  -> :wat::core::String
  "Returns the message of a stage whose input died."
  (:wat::core::string::concat "WAT8423 stream-stage-died: the input of `" stage "` died"))

(:wat::core::defn :wat::stream::__internal/join
  [stage <- :wat::core::String
   feeder <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>]
  -> :wat::core::nil
  "Waits for the thread that feeds a stage; its death is that of the stage."
  (:wat::core::Result/expect
    (:wat::kernel::Thread/drain-and-join feeder)
    (:wat::stream::__internal/died stage)))

(:wat::core::defn :wat::stream::__internal/receive<T>
  [stage <- :wat::core::String
   rx <- :wat::kernel::Receiver<T>
   feeder <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>]
  -> :wat::core::Option<T>
  "Receives an element. The thread that fed a stage and died is joined first: its death is told by the stage alone."
  (:wat::core::match
    (:wat::kernel::recv rx)
    -> :wat::core::Option<T>
    ((:wat::core::Ok element) element)
    ((:wat::core::Err chain)
      (:wat::core::do
        (:wat::kernel::Receiver/close rx)
        (:wat::core::Result/expect
          (:wat::core::match
            (:wat::kernel::Thread/drain-and-join feeder)
            -> :wat::core::Result<wat::core::Option<T>,wat::kernel::ThreadPanics>
            ((:wat::core::Ok _) (:wat::core::Err chain))
            ((:wat::core::Err _) (:wat::core::Err chain)))
          (:wat::stream::__internal/died stage))))))

(:wat::core::defn :wat::stream::__internal/stage<T,U,A>
  [name <- :wat::core::String
   stream <- :wat::stream::Stream<T>
   init <- :A
   step <- :wat::core::Fn(A,T)->wat::core::Option<(A,wat::core::Vector<U>)>
   flush <- :wat::core::Fn(A)->wat::core::Vector<U>]
  -> :wat::stream::Stream<U>
  "Starts the thread of a stage. A step that gives `None` ends the stream before its input ends."
  (:wat::core::let
    [[rx feeder] stream
     [tx out] (:wat::kernel::make-bounded-channel :U 1)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::nil>
            _out <- :wat::kernel::Sender<wat::core::nil>]
           -> :wat::core::nil
           (:wat::core::do
             (:wat::core::unless
               (:wat::stream::__internal/run name rx feeder tx init step flush)
               (:wat::kernel::Sender/close tx))
             (:wat::kernel::Receiver/close rx)
             (:wat::stream::__internal/join name feeder))))]
    (:wat::core::Tuple out thread)))

(:wat::core::defn :wat::stream::__internal/run<T,U,A>
  [name <- :wat::core::String
   rx <- :wat::kernel::Receiver<T>
   feeder <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>
   tx <- :wat::kernel::Sender<U>
   state <- :A
   step <- :wat::core::Fn(A,T)->wat::core::Option<(A,wat::core::Vector<U>)>
   flush <- :wat::core::Fn(A)->wat::core::Vector<U>]
  -> :wat::core::bool
  "Moves elements from input to output; true when the input has ended."
  (:wat::core::match
    (:wat::stream::__internal/receive name rx feeder)
    -> :wat::core::bool
    ((:wat::core::Some x)
      (:wat::core::match
        (step state x)
        -> :wat::core::bool
        ((:wat::core::Some [next xs])
          (:wat::core::if
            (:wat::stream::__internal/send-from tx xs 0)
            (:wat::stream::__internal/run name rx feeder tx next step flush)
            false))
        (:wat::core::None false)))
    (:wat::core::None
      (:wat::core::do
        (:wat::stream::__internal/send-from tx (flush state) 0)
        true))))

(:wat::core::defn :wat::stream::map<T,U>
  [stream <- :wat::stream::Stream<T>
   f <- :wat::core::Fn(T)->U]
  -> :wat::stream::Stream<U>
  "Returns the stream of what a function makes of each element.

   ```wat
   (:wat::stream::collect (:wat::stream::map (:wat::stream::from [1 -2]) :wat::core::i64::abs)) ;=> [1 2]
   ```"
  (:wat::stream::__internal/stage
    "map"
    stream
    :wat::core::nil
    (:wat::core::fn
      [state <- :wat::core::nil
       x <- :T]
      -> :wat::core::Option<(wat::core::nil,wat::core::Vector<U>)>
      (:wat::core::Some (:wat::core::Tuple state [(f x)])))
    (:wat::core::fn
      [state <- :wat::core::nil]
      -> :wat::core::Vector<U>
      [])))

(:wat::core::defn :wat::stream::filter<T>
  [stream <- :wat::stream::Stream<T>
   keep? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::stream::Stream<T>
  "Returns the stream of the elements for which a predicate holds."
  (:wat::stream::__internal/stage
    "filter"
    stream
    :wat::core::nil
    (:wat::core::fn
      [state <- :wat::core::nil
       x <- :T]
      -> :wat::core::Option<(wat::core::nil,wat::core::Vector<T>)>
      (:wat::core::if
        (keep? x)
        (:wat::core::Some (:wat::core::Tuple state [x]))
        (:wat::core::Some (:wat::core::Tuple state []))))
    (:wat::core::fn
      [state <- :wat::core::nil]
      -> :wat::core::Vector<T>
      [])))

(:wat::core::defn :wat::stream::inspect<T>
  [stream <- :wat::stream::Stream<T>
   f <- :wat::core::Fn(T)->wat::core::nil]
  -> :wat::stream::Stream<T>
  "Calls a function for each element before passing it on."
  (:wat::stream::__internal/stage
    "inspect"
    stream
    :wat::core::nil
    (:wat::core::fn
      [state <- :wat::core::nil
       x <- :T]
      -> :wat::core::Option<(wat::core::nil,wat::core::Vector<T>)>
      (:wat::core::do
        (f x)
        (:wat::core::Some (:wat::core::Tuple state [x]))))
    (:wat::core::fn
      [state <- :wat::core::nil]
      -> :wat::core::Vector<T>
      [])))

(:wat::core::defn :wat::stream::flat-map<T,U>
  [stream <- :wat::stream::Stream<T>
   f <- :wat::core::Fn(T)->wat::core::Vector<U>]
  -> :wat::stream::Stream<U>
  "Returns the stream of the elements of all vectors that a function makes of the elements.

   ```wat
   (:wat::stream::collect (:wat::stream::flat-map (:wat::stream::from [\"ab\" \"c\"]) :wat::core::string::chars)) ;=> [\"a\" \"b\" \"c\"]
   ```"
  (:wat::stream::__internal/stage
    "flat-map"
    stream
    :wat::core::nil
    (:wat::core::fn
      [state <- :wat::core::nil
       x <- :T]
      -> :wat::core::Option<(wat::core::nil,wat::core::Vector<U>)>
      (:wat::core::Some (:wat::core::Tuple state (f x))))
    (:wat::core::fn
      [state <- :wat::core::nil]
      -> :wat::core::Vector<U>
      [])))

(:wat::core::defn :wat::stream::take<T>
  [stream <- :wat::stream::Stream<T>
   count <- :wat::core::i64]
  -> :wat::stream::Stream<T>
  "Returns the stream of the first elements; the input is closed behind them.

   ```wat
   (:wat::stream::collect (:wat::stream::take (:wat::stream::from [1 2 3]) 2)) ;=> [1 2]
   ```"
  (:wat::core::let
    [[rx feeder] stream
     [tx out] (:wat::kernel::make-bounded-channel :T 1)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::nil>
            _out <- :wat::kernel::Sender<wat::core::nil>]
           -> :wat::core::nil
           (:wat::core::do
             (:wat::core::unless
               (:wat::stream::__internal/take-from rx feeder tx count)
               (:wat::kernel::Sender/close tx))
             (:wat::kernel::Receiver/close rx)
             (:wat::stream::__internal/join "take" feeder))))]
    (:wat::core::Tuple out thread)))

(:wat::core::defn :wat::stream::__internal/take-from<T>
  [rx <- :wat::kernel::Receiver<T>
   feeder <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>
   tx <- :wat::kernel::Sender<T>
   count <- :wat::core::i64]
  -> :wat::core::bool
  "Passes elements on, at most as many; true when the input has ended before."
  (:wat::core::if
    (:wat::core::<= count 0)
    false
    (:wat::core::match
      (:wat::stream::__internal/receive "take" rx feeder)
      -> :wat::core::bool
      ((:wat::core::Some x)
        (:wat::core::match
          (:wat::kernel::send tx x)
          -> :wat::core::bool
          ((:wat::core::Ok _) (:wat::stream::__internal/take-from rx feeder tx (:wat::core::i64::-'2 count 1)))
          ((:wat::core::Err _) false)))
      (:wat::core::None true))))

(:wat::core::defn :wat::stream::chunks<T>
  [stream <- :wat::stream::Stream<T>
   size <- :wat::core::i64]
  -> :wat::stream::Stream<wat::core::Vector<T>>
  "Returns the stream of runs of a length; the last one may be shorter. A length that is not positive is WAT8406.

   ```wat
   (:wat::stream::collect (:wat::stream::chunks (:wat::stream::from [1 2 3]) 2)) ;=> [[1 2] [3]]
   ```"
  (:wat::core::let
    [full (:wat::core::__internal/positive "size" size)]
    (:wat::stream::__internal/stateful
      "chunks"
      stream
      (:wat::core::Vector :T)
      (:wat::core::fn
        [run <- :wat::core::Vector<T>
         x <- :T]
        -> :wat::stream::ChunkStep<T>
        (:wat::core::let
          [longer (:wat::core::Vector/conj run x)]
          (:wat::core::if
            (:wat::core::= (:wat::core::Vector/length longer) full)
            (:wat::core::Tuple [] [longer])
            (:wat::core::Tuple longer []))))
      :wat::stream::__internal/rest-of-runs)))

(:wat::core::defn :wat::stream::__internal/rest-of-runs<T>
  [run <- :wat::core::Vector<T>]
  -> :wat::core::Vector<wat::core::Vector<T>>
  "Returns the last run, if it has elements."
  (:wat::core::if
    (:wat::core::Vector/empty? run)
    []
    [run]))

(:wat::core::defn :wat::stream::chunks-by<T,K>
  [stream <- :wat::stream::Stream<T>
   key <- :wat::core::Fn(T)->K]
  -> :wat::stream::Stream<wat::core::Vector<T>>
  "Returns the stream of the longest runs of neighbours with equal keys.

   ```wat
   (:wat::stream::collect (:wat::stream::chunks-by (:wat::stream::from [1 -1 2]) :wat::core::i64::abs)) ;=> [[1 -1] [2]]
   ```"
  (:wat::stream::__internal/stateful
    "chunks-by"
    stream
    (:wat::core::Tuple :wat::core::None (:wat::core::Vector :T))
    (:wat::core::fn
      [state <- :(wat::core::Option<K>,wat::core::Vector<T>)
       x <- :T]
      -> :wat::stream::KeyedChunkStep<K,T>
      (:wat::core::let
        [[before run] state
         now (:wat::core::Some (key x))]
        (:wat::core::if
          (:wat::core::or (:wat::core::Vector/empty? run) (:wat::core::= before now))
          (:wat::core::Tuple (:wat::core::Tuple now (:wat::core::Vector/conj run x)) [])
          (:wat::core::Tuple (:wat::core::Tuple now [x]) [run]))))
    (:wat::core::fn
      [state <- :(wat::core::Option<K>,wat::core::Vector<T>)]
      -> :wat::core::Vector<wat::core::Vector<T>>
      (:wat::stream::__internal/rest-of-runs (:wat::core::second state)))))

(:wat::core::defn :wat::stream::window<T>
  [stream <- :wat::stream::Stream<T>
   size <- :wat::core::i64]
  -> :wat::stream::Stream<wat::core::Vector<T>>
  "Returns the stream of all contiguous runs of a length; fewer elements give one shorter run, none give no run. A length that is not positive is WAT8406.

   ```wat
   (:wat::stream::collect (:wat::stream::window (:wat::stream::from [1 2 3]) 2)) ;=> [[1 2] [2 3]]
   ```"
  (:wat::core::let
    [full (:wat::core::__internal/positive "size" size)]
    (:wat::stream::__internal/stateful
      "window"
      stream
      (:wat::core::Vector :T)
      (:wat::core::fn
        [run <- :wat::core::Vector<T>
         x <- :T]
        -> :wat::stream::ChunkStep<T>
        (:wat::core::let
          [kept
             (:wat::core::if
               (:wat::core::= (:wat::core::Vector/length run) full)
               (:wat::core::drop run 1)
               run)
           longer (:wat::core::Vector/conj kept x)]
          (:wat::core::Tuple
            longer
            (:wat::core::if
              (:wat::core::= (:wat::core::Vector/length longer) full)
              [longer]
              []))))
      (:wat::core::fn
        [run <- :wat::core::Vector<T>]
        -> :wat::core::Vector<wat::core::Vector<T>>
        (:wat::core::if
          (:wat::core::= (:wat::core::Vector/length run) full)
          []
          (:wat::stream::__internal/rest-of-runs run))))))

(:wat::core::defn :wat::stream::with-state<T,U,A>
  [stream <- :wat::stream::Stream<T>
   init <- :A
   step <- :wat::core::Fn(A,T)->(A,wat::core::Vector<U>)
   flush <- :wat::core::Fn(A)->wat::core::Vector<U>]
  -> :wat::stream::Stream<U>
  "Returns the stream of what a step with a state emits for each element, and what `flush` makes of the last state."
  (:wat::stream::__internal/stateful "with-state" stream init step flush))

(:wat::core::defn :wat::stream::__internal/stateful<T,U,A>
  [name <- :wat::core::String
   stream <- :wat::stream::Stream<T>
   init <- :A
   step <- :wat::core::Fn(A,T)->(A,wat::core::Vector<U>)
   flush <- :wat::core::Fn(A)->wat::core::Vector<U>]
  -> :wat::stream::Stream<U>
  "Starts the stage of this name whose steps always go on."
  (:wat::stream::__internal/stage
    name
    stream
    init
    (:wat::core::fn
      [state <- :A
       x <- :T]
      -> :wat::core::Option<(A,wat::core::Vector<U>)>
      (:wat::core::Some (step state x)))
    flush))

(:wat::core::defn :wat::stream::for-each<T>
  [stream <- :wat::stream::Stream<T>
   f <- :wat::core::Fn(T)->wat::core::nil]
  -> :wat::core::nil
  "Calls a function for each element; returns when the stream has ended. A stage that died is a panic with its chain."
  (:wat::stream::__internal/fold
    "for-each"
    stream
    :wat::core::nil
    (:wat::core::fn
      [_done <- :wat::core::nil
       x <- :T]
      -> :wat::core::nil
      (f x))))

(:wat::core::defn :wat::stream::fold<T,A>
  [stream <- :wat::stream::Stream<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines the elements with an accumulator, from the first to the last. A stage that died is a panic with its chain.

   ```wat
   (:wat::stream::fold (:wat::stream::from [1 2 3]) 0 :wat::core::i64::+'2) ;=> 6
   ```"
  (:wat::stream::__internal/fold "fold" stream init f))

(:wat::core::defn :wat::stream::__internal/fold<T,A>
  [name <- :wat::core::String
   stream <- :wat::stream::Stream<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines the elements of a stream for a function of this name."
  (:wat::core::let
    [[rx feeder] stream
     result (:wat::stream::__internal/fold-from name rx feeder init f)]
    (:wat::core::do
      (:wat::stream::__internal/join name feeder)
      result)))

(:wat::core::defn :wat::stream::__internal/fold-from<T,A>
  [name <- :wat::core::String
   rx <- :wat::kernel::Receiver<T>
   feeder <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>
   acc <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines what a receiver gets."
  (:wat::core::match
    (:wat::stream::__internal/receive name rx feeder)
    -> :A
    ((:wat::core::Some x) (:wat::stream::__internal/fold-from name rx feeder (f acc x) f))
    (:wat::core::None acc)))

(:wat::core::defn :wat::stream::collect<T>
  [stream <- :wat::stream::Stream<T>]
  -> :wat::core::Vector<T>
  "Returns the elements as a vector. A stage that died is a panic with its chain.

   ```wat
   (:wat::stream::collect (:wat::stream::from [1 2 3])) ;=> [1 2 3]
   ```"
  (:wat::stream::__internal/fold "collect" stream (:wat::core::Vector :T) :wat::core::Vector/conj))
