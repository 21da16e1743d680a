;; EDN and JSON.

(:wat::core::struct :wat::edn::ReadError
  (kind :wat::core::keyword)
  (message :wat::core::String)
  (path :wat::core::String)
  (offset :wat::core::i64)
  "Why a text gives no value: `kind` is `:syntax`, `:shape`, `:unknown-tag` or `:opaque`; `path` leads to the part that does not fit, `offset` is where it begins in bytes.")

(:wat::core::newtype :wat::edn::Tagged
  :wat::holon::HolonAST
  "A holon that is stored with `:wat::edn::write`, so that it reads back.")

(:wat::core::newtype :wat::edn::NoTag
  :wat::holon::HolonAST
  "A holon that is stored with `:wat::edn::write-notag`, for readers without its types.")

(:wat::core::native
  :wat::edn::write-notag<T>
  [value <- :T]
  -> :wat::core::String
  "Returns the compact EDN text of a value without the tags of structs and enums; it does not read back.

   ```wat
   (:wat::edn::write-notag [1 2]) ;=> \"[1 2]\"
   ```")

(:wat::core::native
  :wat::edn::write-json<T>
  [value <- :T]
  -> :wat::core::String
  "Returns JSON that keeps all type information; `:wat::edn::read-json` reads it back.

   ```wat
   (:wat::edn::write-json [1 2]) ;=> \"[1,2]\"
   ```")

(:wat::core::native
  :wat::edn::write-json-natural<T>
  [value <- :T]
  -> :wat::core::String
  "Returns plain JSON for other tools; it does not read back.

   ```wat
   (:wat::edn::write-json-natural {:a 1}) ;=> \"{\\\"a\\\":1}\"
   ```")

(:wat::core::special-form
  :wat::edn::read
  "(:wat::edn::read [-> :T] text)"
  "Reads exactly one EDN element as a value of a type.

   The type is written, or what the context requires; where nothing determines it the document decides. A text that is no EDN is WAT8409, one that does not fit the type WAT8410, a tag without a type WAT8411, an opaque value WAT8412. A type without EDN form is WAT3411.

   ```wat
   (:wat::edn::read -> :wat::core::i64 \"41\") ;=> 41
   ```")

(:wat::core::special-form
  :wat::edn::try-read
  "(:wat::edn::try-read [-> :T] text)"
  "Reads like `read` and gives the error as a value, a `:wat::edn::ReadError`.

   ```wat
   (:wat::core::Result/ok? (:wat::edn::try-read -> :wat::core::i64 \"x\")) ;=> false
   ```")

(:wat::core::special-form
  :wat::edn::read-all
  "(:wat::edn::read-all [-> :T] text)"
  "Reads any number of EDN elements, all of one type.

   ```wat
   (:wat::edn::read-all -> :wat::core::i64 \"1 2\") ;=> [1 2]
   ```")

(:wat::core::special-form
  :wat::edn::read-json
  "(:wat::edn::read-json [-> :T] text)"
  "Reads JSON as `:wat::edn::write-json` writes it, or any other JSON, as a value of a type; gives the error as a value.

   ```wat
   (:wat::core::Result/ok? (:wat::edn::read-json -> :wat::core::i64 \"1\")) ;=> true
   ```")

(:wat::core::native :wat::edn::__internal/read<T> [text <- :wat::core::String] -> :T "Reads one EDN element.")

(:wat::core::native
  :wat::edn::__internal/try-read<T>
  [text <- :wat::core::String]
  -> :wat::core::Result<T,wat::edn::ReadError>
  "Reads one EDN element.")

(:wat::core::native
  :wat::edn::__internal/read-all<T>
  [text <- :wat::core::String]
  -> :wat::core::Vector<T>
  "Reads EDN elements.")

(:wat::core::native
  :wat::edn::__internal/read-json<T>
  [text <- :wat::core::String]
  -> :wat::core::Result<T,wat::edn::ReadError>
  "Reads JSON.")
