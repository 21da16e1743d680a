//! wat-repl
