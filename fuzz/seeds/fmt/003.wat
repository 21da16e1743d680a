(:wat::core::def :demo::routes {"/v1/measurements" (:demo::handler-for :demo::measurements 10 20) "/v1/health" :demo::health "/v1/a-much-longer-path-than-the-others" (:demo::handler-for :demo::measurements-with-a-long-name (:demo::limits 10 20 30 40) :demo::audit)})
(:wat::core::def :demo::names ["alpha-centauri" "proxima-centauri" "barnards-star" "wolf-359" "lalande-21185" "sirius-a" "sirius-b"])
(:wat::core::def :demo::small {"a" 1, "b" 2})
