;; Keyword variants: the keyword form of a callable under a name of its own.

(:wat::core::special-form
  :wat::kwargs::auto-kwargs
  "(:wat::kwargs::auto-kwargs :target [:as :name] [:doc \"doc\"])"
  "Defines a callable that accepts only the keyword form of `:target` and means exactly that call.

   Its name is the target's with `with-` before the last part, unless `:as` gives another. The keywords are read from
   the signature of the target at every analysis, so the two cannot drift apart. The target may be defined later, or in
   another file; it must have a keyword form.

   ```wat
   (:wat::core::defn :my::connect [host <- :wat::core::String port <- :wat::core::i64] -> :wat::core::i64 port)
   (:wat::kwargs::auto-kwargs :my::connect)
   (:my::with-connect :host \"h\" :port 443) ;=> 443
   ```")

(:wat::core::special-form
  :wat::kwargs::define-with-kwargs
  "(:wat::kwargs::define-with-kwargs :name :target [:key …] \"doc\"?)"
  "Defines a callable that is called with these keywords: the i-th stands for the i-th parameter of `:target`.

   The target is any callable with a fixed number of parameters, natives included; an overloaded name has those of its
   first alternative. There is one keyword for each parameter.

   ```wat
   (:wat::kwargs::define-with-kwargs :my::between :wat::core::range [:from :below])
   (:my::between :from 1 :below 4) ;=> [1 2 3]
   ```")
