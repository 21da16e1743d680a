;; The types of tests.

(:wat::core::typealias :wat::test::TestResult
  :wat::kernel::RunResult
  "What a test returns; it passed if the field `failure` is `None`.

   A function without parameters that returns it is a test.")

(:wat::core::struct :wat::test::RunResultIO<O>
  (outputs :wat::core::Vector<O>)
  (stderr :wat::core::Vector<wat::core::String>)
  (failure :wat::core::Option<wat::kernel::Failure>)
  "What a program left behind whose output is read as values: the values, the lines of its standard error, and a failure if it failed.")

(:wat::core::struct :wat::test::Diagnostic
  (code :wat::core::String)
  (severity :wat::core::String)
  (message :wat::core::String)
  (line :wat::core::i64)
  (col :wat::core::i64)
  "What checking a text has found: the code, how bad it is, a sentence, and where, from 1.")
