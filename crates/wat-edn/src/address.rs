//! Content addresses: BLAKE3-256 digests with a text form.

use std::fmt;
use std::str::FromStr;

/// A content address: the BLAKE3-256 digest of canonical bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 32]);

impl Address {
    /// The prefix of the text form.
    pub const PREFIX: &'static str = "b3:";

    /// The address of `bytes`: their BLAKE3 digest without a domain, as for forms and programs.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Address {
        Address(*blake3::hash(bytes).as_bytes())
    }

    /// `H(domain, bytes)`: BLAKE3 of the ASCII domain name, a zero byte and `bytes`.
    #[must_use]
    pub fn in_domain(domain: &str, bytes: &[u8]) -> Address {
        let mut hasher = blake3::Hasher::new();
        hasher.update(domain.as_bytes()).update(&[0]).update(bytes);
        Address(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 lower-case hexadecimal digits, without the prefix.
    #[must_use]
    pub fn to_hex(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
            }
        }
        text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Address::PREFIX)?;
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not a content address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressError;

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a content address: write `b3:` and 64 lower-case hexadecimal digits, or the digits alone",
        )
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads `b3:` and 64 lower-case hexadecimal digits, or the digits alone.
    fn from_str(text: &str) -> Result<Address, AddressError> {
        let digits = text
            .strip_prefix(Address::PREFIX)
            .unwrap_or(text)
            .as_bytes();
        if digits.len() != 64 {
            return Err(AddressError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Address(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, AddressError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(AddressError),
    }
}
