;; What `wat/time/time.wat` declares.

(:wat::test::deftest :lib::time::at-holds ()
  (:wat::test::assert-eq (:wat::time::to-iso8601 (:wat::time::at 0) 0) "1970-01-01T00:00:00Z"))

(:wat::test::deftest :lib::time::at-millis-holds ()
  (:wat::test::assert-eq (:wat::time::to-iso8601 (:wat::time::at-millis 0) 0) "1970-01-01T00:00:00Z"))

(:wat::test::deftest :lib::time::at-nanos-holds ()
  (:wat::test::assert-eq (:wat::time::to-iso8601 (:wat::time::at-nanos 0) 0) "1970-01-01T00:00:00Z"))

(:wat::test::deftest :lib::time::epoch-seconds-holds ()
  (:wat::test::assert-eq (:wat::time::epoch-seconds (:wat::time::at 0)) 0))

(:wat::test::deftest :lib::time::epoch-millis-holds ()
  (:wat::test::assert-eq (:wat::time::epoch-millis (:wat::time::at 0)) 0))

(:wat::test::deftest :lib::time::epoch-nanos-holds ()
  (:wat::test::assert-eq (:wat::time::epoch-nanos (:wat::time::at 0)) 0))

(:wat::test::deftest :lib::time::from-iso8601-holds ()
  (:wat::test::assert-eq (:wat::time::from-iso8601 "2026-01-02") :wat::core::None))

(:wat::test::deftest :lib::time::to-iso8601-holds ()
  (:wat::test::assert-eq (:wat::time::to-iso8601 (:wat::time::at-nanos 123456789) 3) "1970-01-01T00:00:00.123Z"))

(:wat::test::deftest :lib::time::Nanosecond-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Nanosecond 1)) 1))

(:wat::test::deftest :lib::time::Microsecond-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Microsecond 1)) 1000))

(:wat::test::deftest :lib::time::Millisecond-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Millisecond 1)) 1000000))

(:wat::test::deftest :lib::time::Second-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Second 1)) 1000000000))

(:wat::test::deftest :lib::time::Minute-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Minute 1)) 60000000000))

(:wat::test::deftest :lib::time::Hour-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Hour 1)) 3600000000000))

(:wat::test::deftest :lib::time::Day-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Day 1)) 86400000000000))

(:wat::test::deftest :lib::time::nanoseconds-holds ()
  (:wat::test::assert-eq (:wat::time::nanoseconds (:wat::time::Second 1)) 1000000000))

(:wat::test::deftest :lib::time::microseconds-holds ()
  (:wat::test::assert-eq (:wat::time::microseconds (:wat::time::Microsecond 3)) 3))

(:wat::test::deftest :lib::time::milliseconds-holds ()
  (:wat::test::assert-eq (:wat::time::milliseconds (:wat::time::Millisecond 3)) 3))

(:wat::test::deftest :lib::time::seconds-holds ()
  (:wat::test::assert-eq (:wat::time::seconds (:wat::time::Second 3)) 3))

(:wat::test::deftest :lib::time::minutes-holds ()
  (:wat::test::assert-eq (:wat::time::minutes (:wat::time::Minute 3)) 3))

(:wat::test::deftest :lib::time::hours-holds ()
  (:wat::test::assert-eq (:wat::time::hours (:wat::time::Hour 3)) 3))

(:wat::test::deftest :lib::time::days-holds ()
  (:wat::test::assert-eq (:wat::time::days (:wat::time::Day 3)) 3))

(:wat::test::deftest :lib::time::abs-diff-holds ()
  (:wat::test::assert-eq (:wat::time::seconds (:wat::time::abs-diff (:wat::time::at 4) (:wat::time::at 10))) 6))
