;; Points in time and lengths of time.

(:wat::core::native :wat::time::now [] -> :wat::time::Instant "Returns the time of the wall clock, which may jump.")

(:wat::core::native
  :wat::time::at
  [seconds <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many seconds after 1970-01-01T00:00:00Z; a negative number is before.

   Outside the years -262143 to 262142 it is WAT8414.

   ```wat
   (:wat::time::to-iso8601 (:wat::time::at 0) 0) ;=> \"1970-01-01T00:00:00Z\"
   ```")

(:wat::core::native
  :wat::time::at-millis
  [milliseconds <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many milliseconds after 1970-01-01T00:00:00Z; a negative number is before.

   Outside the years -262143 to 262142 it is WAT8414.

   ```wat
   (:wat::time::to-iso8601 (:wat::time::at-millis 0) 0) ;=> \"1970-01-01T00:00:00Z\"
   ```")

(:wat::core::native
  :wat::time::at-nanos
  [nanoseconds <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many nanoseconds after 1970-01-01T00:00:00Z; a negative number is before.

   Outside the years -262143 to 262142 it is WAT8414.

   ```wat
   (:wat::time::to-iso8601 (:wat::time::at-nanos 0) 0) ;=> \"1970-01-01T00:00:00Z\"
   ```")

(:wat::core::native
  :wat::time::epoch-seconds
  [instant <- :wat::time::Instant]
  -> :wat::core::i64
  "Returns the seconds since 1970-01-01T00:00:00Z, rounded down.

   ```wat
   (:wat::time::epoch-seconds (:wat::time::at 0)) ;=> 0
   ```")

(:wat::core::native
  :wat::time::epoch-millis
  [instant <- :wat::time::Instant]
  -> :wat::core::i64
  "Returns the milliseconds since 1970-01-01T00:00:00Z, rounded down.

   ```wat
   (:wat::time::epoch-millis (:wat::time::at 0)) ;=> 0
   ```")

(:wat::core::native
  :wat::time::epoch-nanos
  [instant <- :wat::time::Instant]
  -> :wat::core::i64
  "Returns the nanoseconds since 1970-01-01T00:00:00Z, rounded down.

   Outside the years 1677 to 2262 the number does not fit: WAT8414.

   ```wat
   (:wat::time::epoch-nanos (:wat::time::at 0)) ;=> 0
   ```")

(:wat::core::native
  :wat::time::from-iso8601
  [text <- :wat::core::String]
  -> :wat::core::Option<wat::time::Instant>
  "Returns the instant of an RFC 3339 date and time with offset, `T` or a space between them, or `None`.

   ```wat
   (:wat::time::from-iso8601 \"2026-01-02\") ;=> :wat::core::None
   ```")

(:wat::core::native
  :wat::time::to-iso8601
  [instant <- :wat::time::Instant
   digits <- :wat::core::i64]
  -> :wat::core::String
  "Returns the instant in UTC as RFC 3339, with so many digits of the second's fraction: 0 to 9, the rest cut off.

   ```wat
   (:wat::time::to-iso8601 (:wat::time::at-nanos 123456789) 3) ;=> \"1970-01-01T00:00:00.123Z\"
   ```")

(:wat::core::defn :wat::time::Nanosecond
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many nanoseconds.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Nanosecond 1)) ;=> 1
   ```"
  (:wat::time::__internal/duration count 1))

(:wat::core::defn :wat::time::Microsecond
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many microseconds.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Microsecond 1)) ;=> 1000
   ```"
  (:wat::time::__internal/duration count 1000))

(:wat::core::defn :wat::time::Millisecond
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many milliseconds.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Millisecond 1)) ;=> 1000000
   ```"
  (:wat::time::__internal/duration count 1000000))

(:wat::core::defn :wat::time::Second
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many seconds.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Second 1)) ;=> 1000000000
   ```"
  (:wat::time::__internal/duration count 1000000000))

(:wat::core::defn :wat::time::Minute
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many minutes.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Minute 1)) ;=> 60000000000
   ```"
  (:wat::time::__internal/duration count 60000000000))

(:wat::core::defn :wat::time::Hour
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many hours.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Hour 1)) ;=> 3600000000000
   ```"
  (:wat::time::__internal/duration count 3600000000000))

(:wat::core::defn :wat::time::Day
  [count <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns a duration of so many days of 24 hours.

   A negative count panics with WAT8421, one that does not fit with WAT8422.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Day 1)) ;=> 86400000000000
   ```"
  (:wat::time::__internal/duration count 86400000000000))

(:wat::core::native
  :wat::time::__internal/duration
  [count <- :wat::core::i64
   nanoseconds <- :wat::core::i64]
  -> :wat::time::Duration
  "Returns so many times a length of time, which is never negative.")

(:wat::core::define-dispatch :wat::time::+
  ((:wat::time::Instant :wat::time::Duration) :wat::time::__internal/add))

(:wat::core::define-dispatch :wat::time::-
  ((:wat::time::Instant :wat::time::Duration) :wat::time::__internal/subtract)
  ((:wat::time::Instant :wat::time::Instant) :wat::time::__internal/since))

(:wat::core::native
  :wat::time::__internal/add
  [instant <- :wat::time::Instant
   duration <- :wat::time::Duration]
  -> :wat::time::Instant
  "Returns the instant a duration later; outside the range it is WAT8414.")

(:wat::core::native
  :wat::time::__internal/subtract
  [instant <- :wat::time::Instant
   duration <- :wat::time::Duration]
  -> :wat::time::Instant
  "Returns the instant a duration earlier; outside the range it is WAT8414.")

(:wat::core::native
  :wat::time::__internal/since
  [later <- :wat::time::Instant
   earlier <- :wat::time::Instant]
  -> :wat::time::Duration
  "Returns how long after the second instant the first one is; it panics with WAT8421 if it is earlier.")

(:wat::core::defn :wat::time::ago
  [duration <- :wat::time::Duration]
  -> :wat::time::Instant
  "Returns the instant a duration before now."
  (:wat::time::__internal/subtract (:wat::time::now) duration))

(:wat::core::defn :wat::time::from-now
  [duration <- :wat::time::Duration]
  -> :wat::time::Instant
  "Returns the instant a duration after now."
  (:wat::time::__internal/add (:wat::time::now) duration))

(:wat::core::defn :wat::time::nanoseconds-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many nanoseconds before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Nanosecond count)))

(:wat::core::defn :wat::time::nanoseconds-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many nanoseconds after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Nanosecond count)))

(:wat::core::defn :wat::time::microseconds-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many microseconds before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Microsecond count)))

(:wat::core::defn :wat::time::microseconds-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many microseconds after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Microsecond count)))

(:wat::core::defn :wat::time::milliseconds-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many milliseconds before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Millisecond count)))

(:wat::core::defn :wat::time::milliseconds-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many milliseconds after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Millisecond count)))

(:wat::core::defn :wat::time::seconds-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many seconds before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Second count)))

(:wat::core::defn :wat::time::seconds-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many seconds after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Second count)))

(:wat::core::defn :wat::time::minutes-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many minutes before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Minute count)))

(:wat::core::defn :wat::time::minutes-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many minutes after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Minute count)))

(:wat::core::defn :wat::time::hours-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many hours before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Hour count)))

(:wat::core::defn :wat::time::hours-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many hours after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Hour count)))

(:wat::core::defn :wat::time::days-ago
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many days before now. A negative count panics with WAT8421."
  (:wat::time::ago (:wat::time::Day count)))

(:wat::core::defn :wat::time::days-from-now
  [count <- :wat::core::i64]
  -> :wat::time::Instant
  "Returns the instant so many days after now. A negative count panics with WAT8421."
  (:wat::time::from-now (:wat::time::Day count)))

(:wat::core::native
  :wat::time::nanoseconds
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in nanoseconds.

   ```wat
   (:wat::time::nanoseconds (:wat::time::Second 1)) ;=> 1000000000
   ```")

(:wat::core::defn :wat::time::microseconds
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in microseconds, what is left over cut off.

   ```wat
   (:wat::time::microseconds (:wat::time::Microsecond 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 1000))

(:wat::core::defn :wat::time::milliseconds
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in milliseconds, what is left over cut off.

   ```wat
   (:wat::time::milliseconds (:wat::time::Millisecond 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 1000000))

(:wat::core::defn :wat::time::seconds
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in seconds, what is left over cut off.

   ```wat
   (:wat::time::seconds (:wat::time::Second 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 1000000000))

(:wat::core::defn :wat::time::minutes
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in minutes, what is left over cut off.

   ```wat
   (:wat::time::minutes (:wat::time::Minute 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 60000000000))

(:wat::core::defn :wat::time::hours
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in hours, what is left over cut off.

   ```wat
   (:wat::time::hours (:wat::time::Hour 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 3600000000000))

(:wat::core::defn :wat::time::days
  [duration <- :wat::time::Duration]
  -> :wat::core::i64
  "Returns the whole duration in days, what is left over cut off.

   ```wat
   (:wat::time::days (:wat::time::Day 3)) ;=> 3
   ```"
  (:wat::core::i64::quot (:wat::time::nanoseconds duration) 86400000000000))

(:wat::core::defn :wat::time::abs-diff
  [a <- :wat::time::Instant
   b <- :wat::time::Instant]
  -> :wat::time::Duration
  "Returns the distance of two instants, whichever is earlier.

   ```wat
   (:wat::time::seconds (:wat::time::abs-diff (:wat::time::at 4) (:wat::time::at 10))) ;=> 6
   ```"
  (:wat::core::if
    (:wat::core::< a b)
    (:wat::time::__internal/since b a)
    (:wat::time::__internal/since a b)))
