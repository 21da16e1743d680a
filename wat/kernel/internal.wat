;; What `:wat::kernel::drop` does with handles that have no `close`. Programs have no use for these.

(:wat::core::native
  :wat::kernel::__internal/drop-thread<I,O>
  [thread <- :wat::kernel::Thread<I,O>]
  -> :wat::core::nil
  "Closes the input of a thread and detaches it.")

(:wat::core::native
  :wat::kernel::__internal/drop-process<I,O>
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::core::nil
  "Closes the pipes of a process, kills and reaps it.")

(:wat::core::native
  :wat::kernel::__internal/drop-forked-child
  [child <- :wat::kernel::ForkedChild]
  -> :wat::core::nil
  "Closes the pipes of a child, kills and reaps it.")

(:wat::core::native
  :wat::kernel::__internal/drop-child-handle
  [handle <- :wat::kernel::ChildHandle]
  -> :wat::core::nil
  "Kills and reaps a child.")

(:wat::core::native
  :wat::kernel::__internal/drop-reader
  [reader <- :wat::io::IOReader]
  -> :wat::core::nil
  "Closes a reader.")

(:wat::core::native
  :wat::kernel::__internal/drop-writer
  [writer <- :wat::io::IOWriter]
  -> :wat::core::nil
  "Closes a writer.")

(:wat::core::native
  :wat::kernel::__internal/expect-died<T,E>
  [message <- :wat::core::String
   chain <- :E]
  -> :T "Panics with a message, because of the deaths of a chain. Never returns.")

(:wat::core::native
  :wat::kernel::__internal/feed
  [writer <- :wat::io::IOWriter
   text <- :wat::core::String]
  -> :wat::core::nil
  "Writes a text and closes the writer; that nobody reads it is no failure.")

(:wat::core::native
  :wat::kernel::__internal/fork-scoped
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::ForkedChild
  "Forks a child like `:wat::kernel::fork-with-forms`; it may load the files below the scope.")

(:wat::core::native
  :wat::kernel::__internal/fork-inheriting
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::kernel::ForkedChild
  "Forks a child like `:wat::kernel::fork-with-forms`; it may load what this program may.")

(:wat::core::native
  :wat::kernel::__internal/start-in-scope<I,O>
  :restricted-to
  [:wat::]
  [source <- :wat::core::String
   scope <- :wat::core::String]
  -> :wat::core::Result<wat::kernel::Process<I,O>,wat::kernel::StartupError>
  "Starts a program like `:wat::kernel::spawn-program`; a scope that cannot be used is an error of its start.")
