;; Channels: making them, sending, receiving, waiting for several, timers.

(:wat::core::special-form
  :wat::kernel::make-bounded-channel
  "(:wat::kernel::make-bounded-channel :T n)"
  "Returns a new channel of values of type `T`, as the tuple of its sender and its receiver.

   At most `n` values are queued; 0 makes every `send` wait for its receive. Outside 0 to 1048576 it is WAT8502.")

(:wat::core::special-form
  :wat::kernel::make-unbounded-channel
  "(:wat::kernel::make-unbounded-channel :T)"
  "Returns a new channel with a capacity of 65536.

   The name promises what it does not keep (WAT4030); say the capacity with `:wat::kernel::make-bounded-channel`.")

(:wat::core::native
  :wat::kernel::send<T>
  [sender <- :wat::kernel::Sender<T>
   value <- :T]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ThreadPanics>
  "Sends a value; waits while the channel is full.

   `Ok` means that the value is in the channel, `Err` that it will never arrive. The result is looked at where it stands (WAT4002).")

(:wat::core::native
  :wat::kernel::recv<T>
  [receiver <- :wat::kernel::Receiver<T>]
  -> :wat::kernel::CommResult<T>
  "Receives a value; waits while there is none.

   `(Ok (Some v))` is a value, `(Ok None)` an orderly end, `(Err chain)` a death. The result is looked at where it stands (WAT4002).")

(:wat::core::native
  :wat::kernel::try-recv<T>
  [receiver <- :wat::kernel::Receiver<T>]
  -> :wat::kernel::CommResult<T>
  "Receives a value if there is one, without waiting.

   `(Ok None)` means empty or closed; `:wat::kernel::Receiver/closed?` tells them apart.")

(:wat::core::native
  :wat::kernel::recv-within<T>
  [receiver <- :wat::kernel::Receiver<T>
   limit <- :wat::time::Duration]
  -> :wat::core::Option<wat::kernel::CommResult<T>>
  "Receives like `recv`, and gives `None` when nothing comes within the limit.

   The result is looked at where it stands (WAT4002).")

(:wat::core::native
  :wat::kernel::select<T>
  [receivers <- :wat::core::Vector<wat::kernel::Receiver<T>>]
  -> :wat::kernel::Chosen<T>
  "Waits until one of several receivers is ready and returns its index and what it gave.

   Among ready receivers the one served longest ago is chosen. No receivers are WAT8501, literally none WAT4016. A second component that nobody looks at is WAT4019.")

(:wat::core::native
  :wat::kernel::select-within<T>
  [receivers <- :wat::core::Vector<wat::kernel::Receiver<T>>
   limit <- :wat::time::Duration]
  -> :wat::core::Option<wat::kernel::Chosen<T>>
  "Waits like `select`, and gives `None` when no receiver is ready within the limit.")

(:wat::core::native
  :wat::kernel::select-stats
  []
  -> :wat::kernel::SelectStats
  "Returns what the selector of this thread did in its last `select`.")

(:wat::core::native
  :wat::kernel::drain<T>
  [receiver <- :wat::kernel::Receiver<T>]
  -> :wat::core::Vector<T>
  "Returns the values that are already queued, without waiting.")

(:wat::core::native
  :wat::kernel::Receiver/closed?<T>
  [receiver <- :wat::kernel::Receiver<T>]
  -> :wat::core::bool
  "Returns true when the sender is gone and nothing is queued.")

(:wat::core::native
  :wat::kernel::Sender/close<T>
  [sender <- :wat::kernel::Sender<T>]
  -> :wat::core::nil
  "Closes a sender, whatever other handles of it there are; queued values are still delivered. Closing it again does nothing (WAT4032).")

(:wat::core::native
  :wat::kernel::Receiver/close<T>
  [receiver <- :wat::kernel::Receiver<T>]
  -> :wat::core::nil
  "Closes a receiver, whatever other handles of it there are, and discards what is queued. Closing it again does nothing (WAT4032).")

(:wat::core::native
  :wat::kernel::Sender/from-pipe<T>
  [writer <- :wat::io::IOWriter]
  -> :wat::kernel::Sender<T>
  "Returns a sender that writes EDN frames to a pipe. `T` is a portable type (WAT4009).")

(:wat::core::native
  :wat::kernel::Receiver/from-pipe<T>
  [reader <- :wat::io::IOReader]
  -> :wat::kernel::Receiver<T>
  "Returns a receiver that reads EDN frames from a pipe. `T` is a portable type (WAT4009).")

(:wat::core::native
  :wat::kernel::after<T>
  [delay <- :wat::time::Duration
   value <- :T]
  -> :wat::kernel::Receiver<T>
  "Returns a receiver that gives the value once, after the delay, and then closes.")

(:wat::core::native
  :wat::kernel::every<T>
  [period <- :wat::time::Duration
   value <- :T]
  -> :wat::kernel::Receiver<T>
  "Returns a receiver that gives the value again and again; ticks that nobody takes coalesce. A period of 0 is WAT8520.")

(:wat::core::native
  :wat::kernel::sleep
  [delay <- :wat::time::Duration]
  -> :wat::core::Result<wat::core::nil,wat::kernel::ThreadPanics>
  "Waits; a shutdown ends the wait with `Err`.")

(:wat::core::define-dispatch :wat::kernel::drop
  ((:wat::kernel::Sender<T>) :wat::kernel::Sender/close)
  ((:wat::kernel::Receiver<T>) :wat::kernel::Receiver/close)
  ((:wat::kernel::Thread<I,O>) :wat::kernel::__internal/drop-thread)
  ((:wat::kernel::Process<I,O>) :wat::kernel::__internal/drop-process)
  ((:wat::kernel::ForkedChild) :wat::kernel::__internal/drop-forked-child)
  ((:wat::kernel::ChildHandle) :wat::kernel::__internal/drop-child-handle)
  ((:wat::io::IOReader) :wat::kernel::__internal/drop-reader)
  ((:wat::io::IOWriter) :wat::kernel::__internal/drop-writer))
