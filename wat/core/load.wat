;; Loading files.

(:wat::core::special-form
  :wat::load-file!
  "(:wat::load-file! \"path\")"
  "Adds the forms of another source file to the program, at this place.

   The path is a literal string (WAT5001), relative to the file that contains the form, with `/` between its parts. A file is loaded once, however often it is named; a cycle is WAT5003, a missing file WAT5002, a path outside the root WAT5004, an unreadable file WAT5017. A loaded file has no configuration setters (WAT5005). Stands only at the top level of a file (WAT5006): `(:wat::load-file! \"lib/geometry.wat\")`.")

(:wat::core::special-form
  :wat::load-string!
  "(:wat::load-string! \"source\")"
  "Adds the forms of a source text to the program, at this place.

   The text is a literal string (WAT5001). Equal texts are loaded once. A relative path that it loads is resolved against the directory of the file that contains the text. A text that does not read is WAT5007; a configuration setter in it is WAT5005. Stands only at the top level of a file (WAT5006): `(:wat::load-string! \"(:wat::core::def :my::x 5)\")`.")

(:wat::core::special-form
  :wat::digest-load!
  "(:wat::digest-load! \"path\" algorithm payload)"
  "Loads a file like `load-file!` if its digest is the one that is given.

   The algorithm is `:wat::verify::digest-sha256`, the SHA-256 digest of the bytes in hexadecimal digits, or `:wat::verify::address-blake3`, the content address of the unit. The payload is `:wat::verify::string \"…\"` or `:wat::verify::file-path \"…\"`. Another digest is WAT5011, another address WAT5012, a malformed payload WAT5013, a payload file that cannot be read WAT5008.")

(:wat::core::special-form
  :wat::digest-load-string!
  "(:wat::digest-load-string! \"source\" algorithm payload)"
  "Loads a source text like `load-string!` if its digest is the one that is given; algorithm and payload are those of `digest-load!`.")

(:wat::core::special-form
  :wat::signed-load!
  "(:wat::signed-load! \"path\" algorithm payload payload)"
  "Loads a file like `load-file!` if a signature over its forms verifies.

   The algorithm is `:wat::verify::signed-ed25519`. The payloads are the signature and the public key in base64, each `:wat::verify::string \"…\"` or `:wat::verify::file-path \"…\"`. The signature covers what the source means, so layout and comments may change. A signature that does not verify is WAT5014.")

(:wat::core::special-form
  :wat::signed-load-string!
  "(:wat::signed-load-string! \"source\" algorithm payload payload)"
  "Loads a source text like `load-string!` if a signature over its forms verifies; algorithm and payloads are those of `signed-load!`.")
