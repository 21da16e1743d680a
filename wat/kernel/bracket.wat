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

(:wat::core::native
  :wat::kernel::run-sandboxed
  [source <- :wat::core::String
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as text to its end, with these lines as its input, and returns what it wrote.

   It never fails because of the program: see the field `failure`.")

(:wat::core::native
  :wat::kernel::run-sandboxed-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as forms to its end, with these lines as its input, and returns what it wrote.")

(:wat::core::native
  :wat::kernel::run-sandboxed-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::RunResult
  "Runs a program given as forms in a process of its own, with these lines as its input, and returns what it wrote.")

(:wat::core::native
  :wat::kernel::run-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "`:wat::kernel::run-sandboxed-hermetic-ast` without files.")

(:wat::core::native
  :wat::test::run-hermetic-ast
  [forms <- :wat::core::Vector<wat::WatAST>
   stdin <- :wat::core::Vector<wat::core::String>]
  -> :wat::kernel::RunResult
  "`:wat::kernel::run-hermetic-ast` under the name that tests use.")
