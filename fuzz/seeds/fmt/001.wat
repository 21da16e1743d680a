(:wat::core::def :demo::mask   0x_FF_00 ),(:wat::core::def  :demo::ratio 1.50e-3)
(:wat::core::def :demo::note	"keep   this  " )
(:wat::core::def :demo::tpl (:wat::core::quasiquote (f (:wat::core::unquote x) (:wat::core::unquote-splicing ys))))
