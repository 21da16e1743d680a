;; Generators of properties: from choices to values, the simplest from zeros.

(:wat::core::struct :wat::test::Gen<T>
  (make :wat::core::Fn(wat::core::i64)->T)
  "What makes values of a type in a property: a function from the size of a case to a value, which reads choices.

   Made by the functions of `:wat::test::gen::`, for instance `(:wat::test::gen::i64)`.")

(:wat::core::native
  :wat::test::__internal/draw
  [most <- :wat::core::i64]
  -> :wat::core::i64
  "Reads a choice from 0 to a number.")

(:wat::core::native
  :wat::test::__internal/draw-in
  [lo <- :wat::core::i64
   hi <- :wat::core::i64]
  -> :wat::core::i64
  "Reads a number of a range.")

(:wat::core::native
  :wat::test::__internal/draw-more
  [count <- :wat::core::i64
   least <- :wat::core::i64
   most <- :wat::core::i64]
  -> :wat::core::bool
  "Reads whether there is another element behind so many.")

(:wat::core::native
  :wat::test::__internal/draw-value<T>
  :requires
  [T :gen]
  [size <- :wat::core::i64]
  -> :T "Reads a value of a type.")

(:wat::core::native
  :wat::test::__internal/draw-any-f64
  [size <- :wat::core::i64]
  -> :wat::core::f64
  "Reads a number of any kind.")

(:wat::core::native
  :wat::test::__internal/draw-string
  [alphabet <- :wat::core::String
   most <- :wat::core::i64]
  -> :wat::core::String
  "Reads a text of some characters.")

(:wat::core::native
  :wat::test::__internal/sample-begin
  [seed <- :wat::core::i64
   case <- :wat::core::i64]
  -> :wat::core::nil
  "From here on generators read the choices of a seed.")

(:wat::core::native
  :wat::test::__internal/sample-end
  []
  -> :wat::core::nil
  "From here on generators read what they read before.")

(:wat::core::defn :wat::test::__internal/draw-from<T>
  [g <- :wat::test::Gen<T>
   size <- :wat::core::i64]
  -> :T
  "Makes a value."
  (:wat::core::let
    [make (:wat::test::Gen/make g)]
    (make size)))

(:wat::core::special-form
  :wat::test::gen::of
  "(:wat::test::gen::of :T)"
  "Returns the derived generator of a type.

   There is one for plain values, collections, structs, enums and newtypes of such; functions, handles and restricted structs have none (WAT2912).

   ```wat
   (:wat::core::length (:wat::test::gen::sample (:wat::test::gen::of :wat::core::Vector<wat::core::i64>) 3 1)) ;=> 3
   ```")

(:wat::core::defn :wat::test::gen::const<T>
  [v <- :T]
  -> :wat::test::Gen<T>
  "Returns the generator of one value.

   ```wat
   (:wat::test::gen::sample (:wat::test::gen::const 7) 2 1) ;=> [7 7]
   ```"
  (:wat::test::Gen/new
    (:wat::core::fn
      [_size <- :wat::core::i64]
      -> :T
      v)))

(:wat::core::defn :wat::test::gen::bool [] -> :wat::test::Gen<wat::core::bool>
  "Returns the generator of truth values; `false` is simplest."
  (:wat::test::gen::of :wat::core::bool))

(:wat::core::defn :wat::test::gen::i64 [] -> :wat::test::Gen<wat::core::i64>
  "Returns the generator of integers: they grow with the size, boundary values mixed in."
  (:wat::test::gen::of :wat::core::i64))

(:wat::core::defn :wat::test::gen::i64-in
  [lo <- :wat::core::i64
   hi <- :wat::core::i64]
  -> :wat::test::Gen<wat::core::i64>
  "Returns the generator of integers from one to another, both included; nearest to 0 is simplest. An empty range panics.

   ```wat
   (:wat::test::gen::sample (:wat::test::gen::i64-in 5 5) 2 1) ;=> [5 5]
   (:wat::test::gen::i64-in 2 1) ;!! \"empty\"
   ```"
  (:wat::core::if
    (:wat::core::> lo hi)
    (:wat::kernel::assertion-failed!
      "the range of `i64-in` is empty"
      (:wat::core::Some (:wat::core::show lo))
      (:wat::core::Some (:wat::core::show hi)))
    (:wat::test::Gen/new
      (:wat::core::fn
        [_size <- :wat::core::i64]
        -> :wat::core::i64
        (:wat::test::__internal/draw-in lo hi)))))

(:wat::core::defn :wat::test::gen::u8 [] -> :wat::test::Gen<wat::core::u8>
  "Returns the generator of bytes."
  (:wat::test::gen::of :wat::core::u8))

(:wat::core::defn :wat::test::gen::f64 [] -> :wat::test::Gen<wat::core::f64>
  "Returns the generator of finite numbers, integers before fractions."
  (:wat::test::gen::of :wat::core::f64))

(:wat::core::defn :wat::test::gen::f64-any [] -> :wat::test::Gen<wat::core::f64>
  "Returns the generator of all numbers: NaN, infinities and subnormal ones too."
  (:wat::test::Gen/new :wat::test::__internal/draw-any-f64))

(:wat::core::defn :wat::test::gen::string [] -> :wat::test::Gen<wat::core::String>
  "Returns the generator of texts: small letters, then ASCII, then any characters."
  (:wat::test::gen::of :wat::core::String))

(:wat::core::defn :wat::test::gen::string-of
  [alphabet <- :wat::core::String
   max <- :wat::core::i64]
  -> :wat::test::Gen<wat::core::String>
  "Returns the generator of texts of some characters, up to a length; the first character is simplest."
  (:wat::test::Gen/new
    (:wat::core::fn
      [_size <- :wat::core::i64]
      -> :wat::core::String
      (:wat::test::__internal/draw-string alphabet max))))

(:wat::core::defn :wat::test::gen::keyword [] -> :wat::test::Gen<wat::core::keyword>
  "Returns the generator of keywords."
  (:wat::test::gen::of :wat::core::keyword))

(:wat::core::defn :wat::test::__internal/elements<T>
  [g <- :wat::test::Gen<T>
   size <- :wat::core::i64
   least <- :wat::core::i64
   most <- :wat::core::i64
   so-far <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Makes elements behind those that there are."
  (:wat::core::if
    (:wat::test::__internal/draw-more (:wat::core::length so-far) least most)
    (:wat::test::__internal/elements
      g
      size
      least
      most
      (:wat::core::conj so-far (:wat::test::__internal/draw-from g size)))
    so-far))

(:wat::core::defn :wat::test::gen::vector<T>
  [g <- :wat::test::Gen<T>]
  -> :wat::test::Gen<wat::core::Vector<T>>
  "Returns the generator of vectors whose elements come from a generator; as long as the size at most."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :wat::core::Vector<T>
      (:wat::test::__internal/elements g size 0 size (:wat::core::Vector :T)))))

(:wat::core::defn :wat::test::gen::vector-in<T>
  [g <- :wat::test::Gen<T>
   lo <- :wat::core::i64
   hi <- :wat::core::i64]
  -> :wat::test::Gen<wat::core::Vector<T>>
  "Returns the generator of vectors of a length from one number to another, both included. A range without a length panics.

   ```wat
   (:wat::test::gen::sample (:wat::test::gen::vector-in (:wat::test::gen::const 1) 2 2) 1 1) ;=> [[1 1]]
   (:wat::test::gen::vector-in (:wat::test::gen::bool) 2 1) ;!! \"empty\"
   (:wat::test::gen::vector-in (:wat::test::gen::bool) -2 -1) ;!! \"empty\"
   ```"
  (:wat::core::if
    (:wat::core::> (:wat::core::i64::max lo 0) hi)
    (:wat::kernel::assertion-failed!
      "the range of `vector-in` is empty"
      (:wat::core::Some (:wat::core::show lo))
      (:wat::core::Some (:wat::core::show hi)))
    (:wat::test::Gen/new
      (:wat::core::fn
        [size <- :wat::core::i64]
        -> :wat::core::Vector<T>
        (:wat::test::__internal/elements g size lo hi (:wat::core::Vector :T))))))

(:wat::core::defn :wat::test::gen::hash-map<K,V>
  [k <- :wat::test::Gen<K>
   v <- :wat::test::Gen<V>]
  -> :wat::test::Gen<wat::core::HashMap<K,V>>
  "Returns the generator of maps with keys and values from two generators."
  (:wat::test::gen::map
    (:wat::test::gen::vector (:wat::test::gen::pair k v))
    (:wat::core::fn
      [entries <- :wat::core::Vector<(K,V)>]
      -> :wat::core::HashMap<K,V>
      (:wat::core::foldl
        entries
        (:wat::core::HashMap :K :V)
        (:wat::core::fn
          [map <- :wat::core::HashMap<K,V>
           entry <- :(K,V)]
          -> :wat::core::HashMap<K,V>
          (:wat::core::assoc map (:wat::core::first entry) (:wat::core::second entry)))))))

(:wat::core::defn :wat::test::gen::hash-set<T>
  [g <- :wat::test::Gen<T>]
  -> :wat::test::Gen<wat::core::HashSet<T>>
  "Returns the generator of sets with elements from a generator."
  (:wat::test::gen::map
    (:wat::test::gen::vector g)
    (:wat::core::fn
      [items <- :wat::core::Vector<T>]
      -> :wat::core::HashSet<T>
      (:wat::core::foldl items (:wat::core::HashSet :T) :wat::core::HashSet/conj))))

(:wat::core::defn :wat::test::gen::option<T>
  [g <- :wat::test::Gen<T>]
  -> :wat::test::Gen<wat::core::Option<T>>
  "Returns the generator of `None` and of `Some` value of a generator."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :wat::core::Option<T>
      (:wat::core::if
        (:wat::core::= (:wat::test::__internal/draw 1) 0)
        -> :wat::core::Option<T>
        :wat::core::None
        (:wat::core::Some (:wat::test::__internal/draw-from g size))))))

