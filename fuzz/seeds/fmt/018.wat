(:wat::core::let [a 1 ; one
    ;; about b
    b (:demo::f a) ; two
    ] ;; after the bindings
  (:demo::g a ; why
     b) ; result
  )   ; end
(:demo::call
  x
  ;; nothing follows
)
(:wat::core::do ;; first
  ;; prepare
  (:demo::prepare)


  ;; run

  (:demo::run))
