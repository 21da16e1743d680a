;; Types by their names, and forms whose short spelling is the usual one.

(:wat::core::defn :lib::names::kind
  [error <- :wat::core::EvalError]
  -> :wat::core::String
  (:wat::core::EvalError/kind error))

(:wat::core::defn :lib::names::place
  [error <- :wat::edn::ReadError]
  -> :wat::core::i64
  (:wat::edn::ReadError/offset error))

(:wat::core::defn :lib::names::second
  [bytes <- :wat::core::Bytes]
  -> :wat::core::Option<wat::core::u8>
  (:wat::core::get bytes 1))

(:wat::test::deftest :lib::names::types-are-parameters ()
  (:wat::test::assert-eq (:lib::names::kind (:wat::core::EvalError/new "a" "b")) "a")
  (:wat::test::assert-eq (:lib::names::place (:wat::edn::ReadError/new :kind :shape :message "m" :path "" :offset 4)) 4)
  (:wat::test::assert-eq
    (:lib::names::second (:wat::core::string::to-bytes "ab"))
    (:wat::core::Some (:wat::core::u8 98))))

(:wat::test::defprop :lib::names::newtypes-hold-holons
  [holon <- :wat::holon::HolonAST]
  {:cases 20}
  (:wat::core::let
    [tagged (:wat::edn::Tagged/new holon)
     plain (:wat::edn::NoTag/new holon)]
    (:wat::core::do
      (:wat::test::assert-eq (:wat::edn::Tagged/0 tagged) (:wat::edn::NoTag/0 plain))
      (:wat::test::assert-eq (:wat::edn::Tagged/0 tagged) holon))))

(:wat::core::defn :lib::names::held
  [tagged <- :wat::edn::Tagged
   plain <- :wat::edn::NoTag]
  -> :wat::core::bool
  (:wat::core::= (:wat::edn::Tagged/0 tagged) (:wat::edn::NoTag/0 plain)))

(:wat::test::defprop :lib::names::keywords-have-texts
  [key <- :wat::core::keyword]
  (:wat::test::assert-eq (:wat::core::keyword/from-string (:wat::core::keyword/to-string key)) key))

(:wat::test::deftest :lib::names::quotes-have-long-spellings ()
  (:wat::test::assert-eq
    (:wat::test::check
      "(:wat::core::def :my::x (:wat::core::quasiquote (f (:wat::core::unquote 1) (:wat::core::unquote-splicing [(:wat::core::quote 2)]))))")
    (:wat::test::check "(:wat::core::def :my::x `(f ~1 ~@['2]))")))
