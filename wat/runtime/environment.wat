;; What a program can ask about the process it runs in.

(:wat::core::native
  :wat::runtime::env
  [name <- :wat::core::String]
  -> :wat::core::Option<wat::core::String>
  "Returns the value of an environment variable, or `None` if it is not set or not Unicode.")
