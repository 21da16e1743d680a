//! wat-value
