;; Forms that declare tests, and annotations of tests.

(:wat::core::special-form
  :wat::test::deftest
  "(:wat::test::deftest :name \"doc\"? (prelude…) body…)"
  "Declares a test: a function without parameters that runs the body and returns whether it failed.

   The prelude holds declarations that only the test needs; it is often empty, `()`. The body is an implicit `do` of type nil (WAT2915). Stands only at the top level. Wrong operands are WAT2901, a wrong name is WAT2902, a wrong prelude WAT2903 or WAT2904: `(:wat::test::deftest :my::adds () (:wat::test::assert-eq (:wat::core::+ 1 1) 2))`.")

(:wat::core::special-form
  :wat::test::deftest-hermetic
  "(:wat::test::deftest-hermetic :name \"doc\"? (prelude…) body…)"
  "Declares a test whose body is a program of its own: it runs in a process, and what it writes is in the result.

   Prelude and body see the library and each other alone, nothing of the file (WAT2908); setters of the prelude stand first in it. Shapes are those of `:wat::test::deftest`: `(:wat::test::deftest-hermetic :my::prints () (:wat::kernel::println 1))`.")

(:wat::core::special-form
  :wat::test::make-deftest-hermetic
  "(:wat::test::make-deftest-hermetic :alias (prelude…))"
  "Declares a macro that declares hermetic tests: `(:alias :name body…)` is `(:wat::test::deftest-hermetic :name (prelude…) body…)`.

   Stands only at the top level, before its uses: `(:wat::test::make-deftest-hermetic :deftest-h ())`.")

(:wat::core::special-form
  :wat::test::make-deftest
  "(:wat::test::make-deftest :alias (prelude…))"
  "Declares a macro that declares tests: `(:alias :name body…)` is `(:wat::test::deftest :name (prelude…) body…)`.

   Declarations of the prelude are made once, however many tests use the alias. Stands only at the top level, before its uses: `(:wat::test::make-deftest :deftest ())`.")

(:wat::core::special-form
  :wat::test::__internal/use-factory
  "(:wat::test::__internal/use-factory (prelude…) :name \"doc\"? body…)"
  "What a macro of `make-deftest` expands to. Programs have no use for it.")

(:wat::core::special-form
  :wat::test::__internal/use-hermetic-factory
  "(:wat::test::__internal/use-hermetic-factory (prelude…) :name \"doc\"? body…)"
  "What a macro of `make-deftest-hermetic` expands to. Programs have no use for it.")

(:wat::core::special-form
  :wat::test::__internal/body
  "(:wat::test::__internal/body body…)"
  "The body of a test: an implicit `do` whose type must be nil. Programs have no use for it.")

(:wat::core::special-form
  :wat::test::ignore
  "(:wat::test::ignore \"reason\")"
  "Annotates the next test: it runs only when asked for, and is reported with the reason.

   Stands directly before the test (WAT2905), with a literal string (WAT2906), once (WAT2907): `(:wat::test::ignore \"needs a network\")`.")

(:wat::core::special-form
  :wat::test::should-panic
  "(:wat::test::should-panic \"text\")"
  "Annotates the next test: it passes if it fails with a text that contains this one.

   No failure is WAT8904, a failure without the text WAT8905. Stands directly before the test (WAT2905), with a literal string (WAT2906), once (WAT2907): `(:wat::test::should-panic \"division by zero\")`.")

(:wat::core::special-form
  :wat::test::time-limit
  "(:wat::test::time-limit \"250ms\")"
  "Annotates the next test: it may take this long, as a number with `ms`, `s` or `m`; longer is WAT8902.

   Stands directly before the test (WAT2905), with a literal string (WAT2906), once (WAT2907): `(:wat::test::time-limit \"2s\")`.")

(:wat::core::special-form
  :wat::test::tag
  "(:wat::test::tag \"word\")"
  "Annotates the next test with a word that `--tag` and `--skip-tag` look for; a test may have several.

   Stands directly before the test (WAT2905), with a literal string (WAT2906): `(:wat::test::tag \"slow\")`.")

(:wat::core::special-form
  :wat::test::serial
  "(:wat::test::serial \"group\")"
  "Annotates the next test: it never runs beside another test of the group; a test may have several.

   Stands directly before the test (WAT2905), with a literal string (WAT2906): `(:wat::test::serial \"port 8080\")`.")
