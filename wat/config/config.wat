;; The settings of a program: what the entry file sets, and what every program can ask.

(:wat::core::special-form
  :wat::config::set-dim-count!
  "(:wat::config::set-dim-count! INT)"
  "Sets the dimension of holon vectors, 1 to 67108864; the default is 10000.

   Setters stand before every other form of the entry file (WAT2005), each once (WAT2006); a loaded file has none (WAT5005). A value out of range is WAT2701: `(:wat::config::set-dim-count! 4096)`.")

(:wat::core::special-form
  :wat::config::set-global-seed!
  "(:wat::config::set-global-seed! INT)"
  "Sets the seed that all holon vectors derive from, an integer that is not negative; the default is 42.

   A negative value is WAT2701: `(:wat::config::set-global-seed! 7)`.")

(:wat::core::special-form
  :wat::config::set-capacity-mode!
  "(:wat::config::set-capacity-mode! :error | :panic)"
  "Sets what a bundle beyond the capacity is: an error value (`:error`, the default) or a panic (`:panic`).

   Anything else is WAT2701: `(:wat::config::set-capacity-mode! :panic)`.")

(:wat::core::special-form
  :wat::config::set-presence-sigma!
  "(:wat::config::set-presence-sigma! function)"
  "Sets the function from a dimension to the sigma of presence.

   Its type is `:wat::core::Fn(wat::core::i64)->wat::core::i64` (WAT3706).")

(:wat::core::special-form
  :wat::config::set-coincident-sigma!
  "(:wat::config::set-coincident-sigma! function)"
  "Sets the function from a dimension to the sigma of coincidence.

   Its type is `:wat::core::Fn(wat::core::i64)->wat::core::i64` (WAT3706).")

(:wat::core::special-form
  :wat::config::set-redef!
  "(:wat::config::set-redef! BOOL)"
  "Permits a second `def` or `defn` of a name with the same type; the last one counts after start-up.

   Another type is WAT2102; without the setting a second definition is WAT2101: `(:wat::config::set-redef! true)`.")

(:wat::core::special-form
  :wat::config::set-eval-redef!
  "(:wat::config::set-eval-redef! BOOL)"
  "Is accepted and checked, without effect: `eval` registers nothing.")

(:wat::core::enum :wat::config::CapacityMode
  :Error
  :Panic
  "What a bundle beyond the capacity is: an error value, or a panic.")

(:wat::core::native
  :wat::config::dim-count
  []
  -> :wat::core::i64
  "Returns the dimension of holon vectors: `(:wat::config::dim-count)` is 10000 unless the entry file sets it.")

(:wat::core::native
  :wat::config::dim-capacity
  []
  -> :wat::core::i64
  "Returns how many parts a bundle can have: the integer square root of the dimension.

   ```wat
   (:wat::config::dim-capacity) ;=> 100
   ```")

(:wat::core::native
  :wat::config::global-seed
  []
  -> :wat::core::i64
  "Returns the seed that holon vectors derive from.

   ```wat
   (:wat::config::global-seed) ;=> 42
   ```")

(:wat::core::native
  :wat::config::noise-floor
  []
  -> :wat::core::f64
  "Returns one over the square root of the dimension.

   ```wat
   (:wat::config::noise-floor) ;=> 0.01
   ```")

(:wat::core::native
  :wat::config::__internal/panics?
  []
  -> :wat::core::bool
  "Returns true if the capacity mode is `:panic`.")

(:wat::core::defn :wat::config::capacity-mode [] -> :wat::config::CapacityMode
  "Returns what a bundle beyond the capacity is."
  (:wat::core::if
    (:wat::config::__internal/panics?)
    :wat::config::CapacityMode::Panic
    :wat::config::CapacityMode::Error))
