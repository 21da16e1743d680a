;; What `wat/core/string.wat` declares.

(:wat::test::deftest :lib::core::string::length-holds ()
  (:wat::test::assert-eq (:wat::core::string::length "héllo") 5))

(:wat::test::deftest :lib::core::string::concat-holds ()
  (:wat::test::assert-eq (:wat::core::string::concat "a" "b" "c") "abc"))

(:wat::test::deftest :lib::core::string::join-holds ()
  (:wat::test::assert-eq (:wat::core::string::join ", " ["a" "b"]) "a, b"))

(:wat::test::deftest :lib::core::string::split-holds ()
  (:wat::test::assert-eq (:wat::core::string::split "a,b,,c" ",") ["a" "b" "" "c"]))

(:wat::test::deftest :lib::core::string::contains?-holds ()
  (:wat::test::assert-eq (:wat::core::string::contains? "hello" "ell") true))

(:wat::test::deftest :lib::core::string::starts-with?-holds ()
  (:wat::test::assert-eq (:wat::core::string::starts-with? "hello" "he") true))

(:wat::test::deftest :lib::core::string::ends-with?-holds ()
  (:wat::test::assert-eq (:wat::core::string::ends-with? "hello" "lo") true))

(:wat::test::deftest :lib::core::string::trim-holds ()
  (:wat::test::assert-eq (:wat::core::string::trim "  a b ") "a b"))

(:wat::test::deftest :lib::core::string::trim-start-holds ()
  (:wat::test::assert-eq (:wat::core::string::trim-start " a ") "a "))

(:wat::test::deftest :lib::core::string::trim-end-holds ()
  (:wat::test::assert-eq (:wat::core::string::trim-end " a ") " a"))

(:wat::test::deftest :lib::core::string::subs-holds ()
  (:wat::test::assert-eq (:wat::core::string::subs "hello" 1 3) "el"))

(:wat::test::deftest :lib::core::string::to-uppercase-holds ()
  (:wat::test::assert-eq (:wat::core::string::to-uppercase "straße") "STRASSE"))

(:wat::test::deftest :lib::core::string::to-lowercase-holds ()
  (:wat::test::assert-eq (:wat::core::string::to-lowercase "ÀB") "àb"))

(:wat::test::deftest :lib::core::string::capitalize-holds ()
  (:wat::test::assert-eq (:wat::core::string::capitalize "abc") "Abc"))

(:wat::test::deftest :lib::core::string::kebab-cmppascal-holds ()
  (:wat::test::assert-eq (:wat::core::string::kebab->pascal "get-object") "GetObject"))

(:wat::test::deftest :lib::core::string::pascal-cmpkebab-holds ()
  (:wat::test::assert-eq (:wat::core::string::pascal->kebab "GetObject") "get-object"))

(:wat::test::deftest :lib::core::string::empty?-holds ()
  (:wat::test::assert-eq (:wat::core::string::empty? "") true))

(:wat::test::deftest :lib::core::string::index-of-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::index-of "hello" "l")) "2"))

(:wat::test::deftest :lib::core::string::replace-holds ()
  (:wat::test::assert-eq (:wat::core::string::replace "a-b-c" "-" "+") "a+b+c"))

(:wat::test::deftest :lib::core::string::chars-holds ()
  (:wat::test::assert-eq (:wat::core::string::chars "héy") ["h" "é" "y"]))

(:wat::test::deftest :lib::core::string::lines-holds ()
  (:wat::test::assert-eq (:wat::core::string::lines "a\nb\n") ["a" "b"]))

(:wat::test::deftest :lib::core::string::repeat-holds ()
  (:wat::test::assert-eq (:wat::core::string::repeat "ab" 3) "ababab"))

(:wat::test::deftest :lib::core::string::pad-left-holds ()
  (:wat::test::assert-eq (:wat::core::string::pad-left "7" 3 "0") "007"))

(:wat::test::deftest :lib::core::string::pad-right-holds ()
  (:wat::test::assert-eq (:wat::core::string::pad-right "7" 3 ".") "7.."))

(:wat::test::deftest :lib::core::string::to-bytes-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::to-bytes "é")) "[195 169]"))

(:wat::test::deftest :lib::core::string::from-bytes-holds ()
  (:wat::test::assert-eq (:wat::edn::write (:wat::core::string::from-bytes [(:wat::core::u8 97)])) "\"a\""))

(:wat::test::deftest :lib::core::show-holds ()
  (:wat::test::assert-eq (:wat::core::show (:wat::core::Some "x")) "(Some \"x\")"))
