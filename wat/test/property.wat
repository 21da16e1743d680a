;; Properties: what holds for all values that generators make.

(:wat::core::special-form
  :wat::test::defprop
  "(:wat::test::defprop :name \"doc\"? [name <- :Type-or-generator …] {options}? body…)"
  "Declares a property: a test whose body runs for many values, and for smaller ones once it has failed.

   A binder with a type takes the derived generator of that type, one with a form or a name a generator. The options are `:cases` (100), `:max-size` (100), `:max-shrinks` (2000) and `:max-discards`. The body has the type nil (WAT2915). Wrong operands are WAT2910, a wrong binder is WAT2911, a type without generator WAT2912: `(:wat::test::defprop :my::symmetric [a <- :wat::core::i64 b <- :wat::core::i64] (:wat::test::assert-eq (:wat::core::= a b) (:wat::core::= b a)))`.")

(:wat::core::native
  :wat::test::__internal/property-begin
  [name <- :wat::core::String
   cases <- :wat::core::i64
   max-size <- :wat::core::i64
   max-shrinks <- :wat::core::i64
   max-discards <- :wat::core::i64]
  -> :wat::core::nil
  "Begins a property.")

(:wat::core::native
  :wat::test::__internal/property-next
  []
  -> :wat::core::i64
  "Begins the next case and returns its size; -1 at the end.")

(:wat::core::native
  :wat::test::__internal/property-judge
  [failed <- :wat::core::bool
   key <- :wat::core::String]
  -> :wat::core::nil
  "Ends the case, with how and where it failed.")

(:wat::core::native
  :wat::test::__internal/property-end
  [message <- :wat::core::String]
  -> :wat::core::String
  "Ends the property, with the message of the last failure; the text of the whole failure, empty if the property holds.")

(:wat::core::native
  :wat::test::__internal/note<T>
  [name <- :wat::core::String
   value <- :T]
  -> :wat::core::nil
  "Notes a value of a counterexample.")

(:wat::core::native :wat::test::__internal/discard [] -> :wat::core::nil "Lets the case not count.")

(:wat::core::native
  :wat::test::label
  [s <- :wat::core::String]
  -> :wat::core::nil
  "Counts a label for the case of the property that runs; the report lists labels.")

(:wat::core::defn :wat::test::assume
  [cond <- :wat::core::bool]
  -> :wat::core::nil
  "Discards the case of the property that runs unless a condition holds.

   ```wat
   (:wat::test::assume true)
   (:wat::test::assume false) ;!! \"assume failed\"
   ```"
  (:wat::core::if
    cond
    :wat::core::nil
    (:wat::core::do
      (:wat::test::__internal/discard)
      (:wat::kernel::assertion-failed! "assume failed" :wat::core::None :wat::core::None))))

(:wat::core::defn :wat::test::__internal/failure-key
  [failure <- :wat::kernel::Failure]
  -> :wat::core::String
  "Returns how and where something failed, for comparing."
  (:wat::core::let
    [message (:wat::kernel::Failure/message failure)
     is-error (:wat::core::string::starts-with? message "WAT")
     compares
       (:wat::core::or
         (:wat::core::Option/some? (:wat::kernel::Failure/actual failure))
         (:wat::core::Option/some? (:wat::kernel::Failure/expected failure)))]
    (:wat::core::string::concat
      (:wat::core::cond
        -> :wat::core::String
        (is-error (:wat::core::nth (:wat::core::string::split message ":") 0))
        (compares "assertion")
        (:else "panic"))
      (:wat::core::show (:wat::kernel::Failure/location failure)))))

(:wat::core::defn :wat::test::__internal/property-cases
  [body <- :wat::core::Fn(wat::core::i64)->wat::core::nil
   last <- :wat::core::Option<wat::kernel::Failure>]
  -> :wat::core::Option<wat::kernel::Failure>
  "Runs case after case; the failure of the last one."
  (:wat::core::let
    [size (:wat::test::__internal/property-next)]
    (:wat::core::if
      (:wat::core::< size 0)
      last
      (:wat::core::let
        [failure
           (:wat::test::__internal/attempt
             (:wat::core::fn [] -> :wat::core::nil
               (body size)))]
        (:wat::core::do
          (:wat::core::match
            failure
            -> :wat::core::nil
            (:wat::core::None (:wat::test::__internal/property-judge false ""))
            ((:wat::core::Some found)
              (:wat::test::__internal/property-judge true (:wat::test::__internal/failure-key found))))
          (:wat::test::__internal/property-cases body failure))))))

(:wat::core::defn :wat::test::__internal/run-property
  [name <- :wat::core::String
   cases <- :wat::core::i64
   max-size <- :wat::core::i64
   max-shrinks <- :wat::core::i64
   max-discards <- :wat::core::i64
   body <- :wat::core::Fn(wat::core::i64)->wat::core::nil]
  -> :wat::kernel::RunResult
  "Runs a property."
  (:wat::core::do
    (:wat::test::__internal/property-begin name cases max-size max-shrinks max-discards)
    (:wat::core::let
      [last (:wat::test::__internal/property-cases body :wat::core::None)
       said
         (:wat::core::match
           last
           -> :wat::core::String
           (:wat::core::None "")
           ((:wat::core::Some failure) (:wat::kernel::Failure/message failure)))
       message (:wat::test::__internal/property-end said)]
      (:wat::kernel::RunResult/new
        (:wat::core::Vector :wat::core::String)
        (:wat::core::Vector :wat::core::String)
        (:wat::core::if
          (:wat::core::string::empty? message)
          -> :wat::core::Option<wat::kernel::Failure>
          :wat::core::None
          (:wat::core::match
            last
            -> :wat::core::Option<wat::kernel::Failure>
            (:wat::core::None (:wat::core::Some (:wat::kernel::__internal/failure-of message)))
            ((:wat::core::Some failure)
              (:wat::core::Some
                (:wat::kernel::Failure/new
                  :message message
                  :location (:wat::kernel::Failure/location failure)
                  :frames (:wat::kernel::Failure/frames failure)
                  :actual (:wat::kernel::Failure/actual failure)
                  :expected (:wat::kernel::Failure/expected failure))))))))))
