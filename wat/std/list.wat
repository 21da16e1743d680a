;; Functions of vectors that are not in the core.

(:wat::core::defn :wat::std::list::zip<T,U>
  [xs <- :wat::core::Vector<T>
   ys <- :wat::core::Vector<U>]
  -> :wat::core::Vector<(T,U)>
  "Returns pairs of the elements at the same positions, as many as the shorter vector has.

   ```wat
   (:wat::core::length (:wat::std::list::zip [1 2 3] [\"a\" \"b\"])) ;=> 2
   ```"
  (:wat::std::list::__internal/zip-from
    xs
    ys
    (:wat::core::i64::min (:wat::core::Vector/length xs) (:wat::core::Vector/length ys))
    0
    []))

(:wat::core::defn :wat::std::list::__internal/zip-from<T,U>
  [xs <- :wat::core::Vector<T>
   ys <- :wat::core::Vector<U>
   count <- :wat::core::i64
   index <- :wat::core::i64
   out <- :wat::core::Vector<(T,U)>]
  -> :wat::core::Vector<(T,U)>
  "Appends the pairs from an index on."
  (:wat::core::if
    (:wat::core::= index count)
    out
    (:wat::std::list::__internal/zip-from
      xs
      ys
      count
      (:wat::core::i64::+'2 index 1)
      (:wat::core::Vector/conj out (:wat::core::Tuple (:wat::core::nth xs index) (:wat::core::nth ys index))))))

(:wat::core::defn :wat::std::list::window<T>
  [xs <- :wat::core::Vector<T>
   size <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::Vector<T>>
  "Returns all contiguous runs of a length; none if the length is not positive or exceeds that of the vector.

   ```wat
   (:wat::std::list::window [1 2 3] 2) ;=> [[1 2] [2 3]]
   ```"
  (:wat::core::if
    (:wat::core::<= size 0)
    []
    (:wat::core::map
      (:wat::core::range 0 (:wat::core::i64::+'2 1 (:wat::core::i64::-'2 (:wat::core::Vector/length xs) size)))
      (:wat::core::fn
        [start <- :wat::core::i64]
        -> :wat::core::Vector<T>
        (:wat::core::take (:wat::core::drop xs start) size)))))

(:wat::core::defn :wat::std::list::partition<T>
  [xs <- :wat::core::Vector<T>
   size <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::Vector<T>>
  "Returns consecutive runs of a length; the last one may be shorter. A length that is not positive is WAT8406.

   ```wat
   (:wat::std::list::partition [1 2 3 4 5] 2) ;=> [[1 2] [3 4] [5]]
   ```"
  (:wat::core::map
    (:wat::std::list::__internal/starts (:wat::core::Vector/length xs) size)
    (:wat::core::fn
      [start <- :wat::core::i64]
      -> :wat::core::Vector<T>
      (:wat::core::take (:wat::core::drop xs start) size))))

(:wat::core::native
  :wat::std::list::__internal/starts
  [length <- :wat::core::i64
   size <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "Returns where the runs of a length begin. A length that is not positive is WAT8406.")

(:wat::core::native
  :wat::std::list::remove-at<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64]
  -> :wat::core::Vector<T>
  "Returns the vector without the element at an index, unchanged if there is none.

   ```wat
   (:wat::std::list::remove-at [1 2 3] 1) ;=> [1 3]
   ```")

(:wat::core::native
  :wat::std::list::insert-at<T>
  [xs <- :wat::core::Vector<T>
   index <- :wat::core::i64
   x <- :T]
  -> :wat::core::Vector<T>
  "Returns the vector with an element put in at an index, 0 to the length; another index is WAT8405.

   ```wat
   (:wat::std::list::insert-at [1 2] 1 9) ;=> [1 9 2]
   ```")

(:wat::core::defn :wat::std::list::map-with-index<T,U>
  [xs <- :wat::core::Vector<T>
   f <- :wat::core::Fn(T,wat::core::i64)->U]
  -> :wat::core::Vector<U>
  "Returns the results of a function of each element and its index.

   ```wat
   (:wat::std::list::map-with-index [5 6] (:wat::core::fn [x <- :wat::core::i64 i <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* x i))) ;=> [0 6]
   ```"
  (:wat::core::map-indexed
    xs
    (:wat::core::fn
      [index <- :wat::core::i64
       x <- :T]
      -> :U
      (f x index))))
