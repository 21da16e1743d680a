;; The forms that the language itself understands.

(:wat::core::special-form
  :wat::core::def
  "(:wat::core::def :name expr \"doc\"?)"
  "Defines a value: the name stands for the value of the expression, evaluated once at start-up.

   Value definitions are evaluated in program order; a value may mention only earlier values directly (WAT2108). A `def` whose expression is a `fn` form defines a function and is visible everywhere. Stands only at the top level (WAT2004). A second definition of the name is WAT2101; a wrong shape is WAT2104.

   ```wat
   (:wat::core::def :my::limit 40)
   (:wat::core::i64::+ :my::limit 2) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::defn
  "(:wat::core::defn :name [param <- :T … & rest <- :wat::core::Vector<E>] -> :R \"doc\"? body…)"
  "Defines a function with a typed signature. The last body form is the result.

   The name may carry type parameters (`:my::pair<A,B>`) and is visible in its own body and in the whole program. Every parameter has a type and the result type is mandatory (WAT2105); a repeated parameter is WAT2106. A string before the first body form is documentation. Parameters can be passed by position or by name. Stands only at the top level (WAT2004).

   ```wat
   (:wat::core::defn :my::double [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* n 2))
   (:my::double 21) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::fn
  "(:wat::core::fn [param <- :T …] -> :R body…)"
  "Returns an anonymous function that closes over the visible locals.

   Its type is `:wat::core::Fn(T,…)->R`. The body is checked against `:R`, the last body form is the result, and the form is the boundary for `Result/try` and `Option/try`. A malformed signature is WAT2105. An anonymous function cannot call itself; use `defn`.

   ```wat
   ((:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ n 1)) 41) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::let
  "(:wat::core::let [binder expr …] body…)"
  "Binds locals one after the other and returns the value of the last body form, nil without one.

   A binder is a symbol, `_`, `[a b]` for a tuple or `{f g}` for the fields of a struct; they nest. Each initialiser sees the earlier binders, and a later binder may shadow an earlier one. A literal or variant pattern is WAT2204 (use `match`), an odd number of elements WAT2201.

   ```wat
   (:wat::core::let [a 1 [b c] (:wat::core::Tuple 2 3)] (:wat::core::+ a b c)) ;=> 6
   ```")

(:wat::core::special-form
  :wat::core::if
  "(:wat::core::if cond [-> :T] then else)"
  "Evaluates one of two branches and returns its value.

   The test is a `bool`; there is no truthiness. With `-> :T` each branch is checked against `:T`, without it both branches have one type (WAT3010). A missing branch is WAT2206; the one-armed form is `when`.

   ```wat
   (:wat::core::if (:wat::core::< 1 2) \"less\" \"not less\") ;=> \"less\"
   ```")

(:wat::core::special-form
  :wat::core::cond
  "(:wat::core::cond [-> :T] (test body) … (:else body))"
  "Evaluates tests in order and returns the body of the first that is true.

   Every test is a `bool`. The last arm is `(:else body)`; a missing or misplaced `:else` and an arm that is not a pair are WAT2207.

   ```wat
   (:wat::core::let [n 50]
     (:wat::core::cond
       ((:wat::core::< n 10) \"small\")
       ((:wat::core::< n 100) \"medium\")
       (:else \"large\"))) ;=> \"medium\"
   ```")

(:wat::core::special-form
  :wat::core::when
  "(:wat::core::when test body…)"
  "Evaluates the body when the test is true; otherwise returns nil.

   The test is a `bool`. The last body form has type `nil`, because the form has no value when the test is false.

   ```wat
   (:wat::core::when true (:wat::kernel::println 1)) ;out> 1
   ```")

(:wat::core::special-form
  :wat::core::unless
  "(:wat::core::unless test body…)"
  "Evaluates the body when the test is false; otherwise returns nil.

   The test is a `bool`. The last body form has type `nil`.

   ```wat
   (:wat::core::unless false (:wat::kernel::println 1)) ;out> 1
   ```")

(:wat::core::special-form
  :wat::core::do
  "(:wat::core::do form…)"
  "Evaluates forms in order and returns the value of the last.

   The other forms may have any type. At the top level the operands are top-level forms themselves. An empty `do` is WAT2205.

   ```wat
   (:wat::core::do \"ignored\" 42) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::match
  "(:wat::core::match value [-> :T] (pattern body) …)"
  "Tries patterns from top to bottom and returns the body of the first that matches the value.

   A pattern is `_`, a symbol that binds, a literal, a unit variant, a constructor with sub-patterns such as `(:wat::core::Some x)`, `[p q]` for a tuple or `{f g}` for the fields of a struct; patterns nest. The arms cover every value of the type: a gap is WAT2301 and lists the missing patterns. An unknown variant is WAT2304, a wrong number of sub-patterns WAT2305, a pattern of another type WAT2303.

   ```wat
   (:wat::core::match (:wat::core::Some 41)
     ((:wat::core::Some n) (:wat::core::i64::+ n 1))
     (:wat::core::None 0)) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::and
  "(:wat::core::and test…)"
  "Returns true if every operand is true; stops at the first that is false.

   The operands are `bool`. `(:wat::core::and)` is true. Not a value: pass a `fn` where a function is wanted.

   ```wat
   (:wat::core::and true false) ;=> false
   ```")

(:wat::core::special-form
  :wat::core::or
  "(:wat::core::or test…)"
  "Returns true if some operand is true; stops at the first that is.

   The operands are `bool`. `(:wat::core::or)` is false. Not a value: pass a `fn` where a function is wanted.

   ```wat
   (:wat::core::or false true) ;=> true
   ```")

(:wat::core::special-form
  :wat::core::Some
  "(:wat::core::Some value)"
  "Builds the present case of an `:wat::core::Option<T>`; also the pattern that takes it apart.

   Exactly one operand (WAT3002).

   ```wat
   (:wat::core::match (:wat::core::Some 7) ((:wat::core::Some n) n) (:wat::core::None 0)) ;=> 7
   ```")

(:wat::core::special-form
  :wat::core::Ok
  "(:wat::core::Ok value)"
  "Builds the successful case of a `:wat::core::Result<T,E>`; also the pattern that takes it apart.

   The error type comes from the context; where nothing determines it, WAT3005.

   ```wat
   (:wat::core::defn :my::parse [s <- :wat::core::String] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::match (:wat::core::string::to-i64 s)
       ((:wat::core::Some n) (:wat::core::Ok n))
       (:wat::core::None (:wat::core::Err \"not a number\"))))
   (:my::parse \"42\") ;=> (:wat::core::Ok 42)
   ```")

(:wat::core::special-form
  :wat::core::Err
  "(:wat::core::Err error)"
  "Builds the failed case of a `:wat::core::Result<T,E>`; also the pattern that takes it apart.

   The type of the successful value comes from the context; where nothing determines it, WAT3005.

   ```wat
   (:wat::core::defn :my::check [n <- :wat::core::i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::if (:wat::core::< n 0) (:wat::core::Err \"negative\") (:wat::core::Ok n)))
   (:my::check -1) ;=> (:wat::core::Err \"negative\")
   ```")

(:wat::core::special-form
  :wat::core::None
  ":wat::core::None"
  "The absent case of an `:wat::core::Option<T>`, as a value and as a pattern.

   Written without parentheses. Its type argument comes from the context.

   ```wat
   (:wat::core::get [7 8] 9) ;=> :wat::core::None
   ```")

(:wat::core::special-form
  :wat::core::Tuple
  "(:wat::core::Tuple a b …)"
  "Builds a tuple of type `:(A,B,…)` from one or more values.

   Components are read with `first`, `second` and `third`, or taken apart with `[a b]` in `let` and `match`. No operand is WAT3408; the empty tuple is `:wat::core::nil`.

   ```wat
   (:wat::core::second (:wat::core::Tuple 1 \"one\")) ;=> \"one\"
   ```")

(:wat::core::special-form
  :wat::core::Vector
  "(:wat::core::Vector :T element…)"
  "Builds a `:wat::core::Vector<T>` of the given elements.

   The first operand is the element type, or `:wat::type::Infer`. The literal `[a b]` is the same with an inferred type. A missing type is WAT3013.

   ```wat
   (:wat::core::Vector :wat::core::i64 1 2) ;=> [1 2]
   ```")

(:wat::core::special-form
  :wat::core::HashMap
  "(:wat::core::HashMap :K :V key value …)"
  "Builds a `:wat::core::HashMap<K,V>` of alternating keys and values; a later entry wins.

   The first two operands are the types, or `:wat::type::Infer`. The literal `{k v}` is the same with inferred types. An odd number of forms is WAT3410, a key type without equality WAT3406, missing types WAT3013.

   ```wat
   (:wat::core::get (:wat::core::HashMap :wat::core::String :wat::core::i64 \"a\" 1) \"a\") ;=> (:wat::core::Some 1)
   ```")

(:wat::core::special-form
  :wat::core::HashSet
  "(:wat::core::HashSet :T element…)"
  "Builds a `:wat::core::HashSet<T>` of the given elements.

   The first operand is the element type, or `:wat::type::Infer`. The literal `#{a b}` is the same with an inferred type. An element type without equality is WAT3406, a missing type WAT3013.

   ```wat
   (:wat::core::length (:wat::core::HashSet :wat::core::i64 1 2 2)) ;=> 2
   ```")

(:wat::core::special-form
  :wat::core::u8
  "(:wat::core::u8 n)"
  "Converts an integer from 0 to 255 to a byte.

   A literal out of range is WAT3019, a computed value the run-time error WAT8403.

   ```wat
   (:wat::core::u8::to-i64 (:wat::core::u8 255)) ;=> 255
   ```")

(:wat::core::special-form
  :wat::core::apply
  "(:wat::core::apply function vector)"
  "Calls a function with the elements of a vector as its arguments.

   All parameters of the function have the type of the elements. A variadic function or operator may be named. A wrong number of elements is WAT8408.

   ```wat
   (:wat::core::apply :wat::core::i64::+ [1 2 3]) ;=> 6
   (:wat::core::apply :wat::core::i64::min [7 3]) ;=> 3
   ```")

(:wat::core::special-form
  :wat::core::Option/expect
  "(:wat::core::Option/expect [-> :T] option message)"
  "Returns the value of a `Some`; a `None` panics with the message (WAT8201).

   The message is a `String`, evaluated only on failure. For violated contracts; use `Option/try` or `match` where absence is expected. A wrong shape is WAT2211.

   ```wat
   (:wat::core::Option/expect (:wat::core::get [7 8] 1) \"index 1 exists\") ;=> 8
   (:wat::core::Option/expect (:wat::core::get [7 8] 9) \"out of reach\") ;!! \"out of reach\"
   ```")

(:wat::core::special-form
  :wat::core::Result/expect
  "(:wat::core::Result/expect [-> :T] result message)"
  "Returns the value of an `Ok`; an `Err` panics with the message and the error (WAT8201).

   The message is a `String`, evaluated only on failure. For violated contracts; use `Result/try` or `match` where failure is expected. A wrong shape is WAT2211.

   ```wat
   (:wat::core::defn :my::half [n <- :wat::core::i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::if (:wat::core::= (:wat::core::rem n 2) 0) (:wat::core::Ok (:wat::core::/ n 2)) (:wat::core::Err \"odd\")))
   (:wat::core::Result/expect (:my::half 8) \"eight is even\") ;=> 4
   ```")

(:wat::core::special-form
  :wat::core::Option/try
  "(:wat::core::Option/try option)"
  "Returns the value of a `Some`; on `None` the enclosing function returns `None` at once.

   The innermost `fn` or `defn` declares an `:wat::core::Option<_>` as its result, else WAT2210.

   ```wat
   (:wat::core::defn :my::next [s <- :wat::core::String] -> :wat::core::Option<wat::core::i64>
     (:wat::core::Some (:wat::core::+ 1 (:wat::core::Option/try (:wat::core::string::to-i64 s)))))
   (:my::next \"41\") ;=> (:wat::core::Some 42)
   (:my::next \"x\") ;=> :wat::core::None
   ```")

(:wat::core::special-form
  :wat::core::Result/try
  "(:wat::core::Result/try result)"
  "Returns the value of an `Ok`; on `Err` the enclosing function returns that `Err` at once.

   The innermost `fn` or `defn` declares a `:wat::core::Result<_,E>` with the same error type as its result, else WAT2210.

   ```wat
   (:wat::core::defn :my::pass [r <- :wat::core::Result<wat::core::i64,wat::core::String>] -> :wat::core::Result<wat::core::i64,wat::core::String>
     (:wat::core::Ok (:wat::core::+ 1 (:wat::core::Result/try r))))
   (:my::pass (:wat::core::Ok 41)) ;=> (:wat::core::Ok 42)
   (:my::pass (:wat::core::Err \"down\")) ;=> (:wat::core::Err \"down\")
   ```")

(:wat::core::special-form
  :wat::core::defmacro
  "(:wat::core::defmacro :name [x <- :wat::WatAST … & rest <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST \"doc\"? body)"
  "Defines a macro: a function from syntax to syntax that runs while the program is expanded.

   A call is replaced by what the body yields, usually a template: in it `~x` inserts the value of `x` and `~@xs` the elements of `xs`. Names that a template binds never meet names of the caller. A body calls pure functions of the library and nothing of the program (WAT2407). A wrong shape is WAT2401, a wrong number of arguments WAT2402.

   ```wat
   (:wat::core::defmacro :my::plus-one [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 1))
   (:my::plus-one 41) ;=> 42
   ```")

(:wat::core::special-form
  :wat::core::define-dispatch
  "(:wat::core::define-dispatch :name ((:T …) :implementation) …)"
  "Defines one name with several implementations, chosen by the argument types when the program is checked.

   The first arm whose types fit wins; single upper-case letters in arm types are type variables. All arms have the same number of types. No fitting arm is WAT3401 at the call; arms of different length or an unknown implementation are WAT2111. Stands only at the top level.

   ```wat
   (:wat::core::defn :my::size-i [n <- :wat::core::i64] -> :wat::core::i64 8)
   (:wat::core::defn :my::size-s [s <- :wat::core::String] -> :wat::core::i64 (:wat::core::string::length s))
   (:wat::core::define-dispatch :my::size ((:wat::core::i64) :my::size-i) ((:wat::core::String) :my::size-s))
   (:my::size \"abc\") ;=> 3
   ```")

(:wat::core::special-form
  :wat::core::native
  "(:wat::core::native :name :restricted-to [:caller …]? :requires [T :capability …]? [param <- :T …] -> :R \"doc\")"
  "Declares a function of the runtime: its name, signature and documentation.

   Only the built-in library uses it; elsewhere the name it declares is reserved (WAT2103).")

(:wat::core::special-form
  :wat::core::special-form
  "(:wat::core::special-form :name :restricted-to [:caller …]? \"usage\" \"doc\")"
  "Declares a form that the language itself understands: its name, usage and documentation.

   Only the built-in library uses it; elsewhere the name it declares is reserved (WAT2103).")

(:wat::core::special-form
  :wat::core::native-type
  "(:wat::core::native-type :name<T…> :capabilities [:capability …]? \"doc\")"
  "Declares a type of the runtime: its name, type parameters and documentation.

   Only the built-in library uses it; elsewhere the name it declares is reserved (WAT2103).")

(:wat::core::special-form
  :wat::core::operator
  "(:wat::core::operator :name \"usage\" \"doc\")"
  "Declares an operator whose type depends on its operands: its name, usage and documentation.

   Only the built-in library uses it; elsewhere the name it declares is reserved (WAT2103).")

(:wat::core::special-form
  :wat::core::struct
  "(:wat::core::struct :my::Name (field :Type) …)"
  "Declares a struct: a type with named fields.

   Generates the constructor `:my::Name/new`, which takes the fields in declaration order, and an accessor `:my::Name/field`
   for each field. The name may carry type parameters: `:my::Box<T>`.

   Example:
   (:wat::core::struct :my::Point (x :wat::core::i64) (y :wat::core::i64))")

(:wat::core::special-form
  :wat::core::enum
  "(:wat::core::enum :my::Name :Unit (Tagged (field :Type) …) …)"
  "Declares an enum: a type whose values are one of several variants.

   A variant without fields is the value `:my::Name::Unit`; a variant with fields is the function `:my::Name::Tagged`.
   `:wat::core::match` takes values apart.

   Example:
   (:wat::core::enum :my::Shape :Dot (Circle (radius :wat::core::f64)))")

(:wat::core::special-form
  :wat::core::newtype
  "(:wat::core::newtype :my::Name :Type)"
  "Declares a type of its own that wraps another one. Nothing of the wrapped type carries over.

   Generates the constructor `:my::Name/new` and the accessor `:my::Name/0`.

   Example:
   (:wat::core::newtype :my::Price :wat::core::f64)")

(:wat::core::special-form
  :wat::core::typealias
  "(:wat::core::typealias :my::Name :Type)"
  "Makes a name another spelling of a type. The name may carry type parameters: `:my::Pred<T>`.

   Example:
   (:wat::core::typealias :my::Ids :wat::core::Vector<wat::core::i64>)")

(:wat::core::special-form
  :wat::core::format
  "(:wat::core::format \"template\" :name value …)"
  "Returns the template with each placeholder `{name}` replaced by the display text of the argument `:name`.

   The template is a string literal; `{{` and `}}` stand for braces. Every argument is evaluated once. A malformed template, a placeholder without argument and an argument without placeholder are WAT2841.

   ```wat
   (:wat::core::format \"{a} of {b}\" :a 1 :b 2.0) ;=> \"1 of 2.0\"
   ```")

(:wat::core::special-form
  :wat::core::string::interpolate
  "(:wat::core::string::interpolate \"template\" :name value …)"
  "Returns the template with each placeholder `{name}` replaced by the display text of the argument `:name`.

   The template is a string literal; `{{` and `}}` stand for braces. Every argument is evaluated once. A malformed template, a placeholder without argument and an argument without placeholder are WAT2841. Another name of `:wat::core::format`.

   ```wat
   (:wat::core::string::interpolate \"{a} of {b}\" :a 1 :b 2.0) ;=> \"1 of 2.0\"
   ```")

(:wat::core::special-form
  :wat::core::->
  "(:wat::core::-> value step…)"
  "Passes a value through steps: it becomes the first argument of the first step, the result of that the first argument
   of the next. A step is a call without its first argument, or a function alone.

   ```wat
   (:wat::core::-> 5 (:wat::core::- 3) (:wat::core::* 2)) ;=> 4
   ```")

(:wat::core::special-form
  :wat::core::->>
  "(:wat::core::->> value step…)"
  "Passes a value through steps: it becomes the last argument of the first step, the result of that the last argument of
   the next. A step is a call without its last argument, or a function alone.

   ```wat
   (:wat::core::->> 5 (:wat::core::- 3) (:wat::core::* 2)) ;=> -4
   ```")

(:wat::core::special-form
  :wat::core::use!
  "(:wat::core::use! :rust::path::Type)"
  "Declares that the program uses a type that its host provides.

   Stands at the top level of any file, holds for the whole program and may be repeated. A path that the host does not provide is WAT2120, a function or type below `:rust::` without the declaration WAT2121.")
