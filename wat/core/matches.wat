;; Tests of values against the shape of a struct.

(:wat::core::special-form
  :wat::form::matches?
  "(:wat::form::matches? value (:Type clause…))"
  "Tests whether a value is a struct of a type and all clauses hold.

   Clauses are read from left to right: `(= ?v :field)` binds a logic variable or compares a bound one, `not=`, `<`, `>`, `<=` and `>=` compare, `and`, `or` and `not` combine, `(where expr)` evaluates a test that sees the variables. `None` and values of other types are no match; one level of `Some` is looked through. Bindings under `or` and `not` stay there. A wrong clause is WAT2217.")
