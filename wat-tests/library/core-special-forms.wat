;; What `wat/core/special-forms.wat` declares.

(:wat::test::deftest :lib::core::fn-holds ()
  (:wat::test::assert-eq
    ((:wat::core::fn
       [n <- :wat::core::i64]
       -> :wat::core::i64
       (:wat::core::i64::+ n 1))
     41)
    42))

(:wat::test::deftest :lib::core::let-holds ()
  (:wat::test::assert-eq
    (:wat::core::let
      [a 1
       [b c] (:wat::core::Tuple 2 3)]
      (:wat::core::+ a b c))
    6))

(:wat::test::deftest :lib::core::if-holds ()
  (:wat::test::assert-eq
    (:wat::core::if
      (:wat::core::< 1 2)
      "less"
      "not less")
    "less"))

(:wat::test::deftest :lib::core::cond-holds ()
  (:wat::test::assert-eq
    (:wat::core::let
      [n 50]
      (:wat::core::cond
        ((:wat::core::< n 10) "small")
        ((:wat::core::< n 100) "medium")
        (:else "large")))
    "medium"))

(:wat::test::deftest :lib::core::do-holds ()
  (:wat::test::assert-eq
    (:wat::core::do
      "ignored"
      42)
    42))

(:wat::test::deftest :lib::core::match-holds ()
  (:wat::test::assert-eq
    (:wat::core::match
      (:wat::core::Some 41)
      ((:wat::core::Some n) (:wat::core::i64::+ n 1))
      (:wat::core::None 0))
    42))

(:wat::test::deftest :lib::core::and-holds ()
  (:wat::test::assert-eq (:wat::core::and true false) false))

(:wat::test::deftest :lib::core::or-holds ()
  (:wat::test::assert-eq (:wat::core::or false true) true))

(:wat::test::deftest :lib::core::Some-holds ()
  (:wat::test::assert-eq
    (:wat::core::match
      (:wat::core::Some 7)
      ((:wat::core::Some n) n)
      (:wat::core::None 0))
    7))

(:wat::test::deftest :lib::core::None-holds ()
  (:wat::test::assert-eq (:wat::core::get [7 8] 9) :wat::core::None))

(:wat::test::deftest :lib::core::Tuple-holds ()
  (:wat::test::assert-eq (:wat::core::second (:wat::core::Tuple 1 "one")) "one"))

(:wat::test::deftest :lib::core::Vector-holds ()
  (:wat::test::assert-eq
    (:wat::core::Vector :wat::core::i64
      1
      2)
    [1 2]))

(:wat::test::deftest :lib::core::HashMap-holds ()
  (:wat::test::assert-eq
    (:wat::core::get
      (:wat::core::HashMap :wat::core::String :wat::core::i64
        "a" 1)
      "a")
    (:wat::core::Some 1)))

(:wat::test::deftest :lib::core::HashSet-holds ()
  (:wat::test::assert-eq
    (:wat::core::length
      (:wat::core::HashSet :wat::core::i64
        1
        2
        2))
    2))

(:wat::test::deftest :lib::core::u8-holds ()
  (:wat::test::assert-eq (:wat::core::u8::to-i64 (:wat::core::u8 255)) 255))

(:wat::test::deftest :lib::core::apply-holds ()
  (:wat::test::assert-eq (:wat::core::apply :wat::core::i64::+ [1 2 3]) 6)
  (:wat::test::assert-eq (:wat::core::apply :wat::core::i64::min [7 3]) 3))

(:wat::test::deftest :lib::core::format-holds ()
  (:wat::test::assert-eq (:wat::core::format "{a} of {b}" :a 1 :b 2.0) "1 of 2.0"))

(:wat::test::deftest :lib::core::string::interpolate-holds ()
  (:wat::test::assert-eq (:wat::core::string::interpolate "{a} of {b}" :a 1 :b 2.0) "1 of 2.0"))

(:wat::test::deftest :lib::core::-cmp-holds ()
  (:wat::test::assert-eq (:wat::core::-> 5 (:wat::core::- 3) (:wat::core::* 2)) 4))

(:wat::test::deftest :lib::core::-cmpcmp-holds ()
  (:wat::test::assert-eq (:wat::core::->> 5 (:wat::core::- 3) (:wat::core::* 2)) -4))
