;; Brackets and sandboxes: workers and programs that end before the form returns.

(:wat::core::special-form
  :wat::kernel::run-threads
  "(:wat::kernel::run-threads items work [limit]) or (:wat::kernel::run-threads coordinator worker…)"
  "Runs work on threads and returns when all of it is done.

   With a vector first, `work` is applied to each item, at most `limit` at a time, and the results come in the order of the items. With a function first, it is the coordinator: it gets one `:wat::kernel::ThreadPeer` for each worker, and a worker takes the mirrored peer (WAT4011, WAT4012). A death ends the form with WAT8518; a limit below 1 is WAT8520.")

(:wat::core::special-form
  :wat::kernel::run-processes
  "(:wat::kernel::run-processes items work [limit]) or (:wat::kernel::run-processes coordinator program…)"
  "Runs work in forked processes and returns when all of it is done.

   With a vector first, `work` is applied to each item, at most `limit` at a time; neither the items nor what `work` captures may hold handles (WAT4008), and the results are portable (WAT4009). With a function first, it is the coordinator: it gets one `:wat::kernel::ProcessPeer` for each program, which is a vector of forms (WAT4012). A death ends the form with WAT8518.")

(:wat::core::special-form
  :wat::kernel::run-threads-results
  "(:wat::kernel::run-threads-results items work [limit])"
  "Runs work on threads like `:wat::kernel::run-threads` and gives a `Result` for each item: a death of one never stops the others.")

(:wat::core::special-form
  :wat::kernel::run-processes-results
  "(:wat::kernel::run-processes-results items work [limit])"
  "Runs work in forked processes like `:wat::kernel::run-processes` and gives a `Result` for each item: a death of one never stops the others.")

;; What a program left behind, and how it failed.

(:wat::core::defn :wat::kernel::__internal/lines-text
  [lines <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::String
  "Returns the lines joined by line feeds."
  (:wat::core::string::join "\n" lines))

(:wat::core::defn :wat::kernel::__internal/converse
  [stdin <- :wat::io::IOWriter
   stdout <- :wat::io::IOReader
   stderr <- :wat::io::IOReader
   lines <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::Vector<wat::core::Vector<wat::core::String>>
  "Writes the lines and closes the input, and meanwhile reads both outputs to their ends: their lines are the first two elements."
  (:wat::kernel::run-threads
    (:wat::core::Vector :wat::core::i64
      0
      1
      2)
    (:wat::core::fn
      [part <- :wat::core::i64]
      -> :wat::core::Vector<wat::core::String>
      (:wat::core::cond
        -> :wat::core::Vector<wat::core::String>
        ((:wat::core::= part 0) (:wat::kernel::drain-lines stdout))
        ((:wat::core::= part 1) (:wat::kernel::drain-lines stderr))
        (:else
          (:wat::core::do
            (:wat::kernel::__internal/feed stdin (:wat::kernel::__internal/lines-text lines))
            (:wat::core::Vector :wat::core::String)))))
    3))

(:wat::core::defn :wat::kernel::__internal/first-failure
  [chain <- :wat::kernel::ProcessPanics
   otherwise <- :wat::core::String]
  -> :wat::kernel::Failure
  "Returns the record of the first death, or one of a message."
  (:wat::core::match
    (:wat::core::first chain)
    -> :wat::kernel::Failure
    ((:wat::core::Some death) (:wat::kernel::ProcessDiedError/to-failure death))
    (:wat::core::None (:wat::kernel::__internal/failure-of otherwise))))

(:wat::core::defn :wat::kernel::__internal/failure-of
  [message <- :wat::core::String]
  -> :wat::kernel::Failure
  "Returns a record of a message alone."
  (:wat::kernel::Failure/new
    :message message
    :location :wat::core::None
    :frames (:wat::core::Vector :wat::kernel::Frame)
    :actual :wat::core::None
    :expected :wat::core::None))

(:wat::core::defn :wat::kernel::__internal/left-behind
  [parts <- :wat::core::Vector<wat::core::Vector<wat::core::String>>
   failure <- :wat::core::Option<wat::kernel::Failure>]
  -> :wat::kernel::RunResult
  "Returns what a program left behind."
  (:wat::kernel::RunResult/new
    (:wat::core::Option/expect
      -> :wat::core::Vector<wat::core::String>
      (:wat::core::get parts 0)
      "standard output was read")
    (:wat::core::Option/expect
      -> :wat::core::Vector<wat::core::String>
      (:wat::core::get parts 1)
      "standard error was read")
    failure))

(:wat::core::defn :wat::kernel::__internal/run-started
  [started <- :wat::core::Result<wat::kernel::Process<wat::core::nil,wat::core::nil>,wat::kernel::StartupError>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program on a thread to its end, if it has started."
  (:wat::core::match
    started
    -> :wat::kernel::RunResult
    ((:wat::core::Err error)
      (:wat::kernel::RunResult/new
        (:wat::core::Vector :wat::core::String)
        (:wat::core::Vector :wat::core::String)
        (:wat::core::Some (:wat::kernel::__internal/failure-of (:wat::kernel::StartupError/message error)))))
    ((:wat::core::Ok process)
      (:wat::core::let
        [parts
           (:wat::kernel::__internal/converse
             (:wat::kernel::Process/stdin process)
             (:wat::kernel::Process/stdout process)
             (:wat::kernel::Process/stderr process)
             stdin)]
        (:wat::core::match
          (:wat::kernel::Process/drain-and-join process)
          -> :wat::kernel::RunResult
          ((:wat::core::Ok _) (:wat::kernel::__internal/left-behind parts :wat::core::None))
          ((:wat::core::Err chain)
            (:wat::kernel::__internal/left-behind
              parts
              (:wat::core::Some (:wat::kernel::__internal/first-failure chain "the program died")))))))))

(:wat::core::defn :wat::kernel::run-sandboxed
  [source <- :wat::core::String
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as text to its end, with these lines as its input, and returns what it wrote.

   It never fails because of the program: see the field `failure`."
  (:wat::kernel::__internal/run-started (:wat::kernel::spawn-program source scope) stdin))

(:wat::core::defn :wat::kernel::run-sandboxed-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as forms to its end, with these lines as its input, and returns what it wrote."
  (:wat::kernel::__internal/run-started (:wat::kernel::spawn-program-ast forms scope) stdin))

(:wat::core::defn :wat::kernel::run-sandboxed-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as forms in a process of its own, with these lines as its input, and returns what it wrote."
  (:wat::kernel::__internal/run-forked
    (:wat::core::match
      scope
      -> :wat::kernel::ForkedChild
      ((:wat::core::Some _) (:wat::kernel::__internal/fork-scoped forms scope))
      (:wat::core::None (:wat::kernel::fork-with-forms forms)))
    stdin))

(:wat::core::defn :wat::kernel::__internal/run-forked
  [child <- :wat::kernel::ForkedChild
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a child to its end, with these lines as its input."
  (:wat::core::let
    [parts
       (:wat::kernel::__internal/converse
         (:wat::kernel::ForkedChild/stdin child)
         (:wat::kernel::ForkedChild/stdout child)
         (:wat::kernel::ForkedChild/stderr child)
         stdin)
     code (:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle child))
     stderr
       (:wat::core::Option/expect
         -> :wat::core::Vector<wat::core::String>
         (:wat::core::get parts 1)
         "standard error was read")
     otherwise (:wat::core::string::concat "process exited " (:wat::core::i64::to-string code))]
    (:wat::kernel::__internal/left-behind
      parts
      (:wat::core::if
        (:wat::core::= code 0)
        -> :wat::core::Option<wat::kernel::Failure>
        :wat::core::None
        (:wat::core::match
          (:wat::kernel::extract-panics stderr)
          -> :wat::core::Option<wat::kernel::Failure>
          ((:wat::core::Some chain) (:wat::core::Some (:wat::kernel::__internal/first-failure chain otherwise)))
          (:wat::core::None (:wat::core::Some (:wat::kernel::__internal/failure-of otherwise))))))))

(:wat::core::defn :wat::kernel::run-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "`:wat::kernel::run-sandboxed-hermetic-ast` without files."
  (:wat::kernel::run-sandboxed-hermetic-ast forms stdin :wat::core::None))

(:wat::core::defn :wat::test::run-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "`:wat::kernel::run-hermetic-ast` under the name that tests use."
  (:wat::kernel::run-hermetic-ast forms stdin))
