//! The tests of the reader, in one binary.

#[path = "it/ast.rs"]
mod ast;
#[path = "it/blocks.rs"]
mod blocks;
#[path = "it/canonical.rs"]
mod canonical;
#[path = "it/keywords.rs"]
mod keywords;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/recovery.rs"]
mod recovery;
#[path = "it/rules.rs"]
mod rules;
#[path = "it/scale.rs"]
mod scale;
#[path = "it/source.rs"]
mod source;
#[path = "it/support.rs"]
mod support;
#[path = "it/types.rs"]
mod types;
