;; What `wat/core/regex.wat` declares.

(:wat::test::deftest :lib::core::regex::matches?-holds ()
  (:wat::test::assert-eq (:wat::core::regex::matches? "[0-9]+" "x42") true))

(:wat::test::deftest :lib::core::regex::find-holds ()
  (:wat::test::assert-eq (:wat::core::regex::find "[0-9]+" "ab12cd345") (:wat::core::Some "12")))

(:wat::test::deftest :lib::core::regex::find-all-holds ()
  (:wat::test::assert-eq (:wat::core::regex::find-all "[0-9]+" "ab12cd345") ["12" "345"]))

(:wat::test::deftest :lib::core::regex::captures-holds ()
  (:wat::test::assert-eq (:wat::core::Option/some? (:wat::core::regex::captures "(a)(x)?" "cab")) true))

(:wat::test::deftest :lib::core::regex::replace-holds ()
  (:wat::test::assert-eq (:wat::core::regex::replace "(o)(e)" "joe" "$2$1") "jeo"))

(:wat::test::deftest :lib::core::regex::split-holds ()
  (:wat::test::assert-eq (:wat::core::regex::split ", *" "a,b, c") ["a" "b" "c"]))
