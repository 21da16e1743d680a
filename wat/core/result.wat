;; Outcomes that may be errors.

(:wat::core::defn :wat::core::Result/ok?<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :wat::core::bool
  "Tests whether an outcome is a success.

   ```wat
   (:wat::core::Result/ok? (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\")) ;=> true
   ```"
  (:wat::core::match
    result
    -> :wat::core::bool
    ((:wat::core::Ok _) true)
    ((:wat::core::Err _) false)))

(:wat::core::defn :wat::core::Result/err?<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :wat::core::bool
  "Tests whether an outcome is an error.

   ```wat
   (:wat::core::Result/err? (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\")) ;=> false
   ```"
  (:wat::core::match
    result
    -> :wat::core::bool
    ((:wat::core::Ok _) false)
    ((:wat::core::Err _) true)))

(:wat::core::defn :wat::core::Result/or<T,E>
  [result <- :wat::core::Result<T,E>
   default <- :T]
  -> :T
  "Returns the value of a success, or a default.

   ```wat
   (:wat::core::Result/or (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\") 0) ;=> 4
   ```"
  (:wat::core::match
    result
    -> :T
    ((:wat::core::Ok value) value)
    ((:wat::core::Err _) default)))

(:wat::core::defn :wat::core::Result/map<T,U,E>
  [result <- :wat::core::Result<T,E>
   f <- :wat::core::Fn(T)->U]
  -> :wat::core::Result<U,E>
  "Returns a success with what a function makes of its value; an error stays.

   ```wat
   (:wat::core::Result/map (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\") :wat::core::i64::to-string) ;=> (:wat::core::Ok \"4\")
   ```"
  (:wat::core::match
    result
    -> :wat::core::Result<U,E>
    ((:wat::core::Ok value) (:wat::core::Ok (f value)))
    ((:wat::core::Err error) (:wat::core::Err error))))

(:wat::core::defn :wat::core::Result/map-err<T,U,E>
  [result <- :wat::core::Result<T,E>
   f <- :wat::core::Fn(E)->U]
  -> :wat::core::Result<T,U>
  "Returns an error with what a function makes of it; a success stays.

   ```wat
   (:wat::core::Result/map-err (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\") :wat::core::string::length) ;=> (:wat::core::Ok 4)
   ```"
  (:wat::core::match
    result
    -> :wat::core::Result<T,U>
    ((:wat::core::Ok value) (:wat::core::Ok value))
    ((:wat::core::Err error) (:wat::core::Err (f error)))))

(:wat::core::defn :wat::core::Result/and-then<T,U,E>
  [result <- :wat::core::Result<T,E>
   f <- :wat::core::Fn(T)->wat::core::Result<U,E>]
  -> :wat::core::Result<U,E>
  "Returns what a function returns for the value of a success; an error stays."
  (:wat::core::match
    result
    -> :wat::core::Result<U,E>
    ((:wat::core::Ok value) (f value))
    ((:wat::core::Err error) (:wat::core::Err error))))

(:wat::core::defn :wat::core::Result/ok<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :wat::core::Option<T>
  "Returns the value of a success.

   ```wat
   (:wat::core::Result/ok (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\")) ;=> (:wat::core::Some 4)
   ```"
  (:wat::core::match
    result
    -> :wat::core::Option<T>
    ((:wat::core::Ok value) (:wat::core::Some value))
    ((:wat::core::Err _) :wat::core::None)))

(:wat::core::defn :wat::core::Result/err<T,E>
  [result <- :wat::core::Result<T,E>]
  -> :wat::core::Option<E>
  "Returns the error, if there is one.

   ```wat
   (:wat::core::Result/err (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\")) ;=> :wat::core::None
   ```"
  (:wat::core::match
    result
    -> :wat::core::Option<E>
    ((:wat::core::Ok _) :wat::core::None)
    ((:wat::core::Err error) (:wat::core::Some error))))
