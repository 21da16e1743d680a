;; Threads, deaths, handle pools.

(:wat::core::native
  :wat::kernel::spawn-thread<I,O>
  :restricted-to
  [:wat::]
  [body <- :wat::core::Fn(wat::kernel::Receiver<I>,wat::kernel::Sender<O>)->wat::core::nil]
  -> :wat::kernel::Thread<I,O>
  "Starts a thread that applies a function to its ends of two new channels.

   Raw: programs use services and `:wat::kernel::run-threads` (WAT4001).")

(:wat::core::native
  :wat::kernel::Thread/drain-and-join<I,O>
  [thread <- :wat::kernel::Thread<I,O>]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ThreadPanics>
  "Closes the input of a thread, discards its output to the end and waits for it.

   `Err` is the chain of deaths, the thread's own first.")

(:wat::core::native
  :wat::kernel::Thread/join-result<I,O>
  :restricted-to
  [:wat::]
  [thread <- :wat::kernel::Thread<I,O>]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ThreadPanics>
  "Waits for a thread. Only the standard library uses it (WAT4007): without draining the wait may never end.")

(:wat::core::native
  :wat::kernel::Thread/readln<I,O>
  [peer <- :wat::kernel::ThreadPeer<I,O>]
  -> :I "Receives a value from the partner; one that is gone is WAT8503.")

(:wat::core::native
  :wat::kernel::Thread/println<I,O>
  [peer <- :wat::kernel::ThreadPeer<I,O>
   value <- :O]
  -> :wat::core::nil
  "Sends a value to the partner; one that is gone is WAT8503.")

(:wat::core::native
  :wat::kernel::ThreadDiedError/message
  [error <- :wat::kernel::ThreadDiedError]
  -> :wat::core::String
  "Returns the text of a death.")

(:wat::core::native
  :wat::kernel::ThreadDiedError/to-failure
  [error <- :wat::kernel::ThreadDiedError]
  -> :wat::kernel::Failure
  "Returns the failure record of a death, made of its text if it carries none.")

(:wat::core::native
  :wat::kernel::ProcessDiedError/message
  [error <- :wat::kernel::ProcessDiedError]
  -> :wat::core::String
  "Returns the text of a death.")

(:wat::core::native
  :wat::kernel::ProcessDiedError/to-failure
  [error <- :wat::kernel::ProcessDiedError]
  -> :wat::kernel::Failure
  "Returns the failure record of a death, made of its text if it carries none.")

(:wat::core::native
  :wat::kernel::raise!<T>
  [data <- :wat::holon::HolonAST]
  -> :T "Panics with data (WAT8517): the message is its EDN text. Never returns.")

(:wat::core::native
  :wat::kernel::HandlePool::new<T>
  [name <- :wat::core::String
   handles <- :wat::core::Vector<T>]
  -> :wat::kernel::HandlePool<T>
  "Returns a pool of handles to be claimed one by one, in order.

   `:wat::kernel::HandlePool::finish` shows that none is left; a pool without it is WAT4034.")

(:wat::core::native
  :wat::kernel::HandlePool::pop<T>
  [pool <- :wat::kernel::HandlePool<T>]
  -> :T "Claims the next handle; an empty pool is WAT8504.")

(:wat::core::native
  :wat::kernel::HandlePool::finish<T>
  [pool <- :wat::kernel::HandlePool<T>]
  -> :wat::core::nil
  "Declares that all handles are claimed; one that is left is WAT8505.")
