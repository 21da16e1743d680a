//! wat-runtime
