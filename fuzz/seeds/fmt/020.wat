;; rune:layout(verbatim) — the columns are the point
(:demo::matrix
   1  0  0
   0  1  0)
(:wat::core::def :demo::unit
    ;; rune:layout(verbatim) — the columns are the point
    [1 0
     0 1])
