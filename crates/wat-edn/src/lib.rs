//! wat-edn
