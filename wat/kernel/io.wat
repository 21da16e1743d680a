;; Byte streams: readers, writers, temporary files.

(:wat::core::native
  :wat::io::IOReader/from-bytes
  [bytes <- :wat::core::Vector<wat::core::u8>]
  -> :wat::io::IOReader
  "Returns a reader of bytes in memory. It belongs to the thread that made it (WAT4015, WAT8417).")

(:wat::core::native
  :wat::io::IOReader/from-string
  [text <- :wat::core::String]
  -> :wat::io::IOReader
  "Returns a reader of the UTF-8 bytes of a text. It belongs to the thread that made it (WAT4015, WAT8417).")

(:wat::core::native
  :wat::io::IOReader/open-file
  [path <- :wat::core::String]
  -> :wat::io::IOReader
  "Returns a reader of a file; failure is WAT8415.")

(:wat::core::native
  :wat::io::IOReader/read
  [reader <- :wat::io::IOReader
   count <- :wat::core::i64]
  -> :wat::core::Option<wat::core::Vector<wat::core::u8>>
  "Reads up to `count` bytes; `None` at the end. A negative count is WAT8406.")

(:wat::core::native
  :wat::io::IOReader/read-all
  [reader <- :wat::io::IOReader]
  -> :wat::core::Vector<wat::core::u8>
  "Reads all bytes to the end.")

(:wat::core::native
  :wat::io::IOReader/read-all-string
  [reader <- :wat::io::IOReader]
  -> :wat::core::String
  "Reads all bytes to the end as text. Invalid UTF-8 is WAT8416.")

(:wat::core::native
  :wat::io::IOReader/read-line
  [reader <- :wat::io::IOReader]
  -> :wat::core::Option<wat::core::String>
  "Reads a line without its line feed; `None` at the end. Invalid UTF-8 is WAT8416.")

(:wat::core::native
  :wat::io::IOReader/rewind
  [reader <- :wat::io::IOReader]
  -> :wat::core::nil
  "Goes back to the first byte of a reader of memory or of a file; for any other it is WAT8415.")

(:wat::core::native
  :wat::io::IOWriter/new
  []
  -> :wat::io::IOWriter
  "Returns a writer to memory. It belongs to the thread that made it (WAT4015, WAT8417).")

(:wat::core::native
  :wat::io::IOWriter/open-file
  [path <- :wat::core::String]
  -> :wat::io::IOWriter
  "Creates or empties a file and returns a writer to it; failure is WAT8415.")

(:wat::core::native
  :wat::io::IOWriter/append-file
  [path <- :wat::core::String]
  -> :wat::io::IOWriter
  "Creates a file, or goes on at its end, and returns a writer to it; failure is WAT8415.")

(:wat::core::native
  :wat::io::IOWriter/write
  [writer <- :wat::io::IOWriter
   bytes <- :wat::core::Vector<wat::core::u8>]
  -> :wat::core::i64
  "Writes bytes and returns how many were taken.")

(:wat::core::native
  :wat::io::IOWriter/write-all
  [writer <- :wat::io::IOWriter
   bytes <- :wat::core::Vector<wat::core::u8>]
  -> :wat::core::nil
  "Writes all bytes.")

(:wat::core::native
  :wat::io::IOWriter/write-string
  [writer <- :wat::io::IOWriter
   text <- :wat::core::String]
  -> :wat::core::i64
  "Writes a text and returns the number of its bytes.")

(:wat::core::native
  :wat::io::IOWriter/writeln
  [writer <- :wat::io::IOWriter
   text <- :wat::core::String]
  -> :wat::core::i64
  "Writes a text and a line feed and returns the number of bytes.")

(:wat::core::native
  :wat::io::IOWriter/print
  [writer <- :wat::io::IOWriter
   text <- :wat::core::String]
  -> :wat::core::nil
  "Writes a text.")

(:wat::core::native
  :wat::io::IOWriter/println
  [writer <- :wat::io::IOWriter
   text <- :wat::core::String]
  -> :wat::core::nil
  "Writes a text and a line feed.")

(:wat::core::native
  :wat::io::IOWriter/flush
  [writer <- :wat::io::IOWriter]
  -> :wat::core::nil
  "Hands on what is buffered.")

(:wat::core::native
  :wat::io::IOWriter/close
  [writer <- :wat::io::IOWriter]
  -> :wat::core::nil
  "Closes a writer: whoever reads sees the end. Closing it again does nothing.")

(:wat::core::native
  :wat::io::IOWriter/to-bytes
  [writer <- :wat::io::IOWriter]
  -> :wat::core::Vector<wat::core::u8>
  "Returns what was written to memory; for any other writer it is WAT8415.")

(:wat::core::native
  :wat::io::IOWriter/to-string
  [writer <- :wat::io::IOWriter]
  -> :wat::core::Option<wat::core::String>
  "Returns what was written to memory as text; `None` if it is not UTF-8.")

(:wat::core::native
  :wat::io::TempFile/new
  []
  -> :wat::io::TempFile
  "Makes a temporary file; it is deleted when its last handle is released.")

(:wat::core::native
  :wat::io::TempFile/path
  [file <- :wat::io::TempFile]
  -> :wat::core::String
  "Returns the path of a temporary file.")

(:wat::core::native
  :wat::io::TempDir/new
  []
  -> :wat::io::TempDir
  "Makes a temporary directory; it is deleted with its content when its last handle is released.")

(:wat::core::native
  :wat::io::TempDir/path
  [directory <- :wat::io::TempDir]
  -> :wat::core::String
  "Returns the path of a temporary directory.")

(:wat::core::native
  :wat::io::read-file
  [path <- :wat::core::String]
  -> :wat::core::String
  "Returns the text of a file, read through the loader of the program.")

(:wat::core::native
  :wat::io::try-read-file
  [path <- :wat::core::String]
  -> :wat::core::Result<wat::core::String,wat::core::String>
  "Returns the text of a file like `:wat::io::read-file`, or why there is none.")

(:wat::core::native
  :wat::io::write-file
  [path <- :wat::core::String
   content <- :wat::core::String]
  -> :wat::core::nil
  "Replaces a file by one of this content; failure is WAT8415.")

(:wat::core::native
  :wat::io::list-dir
  [path <- :wat::core::String]
  -> :wat::core::Vector<wat::core::String>
  "Returns the full paths of what a directory holds, sorted; failure is WAT8415.")

(:wat::core::native
  :wat::io::file-exists?
  [path <- :wat::core::String]
  -> :wat::core::bool
  "Returns true when there is a file or directory of this path.")

(:wat::core::defn :wat::io::with-open-file<T>
  [path <- :wat::core::String
   body <- :wat::core::Fn(wat::io::IOWriter)->T]
  -> :T
  "Opens a file to be written, applies a function to its writer and closes it, also when the function fails."
  (:wat::core::let
    [writer (:wat::io::IOWriter/open-file path)
     result (body writer)
     _ (:wat::io::IOWriter/close writer)]
    result))
