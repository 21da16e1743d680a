//! The guarantees of the formatter on every text that reads without errors, and its refusal of every other one.

#![no_main]

#[path = "../../crates/wat-fmt/tests/it/check.rs"]
mod check;

use libfuzzer_sys::fuzz_target;
use wat_syntax::SourceText;

fuzz_target!(|data: &[u8]| {
    let source = SourceText::from_bytes(data.to_vec());
    if check::reads(&source) {
        check::check(source.text());
        let number = |at: usize| data.get(at).map_or(0, |&byte| usize::from(byte) % 16);
        check::check_lines(source.text(), number(0), number(0) + number(1));
    } else {
        assert!(wat_fmt::format(&source).is_err());
    }
});
