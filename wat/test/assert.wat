;; Assertions: they return when what they say holds, and panic with what they found otherwise.

(:wat::core::native
  :wat::test::__internal/differ<T>
  [message <- :wat::core::String
   actual <- :T
   expected <- :T]
  -> :wat::core::nil
  "Panics with two values (WAT8516). Programs use assertions.")

(:wat::core::defn :wat::test::fail
  [message <- :wat::core::String]
  -> :wat::core::nil
  "Panics with a message (WAT8516).

   ```wat
   (:wat::test::fail \"not reached\") ;!! \"not reached\"
   ```"
  (:wat::kernel::assertion-failed! message :wat::core::None :wat::core::None))

(:wat::core::defn :wat::test::assert-eq<T>
  [actual <- :T
   expected <- :T]
  -> :wat::core::nil
  "Panics unless two values are equal (WAT8516).

   ```wat
   (:wat::test::assert-eq (:wat::core::+ 1 1) 2)
   (:wat::test::assert-eq 1 2) ;!! \"assert-eq failed\"
   ```"
  (:wat::core::if
    (:wat::core::= actual expected)
    :wat::core::nil
    (:wat::test::__internal/differ "assert-eq failed" actual expected)))

(:wat::core::defn :wat::test::assert-ne<T>
  [actual <- :T
   unexpected <- :T]
  -> :wat::core::nil
  "Panics if two values are equal (WAT8516).

   ```wat
   (:wat::test::assert-ne \"a\" \"b\")
   (:wat::test::assert-ne 1 1) ;!! \"anything but 1\"
   ```"
  (:wat::core::if
    (:wat::core::= actual unexpected)
    (:wat::kernel::assertion-failed!
      "assert-ne failed"
      (:wat::core::Some (:wat::core::show actual))
      (:wat::core::Some (:wat::core::string::concat "anything but " (:wat::core::show unexpected))))
    :wat::core::nil))

(:wat::core::defn :wat::test::assert-true
  [actual <- :wat::core::bool]
  -> :wat::core::nil
  "Panics unless the value is true (WAT8516).

   ```wat
   (:wat::test::assert-true (:wat::core::< 1 2))
   (:wat::test::assert-true false) ;!! \"assert-true failed\"
   ```"
  (:wat::core::if
    actual
    :wat::core::nil
    (:wat::kernel::assertion-failed! "assert-true failed" (:wat::core::Some "false") (:wat::core::Some "true"))))

(:wat::core::defn :wat::test::assert-false
  [actual <- :wat::core::bool]
  -> :wat::core::nil
  "Panics unless the value is false (WAT8516).

   ```wat
   (:wat::test::assert-false (:wat::core::< 2 1))
   (:wat::test::assert-false true) ;!! \"assert-false failed\"
   ```"
  (:wat::core::if
    actual
    (:wat::kernel::assertion-failed! "assert-false failed" (:wat::core::Some "true") (:wat::core::Some "false"))
    :wat::core::nil))

(:wat::core::defn :wat::test::assert-approx
  [actual <- :wat::core::f64
   expected <- :wat::core::f64
   tolerance <- :wat::core::f64]
  -> :wat::core::nil
  "Panics unless two numbers differ by at most a tolerance (WAT8516). A NaN always fails; equal infinities pass.

   ```wat
   (:wat::test::assert-approx 0.1 0.10001 0.001)
   (:wat::test::assert-approx 1.0 2.0 0.5) ;!! \"2 ± 0.5\"
   (:wat::test::assert-approx 1.0 1.0 -1.0) ;!! \"1 ± -1\"
   ```"
  (:wat::core::if
    (:wat::core::or
      (:wat::core::and (:wat::core::= actual expected) (:wat::core::not (:wat::core::f64::finite? actual)))
      (:wat::core::<= (:wat::core::f64::abs (:wat::core::- actual expected)) tolerance))
    :wat::core::nil
    (:wat::kernel::assertion-failed!
      "assert-approx failed"
      (:wat::core::Some (:wat::core::show actual))
      (:wat::core::Some (:wat::core::string::concat (:wat::core::show expected) " ± " (:wat::core::show tolerance))))))

(:wat::core::defn :wat::test::assert-some<T>
  [option <- :wat::core::Option<T>]
  -> :T
  "Returns the value of a `Some`; panics without one (WAT8516).

   ```wat
   (:wat::test::assert-some (:wat::core::Some 7)) ;=> 7
   ```"
  (:wat::core::match
    option
    -> :T
    ((:wat::core::Some value) value)
    (:wat::core::None
      (:wat::kernel::assertion-failed! "assert-some failed" (:wat::core::Some ":None") (:wat::core::Some "(Some _)")))))

(:wat::core::defn :wat::test::assert-none<T>
  [option <- :wat::core::Option<T>]
  -> :wat::core::nil
  "Panics if there is a value (WAT8516).

   ```wat
   (:wat::test::assert-none (:wat::core::first (:wat::core::Vector :wat::core::i64)))
   (:wat::test::assert-none (:wat::core::Some 1)) ;!! \"assert-none failed\"
   ```"
  (:wat::core::match
    option
    -> :wat::core::nil
    (:wat::core::None :wat::core::nil)
    ((:wat::core::Some _)
      (:wat::kernel::assertion-failed!
        "assert-none failed"
        (:wat::core::Some (:wat::core::show option))
        (:wat::core::Some ":None")))))

