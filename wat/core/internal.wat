;; What the lowering of special forms and literals calls. Programs have no use for these.

(:wat::core::native
  :wat::core::__internal/to-u8
  [n <- :wat::core::i64]
  -> :wat::core::u8
  "Converts an integer to a byte.

   Outside 0 to 255 it is WAT8403.

   ```wat
   (:wat::core::u8 7) ;=> (:wat::core::u8 7)
   ```")

(:wat::core::native
  :wat::core::__internal/expect-failed<T>
  [message <- :wat::core::String]
  -> :T "Panics with a message (WAT8201). Never returns: a failed `expect` ends the thread.")

(:wat::core::native
  :wat::core::__internal/expect-ok-failed<T,E>
  [message <- :wat::core::String
   error <- :E]
  -> :T "Panics with a message (WAT8201) and the error value. Never returns: a failed `Result/expect` ends the thread.")

(:wat::core::native
  :wat::core::__internal/check-count
  [found <- :wat::core::i64
   wanted <- :wat::core::i64
   exact <- :wat::core::bool]
  -> :wat::core::nil
  "Checks how many elements `apply` has for the parameters of its function.

   Another number is WAT8408.")

(:wat::core::defn :wat::core::__internal/apply-fold<T>
  [step <- :wat::core::Fn(T,T)->T
   xs <- :wat::core::Vector<T>
   empty <- :wat::core::Option<T>
   alone <- :wat::core::Option<T>]
  -> :T
  "Folds the elements from the left.

   `empty` is the result without elements, WAT8408 if there is none; `alone` stands before an only element."
  (:wat::core::let
    [count (:wat::core::Vector/length xs)]
    (:wat::core::cond
      ((:wat::core::= count 0)
        (:wat::core::match
          empty
          -> :T
          ((:wat::core::Some value) value)
          (:wat::core::None
            (:wat::core::do
              (:wat::core::__internal/check-count 0 1 false)
              (:wat::core::nth xs 0)))))
      ((:wat::core::= count 1)
        (:wat::core::match
          alone
          -> :T
          ((:wat::core::Some unit) (step unit (:wat::core::nth xs 0)))
          (:wat::core::None (:wat::core::nth xs 0))))
      (:else (:wat::core::__internal/foldl-from xs step 1 (:wat::core::nth xs 0))))))

(:wat::core::defn :wat::core::__internal/display-all<T>
  [xs <- :wat::core::Vector<T>]
  -> :wat::core::String
  "Returns the display texts of all elements as one."
  (:wat::core::string::join "" (:wat::core::map xs :wat::core::__internal/display)))

(:wat::core::native
  :wat::core::__internal/append
  [text <- :wat::core::String
   tail <- :wat::core::String]
  -> :wat::core::String
  "Returns two texts as one.

   ```wat
   (:wat::core::str \"a\" \"b\") ;=> \"ab\"
   ```")

(:wat::core::native
  :wat::core::__internal/display<T>
  [value <- :T]
  -> :wat::core::String
  "Returns a string as it is and the compact EDN text of any other value.

   ```wat
   (:wat::core::str [1 2]) ;=> \"[1 2]\"
   ```")

(:wat::core::native
  :wat::core::__internal/range
  [start <- :wat::core::i64
   end <- :wat::core::i64
   step <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "Returns the integers from `start` (inclusive) to `end` (exclusive).

   A step of 0, or more than 2147483647 elements, is WAT8406.

   ```wat
   (:wat::core::range 0 5 2) ;=> [0 2 4]
   ```")

(:wat::core::native
  :wat::core::__internal/elements<T>
  [set <- :wat::core::HashSet<T>]
  -> :wat::core::Vector<T>
  "Returns the elements of a set in canonical order.

   ```wat
   (:wat::core::into [] #{3 1 2}) ;=> [1 2 3]
   ```")

(:wat::core::native-type
  :wat::core::__internal/Any
  :capabilities
  [:eq :hash :portable]
  "A value whose type is known only while the program runs: what data evaluates to when the context wants no type.")

(:wat::core::native
  :wat::core::__internal/any<T>
  [value <- :T]
  -> :wat::core::__internal/Any
  "Returns a value together with its type.")

(:wat::core::native
  :wat::core::__internal/evaluator<T>
  [form <- :wat::WatAST]
  -> :wat::core::Fn()->wat::core::Result<T,wat::core::EvalError>
  "Returns the function that evaluates a form.")

(:wat::core::native
  :wat::core::__internal/text-evaluator<T>
  [source <- :wat::core::String]
  -> :wat::core::Fn()->wat::core::Result<T,wat::core::EvalError>
  "Returns the function that evaluates the forms of a text.")

(:wat::core::native
  :wat::core::__internal/verified
  [source <- :wat::core::String
   algorithm <- :wat::core::keyword
   payloads <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::Result<wat::core::String,wat::core::EvalError>
  "Returns a source text if it is verified: one payload is a digest or address, two are a signature and a key.")

(:wat::core::native
  :wat::core::__internal/to-syntax<T>
  [value <- :T]
  -> :wat::WatAST
  "Returns what `~` fills in for a value. A value that is no syntax panics with WAT8203.")

(:wat::core::native
  :wat::core::__internal/splice-syntax<T>
  [value <- :T]
  -> :wat::WatAST
  "Returns the node whose children `~@` splices. A value that is no sequence of syntax panics with WAT8203.")

(:wat::core::native
  :wat::core::__internal/syntax-node
  [shape <- :wat::core::String
   parts <- :wat::core::Vector<wat::WatAST>]
  -> :wat::WatAST
  "Returns a node of a template. The shape is a bracket and, for each part, `.` or, if its children are spliced, `@`.")

(:wat::core::native
  :wat::core::__internal/macro-error<T>
  [message <- :wat::core::String]
  -> :T "Panics with a message (WAT2412). Never returns.")

(:wat::core::native
  :wat::core::__internal/reflect-form
  [question <- :wat::core::String
   name <- :wat::core::keyword]
  -> :wat::core::Option<wat::holon::HolonAST>
  "Returns what the analysis knows about a name, as a holon.")

(:wat::core::native
  :wat::core::__internal/reflect-list
  [question <- :wat::core::String
   name <- :wat::core::keyword]
  -> :wat::core::Option<wat::core::Vector<wat::holon::HolonAST>>
  "Returns what the analysis knows about a name, as a sequence of holons.")

(:wat::core::native
  :wat::core::__internal/reflect-doc
  [name <- :wat::core::keyword]
  -> :wat::core::Option<wat::core::String>
  "Returns the docstring of a name.")

(:wat::core::native
  :wat::core::__internal/reflect-kind
  [name <- :wat::core::keyword]
  -> :wat::core::Option<wat::core::keyword>
  "Returns what a name is.")
