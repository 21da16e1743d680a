//! Tokens: they cover every byte, in order, whatever the bytes are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wat_syntax::{SourceText, lex};

fuzz_target!(|data: &[u8]| {
    let source = SourceText::from_bytes(data.to_vec());
    assert_eq!(source.to_bytes(), data);
    let tokens = lex(&source);
    assert!(tokens.iter().all(|token| token.len > 0));
    assert_eq!(tokens.iter().map(|token| token.len as usize).sum::<usize>(), source.len());
});
