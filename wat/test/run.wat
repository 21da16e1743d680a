;; Running code to see whether it fails.

(:wat::core::defn :wat::test::__internal/attempt
  [body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::core::Option<wat::kernel::Failure>
  "Calls a function; whatever it fails with is the result. The machine catches it here."
  (:wat::core::do
    (body)
    :wat::core::None))

(:wat::core::native
  :wat::test::__internal/enter-body
  []
  -> :wat::core::i64
  "Begins what is done as if by another thread, which streams in memory do not belong to; returns what the thread has been.")

(:wat::core::native :wat::test::__internal/leave-body [before <- :wat::core::i64] -> :wat::core::nil "Ends it.")

(:wat::core::defn :wat::test::__internal/apart
  [body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::core::Option<wat::kernel::Failure>
  "Calls a function as if on a thread of its own; whatever it fails with is the result."
  (:wat::core::let
    [before (:wat::test::__internal/enter-body)
     failure (:wat::test::__internal/attempt body)]
    (:wat::core::do
      (:wat::test::__internal/leave-body before)
      failure)))

(:wat::core::defn :wat::test::__internal/run-thread
  [body <- :wat::core::Fn()->wat::core::nil]
  -> :wat::kernel::RunResult
  "Calls a function and returns whether it failed."
  (:wat::kernel::RunResult/new
    (:wat::core::Vector :wat::core::String)
    (:wat::core::Vector :wat::core::String)
    (:wat::test::__internal/apart body)))

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
    (:wat::test::__internal/apart body)
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

;; Programs inside of tests.

(:wat::core::special-form
  :wat::test::run-hermetic
  "(:wat::test::run-hermetic body)"
  "Runs a body of type nil as a program in a process of its own and returns what it wrote and whether it failed.

   The body sees the library alone, nothing of the file (WAT2908): `(:wat::kernel::RunResult/stdout (:wat::test::run-hermetic (:wat::kernel::println 1)))` is `[\"1\"]`.")

(:wat::core::special-form
  :wat::test::run-hermetic-with-prelude
  "(:wat::test::run-hermetic-with-prelude (prelude…) body)"
  "Runs a body like `run-hermetic`, in a program with the declarations of a prelude.

   Setters stand first in the prelude; what it does not set is as in this program: `(:wat::test::run-hermetic-with-prelude ((:wat::core::def :my::x 1)) (:wat::kernel::println :my::x))`.")

(:wat::core::special-form
  :wat::test::run-hermetic-with-io
  "(:wat::test::run-hermetic-with-io :I :O inputs body)"
  "Runs a body like `run-hermetic`, with the values of a `Vector<I>` as the lines of its input, and reads each line of its output as an `:O`.

   A line that is no `:O` is the failure; the values before it are kept: `(:wat::test::run-hermetic-with-io :wat::core::i64 :wat::core::i64 [21] (:wat::kernel::println (:wat::kernel::readln -> :wat::core::i64)))`.")

(:wat::core::defn :wat::test::__internal/run-hermetic
  [forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::kernel::RunResult
  "Runs a program in a process of its own."
  (:wat::test::__internal/run-inheriting forms (:wat::core::Vector :wat::core::String)))

(:wat::core::defn :wat::test::__internal/run-inheriting
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program in a process of its own; it may load what this one may."
  (:wat::kernel::__internal/run-forked (:wat::kernel::__internal/fork-inheriting forms) stdin))

(:wat::core::defn :wat::test::__internal/as-keyword
  [text <- :wat::core::String]
  -> :wat::core::keyword
  "Returns the keyword of a text with its colon."
  (:wat::core::keyword/from-string (:wat::core::string::subs text 1 (:wat::core::string::length text))))

(:wat::core::defn :wat::test::__internal/run-hermetic-io<I,O>
  [forms <- :wat::core::Vector<wat::WatAST>
   inputs <- :wat::core::Vector<I>
   encode <- :wat::core::Fn(I)->wat::core::String
   decode <- :wat::core::Fn(wat::core::String)->wat::core::Result<O,wat::edn::ReadError>
   output <- :wat::core::String]
  -> :wat::test::RunResultIO<O>
  "Runs a program in a process of its own, with values as its input and as its output."
  (:wat::core::let
    [result (:wat::test::__internal/run-inheriting forms (:wat::core::map inputs encode))
     decoded
       (:wat::test::__internal/decoded
         (:wat::kernel::RunResult/stdout result)
         decode
         output
         0
         (:wat::test::RunResultIO/new
           :outputs (:wat::core::Vector :O)
           :stderr (:wat::kernel::RunResult/stderr result)
           :failure :wat::core::None))]
    (:wat::core::match
      (:wat::kernel::RunResult/failure result)
      -> :wat::test::RunResultIO<O>
      (:wat::core::None decoded)
      ((:wat::core::Some failure)
        (:wat::test::RunResultIO/new
          :outputs (:wat::test::RunResultIO/outputs decoded)
          :stderr (:wat::kernel::RunResult/stderr result)
          :failure (:wat::core::Some failure))))))

(:wat::core::defn :wat::test::__internal/decoded<O>
  [lines <- :wat::core::Vector<wat::core::String>
   decode <- :wat::core::Fn(wat::core::String)->wat::core::Result<O,wat::edn::ReadError>
   output <- :wat::core::String
   index <- :wat::core::i64
   so-far <- :wat::test::RunResultIO<O>]
  -> :wat::test::RunResultIO<O>
  "Returns what lines from an index on are decoded as, up to the first that is no value."
  (:wat::core::match
    (:wat::core::get lines index)
    -> :wat::test::RunResultIO<O>
    (:wat::core::None so-far)
    ((:wat::core::Some line)
      (:wat::core::match
        (decode line)
        -> :wat::test::RunResultIO<O>
        ((:wat::core::Ok value)
          (:wat::test::__internal/decoded
            lines
            decode
            output
            (:wat::core::+ index 1)
            (:wat::test::RunResultIO/new
              :outputs (:wat::core::conj (:wat::test::RunResultIO/outputs so-far) value)
              :stderr (:wat::test::RunResultIO/stderr so-far)
              :failure :wat::core::None)))
        ((:wat::core::Err error)
          (:wat::test::RunResultIO/new
            :outputs (:wat::test::RunResultIO/outputs so-far)
            :stderr (:wat::test::RunResultIO/stderr so-far)
            :failure
              (:wat::core::Some
                (:wat::kernel::__internal/failure-of
                  (:wat::core::format
                    "output line {line} is not a {type}: {reason}"
                    :line (:wat::core::+ index 1)
                    :type output
                    :reason (:wat::edn::ReadError/message error))))))))))

(:wat::core::defn :wat::test::run-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as forms in this process, with these lines as its input, and returns what it wrote.

   It never fails because of the program: see the field `failure`."
  (:wat::kernel::run-sandboxed-ast forms stdin :wat::core::None))

(:wat::core::defn :wat::test::run
  [src <- :wat::core::String
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as text in this process, with these lines as its input, and returns what it wrote.

   It never fails because of the program: one that does not start has a failure whose message begins with `startup:`."
  (:wat::kernel::run-sandboxed src stdin :wat::core::None))

(:wat::core::defn :wat::test::run-in-scope
  [src <- :wat::core::String
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::String]
  -> :wat::kernel::RunResult
  "Runs a program like `run`; it loads from below a directory alone. It does not start if there is no such directory."
  (:wat::kernel::__internal/run-started (:wat::kernel::__internal/start-in-scope src scope) stdin))

(:wat::core::defn :wat::test::name [] -> :wat::core::Option<wat::core::keyword>
  "Returns the name of the test that runs, if one does."
  (:wat::core::Option/map (:wat::runtime::env "WAT_TEST_NAME") :wat::test::__internal/as-keyword))

(:wat::core::defn :wat::test::seed [] -> :wat::core::i64
  "Returns the seed of the test that runs, which derives from the seed of the run and the test; 0 outside of tests."
  (:wat::core::match
    (:wat::runtime::env "WAT_TEST_SEED")
    -> :wat::core::i64
    ((:wat::core::Some text) (:wat::core::Option/or (:wat::core::string::to-i64 text) 0))
    (:wat::core::None 0)))

(:wat::core::defn :wat::test::tmp-dir [] -> :wat::core::String
  "Returns the absolute path of an empty directory that belongs to the test that runs and is removed behind it; panics outside of tests."
  (:wat::core::Option/expect
    -> :wat::core::String
    (:wat::runtime::env "WAT_TEST_TMP")
    "only a test that `wat test` runs has a directory of its own"))

;; Checking.

(:wat::core::native
  :wat::test::__internal/check
  [source <- :wat::core::String]
  -> :wat::core::String
  "Checks a text as a program; the EDN text of a vector of what is found.")

(:wat::core::defn :wat::test::check
  [source <- :wat::core::String]
  -> :wat::core::Vector<wat::test::Diagnostic>
  "Checks a text as a program, without loading and without running it, and returns what is found, in source order.

   ```wat
   (:wat::core::map (:wat::test::check \"(:my::nowhere)\") :wat::test::Diagnostic/code) ;=> [\"WAT3201\"]
   (:wat::test::check \"(:wat::core::def :my::x 1)\") ;=> []
   ```"
  (:wat::edn::read -> :wat::core::Vector<wat::test::Diagnostic> (:wat::test::__internal/check source)))

(:wat::core::defn :wat::test::assert-rejects
  [source <- :wat::core::String
   code <- :wat::core::String]
  -> :wat::core::nil
  "Panics unless checking a text as a program reports an error with a code (WAT8516).

   ```wat
   (:wat::test::assert-rejects \"(:my::nowhere)\" \"WAT3201\")
   (:wat::test::assert-rejects \"(:wat::core::def :my::x 1)\" \"WAT3201\") ;!! \"accepted\"
   ```"
  (:wat::core::let
    [errors
       (:wat::core::filter
         (:wat::test::check source)
         (:wat::core::fn
           [found <- :wat::test::Diagnostic]
           -> :wat::core::bool
           (:wat::core::= (:wat::test::Diagnostic/severity found) "error")))
     codes (:wat::core::map errors :wat::test::Diagnostic/code)]
    (:wat::core::if
      (:wat::core::contains? codes code)
      :wat::core::nil
      (:wat::kernel::assertion-failed!
        "assert-rejects failed"
        (:wat::core::Some
          (:wat::core::if
            (:wat::core::empty? codes)
            "accepted"
            (:wat::core::string::join " " codes)))
        (:wat::core::Some code)))))
