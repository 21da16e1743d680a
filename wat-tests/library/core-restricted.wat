;; What `wat/core/restricted.wat` declares.
