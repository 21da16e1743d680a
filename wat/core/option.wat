;; Values that may be absent.

(:wat::core::defn :wat::core::Option/some?<T>
  [option <- :wat::core::Option<T>]
  -> :wat::core::bool
  "Tests whether there is a value.

   ```wat
   (:wat::core::Option/some? (:wat::core::Some 1)) ;=> true
   ```"
  (:wat::core::match
    option
    -> :wat::core::bool
    ((:wat::core::Some _) true)
    (:wat::core::None false)))

(:wat::core::defn :wat::core::Option/none?<T>
  [option <- :wat::core::Option<T>]
  -> :wat::core::bool
  "Tests whether there is no value.

   ```wat
   (:wat::core::Option/none? (:wat::core::Some 1)) ;=> false
   ```"
  (:wat::core::match
    option
    -> :wat::core::bool
    ((:wat::core::Some _) false)
    (:wat::core::None true)))

(:wat::core::defn :wat::core::Option/or<T>
  [option <- :wat::core::Option<T>
   default <- :T]
  -> :T
  "Returns the value, or a default.

   ```wat
   (:wat::core::Option/or (:wat::core::Some 4) 0) ;=> 4
   ```"
  (:wat::core::match
    option
    -> :T
    ((:wat::core::Some value) value)
    (:wat::core::None default)))

(:wat::core::defn :wat::core::Option/map<T,U>
  [option <- :wat::core::Option<T>
   f <- :wat::core::Fn(T)->U]
  -> :wat::core::Option<U>
  "Returns what a function makes of the value, if there is one.

   ```wat
   (:wat::core::Option/map (:wat::core::Some 4) (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* x x))) ;=> (:wat::core::Some 16)
   ```"
  (:wat::core::match
    option
    -> :wat::core::Option<U>
    ((:wat::core::Some value) (:wat::core::Some (f value)))
    (:wat::core::None :wat::core::None)))

(:wat::core::defn :wat::core::Option/and-then<T,U>
  [option <- :wat::core::Option<T>
   f <- :wat::core::Fn(T)->wat::core::Option<U>]
  -> :wat::core::Option<U>
  "Returns what a function returns for the value, if there is one.

   ```wat
   (:wat::core::Option/and-then (:wat::core::Some \"4\") :wat::core::string::to-i64) ;=> (:wat::core::Some 4)
   ```"
  (:wat::core::match
    option
    -> :wat::core::Option<U>
    ((:wat::core::Some value) (f value))
    (:wat::core::None :wat::core::None)))

(:wat::core::defn :wat::core::Option/ok-or<T,E>
  [option <- :wat::core::Option<T>
   error <- :E]
  -> :wat::core::Result<T,E>
  "Returns the value as `Ok`, or else an error as `Err`.

   ```wat
   (:wat::core::Option/ok-or (:wat::core::Some 4) \"none\") ;=> (:wat::core::Ok 4)
   ```"
  (:wat::core::match
    option
    -> :wat::core::Result<T,E>
    ((:wat::core::Some value) (:wat::core::Ok value))
    (:wat::core::None (:wat::core::Err error))))
