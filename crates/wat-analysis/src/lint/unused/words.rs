//! The words of forms that may be names, as digests.

use memchr::{memchr, memchr2, memmem};
use wat_syntax::Ast;

use crate::expand::{NAME_MAKERS, unmarked};

/// The digest of a name as it grows: FNV-1a, which parts of a path share.
#[derive(Clone, Copy)]
struct Digest(u64);

impl Digest {
    const EMPTY: Digest = Digest(0xcbf2_9ce4_8422_2325);

    fn with(self, byte: u8) -> Digest {
        Digest((self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

pub(super) fn digest(name: &str) -> u64 {
    name.bytes().fold(Digest::EMPTY, Digest::with).0
}

/// The words that may be names, without their colons, and what is to be known of texts beside.
#[derive(Default)]
pub(super) struct Words {
    pub(super) found: Vec<u64>,
    /// Is the form a test, or does it have one as an example?
    pub(super) is_tested: bool,
    /// Does it mention the result of a test? What gives one is a test.
    pub(super) gives_outcome: bool,
    pub(super) makes_names: bool,
}

impl Words {
    /// Reads the words of a form as it is written.
    pub(super) fn read_written(&mut self, ast: &Ast) {
        for text in ast.texts() {
            if self.is_read(text) {
                self.words_of(text);
            }
        }
    }

    /// Reads the words of an expansion, in which names may have marks.
    pub(super) fn read_expanded(&mut self, ast: &Ast) {
        for text in ast.texts() {
            if self.is_read(text) {
                self.words_of(&unmarked(text));
            }
        }
    }

    /// May there be names of a program in a text? One that looks like a keyword is read as one.
    fn is_read(&mut self, text: &str) -> bool {
        // Most tokens are names of the library.
        if text.starts_with(":wat::") {
            self.makes_names |= NAME_MAKERS.contains(&text);
            if matches!(text, ":wat::kernel::RunResult" | ":wat::test::TestResult") {
                self.gives_outcome = true;
                self.is_tested = true;
            }
            return memchr2(b'<', b'(', text.as_bytes()).is_some();
        }
        if text.starts_with(':') {
            return true;
        }
        // Most texts are names without a namespace.
        if text.len() > 8 && memmem::find(text.as_bytes(), b"```wat").is_some() {
            self.is_tested = true;
        }
        let bytes = text.as_bytes();
        memchr(b':', bytes).is_some() && memmem::find(bytes, b"::").is_some()
    }

    /// The paths in a token: a type has many. A text has those with a namespace alone.
    fn words_of(&mut self, text: &str) {
        let is_keyword = text.starts_with(':');
        if text.is_ascii() {
            let is_part = |byte: &u8| PARTS[usize::from(*byte)];
            let words = text.as_bytes().split(is_part);
            words.for_each(|word| self.word(word, is_keyword));
        } else {
            let is_part = |ch: char| match ch.is_ascii() {
                true => PARTS[ch as usize],
                false => ch.is_whitespace(),
            };
            let words = text.split(is_part);
            words.for_each(|word| self.word(word.as_bytes(), is_keyword));
        }
        // `<` and `>` are also names of functions.
        if is_keyword && memchr2(b'<', b'>', text.as_bytes()).is_some() {
            self.word(text.as_bytes(), true);
        }
    }

    /// A path, and those of which it may be a member.
    fn word(&mut self, word: &[u8], is_keyword: bool) {
        let colons = word.iter().take_while(|byte| **byte == b':').count();
        let word = &word[colons..];
        let is_name = || is_keyword || memmem::find(word, b"::").is_some();
        if word.is_empty() || word.starts_with(b"wat::") || !is_name() {
            return;
        }
        let mut digest = Digest::EMPTY;
        for (at, &byte) in word.iter().enumerate() {
            let is_end = || byte == b'/' || byte == b':' && word.get(at + 1) == Some(&b':');
            if at > 0 && is_end() {
                self.found.push(digest.0);
            }
            digest = digest.with(byte);
        }
        self.found.push(digest.0);
    }
}

/// The ASCII bytes that part words.
const PARTS: [bool; 128] = {
    let mut parts = [false; 128];
    let all = b" \t\n\r\x0b\x0c<>(),`\"[]{};";
    let mut at = 0;
    while at < all.len() {
        parts[all[at] as usize] = true;
        at += 1;
    }
    parts
};