(:wat::core::defn :wat::test::assert-ok<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :T
  "Returns the value of an `Ok`; panics on an `Err` (WAT8516).

   ```wat
   (:wat::core::defn :my::half [n <- :wat::core::i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::if (:wat::core::= (:wat::core::rem n 2) 0) (:wat::core::Ok (:wat::core::/ n 2)) (:wat::core::Err \"odd\")))
   (:wat::test::assert-ok (:my::half 8)) ;=> 4
   ```"
  (:wat::core::match
    result
    -> :T
    ((:wat::core::Ok value) value)
    ((:wat::core::Err _)
      (:wat::kernel::assertion-failed!
        "assert-ok failed"
        (:wat::core::Some (:wat::core::show result))
        (:wat::core::Some "(Ok _)")))))

(:wat::core::defn :wat::test::assert-err<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :E
  "Returns the failure of an `Err`; panics on an `Ok` (WAT8516).

   ```wat
   (:wat::core::defn :my::half [n <- :wat::core::i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::if (:wat::core::= (:wat::core::rem n 2) 0) (:wat::core::Ok (:wat::core::/ n 2)) (:wat::core::Err \"odd\")))
   (:wat::test::assert-err (:my::half 7)) ;=> \"odd\"
   ```"
  (:wat::core::match
    result
    -> :E
    ((:wat::core::Err error) error)
    ((:wat::core::Ok _)
      (:wat::kernel::assertion-failed!
        "assert-err failed"
        (:wat::core::Some (:wat::core::show result))
        (:wat::core::Some "(Err _)")))))

(:wat::core::special-form
  :wat::test::assert-matches
  "(:wat::test::assert-matches value pattern)"
  "Panics unless a value matches a pattern of `:wat::core::match` (WAT8516). What the pattern binds is not used.

   ```wat
   (:wat::test::assert-matches (:wat::core::Some 3) (:wat::core::Some _))
   (:wat::test::assert-matches (:wat::core::Some 3) :wat::core::None) ;!! \"assert-matches failed\"
   ```")

(:wat::core::defn :wat::test::assert-contains
  [haystack <- :wat::core::String
   needle <- :wat::core::String]
  -> :wat::core::nil
  "Panics unless a text occurs in another (WAT8516).

   ```wat
   (:wat::test::assert-contains \"the quick fox\" \"quick\")
   (:wat::test::assert-contains \"the quick fox\" \"dog\") ;!! \"assert-contains failed\"
   ```"
  (:wat::core::if
    (:wat::core::string::contains? haystack needle)
    :wat::core::nil
    (:wat::kernel::assertion-failed! "assert-contains failed" (:wat::core::Some haystack) (:wat::core::Some needle))))

(:wat::core::defn :wat::test::assert-stdout-is
  [result <- :wat::kernel::RunResult
   expected <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::nil
  "Panics unless a program wrote exactly these lines to its standard output (WAT8516)."
  (:wat::core::let
    [lines (:wat::kernel::RunResult/stdout result)]
    (:wat::core::if
      (:wat::core::= lines expected)
      :wat::core::nil
      (:wat::kernel::assertion-failed!
        "assert-stdout-is failed"
        (:wat::core::Some (:wat::core::string::join "\n" lines))
        (:wat::core::Some (:wat::core::string::join "\n" expected))))))

(:wat::core::defn :wat::test::any-line-matches
  [pattern <- :wat::core::String
   lines <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::bool
  "Tests whether a regular expression matches some part of some line.

   ```wat
   (:wat::test::any-line-matches \"b+\" [\"aa\" \"abba\"]) ;=> true
   ```"
  (:wat::core::any?
    lines
    (:wat::core::fn
      [line <- :wat::core::String]
      -> :wat::core::bool
      (:wat::core::regex::matches? pattern line))))

(:wat::core::defn :wat::test::assert-stderr-matches
  [result <- :wat::kernel::RunResult
   pattern <- :wat::core::String]
  -> :wat::core::nil
  "Panics unless a regular expression matches some part of some line that a program wrote to its standard error (WAT8516)."
  (:wat::core::let
    [lines (:wat::kernel::RunResult/stderr result)]
    (:wat::core::if
      (:wat::test::any-line-matches pattern lines)
      :wat::core::nil
      (:wat::kernel::assertion-failed!
        "assert-stderr-matches failed — no stderr line matched pattern"
        (:wat::core::Some (:wat::core::string::join "\n" lines))
        (:wat::core::Some pattern)))))

(:wat::core::defmacro :wat::test::assert-panics
  [text <- :wat::WatAST
   form <- :wat::WatAST
   & forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::WatAST
  "Panics unless a body of type nil fails with a text (WAT8516); returns its failure.

   ```wat
   (:wat::kernel::Failure/message (:wat::test::assert-panics \"assert-eq\" (:wat::test::assert-eq 1 2))) ;=> \"assert-eq failed\"
   ```"
  `(:wat::test::__internal/panics
     ~text
     (:wat::core::fn [] -> :wat::core::nil
       ~form
       ~@forms)))
