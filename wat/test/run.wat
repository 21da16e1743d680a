;; Running code to see whether it fails.

(:wat::core::defn :wat::test::__internal/attempt
  [body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::core::Option<wat::kernel::Failure>
  "Calls a function; whatever it fails with is the result. The machine catches it here."
  (:wat::core::do
    (body)
    :wat::core::None))

(:wat::core::defn :wat::test::__internal/run-thread
  [body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::kernel::RunResult
  "Calls a function and returns whether it failed."
  (:wat::kernel::RunResult/new
    (:wat::core::Vector :wat::core::String)
    (:wat::core::Vector :wat::core::String)
    (:wat::test::__internal/attempt body)))

(:wat::core::defmacro :wat::test::run-thread
  [body <- :wat::WatAST]
  -> :wat::WatAST
  "Runs a body of type nil beside the caller and returns whether it failed; what it prints goes where the caller prints.

   ```wat
   (:wat::core::Option/none? (:wat::kernel::RunResult/failure (:wat::test::run-thread (:wat::test::assert-eq 1 1)))) ;=> true
   ```"
  `(:wat::test::__internal/run-thread
     (:wat::core::fn [] -> :wat::core::nil
       ~body)))

(:wat::core::defn :wat::test::__internal/rendered
  [failure <- :wat::kernel::Failure]
  -> :wat::core::String
  "Returns a failure as text: message, values, location, one a line."
  (:wat::core::let
    [message (:wat::kernel::Failure/message failure)
     actual (:wat::test::__internal/side "\nactual: " (:wat::kernel::Failure/actual failure))
     expected (:wat::test::__internal/side "\nexpected: " (:wat::kernel::Failure/expected failure))
     at
       (:wat::core::match
         (:wat::kernel::Failure/location failure)
         -> :wat::core::String
         (:wat::core::None "")
         ((:wat::core::Some at)
           (:wat::core::format
             "\n{file}:{line}:{col}"
             :file (:wat::kernel::Location/file at)
             :line (:wat::kernel::Location/line at)
             :col (:wat::kernel::Location/col at))))]
    (:wat::core::string::concat message actual expected at)))

(:wat::core::defn :wat::test::__internal/side
  [label <- :wat::core::String
   value <- :wat::core::Option<wat::core::String>]
  -> :wat::core::String
  "Returns a labelled value, or nothing."
  (:wat::core::match
    value
    -> :wat::core::String
    (:wat::core::None "")
    ((:wat::core::Some text) (:wat::core::string::concat label text))))

(:wat::core::defn :wat::test::__internal/panics
  [text <- :wat::core::String
   body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::kernel::Failure
  "Calls a function that must fail with a text; returns its failure."
  (:wat::core::match
    (:wat::test::__internal/attempt body)
    -> :wat::kernel::Failure
    (:wat::core::None
      (:wat::kernel::assertion-failed! "assert-panics failed" (:wat::core::Some "no failure") (:wat::core::Some text)))
    ((:wat::core::Some failure)
      (:wat::core::let
        [rendered (:wat::test::__internal/rendered failure)]
        (:wat::core::if
          (:wat::core::string::contains? rendered text)
          failure
          (:wat::kernel::assertion-failed!
            "assert-panics failed"
            (:wat::core::Some rendered)
            (:wat::core::Some text)))))))

(:wat::core::defmacro :wat::test::program
  [& forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::WatAST
  "Returns forms as data: a program for `run-ast`.

   ```wat
   (:wat::core::length (:wat::test::program (:wat::core::def :my::x 1) (:wat::core::def :my::y 2))) ;=> 2
   ```"
  `(:wat::core::forms ~@forms))
