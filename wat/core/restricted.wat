;; Declarations that say who may refer to what they declare, and second names.

(:wat::core::special-form
  :wat::core::def-restricted
  "(:wat::core::def-restricted :name :restricted-to [:caller …] expr \"doc\"?)"
  "Defines a value to which only the listed callers may refer.

   An entry that ends in `::` admits every definition below that namespace, one that ends in `/` the members of a type, any other one definition; `[]` admits nobody. A reference from elsewhere is WAT3301; a malformed list is WAT2110.

   ```wat
   (:wat::core::def-restricted :my::k::pin :restricted-to [:my::k::] 4711)
   (:wat::core::defn :my::k::is-pin? [n <- :wat::core::i64] -> :wat::core::bool (:wat::core::= n :my::k::pin))
   (:my::k::is-pin? 4711) ;=> true
   ```")

(:wat::core::special-form
  :wat::core::defn-restricted
  "(:wat::core::defn-restricted :name :restricted-to [:caller …] [param <- :T …] -> :R \"doc\"? body…)"
  "Defines a function to which only the listed callers may refer, as the head of a call or as a value.

   An entry that ends in `::` admits every definition below that namespace, one that ends in `/` the members of a type, any other one definition; `[]` admits nobody. A reference from elsewhere is WAT3301; a malformed list is WAT2110. A value of the function may be handed out by who is admitted.

   ```wat
   (:wat::core::defn-restricted :my::k::raw :restricted-to [:my::k::] [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n 10))
   (:wat::core::defn :my::k::scaled [n <- :wat::core::i64] -> :wat::core::i64 (:my::k::raw n))
   (:my::k::scaled 4) ;=> 40
   ```")

(:wat::core::special-form
  :wat::core::struct-restricted
  "(:wat::core::struct-restricted :name [:caller …] ([:caller …] field <- :T …) (field <- :T …) \"doc\"?)"
  "Declares a struct with restricted fields: who may make a value, who may read each restricted field, and the public fields.

   Generates what `:wat::core::struct` generates, the restricted fields first. Making a value elsewhere is WAT3302, reading a restricted field WAT3303. Restricted fields are not printed, and such a type does not cross a process boundary.

   ```wat
   (:wat::core::struct-restricted :my::Vault [:my::admin::] ([:my::admin::] secret <- :wat::core::i64) (label <- :wat::core::String))
   (:wat::core::defn :my::admin::mint [] -> :my::Vault (:my::Vault/new 7 \"v\"))
   (:my::Vault/label (:my::admin::mint)) ;=> \"v\"
   ```")

(:wat::core::special-form
  :wat::core::enum-restricted
  "(:wat::core::enum-restricted :name [:caller …] :Unit (Tagged (field :T) …) … \"doc\"?)"
  "Declares an enum whose variants only the listed callers may make (WAT3302) and match (WAT3303).

   ```wat
   (:wat::core::enum-restricted :my::State [:my::state::] :Open :Closed)
   (:wat::core::defn :my::state::open [] -> :my::State :my::State::Open)
   (:wat::core::= (:my::state::open) (:my::state::open)) ;=> true
   ```")

(:wat::core::special-form
  :wat::runtime::define-alias
  "(:wat::runtime::define-alias :new :target)"
  "Gives a second name to a function, constructor, accessor or dispatch, with the same signature and whitelist.

   Anything else as the target is WAT2112; another name for a type is made with `:wat::core::typealias`.

   ```wat
   (:wat::runtime::define-alias :my::flip :wat::core::reverse)
   (:my::flip [1 2 3]) ;=> [3 2 1]
   ```")

(:wat::core::special-form
  :wat::core::defalias
  "(:wat::core::defalias :new :target)"
  "Gives a second name to a function, constructor, accessor or dispatch; another name of `:wat::runtime::define-alias`.

   ```wat
   (:wat::core::defalias :my::flip :wat::core::reverse)
   (:my::flip [1 2 3]) ;=> [3 2 1]
   ```")
