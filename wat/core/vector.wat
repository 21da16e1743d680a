;; Vectors, and the functions over sequences.

(:wat::core::native
  :wat::core::Vector/length<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::i64
  "Returns the number of elements.

   ```wat
   (:wat::core::Vector/length [7 8]) ;=> 2
   ```")

(:wat::core::native
  :wat::core::Vector/empty?<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::bool
  "Tests whether there are no elements.

   ```wat
   (:wat::core::Vector/empty? [7]) ;=> false
   ```")

(:wat::core::native
  :wat::core::Vector/get<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64]
  -> :wat::core::Option<T>
  "Returns the element at an index, or `None` if there is none.

   ```wat
   (:wat::core::Vector/get [7 8] 1) ;=> (:wat::core::Some 8)
   (:wat::core::Vector/get [7 8] 2) ;=> :wat::core::None
   ```")

(:wat::core::native
  :wat::core::Vector/contains?<T>
  :requires
  [T :eq]
  [xs <- :wat::core::Vector<T>
   x <- :T]
  -> :wat::core::bool
  "Tests whether an element is equal to `x` (NaN is equal to NaN).

   ```wat
   (:wat::core::Vector/contains? [7 8] 8) ;=> true
   ```")

(:wat::core::native
  :wat::core::Vector/conj<T>
  :repeats
  [2]
  [xs <- :wat::core::Vector<T>
   x <- :T]
  -> :wat::core::Vector<T>
  "Returns the vector with one more element at the end, or with several.

   ```wat
   (:wat::core::Vector/conj [7] 8) ;=> [7 8]
   (:wat::core::Vector/conj [7] 8 9) ;=> [7 8 9]
   ```")

(:wat::core::native
  :wat::core::Vector/assoc<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64
   x <- :T]
  -> :wat::core::Vector<T>
  "Returns the vector with another element at an index.

   An index without element is WAT8405.

   ```wat
   (:wat::core::Vector/assoc [7 8] 1 9) ;=> [7 9]
   ```")

(:wat::core::native
  :wat::core::Vector/concat<T>
  :repeats
  [1]
  [xs <- :wat::core::Vector<T>
   ys <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns the elements of two vectors.

   ```wat
   (:wat::core::Vector/concat [1] [2 3]) ;=> [1 2 3]
   (:wat::core::Vector/concat [1] [2] [3]) ;=> [1 2 3]
   ```")

(:wat::core::native
  :wat::core::nth<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64]
  -> :T
    "Returns the element at an index.

   An index without element is WAT8405.

   ```wat
   (:wat::core::nth [7 8] 1) ;=> 8
   ```")

(:wat::core::native
  :wat::core::last<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Option<T>
  "Returns the last element, or `None` of an empty vector.

   ```wat
   (:wat::core::last [7 8]) ;=> (:wat::core::Some 8)
   ```")

(:wat::core::native
  :wat::core::rest<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns all elements but the first.

   An empty vector is WAT8404.

   ```wat
   (:wat::core::rest [7 8]) ;=> [8]
   ```")

(:wat::core::native
  :wat::core::take<T>
  [xs <- :wat::core::Vector<T>
   count <- :wat::core::i64]
  -> :wat::core::Vector<T>
  "Returns the first `count` elements, or all there are.

   ```wat
   (:wat::core::take [7 8 9] 2) ;=> [7 8]
   ```")

(:wat::core::native
  :wat::core::drop<T>
  [xs <- :wat::core::Vector<T>
   count <- :wat::core::i64]
  -> :wat::core::Vector<T>
  "Returns all but the first `count` elements.

   ```wat
   (:wat::core::drop [7 8 9] 2) ;=> [9]
   ```")

(:wat::core::native
  :wat::core::reverse<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns the elements from last to first.

   ```wat
   (:wat::core::reverse [7 8 9]) ;=> [9 8 7]
   ```")

(:wat::core::native
  :wat::core::__internal/sorted<T>
  :requires
  [T :ord]
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns the elements in ascending order. Sorting is stable.

   ```wat
   (:wat::core::sort [3 1 2]) ;=> [1 2 3]
   ```")

(:wat::core::native
  :wat::core::HashMap/length<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::i64
  "Returns the number of entries.

   ```wat
   (:wat::core::HashMap/length {:a 1}) ;=> 1
   ```")

(:wat::core::native
  :wat::core::HashMap/empty?<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::bool
  "Tests whether there are no entries.

   ```wat
   (:wat::core::HashMap/empty? {:a 1}) ;=> false
   ```")

(:wat::core::native
  :wat::core::HashMap/get<K,V>
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   key <- :K]
  -> :wat::core::Option<V>
  "Returns the value of a key, or `None`.

   ```wat
   (:wat::core::HashMap/get {:a 1} :a) ;=> (:wat::core::Some 1)
   ```")

(:wat::core::native
  :wat::core::HashMap/contains-key?<K,V>
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   key <- :K]
  -> :wat::core::bool
  "Tests whether there is an entry with a key.

   ```wat
   (:wat::core::HashMap/contains-key? {:a 1} :b) ;=> false
   ```")

(:wat::core::native
  :wat::core::HashMap/assoc<K,V>
  :repeats
  [3]
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   key <- :K
   value <- :V]
  -> :wat::core::HashMap<K,V>
  "Returns the map with an entry added or replaced.

   ```wat
   (:wat::core::HashMap/assoc {:a 1} :b 2) ;=> {:a 1 :b 2}
   (:wat::core::HashMap/assoc {} :a 1 :b 2) ;=> {:a 1 :b 2}
   ```")

(:wat::core::native
  :wat::core::HashMap/dissoc<K,V>
  :repeats
  [2]
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   key <- :K]
  -> :wat::core::HashMap<K,V>
  "Returns the map without the entry of a key.

   ```wat
   (:wat::core::HashMap/dissoc {:a 1 :b 2} :a) ;=> {:b 2}
   ```")

(:wat::core::native
  :wat::core::HashMap/entries<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::Vector<(K,V)>
  "Returns the entries as tuples, in canonical order of the keys.

   ```wat
   (:wat::core::HashMap/entries {\"k\" true}) ;=> [(:wat::core::Tuple \"k\" true)]
   ```")

(:wat::core::native
  :wat::core::keys<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::Vector<K>
  "Returns the keys in canonical order.

   ```wat
   (:wat::core::keys {\"b\" 2 \"a\" 1}) ;=> [\"a\" \"b\"]
   ```")

(:wat::core::native
  :wat::core::values<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::Vector<V>
  "Returns the values in the canonical order of their keys.

   ```wat
   (:wat::core::values {\"b\" 2 \"a\" 1}) ;=> [1 2]
   ```")

(:wat::core::defn :wat::core::HashMap/keys<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::Vector<K>
  "Returns the keys in canonical order.

   ```wat
   (:wat::core::HashMap/keys {:a 1}) ;=> [:a]
   ```"
  (:wat::core::keys map))

(:wat::core::defn :wat::core::HashMap/values<K,V>
  [map <- :wat::core::HashMap<K,V>]
  -> :wat::core::Vector<V>
  "Returns the values in the canonical order of their keys.

   ```wat
   (:wat::core::HashMap/values {:a 1}) ;=> [1]
   ```"
  (:wat::core::values map))

(:wat::core::defn :wat::core::update<K,V>
  [map <- :wat::core::HashMap<K,V>
   key <- :K
   f <- :wat::core::Fn(wat::core::Option<V>)->V]
  -> :wat::core::HashMap<K,V>
  "Returns the map with what a function makes of the value of a key, or of its absence.

   ```wat
   (:wat::core::update {\"a\" 1} \"a\" (:wat::core::fn [v <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64 (:wat::core::+ 1 (:wat::core::Option/or v 0)))) ;=> {\"a\" 2}
   ```"
  (:wat::core::HashMap/assoc map key (f (:wat::core::HashMap/get map key))))

(:wat::core::defn :wat::core::merge<K,V>
  [map <- :wat::core::HashMap<K,V>
   & more <- :wat::core::Vector<wat::core::HashMap<K,V>>]
  -> :wat::core::HashMap<K,V>
  "Returns the entries of all maps; of equal keys, that of the last map.

   ```wat
   (:wat::core::merge {:a 1 :b 2} {:b 3}) ;=> {:a 1 :b 3}
   ```"
  (:wat::core::foldl more map :wat::core::__internal/put-all))

(:wat::core::native
  :wat::core::__internal/put-all<K,V>
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   other <- :wat::core::HashMap<K,V>]
  -> :wat::core::HashMap<K,V>
  "Returns the entries of two maps; of equal keys, that of the second.

   ```wat
   (:wat::core::merge {:a 1} {:b 2}) ;=> {:a 1 :b 2}
   ```")

(:wat::core::defn :wat::core::__internal/put-entries<K,V>
  [map <- :wat::core::HashMap<K,V>
   entries <- :wat::core::Vector<(K,V)>]
  -> :wat::core::HashMap<K,V>
  "Returns a map with more entries."
  (:wat::core::foldl
    entries
    map
    (:wat::core::fn
      [acc <- :wat::core::HashMap<K,V>
       entry <- :(K,V)]
      -> :wat::core::HashMap<K,V>
      (:wat::core::HashMap/assoc acc (:wat::core::first entry) (:wat::core::second entry)))))

(:wat::core::native
  :wat::core::HashSet/length<T>
  [set <- :wat::core::HashSet<T>]
  -> :wat::core::i64
  "Returns the number of elements.

   ```wat
   (:wat::core::HashSet/length #{1 2}) ;=> 2
   ```")

(:wat::core::native
  :wat::core::HashSet/empty?<T>
  [set <- :wat::core::HashSet<T>]
  -> :wat::core::bool
  "Tests whether there are no elements.

   ```wat
   (:wat::core::HashSet/empty? #{1}) ;=> false
   ```")

(:wat::core::native
  :wat::core::HashSet/contains?<T>
  :requires
  [T :hash]
  [set <- :wat::core::HashSet<T>
   x <- :T]
  -> :wat::core::bool
  "Tests whether `x` is an element.

   ```wat
   (:wat::core::HashSet/contains? #{1 2} 2) ;=> true
   ```")

(:wat::core::native
  :wat::core::HashSet/conj<T>
  :repeats
  [2]
  :requires
  [T :hash]
  [set <- :wat::core::HashSet<T>
   x <- :T]
  -> :wat::core::HashSet<T>
  "Returns the set with one more element.

   ```wat
   (:wat::core::HashSet/conj #{1} 2) ;=> #{1 2}
   ```")

(:wat::core::define-dispatch :wat::core::disj
  ((:wat::core::HashSet<T> :T &) :wat::core::__internal/without))

(:wat::core::native
  :wat::core::__internal/without<T>
  :requires
  [T :hash]
  [set <- :wat::core::HashSet<T>
   x <- :T]
  -> :wat::core::HashSet<T>
  "Returns the set without an element.

   ```wat
   (:wat::core::disj #{1 2 3} 2) ;=> #{1 3}
   ```")

(:wat::core::native
  :wat::core::union<T>
  :requires
  [T :hash]
  [a <- :wat::core::HashSet<T>
   b <- :wat::core::HashSet<T>]
  -> :wat::core::HashSet<T>
  "Returns the elements of either set.

   ```wat
   (:wat::core::union #{1 2} #{2 3}) ;=> #{1 2 3}
   ```")

(:wat::core::native
  :wat::core::intersection<T>
  :requires
  [T :hash]
  [a <- :wat::core::HashSet<T>
   b <- :wat::core::HashSet<T>]
  -> :wat::core::HashSet<T>
  "Returns the elements of both sets.

   ```wat
   (:wat::core::intersection #{1 2} #{2 3}) ;=> #{2}
   ```")

(:wat::core::native
  :wat::core::difference<T>
  :requires
  [T :hash]
  [a <- :wat::core::HashSet<T>
   b <- :wat::core::HashSet<T>]
  -> :wat::core::HashSet<T>
  "Returns the elements of the first set that the second lacks.

   ```wat
   (:wat::core::difference #{1 2} #{2 3}) ;=> #{1}
   ```")

(:wat::core::defn :wat::core::subset?<T>
  [a <- :wat::core::HashSet<T>
   b <- :wat::core::HashSet<T>]
  -> :wat::core::bool
  "Tests whether the second set has all elements of the first.

   ```wat
   (:wat::core::subset? #{1} #{1 2}) ;=> true
   ```"
  (:wat::core::every?
    (:wat::core::__internal/elements a)
    (:wat::core::fn
      [x <- :T]
      -> :wat::core::bool
      (:wat::core::HashSet/contains? b x))))

(:wat::core::defn :wat::core::__internal/to-set<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::HashSet<T>
  "Returns the elements of a vector as a set.

   ```wat
   (:wat::core::into #{} [1 2 1]) ;=> #{1 2}
   ```"
  (:wat::core::foldl xs (:wat::core::HashSet :T) :wat::core::HashSet/conj))

(:wat::core::define-dispatch :wat::core::length
  ((:wat::core::Vector<T>) :wat::core::Vector/length)
  ((:wat::core::HashMap<K,V>) :wat::core::HashMap/length)
  ((:wat::core::HashSet<T>) :wat::core::HashSet/length))

(:wat::core::define-dispatch :wat::core::count
  ((:wat::core::Vector<T>) :wat::core::Vector/length)
  ((:wat::core::HashMap<K,V>) :wat::core::HashMap/length)
  ((:wat::core::HashSet<T>) :wat::core::HashSet/length))

(:wat::core::define-dispatch :wat::core::empty?
  ((:wat::core::Vector<T>) :wat::core::Vector/empty?)
  ((:wat::core::HashMap<K,V>) :wat::core::HashMap/empty?)
  ((:wat::core::HashSet<T>) :wat::core::HashSet/empty?))

(:wat::core::define-dispatch :wat::core::get
  ((:wat::core::Vector<T> :wat::core::i64) :wat::core::Vector/get)
  ((:wat::core::HashMap<K,V> :K) :wat::core::HashMap/get)
  ((:wat::core::Vector<T> :wat::core::i64 :T) :wat::core::__internal/get-or)
  ((:wat::core::HashMap<K,V> :K :V) :wat::core::__internal/value-or))

(:wat::core::native
  :wat::core::__internal/get-or<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64
   default <- :T]
  -> :T
    "Returns the element at an index, or a default.

   ```wat
   (:wat::core::get [1] 9 -1) ;=> -1
   ```")

(:wat::core::native
  :wat::core::__internal/value-or<K,V>
  :requires
  [K :hash]
  [map <- :wat::core::HashMap<K,V>
   key <- :K
   default <- :V]
  -> :V
    "Returns the value of a key, or a default.

   ```wat
   (:wat::core::get {:a 1} :z 0) ;=> 0
   ```")

(:wat::core::define-dispatch :wat::core::contains?
  ((:wat::core::Vector<T> :T) :wat::core::Vector/contains?)
  ((:wat::core::HashMap<K,V> :K) :wat::core::HashMap/contains-key?)
  ((:wat::core::HashSet<T> :T) :wat::core::HashSet/contains?))

(:wat::core::define-dispatch :wat::core::conj
  ((:wat::core::Vector<T> :T &) :wat::core::Vector/conj)
  ((:wat::core::HashSet<T> :T &) :wat::core::HashSet/conj))

(:wat::core::define-dispatch :wat::core::assoc
  ((:wat::core::Vector<T> :wat::core::i64 :T) :wat::core::Vector/assoc)
  ((:wat::core::HashMap<K,V> :K :V &) :wat::core::HashMap/assoc))

(:wat::core::define-dispatch :wat::core::dissoc
  ((:wat::core::HashMap<K,V> :K &) :wat::core::HashMap/dissoc))

(:wat::core::define-dispatch :wat::core::concat
  ((:wat::core::Vector<T> :wat::core::Vector<T> &) :wat::core::Vector/concat)
  ((:wat::core::Vector<T>) :wat::core::__internal/concat-one))

(:wat::core::defn :wat::core::__internal/concat-one<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns the elements of one vector."
  xs)

(:wat::core::define-dispatch :wat::core::into
  ((:wat::core::Vector<T> :wat::core::__internal::Seqable<T>) :wat::core::Vector/concat)
  ((:wat::core::HashMap<K,V> :wat::core::__internal::Seqable<(K,V)>) :wat::core::__internal/put-entries)
  ((:wat::core::HashSet<T> :wat::core::__internal::Seqable<T>) :wat::core::__internal/add-all))

(:wat::core::defn :wat::core::__internal/add-all<T>
  [set <- :wat::core::HashSet<T>
   xs <- :wat::core::Vector<T>]
  -> :wat::core::HashSet<T>
  "Returns the set with the elements of a vector.

   ```wat
   (:wat::core::into #{3} [1]) ;=> #{1 3}
   ```"
  (:wat::core::foldl xs set :wat::core::HashSet/conj))

(:wat::core::define-dispatch :wat::core::range
  ((:wat::core::i64 :wat::core::i64) :wat::core::__internal/range-from)
  ((:wat::core::i64) :wat::core::__internal/range-to)
  ((:wat::core::i64 :wat::core::i64 :wat::core::i64) :wat::core::__internal/range))

(:wat::core::defn :wat::core::__internal/range-to
  [end <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "Returns the integers from 0 to `end` (exclusive).

   ```wat
   (:wat::core::range 3) ;=> [0 1 2]
   ```"
  (:wat::core::__internal/range 0 end 1))

(:wat::core::defn :wat::core::__internal/range-from
  [start <- :wat::core::i64
   end <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "Returns the integers from `start` (inclusive) to `end` (exclusive).

   ```wat
   (:wat::core::range 1 3) ;=> [1 2]
   ```"
  (:wat::core::__internal/range start end 1))

(:wat::core::defn :wat::core::map<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->U]
  -> :wat::core::Vector<U>
  "Returns what a function makes of each element.

   ```wat
   (:wat::core::map [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* x x))) ;=> [1 4 9]
   ```"
  (:wat::core::__internal/map-from xs f 0 []))

(:wat::core::defn :wat::core::mapv<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->U]
  -> :wat::core::Vector<U>
  "Returns what a function makes of each element.

   ```wat
   (:wat::core::mapv [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* x x))) ;=> [1 4 9]
   ```"
  (:wat::core::__internal/map-from xs f 0 []))

(:wat::core::defn :wat::core::__internal/map-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T)->U
   index <- :wat::core::i64
   done <- :wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Maps the elements from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::__internal/map-from
      xs
      f
      (:wat::core::i64::+'2 index 1)
      (:wat::core::Vector/conj done (f (:wat::core::nth xs index))))))

(:wat::core::defn :wat::core::filter<T>
  [xs <- :wat::core::__internal::Seqable<T>
   keep? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Returns the elements for which a predicate holds.

   ```wat
   (:wat::core::filter [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> [2 3]
   ```"
  (:wat::core::__internal/filter-from xs keep? true 0 []))

(:wat::core::defn :wat::core::filterv<T>
  [xs <- :wat::core::__internal::Seqable<T>
   keep? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Returns the elements for which a predicate holds.

   ```wat
   (:wat::core::filterv [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> [2 3]
   ```"
  (:wat::core::__internal/filter-from xs keep? true 0 []))

(:wat::core::defn :wat::core::remove<T>
  [xs <- :wat::core::__internal::Seqable<T>
   drop? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Returns the elements for which a predicate does not hold.

   ```wat
   (:wat::core::remove [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> [1]
   ```"
  (:wat::core::__internal/filter-from xs drop? false 0 []))

(:wat::core::defn :wat::core::__internal/filter-from<T>
  [xs <- :wat::core::Vector<T>
   keep? <- :wat::core::Fn(T)->wat::core::bool
   wanted <- :wat::core::bool
   index <- :wat::core::i64
   done <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Filters the elements from an index on: keeps those for which the predicate says what is wanted."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::let
      [x (:wat::core::nth xs index)]
      (:wat::core::if
        (:wat::core::= (keep? x) wanted)
        (:wat::core::__internal/filter-from
          xs
          keep?
          wanted
          (:wat::core::i64::+'2 index 1)
          (:wat::core::Vector/conj done x))
        (:wat::core::__internal/filter-from xs keep? wanted (:wat::core::i64::+'2 index 1) done)))))

(:wat::core::defn :wat::core::foldl<T,A>
  [xs <- :wat::core::__internal::Seqable<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines the elements from the first to the last with an accumulator.

   ```wat
   (:wat::core::foldl [1 2 3] 0 :wat::core::i64::+'2) ;=> 6
   ```"
  (:wat::core::__internal/foldl-from xs f 0 init))

(:wat::core::defn :wat::list::reduce<T,A>
  [xs <- :wat::core::__internal::Seqable<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines the elements from the first to the last with an accumulator; another name of `foldl`.

   ```wat
   (:wat::list::reduce [1 2 3] 0 :wat::core::i64::+'2) ;=> 6
   ```"
  (:wat::core::__internal/foldl-from xs f 0 init))

(:wat::core::defn :wat::list::fold<T,A>
  [xs <- :wat::core::__internal::Seqable<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :A
  "Combines the elements from the first to the last with an accumulator; another name of `foldl`.

   ```wat
   (:wat::list::fold [1 2 3] 0 :wat::core::i64::+'2) ;=> 6
   ```"
  (:wat::core::__internal/foldl-from xs f 0 init))

(:wat::core::defn :wat::core::__internal/foldl-from<T,A>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(A,T)->A
   index <- :wat::core::i64
   acc <- :A]
  -> :A
  "Folds the elements from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    acc
    (:wat::core::__internal/foldl-from xs f (:wat::core::i64::+'2 index 1) (f acc (:wat::core::nth xs index)))))

(:wat::core::defn :wat::core::foldr<T,A>
  [xs <- :wat::core::__internal::Seqable<T>
   init <- :A
   f <- :wat::core::Fn(T,A)->A]
  -> :A
  "Combines the elements from the last to the first with an accumulator.

   ```wat
   (:wat::core::foldr [1 2 3] 0 :wat::core::i64::-'2) ;=> 2
   ```"
  (:wat::core::__internal/foldr-from xs f (:wat::core::Vector/length xs) init))

(:wat::core::defn :wat::core::__internal/foldr-from<T,A>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T,A)->A
   index <- :wat::core::i64
   acc <- :A]
  -> :A
  "Folds the elements before an index, from the last on."
  (:wat::core::if
    (:wat::core::= index 0)
    acc
    (:wat::core::let
      [before (:wat::core::i64::-'2 index 1)]
      (:wat::core::__internal/foldr-from xs f before (f (:wat::core::nth xs before) acc)))))

(:wat::core::define-dispatch :wat::core::reduce
  ((:wat::core::__internal::Seqable<T> :A :wat::core::Fn(A,T)->A) :wat::core::foldl)
  ((:wat::core::__internal::Seqable<T> :wat::core::Fn(T,T)->T) :wat::core::__internal/reduce-all))

(:wat::core::defn :wat::core::__internal/reduce-all<T>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T,T)->T]
  -> :T
  "Combines the elements, beginning with the first.

   An empty vector is WAT8404.

   ```wat
   (:wat::core::reduce [1 2 3] :wat::core::i64::+'2) ;=> 6
   ```"
  (:wat::core::let
    [tail (:wat::core::__internal/rest-of "reduce" xs)]
    (:wat::core::__internal/foldl-from tail f 0 (:wat::core::nth xs 0))))

(:wat::core::native
  :wat::core::__internal/rest-of<T>
  [who <- :wat::core::String
   xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns all elements but the first, for a function that needs one.

   An empty vector is WAT8404.

   ```wat
   (:wat::core::rest [1 2]) ;=> [2]
   ```")

(:wat::core::defn :wat::core::reductions<T,A>
  [xs <- :wat::core::__internal::Seqable<T>
   init <- :A
   f <- :wat::core::Fn(A,T)->A]
  -> :wat::core::Vector<A>
  "Returns the initial value and every intermediate result of a fold.

   ```wat
   (:wat::core::reductions [1 2 3] 0 :wat::core::i64::+'2) ;=> [0 1 3 6]
   ```"
  (:wat::core::__internal/reductions-from xs f 0 init [init]))

(:wat::core::defn :wat::core::__internal/reductions-from<T,A>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(A,T)->A
   index <- :wat::core::i64
   acc <- :A
   done <- :wat::core::Vector<A>]
  -> :wat::core::Vector<A>
  "Folds the elements from an index on and collects the results."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::let
      [next (f acc (:wat::core::nth xs index))]
      (:wat::core::__internal/reductions-from
        xs
        f
        (:wat::core::i64::+'2 index 1)
        next
        (:wat::core::Vector/conj done next)))))

(:wat::core::defn :wat::core::for-each<T>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->wat::core::nil]
  -> :wat::core::nil
  "Calls a function for each element, for its effects."
  (:wat::core::__internal/each-from xs f 0))

(:wat::core::defn :wat::core::run!<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->U]
  -> :wat::core::nil
  "Calls a function for each element, for its effects; results are discarded."
  (:wat::core::__internal/each-from xs f 0))

(:wat::core::defn :wat::core::__internal/each-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T)->U
   index <- :wat::core::i64]
  -> :wat::core::nil
  "Calls a function for the elements from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    :wat::core::nil
    (:wat::core::do
      (f (:wat::core::nth xs index))
      (:wat::core::__internal/each-from xs f (:wat::core::i64::+'2 index 1)))))

(:wat::core::defn :wat::core::map-indexed<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(wat::core::i64,T)->U]
  -> :wat::core::Vector<U>
  "Returns what a function makes of each index and element.

   ```wat
   (:wat::core::map-indexed [5 6 7] :wat::core::i64::*'2) ;=> [0 6 14]
   ```"
  (:wat::core::__internal/map-indexed-from xs f 0 []))

(:wat::core::defn :wat::core::__internal/map-indexed-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(wat::core::i64,T)->U
   index <- :wat::core::i64
   done <- :wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Maps indices and elements from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::__internal/map-indexed-from
      xs
      f
      (:wat::core::i64::+'2 index 1)
      (:wat::core::Vector/conj done (f index (:wat::core::nth xs index))))))

(:wat::core::defn :wat::core::mapcat<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Returns the elements of all vectors that a function makes of the elements.

   ```wat
   (:wat::core::mapcat [\"ab\" \"c\"] :wat::core::string::chars) ;=> [\"a\" \"b\" \"c\"]
   ```"
  (:wat::core::__internal/mapcat-from xs f 0 []))

(:wat::core::defn :wat::core::__internal/mapcat-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T)->wat::core::Vector<U>
   index <- :wat::core::i64
   done <- :wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Concatenates the results from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::__internal/mapcat-from
      xs
      f
      (:wat::core::i64::+'2 index 1)
      (:wat::core::Vector/concat done (f (:wat::core::nth xs index))))))

(:wat::core::defn :wat::core::keep<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->wat::core::Option<U>]
  -> :wat::core::Vector<U>
  "Returns the values that a function makes of the elements, where there are any.

   ```wat
   (:wat::core::keep [\"1\" \"x\" \"2\"] :wat::core::string::to-i64) ;=> [1 2]
   ```"
  (:wat::core::__internal/keep-from xs f 0 []))

(:wat::core::defn :wat::core::__internal/keep-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T)->wat::core::Option<U>
   index <- :wat::core::i64
   done <- :wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Collects the values from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::match
      (f (:wat::core::nth xs index))
      -> :wat::core::Vector<U>
      ((:wat::core::Some value)
        (:wat::core::__internal/keep-from xs f (:wat::core::i64::+'2 index 1) (:wat::core::Vector/conj done value)))
      (:wat::core::None (:wat::core::__internal/keep-from xs f (:wat::core::i64::+'2 index 1) done)))))

(:wat::core::defn :wat::core::keep-indexed<T,U>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(wat::core::i64,T)->wat::core::Option<U>]
  -> :wat::core::Vector<U>
  "Returns the values that a function makes of indices and elements, where there are any."
  (:wat::core::__internal/keep-indexed-from xs f 0 []))

(:wat::core::defn :wat::core::__internal/keep-indexed-from<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(wat::core::i64,T)->wat::core::Option<U>
   index <- :wat::core::i64
   done <- :wat::core::Vector<U>]
  -> :wat::core::Vector<U>
  "Collects the values from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::match
      (f index (:wat::core::nth xs index))
      -> :wat::core::Vector<U>
      ((:wat::core::Some value)
        (:wat::core::__internal/keep-indexed-from
          xs
          f
          (:wat::core::i64::+'2 index 1)
          (:wat::core::Vector/conj done value)))
      (:wat::core::None (:wat::core::__internal/keep-indexed-from xs f (:wat::core::i64::+'2 index 1) done)))))

(:wat::core::defn :wat::core::find-index<T>
  [xs <- :wat::core::Vector<T>
   found? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Option<wat::core::i64>
  "Returns the index of the first element for which a predicate holds.

   ```wat
   (:wat::core::find-index [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> (:wat::core::Some 1)
   ```"
  (:wat::core::__internal/find-from xs found? true 0))

(:wat::core::defn :wat::core::__internal/find-from<T>
  [xs <- :wat::core::Vector<T>
   found? <- :wat::core::Fn(T)->wat::core::bool
   wanted <- :wat::core::bool
   index <- :wat::core::i64]
  -> :wat::core::Option<wat::core::i64>
  "Searches from an index on for an element for which the predicate says what is wanted."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    :wat::core::None
    (:wat::core::if
      (:wat::core::= (found? (:wat::core::nth xs index)) wanted)
      (:wat::core::Some index)
      (:wat::core::__internal/find-from xs found? wanted (:wat::core::i64::+'2 index 1)))))

(:wat::core::defn :wat::core::find-last-index<T>
  [xs <- :wat::core::Vector<T>
   found? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Option<wat::core::i64>
  "Returns the index of the last element for which a predicate holds.

   ```wat
   (:wat::core::find-last-index [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> (:wat::core::Some 2)
   ```"
  (:wat::core::__internal/find-before xs found? (:wat::core::Vector/length xs)))

(:wat::core::defn :wat::core::__internal/find-before<T>
  [xs <- :wat::core::Vector<T>
   found? <- :wat::core::Fn(T)->wat::core::bool
   index <- :wat::core::i64]
  -> :wat::core::Option<wat::core::i64>
  "Searches before an index, from the end."
  (:wat::core::if
    (:wat::core::= index 0)
    :wat::core::None
    (:wat::core::let
      [before (:wat::core::i64::-'2 index 1)]
      (:wat::core::if
        (found? (:wat::core::nth xs before))
        (:wat::core::Some before)
        (:wat::core::__internal/find-before xs found? before)))))

(:wat::core::defn :wat::core::find-first<T>
  [xs <- :wat::core::__internal::Seqable<T>
   found? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Option<T>
  "Returns the first element for which a predicate holds.

   ```wat
   (:wat::core::find-first [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> (:wat::core::Some 2)
   ```"
  (:wat::core::match
    (:wat::core::__internal/find-from xs found? true 0)
    -> :wat::core::Option<T>
    ((:wat::core::Some index) (:wat::core::Vector/get xs index))
    (:wat::core::None :wat::core::None)))

(:wat::core::defn :wat::core::every?<T>
  [xs <- :wat::core::__internal::Seqable<T>
   holds? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::bool
  "Tests whether a predicate holds for all elements.

   ```wat
   (:wat::core::every? [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> false
   ```"
  (:wat::core::Option/none? (:wat::core::__internal/find-from xs holds? false 0)))

(:wat::core::defn :wat::core::any?<T>
  [xs <- :wat::core::__internal::Seqable<T>
   holds? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::bool
  "Tests whether a predicate holds for an element.

   ```wat
   (:wat::core::any? [1 2 3] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> true
   ```"
  (:wat::core::Option/some? (:wat::core::__internal/find-from xs holds? true 0)))

(:wat::core::defn :wat::core::take-while<T>
  [xs <- :wat::core::Vector<T>
   holds? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Returns the elements before the first for which a predicate does not hold.

   ```wat
   (:wat::core::take-while [2 3 1 4] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> [2 3]
   ```"
  (:wat::core::match
    (:wat::core::__internal/find-from xs holds? false 0)
    -> :wat::core::Vector<T>
    ((:wat::core::Some index) (:wat::core::take xs index))
    (:wat::core::None xs)))

(:wat::core::defn :wat::core::drop-while<T>
  [xs <- :wat::core::Vector<T>
   holds? <- :wat::core::Fn(T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Returns the elements from the first on for which a predicate does not hold.

   ```wat
   (:wat::core::drop-while [2 3 1 4] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::bool (:wat::core::> x 1))) ;=> [1 4]
   ```"
  (:wat::core::match
    (:wat::core::__internal/find-from xs holds? false 0)
    -> :wat::core::Vector<T>
    ((:wat::core::Some index) (:wat::core::drop xs index))
    (:wat::core::None [])))

(:wat::core::defn :wat::core::take-nth<T>
  [xs <- :wat::core::Vector<T>
   step <- :wat::core::i64]
  -> :wat::core::Vector<T>
  "Returns every n-th element, from the first on.

   A step of 0 or less is WAT8406.

   ```wat
   (:wat::core::take-nth [1 2 3 4 5] 2) ;=> [1 3 5]
   ```"
  (:wat::core::__internal/map-from
    (:wat::core::__internal/range 0 (:wat::core::Vector/length xs) (:wat::core::__internal/positive "step" step))
    (:wat::core::fn
      [index <- :wat::core::i64]
      -> :T
      (:wat::core::nth xs index))
    0
    []))

(:wat::core::native
  :wat::core::__internal/positive
  [what <- :wat::core::String
   n <- :wat::core::i64]
  -> :wat::core::i64
  "Returns a number that must be positive.

   0 and negative numbers are WAT8406.

   ```wat
   (:wat::core::take-nth [1 2 3] 2) ;=> [1 3]
   ```")

(:wat::core::defn :wat::core::interpose<T>
  [xs <- :wat::core::Vector<T>
   separator <- :T]
  -> :wat::core::Vector<T>
  "Returns the elements with a separator between them.

   ```wat
   (:wat::core::interpose [1 2 3] 0) ;=> [1 0 2 0 3]
   ```"
  (:wat::core::__internal/interpose-from xs separator 0 []))

(:wat::core::defn :wat::core::__internal/interpose-from<T>
  [xs <- :wat::core::Vector<T>
   separator <- :T
   index <- :wat::core::i64
   done <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Interposes from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::let
      [x (:wat::core::nth xs index)]
      (:wat::core::if
        (:wat::core::= index 0)
        (:wat::core::__internal/interpose-from xs separator 1 (:wat::core::Vector/conj done x))
        (:wat::core::__internal/interpose-from
          xs
          separator
          (:wat::core::i64::+'2 index 1)
          (:wat::core::Vector/conj (:wat::core::Vector/conj done separator) x))))))

(:wat::core::defn :wat::core::dedupe<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Returns the elements without those that are equal to their predecessor.

   ```wat
   (:wat::core::dedupe [1 1 2 1]) ;=> [1 2 1]
   ```"
  (:wat::core::__internal/dedupe-from xs 0 []))

(:wat::core::defn :wat::core::__internal/dedupe-from<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64
   done <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Removes repetitions from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::let
      [x (:wat::core::nth xs index)]
      (:wat::core::if
        (:wat::core::and (:wat::core::> index 0) (:wat::core::= x (:wat::core::nth xs (:wat::core::i64::-'2 index 1))))
        (:wat::core::__internal/dedupe-from xs (:wat::core::i64::+'2 index 1) done)
        (:wat::core::__internal/dedupe-from xs (:wat::core::i64::+'2 index 1) (:wat::core::Vector/conj done x))))))

(:wat::core::defn :wat::core::distinct<T>
  [xs <- :wat::core::__internal::Seqable<T>]
  -> :wat::core::Vector<T>
  "Returns the elements, of equal ones only the first.

   ```wat
   (:wat::core::distinct [1 1 2 1]) ;=> [1 2]
   ```"
  (:wat::core::__internal/distinct-from xs 0 (:wat::core::HashSet :T) []))

(:wat::core::defn :wat::core::__internal/distinct-from<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64
   seen <- :wat::core::HashSet<T>
   done <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Keeps what was not seen yet, from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    done
    (:wat::core::let
      [x (:wat::core::nth xs index)]
      (:wat::core::if
        (:wat::core::HashSet/contains? seen x)
        (:wat::core::__internal/distinct-from xs (:wat::core::i64::+'2 index 1) seen done)
        (:wat::core::__internal/distinct-from
          xs
          (:wat::core::i64::+'2 index 1)
          (:wat::core::HashSet/conj seen x)
          (:wat::core::Vector/conj done x))))))

(:wat::core::defn :wat::core::group-by<T,K>
  [xs <- :wat::core::__internal::Seqable<T>
   f <- :wat::core::Fn(T)->K]
  -> :wat::core::HashMap<K,wat::core::Vector<T>>
  "Returns the elements by what a function makes of them; groups keep the order.

   ```wat
   (:wat::core::group-by [\"a\" \"bb\" \"c\"] :wat::core::string::length) ;=> {1 [\"a\" \"c\"] 2 [\"bb\"]}
   ```"
  (:wat::core::foldl
    xs
    (:wat::core::HashMap :K :wat::core::Vector<T>)
    (:wat::core::fn
      [groups <- :wat::core::HashMap<K,wat::core::Vector<T>>
       x <- :T]
      -> :wat::core::HashMap<K,wat::core::Vector<T>>
      (:wat::core::let
        [key (f x)
         group (:wat::core::Option/or (:wat::core::HashMap/get groups key) [])]
        (:wat::core::HashMap/assoc groups key (:wat::core::Vector/conj group x))))))

(:wat::core::defn :wat::core::frequencies<T>
  [xs <- :wat::core::__internal::Seqable<T>]
  -> :wat::core::HashMap<T,wat::core::i64>
  "Returns how often each element occurs.

   ```wat
   (:wat::core::frequencies [\"b\" \"a\" \"b\"]) ;=> {\"a\" 1 \"b\" 2}
   ```"
  (:wat::core::foldl
    xs
    (:wat::core::HashMap :T :wat::core::i64)
    (:wat::core::fn
      [counts <- :wat::core::HashMap<T,wat::core::i64>
       x <- :T]
      -> :wat::core::HashMap<T,wat::core::i64>
      (:wat::core::let
        [before (:wat::core::Option/or (:wat::core::HashMap/get counts x) 0)]
        (:wat::core::HashMap/assoc counts x (:wat::core::i64::+'2 before 1))))))

(:wat::core::define-dispatch :wat::core::sort
  ((:wat::core::Vector<T>) :wat::core::__internal/sorted)
  ((:wat::core::Vector<T> :wat::core::Fn(T,T)->wat::core::bool) :wat::core::__internal/merge-sort))

(:wat::core::define-dispatch :wat::core::sort-by
  ((:wat::core::Vector<T> :wat::core::Fn(T,T)->wat::core::bool) :wat::core::__internal/merge-sort)
  ((:wat::core::Vector<T> :wat::core::Fn(T)->K) :wat::core::__internal/sort-by-key)
  ((:wat::core::Vector<T> :wat::core::Fn(T)->K :wat::core::Fn(K,K)->wat::core::bool)
    :wat::core::__internal/sort-by-key-and-order))

(:wat::core::defn :wat::core::__internal/merge-sort<T>
  [xs <- :wat::core::Vector<T>
   before? <- :wat::core::Fn(T,T)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Sorts by a predicate that says whether one element comes before another. Sorting is stable.

   ```wat
   (:wat::core::sort [3 1 2] (:wat::core::fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::bool (:wat::core::> a b))) ;=> [3 2 1]
   ```"
  (:wat::core::let
    [half (:wat::core::i64::quot (:wat::core::Vector/length xs) 2)]
    (:wat::core::if
      (:wat::core::= half 0)
      xs
      (:wat::core::__internal/merge-from
        (:wat::core::__internal/merge-sort (:wat::core::take xs half) before?)
        (:wat::core::__internal/merge-sort (:wat::core::drop xs half) before?)
        before?
        0
        0
        []))))

(:wat::core::defn :wat::core::__internal/merge-from<T>
  [xs <- :wat::core::Vector<T>
   ys <- :wat::core::Vector<T>
   before? <- :wat::core::Fn(T,T)->wat::core::bool
   i <- :wat::core::i64
   j <- :wat::core::i64
   done <- :wat::core::Vector<T>]
  -> :wat::core::Vector<T>
  "Merges two sorted vectors from two indices on; of elements without order, those of the first come first."
  (:wat::core::if
    (:wat::core::= i (:wat::core::Vector/length xs))
    (:wat::core::Vector/concat done (:wat::core::drop ys j))
    (:wat::core::if
      (:wat::core::= j (:wat::core::Vector/length ys))
      (:wat::core::Vector/concat done (:wat::core::drop xs i))
      (:wat::core::let
        [x (:wat::core::nth xs i)
         y (:wat::core::nth ys j)]
        (:wat::core::if
          (before? y x)
          (:wat::core::__internal/merge-from
            xs
            ys
            before?
            i
            (:wat::core::i64::+'2 j 1)
            (:wat::core::Vector/conj done y))
          (:wat::core::__internal/merge-from
            xs
            ys
            before?
            (:wat::core::i64::+'2 i 1)
            j
            (:wat::core::Vector/conj done x)))))))

(:wat::core::defn :wat::core::__internal/sort-by-key<T,K>
  [xs <- :wat::core::Vector<T>
   key <- :wat::core::Fn(T)->K]
  -> :wat::core::Vector<T>
  "Sorts by a key, ascending; the key of each element is computed once. Sorting is stable.

   ```wat
   (:wat::core::sort-by [\"bb\" \"a\"] :wat::core::string::length) ;=> [\"a\" \"bb\"]
   ```"
  (:wat::core::__internal/sort-by-key-and-order
    xs
    key
    (:wat::core::fn
      [a <- :K
       b <- :K]
      -> :wat::core::bool
      (:wat::core::< a b))))

(:wat::core::defn :wat::core::__internal/sort-by-key-and-order<T,K>
  [xs <- :wat::core::Vector<T>
   key <- :wat::core::Fn(T)->K
   before? <- :wat::core::Fn(K,K)->wat::core::bool]
  -> :wat::core::Vector<T>
  "Sorts by a key and a predicate on keys; the key of each element is computed once. Sorting is stable."
  (:wat::core::let
    [keyed
       (:wat::core::map
         xs
         (:wat::core::fn
           [x <- :T]
           -> :(K,T)
           (:wat::core::Tuple (key x) x)))
     sorted
       (:wat::core::__internal/merge-sort
         keyed
         (:wat::core::fn
           [a <- :(K,T)
            b <- :(K,T)]
           -> :wat::core::bool
           (before? (:wat::core::first a) (:wat::core::first b))))]
    (:wat::core::map
      sorted
      (:wat::core::fn
        [pair <- :(K,T)]
        -> :T
        (:wat::core::second pair)))))

(:wat::core::defn :wat::core::min-by<T,K>
  [xs <- :wat::core::__internal::Seqable<T>
   key <- :wat::core::Fn(T)->K]
  -> :wat::core::Option<T>
  "Returns the first element with the least key, or `None` of an empty vector.

   ```wat
   (:wat::core::min-by [\"ccc\" \"a\" \"b\"] :wat::core::string::length) ;=> (:wat::core::Some \"a\")
   ```"
  (:wat::core::__internal/best-by
    xs
    key
    (:wat::core::fn
      [a <- :K
       b <- :K]
      -> :wat::core::bool
      (:wat::core::< a b))))

(:wat::core::defn :wat::core::max-by<T,K>
  [xs <- :wat::core::__internal::Seqable<T>
   key <- :wat::core::Fn(T)->K]
  -> :wat::core::Option<T>
  "Returns the first element with the greatest key, or `None` of an empty vector.

   ```wat
   (:wat::core::max-by [\"a\" \"ccc\" \"bbb\"] :wat::core::string::length) ;=> (:wat::core::Some \"ccc\")
   ```"
  (:wat::core::__internal/best-by
    xs
    key
    (:wat::core::fn
      [a <- :K
       b <- :K]
      -> :wat::core::bool
      (:wat::core::> a b))))

(:wat::core::defn :wat::core::__internal/best-by<T,K>
  [xs <- :wat::core::Vector<T>
   key <- :wat::core::Fn(T)->K
   better? <- :wat::core::Fn(K,K)->wat::core::bool]
  -> :wat::core::Option<T>
  "Returns the first element whose key no other beats."
  (:wat::core::if
    (:wat::core::Vector/empty? xs)
    :wat::core::None
    (:wat::core::let
      [first (:wat::core::nth xs 0)]
      (:wat::core::__internal/best-from xs key better? 1 first (key first)))))

(:wat::core::defn :wat::core::__internal/best-from<T,K>
  [xs <- :wat::core::Vector<T>
   key <- :wat::core::Fn(T)->K
   better? <- :wat::core::Fn(K,K)->wat::core::bool
   index <- :wat::core::i64
   best <- :T
   best-key <- :K]
  -> :wat::core::Option<T>
  "Looks for a better element from an index on."
  (:wat::core::if
    (:wat::core::= index (:wat::core::Vector/length xs))
    (:wat::core::Some best)
    (:wat::core::let
      [x (:wat::core::nth xs index)
       x-key (key x)]
      (:wat::core::if
        (better? x-key best-key)
        (:wat::core::__internal/best-from xs key better? (:wat::core::i64::+'2 index 1) x x-key)
        (:wat::core::__internal/best-from xs key better? (:wat::core::i64::+'2 index 1) best best-key)))))
