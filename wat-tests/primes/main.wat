;; Vectors grow in a tail loop; closures capture what they need.
(:wat::core::defn :primes::divides-none?
  [found <- :wat::core::Vector<wat::core::i64>
   candidate <- :wat::core::i64
   at <- :wat::core::i64]
  -> :wat::core::bool
  "True if no prime found so far, from that position on, divides the candidate."
  (:wat::core::match
    (:wat::core::get found at)
    (:wat::core::None true)
    ((:wat::core::Some prime)
      (:wat::core::if
        (:wat::core::> (:wat::core::i64::* prime prime) candidate)
        true
        (:wat::core::if
          (:wat::core::= (:wat::core::i64::* prime (:wat::core::i64::/ candidate prime)) candidate)
          false
          (:primes::divides-none? found candidate (:wat::core::i64::+ at 1)))))))

(:wat::core::defn :primes::below
  [limit <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  "All primes below the limit."
  (:wat::core::foldl
    (:wat::core::range 2 limit)
    (:wat::core::Vector :wat::core::i64)
    (:wat::core::fn
      [found <- :wat::core::Vector<wat::core::i64>
       candidate <- :wat::core::i64]
      -> :wat::core::Vector<wat::core::i64>
      (:wat::core::if
        (:primes::divides-none? found candidate 0)
        (:wat::core::conj found candidate)
        found))))

(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [offset 1]
    (:wat::kernel::println
      (:wat::core::map
        (:primes::below 40)
        (:wat::core::fn
          [x <- :wat::core::i64]
          -> :wat::core::i64
          (:wat::core::i64::+ x offset)))))
  (:wat::kernel::println (:wat::core::length (:primes::below 10000))))
