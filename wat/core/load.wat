;; Loading files.

(:wat::core::special-form
  :wat::load-file!
  "(:wat::load-file! \"path\")"
  "Adds the forms of another source file to the program, at this place.

   The path is a literal string (WAT5001), relative to the file that contains the form, with `/` between its parts. A file is loaded once, however often it is named; a cycle is WAT5003, a missing file WAT5002, a path outside the root WAT5004, an unreadable file WAT5017. A loaded file has no configuration setters (WAT5005). Stands only at the top level of a file (WAT5006): `(:wat::load-file! \"lib/geometry.wat\")`.")
