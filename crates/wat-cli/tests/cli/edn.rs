//! Typed reading of EDN and JSON, through the binary.

use super::support::{Dir, wat};

const PROGRAM: &str = r##"(:wat::core::struct :geo::Point (x :wat::core::i64) (y :wat::core::f64))
(:wat::core::enum :geo::Shape :Empty (Dot (at :geo::Point) (tag :wat::core::String)))
(:wat::core::newtype :geo::Id :wat::core::i64)
(:wat::core::struct :geo::Pair<A,B> (a :A) (b :B))
(:wat::core::defn :user::show<T> [r <- :wat::core::Result<T,wat::edn::ReadError>] -> :wat::core::nil
  (:wat::core::match r
    ((:wat::core::Ok v) (:wat::kernel::println v))
    ((:wat::core::Err e) (:wat::kernel::println (:wat::core::Tuple (:wat::edn::ReadError/kind e) (:wat::edn::ReadError/path e) (:wat::edn::ReadError/message e))))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:user::show (:wat::edn::try-read -> :geo::Point "#geo/Point {:y 2.5 :x 1}"))
  (:user::show (:wat::edn::try-read -> :geo::Point "#geo/Point {:y \"a\" :x 1}"))
  (:user::show (:wat::edn::try-read -> :geo::Point "#geo/Point {:x 1}"))
  (:user::show (:wat::edn::try-read -> :geo::Point "#geo/Point {:x 1 :y 2 :z 3}"))
  (:user::show (:wat::edn::try-read -> :geo::Shape "#geo.Shape/Dot [#geo/Point {:x 1 :y 2} \"a\"]"))
  (:user::show (:wat::edn::try-read -> :geo::Shape "#geo.Shape/Dot [#geo/Point {:x 1 :y 2}]"))
  (:user::show (:wat::edn::try-read -> :geo::Shape "#geo.Shape/Zork nil"))
  (:user::show (:wat::edn::try-read -> :wat::core::Vector<geo::Id> "[1 #geo/Id {:field-0 2}]"))
  (:user::show (:wat::edn::try-read -> :geo::Pair<wat::core::i64,wat::core::Option<wat::core::u8>> "#geo/Pair {:a 1 :b nil}"))
  (:user::show (:wat::edn::try-read -> :geo::Pair<wat::core::i64,wat::core::Option<wat::core::u8>> "#geo/Pair {:a 1 :b 256}"))
  (:user::show (:wat::edn::try-read -> :wat::core::HashMap<wat::core::f64,wat::core::i64> "{1 1 1.0 2}"))
  (:user::show (:wat::edn::try-read -> :wat::core::i64 "[1"))
  (:user::show (:wat::edn::read-json -> :wat::core::HashMap<wat::core::i64,geo::Point> (:wat::edn::write-json {5 (:geo::Point/new 1 2.0)})))
  (:user::show (:wat::edn::read-json -> :wat::core::Vector<wat::core::i64> "[\"9007199254740993\", 3]"))
  (:user::show (:wat::edn::try-read "#geo/Pair {:a #{1 \"x\"} :b (1 2.5 #geo.Shape/Empty nil)}"))
  (:wat::kernel::println (:wat::core::= (:wat::edn::read "[1 {2 3}]") (:wat::edn::read "(1 {2 3})")))
  (:wat::kernel::println (:wat::edn::write-pretty (:wat::edn::read "[1 {2 3}]")))
  (:wat::kernel::println (:wat::core::show (:wat::edn::read "[1 {2 3}]")))
  (:wat::kernel::println (:wat::edn::read -> :wat::WatAST (:wat::edn::write (:wat::core::quote (a [b] 1))))))"##;

const EXPECTED: &str = r##"#geo/Point {:x 1 :y 2.5}
[:shape ".y" "expected `:wat::core::f64`, found a string"]
[:shape "" "the field `y` of `:geo::Point` is missing"]
[:shape "" "`:geo::Point` has no field `z`"]
#geo.Shape/Dot [#geo/Point {:x 1 :y 2.0} "a"]
[:shape "" "the variant `Dot` of `:geo::Shape` holds a vector of 2 values, found a vector of 1 value"]
[:unknown-tag "" "`:geo::Shape` has no variant `#geo.Shape/Zork`"]
[#geo/Id {:field-0 1} #geo/Id {:field-0 2}]
#geo/Pair {:a 1 :b nil}
[:shape ".b" "expected `:wat::core::u8`, an integer from 0 to 255, found 256"]
[:shape "" "a key occurs twice in the map"]
[:syntax "" "`[` is never closed; add `]`"]
{5 #geo/Point {:x 1 :y 2.0}}
[9007199254740993 3]
#geo/Pair {:a #{1 "x"} :b [1 2.5 #geo.Shape/Empty nil]}
true
"[\n  1\n  {2 3}\n]"
"[1, {2: 3}]"
#wat-edn.core/form "(a [b] 1)"
"##;

#[test]
fn documents_are_checked_against_types() {
    let ran = wat(&Dir::with(&[("main.wat", PROGRAM)]), &["run", "main.wat"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, EXPECTED),
        "{}",
        ran.stderr
    );
}