(:wat::core::defn :wat::test::gen::result<T,E>
  [t <- :wat::test::Gen<T>
   e <- :wat::test::Gen<E>]
  -> :wat::test::Gen<wat::core::Result<T,E>>
  "Returns the generator of `Ok` and `Err` with values of two generators; `Ok` is simpler."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :wat::core::Result<T,E>
      (:wat::core::if
        (:wat::core::= (:wat::test::__internal/draw 1) 0)
        -> :wat::core::Result<T,E>
        (:wat::core::Ok (:wat::test::__internal/draw-from t size))
        (:wat::core::Err (:wat::test::__internal/draw-from e size))))))

(:wat::core::defn :wat::test::gen::pair<A,B>
  [a <- :wat::test::Gen<A>
   b <- :wat::test::Gen<B>]
  -> :wat::test::Gen<(A,B)>
  "Returns the generator of pairs."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :(A,B)
      (:wat::core::let
        [first (:wat::test::__internal/draw-from a size)
         second (:wat::test::__internal/draw-from b size)]
        (:wat::core::Tuple first second)))))

(:wat::core::defn :wat::test::gen::triple<A,B,C>
  [a <- :wat::test::Gen<A>
   b <- :wat::test::Gen<B>
   c <- :wat::test::Gen<C>]
  -> :wat::test::Gen<(A,B,C)>
  "Returns the generator of tuples of three."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :(A,B,C)
      (:wat::core::let
        [first (:wat::test::__internal/draw-from a size)
         second (:wat::test::__internal/draw-from b size)
         third (:wat::test::__internal/draw-from c size)]
        (:wat::core::Tuple first second third)))))

