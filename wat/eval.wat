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
   (:wat::core::Result/ok? (:wat::eval-ast! '(:wat::core::i64::+ 40 2))) ;=> true
   ```"
  ((:wat::core::__internal/evaluator form)))

(:wat::core::defn :wat::eval-edn!<T>
  [source <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates the forms of a text in order and returns the value of the last, nil if there is none.

   Otherwise like `:wat::eval-ast!`; a text that does not read is `malformed-form`.

   ```wat
   (:wat::core::Result/ok? (:wat::eval-edn! \"(:wat::core::i64::+ 1 1) (:wat::core::i64::+ 1 2)\")) ;=> true
   ```"
  ((:wat::core::__internal/text-evaluator source)))

(:wat::core::defn :wat::core::__internal/eval-source
  [path <- :wat::core::String]
  -> :wat::core::Result<wat::core::String,wat::core::EvalError>
  "Returns the text of a file through the program's loader; one that cannot be had is `malformed-form`."
  (:wat::core::match
    (:wat::io::try-read-file path)
    -> :wat::core::Result<wat::core::String,wat::core::EvalError>
    ((:wat::core::Ok text) (:wat::core::Ok text))
    ((:wat::core::Err why) (:wat::core::Err (:wat::core::EvalError/new "malformed-form" why)))))

(:wat::core::defn :wat::core::__internal/eval-payload
  [interface <- :wat::core::keyword
   text <- :wat::core::String]
  -> :wat::core::Result<wat::core::String,wat::core::EvalError>
  "Returns a payload: the text itself, or that of the file it names."
  (:wat::core::cond
    -> :wat::core::Result<wat::core::String,wat::core::EvalError>
    ((:wat::core::= interface :wat::verify::string) (:wat::core::Ok text))
    ((:wat::core::= interface :wat::verify::file-path) (:wat::core::__internal/eval-source text))
    (:else
      (:wat::core::Err
        (:wat::core::EvalError/new
          "malformed-form"
          "a payload is given by `:wat::verify::string` or `:wat::verify::file-path`")))))

(:wat::core::defn :wat::core::__internal/eval-digested
  [source <- :wat::core::Result<wat::core::String,wat::core::EvalError>
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   payload <- :wat::core::String]
  -> :wat::core::Result<wat::core::String,wat::core::EvalError>
  "Returns a source if its digest or address is the expected one."
  (:wat::core::let
    [text
       (:wat::core::Result/try
         source)
     expected
       (:wat::core::Result/try
         (:wat::core::__internal/eval-payload interface payload))]
    (:wat::core::__internal/verified text algorithm [expected])))

(:wat::core::defn :wat::core::__internal/eval-signed
  [source <- :wat::core::Result<wat::core::String,wat::core::EvalError>
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   signature <- :wat::core::String
   key-interface <- :wat::core::keyword
   key <- :wat::core::String]
  -> :wat::core::Result<wat::core::String,wat::core::EvalError>
  "Returns a source if the signature is one of the key over its unit."
  (:wat::core::let
    [text
       (:wat::core::Result/try
         source)
     signed
       (:wat::core::Result/try
         (:wat::core::__internal/eval-payload interface signature))
     by
       (:wat::core::Result/try
         (:wat::core::__internal/eval-payload key-interface key))]
    (:wat::core::__internal/verified text algorithm [signed by])))

(:wat::core::defn :wat::core::__internal/eval-text<T>
  [source <- :wat::core::Result<wat::core::String,wat::core::EvalError>]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a source that was found and verified."
  (:wat::core::match
    source
    -> :wat::core::Result<T,wat::core::EvalError>
    ((:wat::core::Ok text) (:wat::eval-edn! text))
    ((:wat::core::Err why) (:wat::core::Err why))))

(:wat::core::defn :wat::eval-file!<T>
  [path <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates the forms of a file in order and returns the value of the last, nil if there is none.

   The file is read through the program's loader; otherwise like `:wat::eval-edn!`."
  (:wat::core::__internal/eval-text (:wat::core::__internal/eval-source path)))

(:wat::core::defn :wat::eval-digest!<T>
  [path <- :wat::core::String
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   payload <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a file like `:wat::eval-file!`, if its digest or address is the expected one.

   The algorithm is `:wat::verify::digest-sha256` or `:wat::verify::address-blake3`, the interface `:wat::verify::string` or `:wat::verify::file-path`. Nothing runs before it is verified; what is not is `verification-failed`."
  (:wat::core::__internal/eval-text
    (:wat::core::__internal/eval-digested (:wat::core::__internal/eval-source path) algorithm interface payload)))

(:wat::core::defn :wat::eval-digest-string!<T>
  [source <- :wat::core::String
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   payload <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a text like `:wat::eval-edn!`, if its digest or address is the expected one.

   The algorithm is `:wat::verify::digest-sha256` or `:wat::verify::address-blake3`, the interface `:wat::verify::string` or `:wat::verify::file-path`."
  (:wat::core::__internal/eval-text
    (:wat::core::__internal/eval-digested (:wat::core::Ok source) algorithm interface payload)))

(:wat::core::defn :wat::eval-signed!<T>
  [path <- :wat::core::String
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   signature <- :wat::core::String
   key-interface <- :wat::core::keyword
   key <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a file like `:wat::eval-file!`, if the signature is one of the key over its unit.

   The algorithm is `:wat::verify::signed-ed25519`; each interface is `:wat::verify::string` or `:wat::verify::file-path`."
  (:wat::core::__internal/eval-text
    (:wat::core::__internal/eval-signed
      (:wat::core::__internal/eval-source path)
      algorithm
      interface
      signature
      key-interface
      key)))

(:wat::core::defn :wat::eval-signed-string!<T>
  [source <- :wat::core::String
   algorithm <- :wat::core::keyword
   interface <- :wat::core::keyword
   signature <- :wat::core::String
   key-interface <- :wat::core::keyword
   key <- :wat::core::String]
  -> :wat::core::Result<T,wat::core::EvalError>
  "Evaluates a text like `:wat::eval-edn!`, if the signature is one of the key over its unit.

   The algorithm is `:wat::verify::signed-ed25519`; each interface is `:wat::verify::string` or `:wat::verify::file-path`."
  (:wat::core::__internal/eval-text
    (:wat::core::__internal/eval-signed (:wat::core::Ok source) algorithm interface signature key-interface key)))

(:wat::core::enum :wat::eval::StepResult
  (StepNext (form :wat::WatAST))
  (StepTerminal (value :wat::holon::HolonAST))
  (AlreadyTerminal (value :wat::holon::HolonAST))
  "What one reduction comes to: a form that can be reduced further, a value by this step, a value from the start.")

(:wat::core::enum :wat::eval::WalkStep<A>
  (Continue (acc :A))
  (Skip (terminal :wat::holon::HolonAST) (acc :A))
  "What a visitor of `:wat::eval::walk` wants: to go on, or to end with a terminal of its own.")

(:wat::core::native
  :wat::eval-step!
  [form <- :wat::WatAST]
  -> :wat::core::Result<wat::eval::StepResult,wat::core::EvalError>
  "Reduces a form once, leftmost and outermost, call by value.

   A call of a function of the program with values for arguments becomes its body. Effects are `effectful-in-step`; what no rule reduces is `no-step-rule`, and `:wat::eval-ast!` evaluates it.

   ```wat
   (:wat::core::Result/ok? (:wat::eval-step! '(:wat::core::i64::+ 40 2))) ;=> true
   ```")

(:wat::core::defn :wat::eval::walk<A>
  [form <- :wat::WatAST
   init <- :A
   visit <- :wat::core::Fn(A,wat::WatAST,wat::eval::StepResult)->wat::eval::WalkStep<A>]
  -> :wat::core::Result<(wat::holon::HolonAST,A),wat::core::EvalError>
  "Reduces a form step by step and visits each form of the chain together with what its step comes to.

   `Continue` goes on, `Skip` ends with the given terminal; a step that fails ends with its error. Returns the terminal and what the visitor has accumulated."
  (:wat::core::match
    (:wat::eval-step! form)
    -> :wat::core::Result<(wat::holon::HolonAST,A),wat::core::EvalError>
    ((:wat::core::Err why) (:wat::core::Err why))
    ((:wat::core::Ok step)
      (:wat::core::match
        (visit init form step)
        -> :wat::core::Result<(wat::holon::HolonAST,A),wat::core::EvalError>
        ((:wat::eval::WalkStep::Skip terminal acc) (:wat::core::Ok (:wat::core::Tuple terminal acc)))
        ((:wat::eval::WalkStep::Continue acc)
          (:wat::core::match
            step
            -> :wat::core::Result<(wat::holon::HolonAST,A),wat::core::EvalError>
            ((:wat::eval::StepResult::StepNext next) (:wat::eval::walk next acc visit))
            ((:wat::eval::StepResult::StepTerminal value) (:wat::core::Ok (:wat::core::Tuple value acc)))
            ((:wat::eval::StepResult::AlreadyTerminal value) (:wat::core::Ok (:wat::core::Tuple value acc)))))))))
