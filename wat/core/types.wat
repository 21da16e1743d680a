;; The built-in types and aliases.

(:wat::core::native-type
  :wat::core::i64
  "A 64-bit signed integer, written `42` or `-7`.

   Arithmetic that leaves the range is the run-time error WAT8401, never a silent wrap-around. Equal, ordered, usable as a key and portable.")

(:wat::core::native-type
  :wat::core::f64
  "A 64-bit floating-point number (IEEE 754 binary64), written with a point or an exponent: `1.5`, `1e3`.

   Division by zero is WAT8402; the other operations may give infinities and NaN, and NaN is not equal to itself. An `i64` is never converted to it except by the mixed operators.")

(:wat::core::native-type
  :wat::core::u8
  "A byte, 0 to 255, made with `(:wat::core::u8 7)`.

   Compares with bytes only and has no arithmetic; convert with `:wat::core::u8::to-i64`.")

(:wat::core::native-type
  :wat::core::bool
  "A truth value, `true` or `false`.

   Tests take nothing else: there is no truthiness. `false` orders before `true`.")

(:wat::core::native-type
  :wat::core::String
  "Immutable text of Unicode scalar values, written `\"hello\"`.

   Compares and orders by scalar values, independent of any locale. Its functions are under `:wat::core::string::`.")

(:wat::core::native-type
  :wat::core::keyword
  "A name used as a value: a path such as `:red` that nothing defines.

   Equal and ordered by its text. A path that is defined stands for its definition instead; build such a keyword with `:wat::core::keyword/from-string`.")

(:wat::core::native-type
  :wat::core::nil
  "The type with one value, `:wat::core::nil`; the result of forms that are evaluated for their effect.

   It is also the empty tuple.")

(:wat::core::native-type
  :wat::core::Uuid
  :capabilities
  [:eq :ord :hash :portable :gen]
  "A universally unique identifier of 128 bits.

   Made by `:wat::core::Uuid/v4`, `:wat::core::Uuid/v5`, `:wat::core::Uuid/from-string` and `:wat::core::Uuid/nil`; equal and ordered by its bytes.")

(:wat::core::native-type
  :wat::core::Option<T>
  "A value that may be absent: `(:wat::core::Some x)` or `:wat::core::None`.

   Taken apart with `match`, `:wat::core::Option/try` and `:wat::core::Option/expect`. Equal and ordered when `T` is; `None` comes first.")

(:wat::core::native-type
  :wat::core::Result<T,E>
  "The outcome of something that can fail: `(:wat::core::Ok x)` or `(:wat::core::Err e)`.

   Taken apart with `match`, `:wat::core::Result/try` and `:wat::core::Result/expect`. A result that is ignored is WAT3507. Every `Err` orders before every `Ok`.")

(:wat::core::native-type
  :wat::core::Vector<T>
  "An immutable sequence with fast access by index, written `[a b c]` or `(:wat::core::Vector :T a b c)`.

   Updates return a new vector and share the unchanged part. Equal and ordered when `T` is, lexicographically.")

(:wat::core::native-type
  :wat::core::HashMap<K,V>
  "An immutable map from keys to values, written `{k v}` or `(:wat::core::HashMap :K :V k v)`.

   The key type has equality (WAT3406). Iteration has a fixed order that does not depend on how the map was built. Maps compare by content and have no order.")

(:wat::core::native-type
  :wat::core::HashSet<T>
  "An immutable set, written `#{a b}` or `(:wat::core::HashSet :T a b)`.

   The element type has equality (WAT3406). Iteration has a fixed order that does not depend on how the set was built. Sets compare by content and have no order.")

(:wat::core::native-type
  :wat::WatAST
  :capabilities
  [:eq :hash :atom :portable]
  "A piece of wat syntax as a value: what `quote` and templates return and macros work on.

   Forms compare structurally; positions in the source are ignored.")

(:wat::core::native-type
  :wat::time::Instant
  :capabilities
  [:eq :ord :hash :portable :gen]
  "A point in time (UTC) with nanosecond resolution.

   Made by `:wat::time::now`, `:wat::time::at` and `:wat::time::from-iso8601`; ordered chronologically.")

(:wat::core::native-type
  :wat::time::Duration
  :capabilities
  [:eq :ord :hash :portable :gen]
  "A length of time, a count of nanoseconds that is never negative.

   Made by `:wat::time::Second` and its siblings; a negative count panics (WAT8421). Direction is in the operation, not in the sign.")

(:wat::core::native-type
  :wat::io::IOReader
  "A stream of bytes to read from: memory, a file or a pipe.

   Owned by one thread at a time, not comparable, closed when the last reference is dropped. A failed operation is WAT8415.")

(:wat::core::native-type
  :wat::io::IOWriter
  "A stream of bytes to write to: memory, a file or a pipe.

   Owned by one thread at a time, not comparable, closed by `:wat::io::IOWriter/close` or when the last reference is dropped. A failed operation is WAT8415.")

(:wat::core::native-type
  :wat::io::TempFile
  "A temporary file that is deleted when its handle is dropped.

   `:wat::io::TempFile/new` makes one, `:wat::io::TempFile/path` names it.")

(:wat::core::native-type
  :wat::io::TempDir
  "A temporary directory that is deleted with its content when its handle is dropped.

   `:wat::io::TempDir/new` makes one, `:wat::io::TempDir/path` names it.")

(:wat::core::native-type
  :wat::holon::HolonAST
  :capabilities
  [:eq :hash :atom :portable :gen]
  "A holon: an immutable expression of the holographic algebra, built from leaves, bindings and bundles.

   Compares structurally, is usable as a key and portable. `:wat::holon::encode` turns it into a vector.")

(:wat::core::native-type
  :wat::holon::Vector
  :capabilities
  [:eq :ord :hash :portable]
  "A ternary vector: a holon encoded in some dimension.

   Equal bit by bit, the dimension included; ordered by component.")

(:wat::core::native-type
  :wat::holon::Hologram
  "An associative store whose keys and values are holons.

   Mutable and owned by the thread that made it; use from another thread is WAT8709. Not comparable, not portable.")

(:wat::core::native-type
  :wat::holon::OnlineSubspace
  "A subspace learned from one vector after the other (incremental principal components).

   Mutable and owned by the thread that made it; use from another thread is WAT8709. Not comparable, not portable.")

(:wat::core::native-type
  :wat::holon::Reckoner
  "A discriminant learned from labelled or scalar observations, asked for predictions.

   Mutable and owned by the thread that made it; use from another thread is WAT8709. Not comparable, not portable.")

(:wat::core::native-type
  :wat::holon::Engram
  "A named snapshot of a learned subspace.

   Owned by the thread that made it; use from another thread is WAT8709. Not comparable, not portable.")

(:wat::core::native-type
  :wat::holon::EngramLibrary
  "A collection of engrams that finds the best match for a vector.

   Mutable and owned by the thread that made it; use from another thread is WAT8709. Not comparable, not portable.")

(:wat::core::typealias :wat::core::Bytes :wat::core::Vector<wat::core::u8> "A sequence of bytes.")

(:wat::core::typealias :wat::holon::Holons :wat::core::Vector<wat::holon::HolonAST> "A sequence of holons.")

(:wat::core::native-type :wat::holon::CapacityExceeded "By how much a bundle exceeds the capacity of its dimension.")

(:wat::core::typealias :wat::holon::BundleResult
  :wat::core::Result<wat::holon::HolonAST,wat::holon::CapacityExceeded>
  "The outcome of `Bundle`: the holon, or by how much it exceeds the capacity.")

(:wat::core::typealias :wat::core::__internal::Seqable<T>
  :wat::core::Vector<T>
  "A vector, or a set or map of which a call makes one: its elements, its entries.")