(:wat::core::defn :wat::test::gen::element<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::test::Gen<T>
  "Returns the generator of the elements of a vector; earlier ones are simpler. An empty vector panics.

   ```wat
   (:wat::test::gen::sample (:wat::test::gen::element [3]) 2 1) ;=> [3 3]
   ```"
  (:wat::core::if
    (:wat::core::empty? xs)
    (:wat::kernel::assertion-failed! "`element` of an empty vector" :wat::core::None :wat::core::None)
    (:wat::test::Gen/new
      (:wat::core::fn
        [_size <- :wat::core::i64]
        -> :T
        (:wat::core::nth xs (:wat::test::__internal/draw (:wat::core::- (:wat::core::length xs) 1)))))))

(:wat::core::defn :wat::test::gen::one-of<T>
  [gs <- :wat::core::Vector<wat::test::Gen<T>>]
  -> :wat::test::Gen<T>
  "Returns the generator of the values of any of several generators; earlier ones are simpler. An empty vector panics."
  (:wat::core::if
    (:wat::core::empty? gs)
    (:wat::kernel::assertion-failed! "`one-of` an empty vector" :wat::core::None :wat::core::None)
    (:wat::test::gen::bind
      (:wat::test::gen::element gs)
      (:wat::core::fn
        [g <- :wat::test::Gen<T>]
        -> :wat::test::Gen<T>
        g))))

