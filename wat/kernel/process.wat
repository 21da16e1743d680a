;; Processes: forking, joining, signals.

(:wat::core::native :wat::kernel::pipe [] -> :(wat::io::IOWriter,wat::io::IOReader) "Returns a new pipe, writer first.")

(:wat::core::native
  :wat::kernel::fork-with-forms
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::kernel::ForkedChild
  "Forks a child that checks and runs a program given as forms.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::wait-child
  :restricted-to
  [:wat::]
  [child <- :wat::kernel::ChildHandle]
  -> :wat::core::i64
  "Waits for a child and returns its exit code; waiting again returns it again.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::spawn-process<I,O>
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::kernel::Process<I,O>
  "Starts a process that runs a program given as forms.

   Raw: programs use services and `:wat::kernel::run-processes` (WAT4001).")

(:wat::core::native
  :wat::kernel::fork-program-ast<I,O>
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>]
  -> :wat::kernel::Process<I,O>
  "The same as `:wat::kernel::spawn-process`.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::fork-program<I,O>
  :restricted-to
  [:wat::]
  [source <- :wat::core::String
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::kernel::Process<I,O>
  "Starts a process that runs a program given as text.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::spawn-program<I,O>
  :restricted-to
  [:wat::]
  [source <- :wat::core::String
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::core::Result<wat::kernel::Process<I,O>,wat::kernel::StartupError>
  "Starts a program given as text on a thread with pipes of its own.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::spawn-program-ast<I,O>
  :restricted-to
  [:wat::]
  [forms <- :wat::core::Vector<wat::WatAST>
   scope <- :wat::core::Option<wat::core::String>]
  -> :wat::core::Result<wat::kernel::Process<I,O>,wat::kernel::StartupError>
  "Starts a program given as forms on a thread with pipes of its own.

   Raw (WAT4001).")

(:wat::core::native
  :wat::kernel::Process/readln<I,O>
  [peer <- :wat::kernel::ProcessPeer<I,O>]
  -> :wat::core::Result<I,wat::kernel::ProcessPanics>
  "Reads a value from a process; `Err` when it has ended.

   The result is looked at where it stands (WAT4002).")

(:wat::core::native
  :wat::kernel::Process/println<I,O>
  [peer <- :wat::kernel::ProcessPeer<I,O>
   value <- :O]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ProcessPanics>
  "Writes a value to a process; `Err` when it has ended.

   The result is looked at where it stands (WAT4002).")

(:wat::core::native
  :wat::kernel::Process/drain-and-join<I,O>
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ProcessPanics>
  "Closes the input of a process, reads its output to the end and reaps it.

   `Err` is the chain of deaths, the process's own first.")

(:wat::core::native
  :wat::kernel::Process/join-result<I,O>
  :restricted-to
  [:wat::]
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ProcessPanics>
  "Waits for a process. Only the standard library uses it (WAT4007): without draining the wait may never end (WAT4005, WAT4006).")

(:wat::core::native
  :wat::kernel::Process/exited<I,O>
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::kernel::Receiver<wat::core::i64>
  "Returns a receiver that gives the exit code of a process once, and closes.")

(:wat::core::native
  :wat::kernel::Process/terminate<I,O>
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::core::nil
  "Asks a process and its children to end; one that has ended is left alone.")

(:wat::core::native
  :wat::kernel::Process/kill<I,O>
  [process <- :wat::kernel::Process<I,O>]
  -> :wat::core::nil
  "Ends a process and its children at once; one that has ended is left alone.")

(:wat::core::native
  :wat::kernel::extract-panics
  [lines <- :wat::core::Vector<wat::core::String>]
  -> :wat::core::Option<wat::kernel::ProcessPanics>
  "Returns the last chain of deaths among lines of error output.")

(:wat::core::native
  :wat::kernel::drain-lines
  [reader <- :wat::io::IOReader]
  -> :wat::core::Vector<wat::core::String>
  "Reads all lines to the end of a stream.")

(:wat::core::native
  :wat::kernel::stopped?
  []
  -> :wat::core::bool
  "Returns true when the process has been asked to stop.")

(:wat::core::native
  :wat::kernel::sigusr1?
  []
  -> :wat::core::bool
  "Returns true when SIGUSR1 has arrived since it was reset.")

(:wat::core::native
  :wat::kernel::sigusr2?
  []
  -> :wat::core::bool
  "Returns true when SIGUSR2 has arrived since it was reset.")

(:wat::core::native
  :wat::kernel::sighup?
  []
  -> :wat::core::bool
  "Returns true when SIGHUP has arrived since it was reset.")

(:wat::core::native :wat::kernel::reset-sigusr1! [] -> :wat::core::nil "Forgets that SIGUSR1 has arrived.")

(:wat::core::native :wat::kernel::reset-sigusr2! [] -> :wat::core::nil "Forgets that SIGUSR2 has arrived.")

(:wat::core::native :wat::kernel::reset-sighup! [] -> :wat::core::nil "Forgets that SIGHUP has arrived.")

(:wat::core::native
  :wat::runtime::argv
  []
  -> :wat::core::Vector<wat::core::String>
  "Returns the name of the program, the path of its entry file and the arguments after it.")

(:wat::core::native :wat::runtime::current-thread [] -> :wat::core::String "Returns the name of the thread that runs.")
