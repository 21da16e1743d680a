;; What `wat/core/vector.wat` declares.

(:wat::test::deftest :lib::core::Vector/length-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/length [7 8]) 2))

(:wat::test::deftest :lib::core::Vector/empty?-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/empty? [7]) false))

(:wat::test::deftest :lib::core::Vector/get-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::Vector/get [7 8] 1)) "8")
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::Vector/get [7 8] 2)) "nil"))

(:wat::test::deftest :lib::core::Vector/contains?-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/contains? [7 8] 8) true))

(:wat::test::deftest :lib::core::Vector/conj-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/conj [7] 8) [7 8]))

(:wat::test::deftest :lib::core::Vector/assoc-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/assoc [7 8] 1 9) [7 9]))

(:wat::test::deftest :lib::core::Vector/concat-holds ()
  (:wat::test::assert-eq (:wat::core::Vector/concat [1] [2 3]) [1 2 3]))

(:wat::test::deftest :lib::core::nth-holds ()
  (:wat::test::assert-eq (:wat::core::nth [7 8] 1) 8))

(:wat::test::deftest :lib::core::last-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::last [7 8])) "8"))

(:wat::test::deftest :lib::core::rest-holds ()
  (:wat::test::assert-eq (:wat::core::rest [7 8]) [8]))

(:wat::test::deftest :lib::core::take-holds ()
  (:wat::test::assert-eq (:wat::core::take [7 8 9] 2) [7 8]))

(:wat::test::deftest :lib::core::drop-holds ()
  (:wat::test::assert-eq (:wat::core::drop [7 8 9] 2) [9]))

(:wat::test::deftest :lib::core::reverse-holds ()
  (:wat::test::assert-eq (:wat::core::reverse [7 8 9]) [9 8 7]))

(:wat::test::deftest :lib::core::HashMap/length-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/length {:a 1}) 1))

(:wat::test::deftest :lib::core::HashMap/empty?-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/empty? {:a 1}) false))

(:wat::test::deftest :lib::core::HashMap/get-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::HashMap/get {:a 1} :a)) "1"))

(:wat::test::deftest :lib::core::HashMap/contains-key?-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/contains-key? {:a 1} :b) false))

(:wat::test::deftest :lib::core::HashMap/assoc-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/assoc {:a 1} :b 2) {:a 1 :b 2}))

(:wat::test::deftest :lib::core::HashMap/dissoc-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/dissoc {:a 1 :b 2} :a) {:b 2}))

(:wat::test::deftest :lib::core::HashMap/entries-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::HashMap/entries {"k" true})) "[[\"k\" true]]"))

(:wat::test::deftest :lib::core::keys-holds ()
  (:wat::test::assert-eq (:wat::core::keys {"b" 2 "a" 1}) ["a" "b"]))

(:wat::test::deftest :lib::core::values-holds ()
  (:wat::test::assert-eq (:wat::core::values {"b" 2 "a" 1}) [1 2]))

(:wat::test::deftest :lib::core::HashMap/keys-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/keys {:a 1}) [:a]))

(:wat::test::deftest :lib::core::HashMap/values-holds ()
  (:wat::test::assert-eq (:wat::core::HashMap/values {:a 1}) [1]))

(:wat::test::deftest :lib::core::update-holds ()
  (:wat::test::assert-eq
    (:wat::core::update
      {"a" 1}
      "a"
      (:wat::core::fn
        [v <- :wat::core::Option<wat::core::i64>]
        -> :wat::core::i64
        (:wat::core::+ 1 (:wat::core::Option/or v 0))))
    {"a" 2}))

(:wat::test::deftest :lib::core::merge-holds ()
  (:wat::test::assert-eq (:wat::core::merge {:a 1 :b 2} {:b 3}) {:a 1 :b 3}))