(:wat::core::defn :wat::test::__internal/weigh<T>
  [gs <- :wat::core::Vector<(wat::core::i64,wat::test::Gen<T>)>
   index <- :wat::core::i64
   left <- :wat::core::i64]
  -> :wat::test::Gen<T>
  "Returns the generator in whose part of the weights a number lies."
  (:wat::core::let
    [entry (:wat::core::nth gs index)
     weight (:wat::core::first entry)]
    (:wat::core::if
      (:wat::core::< left weight)
      (:wat::core::second entry)
      (:wat::test::__internal/weigh gs (:wat::core::+ index 1) (:wat::core::- left weight)))))

(:wat::core::defn :wat::test::gen::frequency<T>
  [gs <- :wat::core::Vector<(wat::core::i64,wat::test::Gen<T>)>]
  -> :wat::test::Gen<T>
  "Returns the generator of the values of several generators, each as often as its weight says; a weight is 1 at least."
  (:wat::core::let
    [total
       (:wat::core::foldl
         gs
         0
         (:wat::core::fn
           [sum <- :wat::core::i64
            entry <- :(wat::core::i64,wat::test::Gen<T>)]
           -> :wat::core::i64
           (:wat::core::if
             (:wat::core::< (:wat::core::first entry) 1)
             (:wat::kernel::assertion-failed!
               "a weight of `frequency` is below 1"
               (:wat::core::Some (:wat::core::show (:wat::core::first entry)))
               :wat::core::None)
             (:wat::core::+ sum (:wat::core::first entry)))))]
    (:wat::core::if
      (:wat::core::= total 0)
      (:wat::kernel::assertion-failed! "`frequency` of nothing" :wat::core::None :wat::core::None)
      (:wat::test::Gen/new
        (:wat::core::fn
          [size <- :wat::core::i64]
          -> :T
          (:wat::test::__internal/draw-from
            (:wat::test::__internal/weigh gs 0 (:wat::test::__internal/draw (:wat::core::- total 1)))
            size))))))

(:wat::core::defn :wat::test::gen::map<A,B>
  [g <- :wat::test::Gen<A>
   f <- :wat::core::Fn(A)->B]
  -> :wat::test::Gen<B>
  "Returns the generator of what a function makes of the values of another.

   ```wat
   (:wat::test::gen::sample (:wat::test::gen::map (:wat::test::gen::const 2) :wat::core::i64::to-string) 1 1) ;=> [\"2\"]
   ```"
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :B
      (f (:wat::test::__internal/draw-from g size)))))

(:wat::core::defn :wat::test::gen::bind<A,B>
  [g <- :wat::test::Gen<A>
   f <- :wat::core::Fn(A)->wat::test::Gen<B>]
  -> :wat::test::Gen<B>
  "Returns the generator that takes a value of one generator to choose another one."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :B
      (:wat::test::__internal/draw-from (f (:wat::test::__internal/draw-from g size)) size))))

