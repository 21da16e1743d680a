;; Names with several implementations, and functions over collections.

(:wat::test::defprop :lib::collections::sorting-orders
  [xs <- :wat::core::Vector<wat::core::i64>]
  (:wat::core::let
    [sorted (:wat::core::sort xs)]
    (:wat::core::do
      (:wat::test::assert-eq (:wat::core::count sorted) (:wat::core::count xs))
      (:wat::test::assert-eq (:wat::core::sort sorted) sorted)
      (:wat::test::assert-eq (:wat::core::sort xs :wat::core::>=) (:wat::core::reverse sorted)))))

(:wat::test::deftest :lib::collections::sort-by-holds ()
  (:wat::test::assert-eq (:wat::core::sort-by ["ccc" "a" "bb"] :wat::core::string::length) ["a" "bb" "ccc"]))

(:wat::test::defprop :lib::collections::sets-are-algebra
  [a <- :wat::core::HashSet<wat::core::u8>
   b <- :wat::core::HashSet<wat::core::u8>]
  (:wat::core::let
    [both (:wat::core::intersection a b)
     all (:wat::core::union a b)
     left (:wat::core::difference a b)]
    (:wat::core::do
      (:wat::test::assert-eq
        (:wat::core::count all)
        (:wat::core::- (:wat::core::+ (:wat::core::count a) (:wat::core::count b)) (:wat::core::count both)))
      (:wat::test::assert-eq (:wat::core::union left both) a)
      (:wat::test::assert-true (:wat::core::empty? (:wat::core::intersection left b))))))

(:wat::test::deftest :lib::collections::elements-come-and-go ()
  (:wat::test::assert-eq (:wat::core::HashSet/conj #{1} 2) #{1 2})
  (:wat::test::assert-eq (:wat::core::disj #{1 2} 2) #{1})
  (:wat::test::assert-eq (:wat::core::assoc {"a" 1} "b" 2) {"a" 1 "b" 2})
  (:wat::test::assert-eq (:wat::core::assoc [1 2] 0 7) [7 2])
  (:wat::test::assert-eq (:wat::core::dissoc {"a" 1 "b" 2} "a") {"b" 2})
  (:wat::test::assert-eq (:wat::core::concat [1] [2] [3]) [1 2 3])
  (:wat::test::assert-eq (:wat::core::into [1] [2]) [1 2])
  (:wat::test::assert-eq (:wat::core::into #{1} [2 2]) #{1 2})
  (:wat::test::assert-true (:wat::core::contains? {"a" 1} "a"))
  (:wat::test::assert-false (:wat::core::contains? [1 2] 3)))

(:wat::test::deftest :lib::collections::reduce-folds ()
  (:wat::test::assert-eq (:wat::core::reduce [1 2 3] :wat::core::i64::+'2) 6)
  (:wat::test::assert-eq (:wat::core::reduce [1 2 3] 10 :wat::core::i64::+'2) 16))

(:wat::test::deftest :lib::collections::keep-indexed-keeps-what-is-some ()
  (:wat::test::assert-eq
    (:wat::core::keep-indexed
      ["a" "b" "c"]
      (:wat::core::fn
        [index <- :wat::core::i64
         text <- :wat::core::String]
        -> :wat::core::Option<wat::core::String>
        (:wat::core::if
          (:wat::core::= index 1)
          -> :wat::core::Option<wat::core::String>
          :wat::core::None
          (:wat::core::Some text))))
    ["a" "c"]))

(:wat::test::deftest-hermetic :lib::collections::print-each ()
  (:wat::core::for-each
    [1 2]
    (:wat::core::fn
      [n <- :wat::core::i64]
      -> :wat::core::nil
      (:wat::kernel::println n)))
  (:wat::core::run!
    [3]
    (:wat::core::fn
      [n <- :wat::core::i64]
      -> :wat::core::i64
      (:wat::core::do
        (:wat::kernel::println n)
        n))))

(:wat::test::deftest :lib::collections::effects-come-in-order ()
  (:wat::test::assert-stdout-is (:lib::collections::print-each) ["1" "2" "3"]))

(:wat::test::defprop :lib::numbers::order-is-total
  [a <- :wat::core::i64
   b <- :wat::core::i64]
  (:wat::test::assert-true (:wat::core::or (:wat::core::<= a b) (:wat::core::>= a b)))
  (:wat::test::assert-eq (:wat::core::and (:wat::core::<= a b) (:wat::core::>= a b)) (:wat::core::= a b)))

(:wat::core::defn :lib::results::parse
  [text <- :wat::core::String]
  -> :wat::core::Result<wat::core::i64,wat::core::String>
  (:wat::core::Option/ok-or (:wat::core::string::to-i64 text) text))

(:wat::core::defn :lib::results::sum
  [a <- :wat::core::String
   b <- :wat::core::String]
  -> :wat::core::Result<wat::core::i64,wat::core::String>
  (:wat::core::Ok
    (:wat::core::+
      (:wat::core::Result/try
        (:lib::results::parse a))
      (:wat::core::Result/try
        (:lib::results::parse b)))))

(:wat::core::defn :lib::results::next
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::core::i64>
  (:wat::core::Some
    (:wat::core::+
      1
      (:wat::core::Option/try
        (:wat::core::string::to-i64 text)))))

(:wat::test::deftest :lib::results::chain ()
  (:wat::test::assert-eq (:lib::results::sum "1" "2") (:wat::core::Ok 3))
  (:wat::test::assert-eq (:lib::results::sum "1" "x") (:wat::core::Err "x"))
  (:wat::test::assert-eq (:lib::results::next "4") (:wat::core::Some 5))
  (:wat::test::assert-eq (:lib::results::next "x") :wat::core::None)
  (:wat::test::assert-eq
    (:wat::core::Result/map (:lib::results::parse "4") :wat::core::i64::to-string)
    (:wat::core::Ok "4"))
  (:wat::test::assert-eq
    (:wat::core::Result/map-err (:lib::results::parse "four") :wat::core::string::length)
    (:wat::core::Err 4))
  (:wat::test::assert-eq
    (:wat::core::Result/and-then
      (:lib::results::parse "4")
      (:wat::core::fn
        [n <- :wat::core::i64]
        -> :wat::core::Result<wat::core::i64,wat::core::String>
        (:lib::results::sum "1" (:wat::core::i64::to-string n))))
    (:wat::core::Ok 5)))

(:wat::test::deftest :lib::results::expect-panics ()
  (:wat::test::assert-eq
    (:wat::core::Result/expect
      (:lib::results::parse "4")
      "a number")
    4)
  (:wat::test::assert-eq
    (:wat::core::Option/expect
      (:wat::core::Some 4)
      "a number")
    4)
  (:wat::core::let
    [failure
       (:wat::test::assert-panics
         "a number"
         (:wat::core::do
           (:wat::core::Option/expect
             (:wat::core::string::to-i64 "x")
             "a number")
           :wat::core::nil))]
    (:wat::test::assert-contains (:wat::kernel::Failure/message failure) "a number")))
