(:wat::core::def :demo::when #inst "2020-01-01T00:00:00Z")
