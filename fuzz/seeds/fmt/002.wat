(:demo::send! connection (:demo::request-with-headers "POST" "/v1/measurements" (:demo::body-of sample 17) headers timeout-ms))
(:demo::short a b)
(:demo::connect socket :host "a-host-name-that-is-rather-long.example.org" :port 8080 :timeout (:wat::time::Second 10) :retries 3)
(:demo::connect socket :port 8080)
