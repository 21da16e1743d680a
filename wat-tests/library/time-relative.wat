;; Points in time that lie before and behind now.

(:wat::core::defn :lib::time::lies
  [earlier <- :wat::time::Instant
   later <- :wat::time::Instant]
  -> :wat::core::nil
  (:wat::core::let
    [now (:wat::time::now)]
    (:wat::core::do
      (:wat::test::assert-true (:wat::core::<= earlier now))
      (:wat::test::assert-true (:wat::core::>= later now)))))

(:wat::test::deftest :lib::time::before-and-behind-now ()
  (:lib::time::lies (:wat::time::ago (:wat::time::Hour 1)) (:wat::time::from-now (:wat::time::Hour 1)))
  (:lib::time::lies (:wat::time::days-ago 1) (:wat::time::days-from-now 1))
  (:lib::time::lies (:wat::time::hours-ago 1) (:wat::time::hours-from-now 1))
  (:lib::time::lies (:wat::time::minutes-ago 1) (:wat::time::minutes-from-now 1))
  (:lib::time::lies (:wat::time::seconds-ago 60) (:wat::time::seconds-from-now 60))
  (:lib::time::lies (:wat::time::milliseconds-ago 60000) (:wat::time::milliseconds-from-now 60000))
  (:lib::time::lies (:wat::time::microseconds-ago 60000000) (:wat::time::microseconds-from-now 60000000))
  (:lib::time::lies (:wat::time::nanoseconds-ago 60000000000) (:wat::time::nanoseconds-from-now 60000000000)))

(:wat::test::defprop :lib::time::a-duration-there-and-back
  [seconds <- (:wat::test::gen::i64-in 0 4000000000)
   length <- (:wat::test::gen::i64-in 0 1000000)]
  (:wat::core::let
    [start (:wat::time::at seconds)
     span (:wat::time::Second length)
     end (:wat::time::+ start span)]
    (:wat::core::do
      (:wat::test::assert-eq (:wat::time::- end span) start)
      (:wat::test::assert-eq (:wat::time::- end start) span))))

(:wat::test::defprop :lib::time::types-have-generators
  [at <- :wat::time::Instant
   span <- :wat::time::Duration
   id <- :wat::core::Uuid]
  {:cases 20}
  (:wat::test::assert-true (:wat::core::>= (:wat::time::epoch-seconds at) 0))
  (:wat::test::assert-true (:wat::core::>= (:wat::time::nanoseconds span) 0))
  (:wat::test::assert-eq (:wat::core::Uuid/from-string (:wat::core::Uuid/to-string id)) (:wat::core::Some id)))

(:wat::test::deftest :lib::random::numbers-of-chance-differ ()
  (:wat::test::assert-ne (:wat::core::Uuid/v4) (:wat::core::Uuid/v4))
  (:wat::test::assert-eq (:wat::core::Uuid/version (:wat::core::Uuid/v4)) 4)
  (:wat::test::assert-ne (:wat::std::random::entropy) (:wat::std::random::entropy)))
