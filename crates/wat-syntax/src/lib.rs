//! wat-syntax