(:wat::test::deftest :lib::core::HashSet/length-holds ()
  (:wat::test::assert-eq (:wat::core::HashSet/length #{1 2}) 2))

(:wat::test::deftest :lib::core::HashSet/empty?-holds ()
  (:wat::test::assert-eq (:wat::core::HashSet/empty? #{1}) false))

(:wat::test::deftest :lib::core::HashSet/contains?-holds ()
  (:wat::test::assert-eq (:wat::core::HashSet/contains? #{1 2} 2) true))

(:wat::test::deftest :lib::core::subset?-holds ()
  (:wat::test::assert-eq (:wat::core::subset? #{1} #{1 2}) true))

(:wat::test::deftest :lib::core::map-holds ()
  (:wat::test::assert-eq
    (:wat::core::map
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::i64
        (:wat::core::* x x)))
    [1 4 9]))

(:wat::test::deftest :lib::core::mapv-holds ()
  (:wat::test::assert-eq
    (:wat::core::mapv
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::i64
        (:wat::core::* x x)))
    [1 4 9]))

(:wat::test::deftest :lib::core::filter-holds ()
  (:wat::test::assert-eq
    (:wat::core::filter
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    [2 3]))

(:wat::test::deftest :lib::core::filterv-holds ()
  (:wat::test::assert-eq
    (:wat::core::filterv
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    [2 3]))

(:wat::test::deftest :lib::core::remove-holds ()
  (:wat::test::assert-eq
    (:wat::core::remove
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    [1]))

(:wat::test::deftest :lib::core::foldl-holds ()
  (:wat::test::assert-eq (:wat::core::foldl [1 2 3] 0 :wat::core::i64::+'2) 6))

(:wat::test::deftest :lib::list::reduce-holds ()
  (:wat::test::assert-eq (:wat::list::reduce [1 2 3] 0 :wat::core::i64::+'2) 6))

(:wat::test::deftest :lib::list::fold-holds ()
  (:wat::test::assert-eq (:wat::list::fold [1 2 3] 0 :wat::core::i64::+'2) 6))

(:wat::test::deftest :lib::core::foldr-holds ()
  (:wat::test::assert-eq (:wat::core::foldr [1 2 3] 0 :wat::core::i64::-'2) 2))

(:wat::test::deftest :lib::core::reductions-holds ()
  (:wat::test::assert-eq (:wat::core::reductions [1 2 3] 0 :wat::core::i64::+'2) [0 1 3 6]))

(:wat::test::deftest :lib::core::map-indexed-holds ()
  (:wat::test::assert-eq (:wat::core::map-indexed [5 6 7] :wat::core::i64::*'2) [0 6 14]))

(:wat::test::deftest :lib::core::mapcat-holds ()
  (:wat::test::assert-eq (:wat::core::mapcat ["ab" "c"] :wat::core::string::chars) ["a" "b" "c"]))

(:wat::test::deftest :lib::core::keep-holds ()
  (:wat::test::assert-eq (:wat::core::keep ["1" "x" "2"] :wat::core::string::to-i64) [1 2]))

(:wat::test::deftest :lib::core::find-index-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write
      (:wat::core::find-index
        [1 2 3]
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::bool
          (:wat::core::> x 1))))
    "1"))

(:wat::test::deftest :lib::core::find-last-index-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write
      (:wat::core::find-last-index
        [1 2 3]
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::bool
          (:wat::core::> x 1))))
    "2"))

(:wat::test::deftest :lib::core::find-first-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write
      (:wat::core::find-first
        [1 2 3]
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::bool
          (:wat::core::> x 1))))
    "2"))

(:wat::test::deftest :lib::core::every?-holds ()
  (:wat::test::assert-eq
    (:wat::core::every?
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    false))

(:wat::test::deftest :lib::core::any?-holds ()
  (:wat::test::assert-eq
    (:wat::core::any?
      [1 2 3]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    true))

(:wat::test::deftest :lib::core::take-while-holds ()
  (:wat::test::assert-eq
    (:wat::core::take-while
      [2 3 1 4]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    [2 3]))

(:wat::test::deftest :lib::core::drop-while-holds ()
  (:wat::test::assert-eq
    (:wat::core::drop-while
      [2 3 1 4]
      (:wat::core::fn
        [x <- :wat::core::i64]
        -> :wat::core::bool
        (:wat::core::> x 1)))
    [1 4]))

(:wat::test::deftest :lib::core::take-nth-holds ()
  (:wat::test::assert-eq (:wat::core::take-nth [1 2 3 4 5] 2) [1 3 5]))

(:wat::test::deftest :lib::core::interpose-holds ()
  (:wat::test::assert-eq (:wat::core::interpose [1 2 3] 0) [1 0 2 0 3]))

(:wat::test::deftest :lib::core::dedupe-holds ()
  (:wat::test::assert-eq (:wat::core::dedupe [1 1 2 1]) [1 2 1]))

(:wat::test::deftest :lib::core::distinct-holds ()
  (:wat::test::assert-eq (:wat::core::distinct [1 1 2 1]) [1 2]))

(:wat::test::deftest :lib::core::group-by-holds ()
  (:wat::test::assert-eq (:wat::core::group-by ["a" "bb" "c"] :wat::core::string::length) {1 ["a" "c"] 2 ["bb"]}))

(:wat::test::deftest :lib::core::frequencies-holds ()
  (:wat::test::assert-eq (:wat::core::frequencies ["b" "a" "b"]) {"a" 1 "b" 2}))

(:wat::test::deftest :lib::core::min-by-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::min-by ["ccc" "a" "b"] :wat::core::string::length)) "\"a\""))

(:wat::test::deftest :lib::core::max-by-holds ()
  (:wat::test::assert-eq
    (:wat::edn::write (:wat::core::max-by ["a" "ccc" "bbb"] :wat::core::string::length))
    "\"ccc\""))
