//! wat-lsp