(:wat::core::defn :wat::test::__internal/kept<T>
  [g <- :wat::test::Gen<T>
   p <- :wat::core::Fn(T)->wat::core::bool
   size <- :wat::core::i64
   misses <- :wat::core::i64]
  -> :T
  "Makes values until one is kept; too many misses discard the case."
  (:wat::core::let
    [value (:wat::test::__internal/draw-from g size)]
    (:wat::core::cond
      -> :T
      ((p value) value)
      ((:wat::core::< misses 99) (:wat::test::__internal/kept g p size (:wat::core::+ misses 1)))
      (:else
        (:wat::core::do
          (:wat::test::__internal/discard)
          (:wat::kernel::assertion-failed!
            "`filter` has kept none of 100 values"
            :wat::core::None
            :wat::core::None))))))

(:wat::core::defn :wat::test::gen::filter<T>
  [g <- :wat::test::Gen<T>
   p <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::test::Gen<T>
  "Returns the generator of the values for which a function holds; 100 misses in a row discard the case."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :T
      (:wat::test::__internal/kept g p size 0))))

(:wat::core::defn :wat::test::gen::sized<T>
  [f <- :wat::core::Fn(wat::core::i64)->wat::test::Gen<T>]
  -> :wat::test::Gen<T>
  "Returns the generator that a function makes of the size."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :T
      (:wat::test::__internal/draw-from (f size) size))))

(:wat::core::defn :wat::test::gen::resize<T>
  [n <- :wat::core::i64
   g <- :wat::test::Gen<T>]
  -> :wat::test::Gen<T>
  "Returns a generator at a fixed size."
  (:wat::test::Gen/new
    (:wat::core::fn
      [_size <- :wat::core::i64]
      -> :T
      (:wat::test::__internal/draw-from g n))))

(:wat::core::defn :wat::test::gen::recursive<T>
  [leaf <- :wat::test::Gen<T>
   grow <- :wat::core::Fn(wat::test::Gen<T>)->wat::test::Gen<T>]
  -> :wat::test::Gen<T>
  "Returns the generator of values that hold values of their own kind: the size halves on every level, and size 0 takes leaves."
  (:wat::test::Gen/new
    (:wat::core::fn
      [size <- :wat::core::i64]
      -> :T
      (:wat::core::if
        (:wat::core::or (:wat::core::< size 1) (:wat::core::= (:wat::test::__internal/draw 1) 0))
        (:wat::test::__internal/draw-from leaf size)
        (:wat::core::let
          [half (:wat::core::/ size 2)]
          (:wat::test::__internal/draw-from
            (grow (:wat::test::gen::resize half (:wat::test::gen::recursive leaf grow)))
            half))))))

(:wat::core::defn :wat::test::__internal/samples<T>
  [g <- :wat::test::Gen<T>
   n <- :wat::core::i64
   seed <- :wat::core::i64
   so-far <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Makes values of growing size behind those that there are."
  (:wat::core::let
    [count (:wat::core::length so-far)]
    (:wat::core::if
      (:wat::core::< count n)
      (:wat::core::do
        (:wat::test::__internal/sample-begin seed count)
        (:wat::core::let
          [value (:wat::test::__internal/draw-from g (:wat::core::+ count 1))]
          (:wat::core::do
            (:wat::test::__internal/sample-end)
            (:wat::test::__internal/samples g n seed (:wat::core::conj so-far value)))))
      so-far)))

(:wat::core::defn :wat::test::gen::sample<T>
  [g <- :wat::test::Gen<T>
   n <- :wat::core::i64
   seed <- :wat::core::i64]
  -> :wat::core::Vector<T>
  "Returns some values of a generator, the same for the same seed: for a look at what it makes.

   ```wat
   (:wat::core::= (:wat::test::gen::sample (:wat::test::gen::i64) 9 1) (:wat::test::gen::sample (:wat::test::gen::i64) 9 1)) ;=> true
   ```"
  (:wat::test::__internal/samples g n seed (:wat::core::Vector :T)))
