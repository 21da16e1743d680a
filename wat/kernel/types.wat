;; The types of the kernel.

(:wat::core::native-type
  :wat::kernel::Sender<T>
  "The end of a channel that sends values of type `T`.

   A handle: not comparable, not portable. The channel closes when its last sender is dropped or closed.")

(:wat::core::native-type
  :wat::kernel::Receiver<T>
  "The end of a channel that receives values of type `T`.

   A handle: not comparable, not portable. Receiving gives a `:wat::kernel::CommResult<T>`.")

(:wat::core::native-type
  :wat::kernel::HandlePool<T>
  "A pool of handles that are claimed one by one; claiming more than there are fails.

   An empty pool is WAT8504. `:wat::kernel::HandlePool::finish` fails with WAT8505 while handles are left; a pool that is never finished is WAT4034.")

(:wat::core::native-type
  :wat::kernel::ProgramHandle<R>
  "What a join waits for: a thread of this process, or a forked child.")

(:wat::core::native-type
  :wat::kernel::ChildHandle
  "A forked child: it is waited for with `:wat::kernel::wait-child`, and killed and reaped when its last handle is released.")

(:wat::core::typealias :wat::kernel::Channel<T>
  :(wat::kernel::Sender<T>,wat::kernel::Receiver<T>)
  "The two ends of a new channel, sender first.")

(:wat::core::typealias :wat::kernel::ThreadPanics
  :wat::core::Vector<wat::kernel::ThreadDiedError>
  "A chain of thread deaths: the first is the thread's own, the last is the root cause.")

(:wat::core::typealias :wat::kernel::ProcessPanics
  :wat::core::Vector<wat::kernel::ProcessDiedError>
  "A chain of process deaths: the first is the process's own, the last is the root cause.")

(:wat::core::typealias :wat::kernel::CommResult<T>
  :wat::core::Result<wat::core::Option<T>,wat::kernel::ThreadPanics>
  "The outcome of a communication: a value, `None` when the other side has closed, or the deaths that ended it.")

(:wat::core::typealias :wat::kernel::Chosen<T>
  :(wat::core::i64,wat::kernel::CommResult<T>)
  "The outcome of a `select`: the index of the arm that was ready and what it gave.")

(:wat::core::typealias :wat::kernel::Program<I,O>
  :wat::kernel::Process<I,O>
  "A started program; another name of `:wat::kernel::Process<I,O>`.")

(:wat::core::typealias :wat::kernel::ThreadId :wat::core::i64 "The number of a thread.")

(:wat::core::struct-restricted :wat::kernel::Thread<I,O>
  [:wat::]
  ()
  (input <- :wat::kernel::Sender<I>
   output <- :wat::kernel::Receiver<O>
   join <- :wat::kernel::ProgramHandle<wat::core::nil>)
  "A running thread: it is sent values of type `I` and sends values of type `O`.

   A handle that is thrown away is WAT4018, one that is neither read nor joined WAT4031.")

(:wat::core::struct-restricted :wat::kernel::Process<I,O>
  [:wat::]
  ()
  (stdin <- :wat::io::IOWriter
   stdout <- :wat::io::IOReader
   stderr <- :wat::io::IOReader
   join <- :wat::kernel::ProgramHandle<wat::core::nil>)
  "A running process: it reads values of type `I` and writes values of type `O`, over its standard streams.

   `I` and `O` are portable types (WAT4009). A handle that is thrown away is WAT4018.")

(:wat::core::struct-restricted :wat::kernel::ForkedChild
  [:wat::]
  ()
  (handle <- :wat::kernel::ChildHandle
   stdin <- :wat::io::IOWriter
   stdout <- :wat::io::IOReader
   stderr <- :wat::io::IOReader)
  "A child that runs a program of its own: its handle and the ends of its standard streams.")

(:wat::core::struct :wat::kernel::ThreadPeer<I,O>
  (rx :wat::kernel::Receiver<I>)
  (tx :wat::kernel::Sender<O>)
  "One side of a conversation between threads: reads values of type `I`, writes values of type `O`.

   The other side is a `:wat::kernel::ThreadPeer<O,I>`.")

(:wat::core::struct :wat::kernel::ProcessPeer<I,O>
  (rx :wat::kernel::Receiver<I>)
  (tx :wat::kernel::Sender<O>)
  "The parent's side of a conversation with a process: reads values of type `I`, writes values of type `O`.

   Both types are portable (WAT4009).")

(:wat::core::enum :wat::kernel::ThreadDiedError
  (Panic (message :wat::core::String) (failure :wat::core::Option<wat::kernel::Failure>))
  (RuntimeError (message :wat::core::String))
  :ChannelDisconnected
  :Shutdown
  "Why a thread ended.

   `:wat::kernel::ThreadDiedError/message` gives its text, `:wat::kernel::ThreadDiedError/to-failure` a failure record.")

(:wat::core::enum :wat::kernel::ProcessDiedError
  (Panic (message :wat::core::String) (failure :wat::core::Option<wat::kernel::Failure>))
  (RuntimeError (message :wat::core::String))
  :ChannelDisconnected
  :Shutdown
  (Signaled (signal :wat::core::i64))
  (StartupError (message :wat::core::String))
  (EntryFormFailure (message :wat::core::String))
  (MainSignature (message :wat::core::String))
  (BadReturn (message :wat::core::String))
  "Why a process ended.

   `:wat::kernel::ProcessDiedError/message` gives its text, `:wat::kernel::ProcessDiedError/to-failure` a failure record.")

(:wat::core::struct :wat::kernel::Location
  (file :wat::core::String)
  (line :wat::core::i64)
  (col :wat::core::i64)
  "A position in a source file.")

(:wat::core::struct :wat::kernel::Frame
  (file :wat::core::Option<wat::core::String>)
  (line :wat::core::Option<wat::core::i64>)
  (symbol :wat::core::Option<wat::core::String>)
  "One call of a failure's trace.")

(:wat::core::struct :wat::kernel::Failure
  (message :wat::core::String)
  (location :wat::core::Option<wat::kernel::Location>)
  (frames :wat::core::Vector<wat::kernel::Frame>)
  (actual :wat::core::Option<wat::core::String>)
  (expected :wat::core::Option<wat::core::String>)
  "The record of a failure; `actual` and `expected` are the texts of an assertion.")

(:wat::core::struct :wat::kernel::RunResult
  (stdout :wat::core::Vector<wat::core::String>)
  (stderr :wat::core::Vector<wat::core::String>)
  (failure :wat::core::Option<wat::kernel::Failure>)
  "What a sandboxed program left behind: the lines of its output, and a failure if it failed.")

(:wat::core::struct :wat::kernel::StartupError
  (message :wat::core::String)
  "Why a program could not be started.")

(:wat::core::struct :wat::kernel::SelectStats
  (backend :wat::core::String)
  (need :wat::core::i64)
  (capacity :wat::core::i64)
  (entries :wat::core::i64)
  (rebuilds :wat::core::i64)
  (grows :wat::core::i64)
  (shrinks :wat::core::i64)
  "The selector of the calling thread after its last `select`: its backend, how many arms it waited for, its capacity, and how often it was entered, rebuilt, grown and shrunk.")
