;; What a program can ask about its own names. Signatures, definitions and types are holons in the shape of forms.

(:wat::core::special-form
  :wat::runtime::lookup-form
  "(:wat::runtime::lookup-form name)"
  "Returns the definition of a name as a holon, or `None` if there is no such name.

   The name is a keyword literal, which is not evaluated (WAT2601). What is built in has a definition with a sentinel in place of its body.")

(:wat::core::special-form
  :wat::runtime::lookup-define
  "(:wat::runtime::lookup-define name)"
  "Another name of `:wat::runtime::lookup-form`.")

(:wat::core::special-form
  :wat::runtime::signature-of-defn
  "(:wat::runtime::signature-of-defn name)"
  "Returns the signature of a name as a holon, or `None` if there is no such name or it cannot be called.

   The name is a keyword literal, which is not evaluated (WAT2601). A signature is a bundle of the name, one bundle of name and type for each parameter, the symbol `->` and the result type; before a rest parameter stands the symbol `&`. Parameters of what is built in are called `_a0`, `_a1` and so on.")

(:wat::core::special-form
  :wat::runtime::body-of
  "(:wat::runtime::body-of name)"
  "Returns the body of a definition as a holon, or `None` for what has no source in the program.

   The name is a keyword literal, which is not evaluated (WAT2601). Several forms are wrapped in a `do`.")

(:wat::core::special-form
  :wat::runtime::return-type-of
  "(:wat::runtime::return-type-of name)"
  "Returns the result type of a name that can be called as a holon, or `None`.

   The name is a keyword literal, which is not evaluated (WAT2601).")

(:wat::core::special-form
  :wat::runtime::field-names-of
  "(:wat::runtime::field-names-of name)"
  "Returns the names of a struct's fields as holons, or `None` if the name is no struct.

   The name is a keyword literal, which is not evaluated (WAT2601).")

(:wat::core::special-form
  :wat::runtime::field-types-of
  "(:wat::runtime::field-types-of name)"
  "Returns the types of a struct's fields as holons, or `None` if the name is no struct.

   The name is a keyword literal, which is not evaluated (WAT2601).")

(:wat::core::special-form
  :wat::runtime::doc
  "(:wat::runtime::doc name)"
  "Returns the docstring of a name, or `None`.

   The name is a keyword literal, which is not evaluated (WAT2601).

   ```wat
   (:wat::runtime::doc :no::such::name) ;=> :wat::core::None
   ```")

(:wat::core::special-form
  :wat::runtime::kind-of
  "(:wat::runtime::kind-of name)"
  "Returns what a name is, as a keyword, or `None` if there is no such name.

   The name is a keyword literal, which is not evaluated (WAT2601). The kinds are `:function`, `:value`, `:native`, `:pure-native`, `:special-form`, `:macro`, `:struct`, `:enum`, `:newtype`, `:typealias`, `:variant`, `:constructor`, `:accessor`, `:dispatch` and `:kwargs`.

   ```wat
   (:wat::runtime::kind-of :wat::core::if) ;=> (:wat::core::Some :special-form)
   ```")

(:wat::core::native
  :wat::runtime::signature-of-fn<F>
  [f <- :F]
  -> :wat::holon::HolonAST
  "Returns the signature of a function value.

   Its name is `:anonymous` unless the function is a definition. What is no function is WAT8406.")

(:wat::core::native
  :wat::runtime::extract-arg-names
  [signature <- :wat::holon::HolonAST]
  -> :wat::core::Vector<wat::holon::HolonAST>
  "Returns the names of the parameters of a signature, the rest parameter last.")

(:wat::core::native
  :wat::runtime::extract-arg-types
  [signature <- :wat::holon::HolonAST]
  -> :wat::core::Vector<wat::holon::HolonAST>
  "Returns the types of the parameters of a signature, the rest parameter's last.")

(:wat::core::native
  :wat::runtime::rename-callable-name
  [signature <- :wat::holon::HolonAST
   from <- :wat::core::keyword
   to <- :wat::core::keyword]
  -> :wat::holon::HolonAST
  "Returns a signature under another name; type parameters are kept.

   `from` must be its name, else it is WAT8406.")

(:wat::core::native
  :wat::holon::from-watast
  [form <- :wat::WatAST]
  -> :wat::holon::HolonAST
  "Returns the holon of a form: literals, keywords and symbols become leaves, brackets become bundles.")

(:wat::core::native
  :wat::holon::to-watast
  [holon <- :wat::holon::HolonAST]
  -> :wat::WatAST
  "Returns the form of a holon: leaves become literals, keywords and symbols, bundles become lists.")
