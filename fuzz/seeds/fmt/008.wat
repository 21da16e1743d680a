(:wat::core::let [total (:demo::sum xs) [lo hi] (:demo::bounds xs) {x y} point step (:wat::core::fn [v <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ v 1)) report (:demo::render-report-with-title "a rather long title that will not fit next to the name" total lo hi)] (:demo::show report) (step total))
(:wat::core::let [] 1)
