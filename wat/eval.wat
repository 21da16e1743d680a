;; Evaluating data.

(:wat::core::struct :wat::core::EvalError
  (kind :wat::core::String)
  (message :wat::core::String)
  "Why data was not evaluated, or how its evaluation failed: a kind for programs and a message for people.")

(:wat::core::defn :wat::eval-ast!<T>
  [form <- :wat::WatAST]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a form in the closed world of the program and returns its value.

   The form sees the definitions of the program and no locals; values are passed in with a template. It is expanded, resolved and checked first, and must have the type that the context wants. Definitions, loads and settings in it are refused. Failures are values: `unknown-function`, `type-mismatch`, `division-by-zero` and so on; a panic is a panic of the caller.

   ```wat
   (:wat::eval-ast! '(:wat::core::i64::+ 40 2)) ;=> #wat-edn.result/ok 42
   ```"
  ((:wat::core::__internal/evaluator form)))

(:wat::core::defn :wat::eval-edn!<T>
  [source <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates the forms of a text in order and returns the value of the last, nil if there is none.

   Otherwise like `:wat::eval-ast!`; a text that does not read is `malformed-form`.

   ```wat
   (:wat::eval-edn! \"(:wat::core::i64::+ 1 1) (:wat::core::i64::+ 1 2)\") ;=> #wat-edn.result/ok 3
   ```"
  ((:wat::core::__internal/text-evaluator source)))
