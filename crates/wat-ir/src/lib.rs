//! wat-ir
