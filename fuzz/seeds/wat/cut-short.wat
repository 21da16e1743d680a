(f :Fn(a,b
)->  (:wat::o
    (:)
