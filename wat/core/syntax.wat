;; Syntax as data: quoting forms and the operations on syntax values.

(:wat::core::special-form
  :wat::core::quote
  "(:wat::core::quote form)"
  "Returns a form as a value, neither evaluated nor expanded; short: `'form`.

   What is quoted is not resolved and not checked. Any other number of forms than one is WAT2212.

   ```wat
   (:wat::core::write-forms '(f  0x10 x)) ;=> \"(f 16 x)\"
   ```")

(:wat::core::special-form
  :wat::core::forms
  "(:wat::core::forms form…)"
  "Returns the forms as a vector of values, each as by `quote`.

   ```wat
   (:wat::core::length (:wat::core::forms (:a 1) b 3)) ;=> 3
   ```")

(:wat::core::special-form
  :wat::core::quasiquote
  "(:wat::core::quasiquote form)"
  "Returns a form with the values of unquoted expressions filled in; short: a backquote before the form.

   `~e` fills in the value of `e`, `~@e` the elements of a vector or of a list or vector node. Numbers, strings, truth values, keywords, nil, syntax and vectors of these can be filled in; anything else panics with WAT8203. A template inside a template raises the level: only unquotes of the outermost level are evaluated.

   ```wat
   (:wat::core::let [x 9] (:wat::core::write-forms `(f ~x ~@[1 2]))) ;=> \"(f 9 1 2)\"
   ```")

(:wat::core::special-form
  :wat::core::unquote
  "(:wat::core::unquote expr)"
  "Inside a template: the value of the expression, turned into syntax; short: `~expr`.

   The expression is ordinary code. Outside every template it is WAT2213.")

(:wat::core::special-form
  :wat::core::unquote-splicing
  "(:wat::core::unquote-splicing expr)"
  "Inside a list, vector, brace or set of a template: the elements of the expression's value; short: `~@expr`.

   The value is a vector, or a list or vector node. Where there is no sequence to splice into it is WAT2214, outside every template WAT2213.")

(:wat::core::native
  :wat::core::ast-kind
  [node <- :wat::WatAST]
  -> :wat::core::String
  "Returns the kind of a node.

   One of `\"int\"`, `\"float\"`, `\"bool\"`, `\"string\"`, `\"keyword\"`, `\"symbol\"`, `\"list\"`, `\"vector\"`, `\"brace\"` and `\"set\"`.

   ```wat
   (:wat::core::ast-kind '[1 2]) ;=> \"vector\"
   ```")

(:wat::core::native
  :wat::core::ast->children
  [node <- :wat::WatAST]
  -> :wat::core::Vector<wat::WatAST>
  "Returns the children of a node in source order, none for an atom.

   ```wat
   (:wat::core::length (:wat::core::ast->children '(f x))) ;=> 2
   ```")

(:wat::core::native
  :wat::core::with-children
  [node <- :wat::WatAST
   children <- :wat::core::Vector<wat::WatAST>]
  -> :wat::WatAST
  "Returns a node of the same kind with other children.

   An atom has no children; it panics.

   ```wat
   (:wat::core::write-forms (:wat::core::with-children '[] (:wat::core::forms a b))) ;=> \"[a b]\"
   ```")

(:wat::core::native
  :wat::core::ast-name
  [node <- :wat::WatAST]
  -> :wat::core::String
  "Returns the text of a keyword (with its colon), a symbol or a string.

   Other nodes panic.

   ```wat
   (:wat::core::ast-name 'x) ;=> \"x\"
   ```")

(:wat::core::native
  :wat::core::symbol-node
  [name <- :wat::core::String]
  -> :wat::WatAST
  "Returns a symbol as the reader would read it.

   In an expansion it captures, and is captured, like a symbol that the caller wrote. A text that is no symbol panics.

   ```wat
   (:wat::core::= (:wat::core::symbol-node \"x\") 'x) ;=> true
   ```")

(:wat::core::native
  :wat::core::fresh-symbol
  [base <- :wat::core::String]
  -> :wat::WatAST
  "Returns a symbol that is equal to no other symbol, whatever its name.

   ```wat
   (:wat::core::= (:wat::core::fresh-symbol \"x\") 'x) ;=> false
   ```")

(:wat::core::native
  :wat::core::keyword-node
  [text <- :wat::core::String]
  -> :wat::WatAST
  "Returns a keyword node of a text with its colon.

   A text that is no keyword panics.

   ```wat
   (:wat::core::write-forms (:wat::core::keyword-node \":a::b\")) ;=> \":a::b\"
   ```")

(:wat::core::native
  :wat::core::write-forms
  [node <- :wat::WatAST]
  -> :wat::core::String
  "Returns the source text of a form on one line.

   Numbers, strings and prefixes are in their one spelling, so that reading the text gives an equal form.

   ```wat
   (:wat::core::write-forms '(:wat::core::quote  a)) ;=> \"'a\"
   ```")

(:wat::core::special-form
  :wat::core::macro-error
  "(:wat::core::macro-error message node?)"
  "Ends an expansion with WAT2412 and a message, and blames a node if one is given.

   While a program runs it panics. It returns to nobody, so it has whatever type is expected.")

(:wat::core::special-form
  :wat::core::keyword/of
  "(:wat::core::keyword/of :Head :A…)"
  "Stands for the type keyword `:Head<A,…>`.

   All parts are keywords.

   ```wat
   (:wat::core::keyword/to-string (:wat::core::keyword/of :wat::core::Vector :wat::core::i64)) ;=> \"wat::core::Vector<wat::core::i64>\"
   ```")

(:wat::core::native
  :wat::core::struct->form<T>
  [value <- :T]
  -> :wat::WatAST
  "Returns the constructor call that makes a struct value again.

   Something else than a struct is WAT3017.")

(:wat::core::native
  :wat::core::macroexpand-1
  [ast <- :wat::WatAST]
  -> :wat::WatAST
  "Returns a macro call after one step of expansion at its head.

   A form that is no macro call is returned as it is; parts are not expanded. An expansion that fails panics with its message.

   ```wat
   (:wat::core::write-forms (:wat::core::macroexpand-1 '(f x))) ;=> \"(f x)\"
   ```")

(:wat::core::native
  :wat::core::macroexpand
  [ast <- :wat::WatAST]
  -> :wat::WatAST
  "Returns a form after expansion until its head is no macro.

   Parts are not expanded. An expansion that fails panics with its message.

   ```wat
   (:wat::core::write-forms (:wat::core::macroexpand '(f x))) ;=> \"(f x)\"
   ```")
