;; Forms that declare, and forms that are data.

(:wat::core::struct :lib::declared::Point
  (x :wat::core::i64)
  (y :wat::core::i64))

(:wat::core::enum :lib::declared::Shape
  :Dot
  (Line (to :lib::declared::Point)))

(:wat::core::newtype :lib::declared::Meters :wat::core::f64)

(:wat::core::typealias :lib::declared::Points :wat::core::Vector<lib::declared::Point>)

(:wat::core::defalias :lib::declared::size :wat::core::length)

(:wat::core::define-dispatch :lib::declared::measure
  ((:wat::core::i64) :wat::core::i64::to-string)
  ((:wat::core::String) :wat::core::string::trim))

(:wat::core::defmacro :lib::declared::twice
  [form <- :wat::WatAST]
  -> :wat::WatAST
  `(:wat::core::+ ~form ~form))

(:wat::core::defmacro :lib::declared::all
  [& forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::WatAST
  `(:wat::core::+ ~@forms))

(:wat::test::deftest :lib::declared::types-hold-values ()
  (:wat::core::let
    [point (:lib::declared::Point/new 1 2)
     points [point]]
    (:wat::core::do
      (:wat::test::assert-eq (:lib::declared::Point/y point) 2)
      (:wat::test::assert-eq (:lib::declared::size points) 1)
      (:wat::test::assert-matches (:lib::declared::Shape::Line point) (:lib::declared::Shape::Line _))
      (:wat::test::assert-eq (:lib::declared::Meters/0 (:lib::declared::Meters/new 2.5)) 2.5)
      (:wat::test::assert-eq (:wat::core::struct->form point) '(:lib::declared::Point/new 1 2)))))

(:wat::test::deftest :lib::declared::names-stand-for-others ()
  (:wat::test::assert-eq (:lib::declared::measure 12) "12")
  (:wat::test::assert-eq (:lib::declared::measure " a ") "a")
  (:wat::test::assert-eq (:lib::declared::twice 4) 8)
  (:wat::test::assert-eq (:lib::declared::all 1 2 3) 6))

(:wat::test::deftest :lib::declared::templates-are-data ()
  (:wat::test::assert-eq '(f 1) `(f ~1))
  (:wat::test::assert-eq '(f 1 2) `(f ~@['1 '2])))

(:wat::test::deftest :lib::declared::conditions-choose ()
  (:wat::core::when
    true
    (:wat::test::assert-true true))
  (:wat::core::when
    false
    (:wat::test::fail "not reached"))
  (:wat::core::unless
    true
    (:wat::test::fail "not reached")))

(:wat::test::deftest :lib::declared::the-library-alone-declares-natives ()
  (:wat::core::for-each
    ["(:wat::core::native :my::f [] -> :wat::core::nil \"doc\")"
     "(:wat::core::native-type :my::T \"doc\")"
     "(:wat::core::operator :my::o \"usage\" \"doc\")"
     "(:wat::core::special-form :my::s \"usage\" \"doc\")"]
    (:wat::core::fn
      [source <- :wat::core::String]
      -> :wat::core::nil
      (:wat::test::assert-ne (:wat::test::check source) []))))

(:wat::test::deftest :lib::declared::restricted-names-are-refused ()
  (:wat::test::assert-rejects
    "(:wat::core::def-restricted :my::secret :restricted-to [:my::admin::] 7) (:wat::core::defn :you::f [] -> :wat::core::i64 :my::secret)"
    "WAT3301")
  (:wat::test::assert-rejects
    "(:wat::core::defn-restricted :my::f :restricted-to [:my::admin::] [] -> :wat::core::i64 7) (:wat::core::defn :you::f [] -> :wat::core::i64 (:my::f))"
    "WAT3301")
  (:wat::test::assert-rejects
    "(:wat::core::struct-restricted :my::S [:my::admin::] ([:my::admin::] x <- :wat::core::i64) (y <- :wat::core::i64)) (:wat::core::defn :you::f [] -> :my::S (:my::S/new 1 2))"
    "WAT3302")
  (:wat::test::assert-rejects
    "(:wat::core::enum-restricted :my::E [:my::admin::] :A :B) (:wat::core::defn :you::f [] -> :my::E :my::E::A)"
    "WAT3302"))

(:wat::test::deftest :lib::declared::macros-refuse ()
  (:wat::test::assert-rejects
    "(:wat::core::defmacro :my::never [] -> :wat::WatAST (:wat::core::macro-error \"no\")) (:wat::core::defn :my::f [] -> :wat::core::nil (:my::never))"
    "WAT2412")
  (:wat::test::assert-rejects "(:wat::core::use! :rust::no::Such)" "WAT2120"))

(:wat::test::deftest :lib::declared::evaluation-tells-why-it-failed ()
  (:wat::core::let
    [error (:wat::core::EvalError/new "type-mismatch" "no")]
    (:wat::core::do
      (:wat::test::assert-eq (:wat::core::EvalError/kind error) "type-mismatch")
      (:wat::test::assert-eq (:wat::core::EvalError/message error) "no"))))

(:wat::core::defn :lib::declared::read
  [text <- :wat::core::String]
  -> :wat::core::Result<wat::core::i64,wat::edn::ReadError>
  (:wat::edn::try-read -> :wat::core::i64 text))

(:wat::test::deftest :lib::declared::reading-tells-why-it-failed ()
  (:wat::core::let
    [error (:wat::test::assert-err (:lib::declared::read "\"x\""))
     made (:wat::edn::ReadError/new :kind :shape :message "m" :path "p" :offset 3)]
    (:wat::core::do
      (:wat::test::assert-eq (:wat::edn::ReadError/kind error) :shape)
      (:wat::test::assert-eq (:wat::edn::ReadError/offset error) 0)
      (:wat::test::assert-eq (:wat::edn::ReadError/path error) "")
      (:wat::test::assert-contains (:wat::edn::ReadError/message error) "found a string")
      (:wat::test::assert-eq (:wat::edn::ReadError/offset made) 3))))
