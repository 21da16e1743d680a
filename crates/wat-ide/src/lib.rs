//! wat-ide
