//! Verification of code as pure functions of bytes: SHA-256 digests, content addresses, Ed25519 signatures.
//!
//! Invariants: nothing here reads a file, a clock or a key store; texts come in, a verdict goes out. This crate must
//! never know forms, loads or who trusts whom.

mod text;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use wat_edn::Address;

pub use text::{base64, hex};

/// Why something is not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The digest, address or signature is not text of the right alphabet and length; says what was expected.
    Encoding(&'static str),
    /// The same of the key.
    KeyEncoding(&'static str),
    /// The digest, address or signature is another one; the digest or address that was found, if there is one.
    Mismatch(Option<String>),
}

/// The SHA-256 digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Compares the SHA-256 digest of `bytes` with 64 hexadecimal digits of either case.
pub fn check_sha256(bytes: &[u8], expected: &str) -> Result<(), Rejection> {
    let expected: [u8; 32] = hex(expected.trim_ascii())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Rejection::Encoding("64 hexadecimal digits"))?;
    let found = sha256(bytes);
    if found == expected {
        Ok(())
    } else {
        Err(Rejection::Mismatch(Some(Address(found).to_hex())))
    }
}

/// Compares the address of the canonical bytes of a unit with its text, `b3:` and 64 hexadecimal digits.
pub fn check_address(unit: &[u8], expected: &str) -> Result<(), Rejection> {
    let expected: Address = expected
        .trim_ascii()
        .parse()
        .map_err(|_| Rejection::Encoding("`b3:` and 64 lower-case hexadecimal digits"))?;
    let found = Address::of(unit);
    if found == expected {
        Ok(())
    } else {
        Err(Rejection::Mismatch(Some(found.to_string())))
    }
}

/// Checks a signature over a unit: the signed message is the SHA-256 digest of its canonical bytes.
///
/// `signature` and `key` are base64 of 64 and 32 bytes. Verification is strict: a non-canonical `S`, a non-canonical
/// encoding of a point and a key of small order are refused.
pub fn check_signature(unit: &[u8], signature: &str, key: &str) -> Result<(), Rejection> {
    let signature: [u8; 64] =
        decoded(signature).ok_or(Rejection::Encoding("base64 of the 64 bytes of a signature"))?;
    let key: [u8; 32] = decoded(key).ok_or(Rejection::Encoding(
        "base64 of the 32 bytes of a public key",
    ))?;
    let message = sha256(unit);
    VerifyingKey::from_bytes(&key)
        .and_then(|key| key.verify_strict(&message, &Signature::from_bytes(&signature)))
        .map_err(|_| Rejection::Mismatch(None))
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    base64(text.trim_ascii())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `U` of `(:wat::core::def :lib::two 2)` and its signature, from chapter 08.
    const UNIT: &str = "17010000001603000000140f0000003a7761743a3a636f72653a3a64656614090000003a6c69623a3a74776f100200000000000000";
    const SIGNATURE: &str =
        "qGL12GklFuqcHSCO5GSqFJNUV79jJ9anc30/C7TX+34XnfmgE23MUwA/1cgm5pK7i6VVIAKkpUpdQzuguHI7Ag==";
    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn unit() -> Vec<u8> {
        hex(UNIT).expect("hexadecimal")
    }

    #[test]
    fn the_test_vectors_of_the_reference_hold() {
        let address = "b3:33e97d21fea62f3b033223db48ba7e32ecaaaaff63cd3808ea4a910799e702f4";
        assert_eq!(check_address(&unit(), address), Ok(()));
        assert_eq!(check_address(&unit(), &format!(" {address}\n")), Ok(()));
        assert_eq!(check_signature(&unit(), SIGNATURE, KEY), Ok(()));
    }

    #[test]
    fn one_changed_byte_is_a_mismatch() {
        let mut other = unit();
        *other.last_mut().expect("bytes") ^= 1;
        assert_eq!(
            check_signature(&other, SIGNATURE, KEY),
            Err(Rejection::Mismatch(None))
        );
        assert!(matches!(
            check_address(
                &other,
                "33e97d21fea62f3b033223db48ba7e32ecaaaaff63cd3808ea4a910799e702f4"
            ),
            Err(Rejection::Mismatch(Some(_)))
        ));
    }

    #[test]
    fn digests_are_read_in_either_case() {
        let digest = "BA7816BF8F01CFEA414140DE5DAE2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(check_sha256(b"abc", digest), Ok(()));
        assert!(matches!(
            check_sha256(b"abd", digest),
            Err(Rejection::Mismatch(Some(_)))
        ));
    }

    #[test]
    fn wrong_lengths_and_alphabets_are_encoding_errors() {
        let encoding = |result: Result<(), Rejection>| {
            let wrong = matches!(
                result,
                Err(Rejection::Encoding(_) | Rejection::KeyEncoding(_))
            );
            assert!(wrong, "{result:?}");
        };
        encoding(check_sha256(b"", "00"));
        encoding(check_sha256(b"", &"g".repeat(64)));
        encoding(check_address(b"", "b3:"));
        encoding(check_signature(b"", "", KEY));
        encoding(check_signature(b"", SIGNATURE, "AAAA"));
        encoding(check_signature(b"", SIGNATURE, "not base64"));
    }

    #[test]
    fn keys_of_small_order_and_malleable_signatures_are_refused() {
        // The identity point, under which everything would verify with S = 0 and R = identity.
        let key = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let mut signature = [0; 64];
        signature[0] = 1;
        let signature = text::to_base64(&signature);
        assert_eq!(
            check_signature(b"anything", &signature, key),
            Err(Rejection::Mismatch(None))
        );
        // S + L is another encoding of the same scalar.
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
            .expect("hexadecimal");
        let mut bytes = base64(SIGNATURE).expect("base64");
        let mut carry = 0u16;
        for (byte, add) in bytes[32..].iter_mut().zip(order) {
            carry += u16::from(*byte) + u16::from(add);
            *byte = carry as u8;
            carry >>= 8;
        }
        assert_eq!(
            check_signature(&unit(), &text::to_base64(&bytes), KEY),
            Err(Rejection::Mismatch(None))
        );
    }
}
