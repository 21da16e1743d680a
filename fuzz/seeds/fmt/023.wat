(:wat::core::defn :demo::usage [] -> :wat::core::String "usage:
  demo FILE
    --verbose")
