//! Bytes as text: hexadecimal and base64.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that hexadecimal digits of either case stand for; `None` for anything else.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    digits
        .chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect()
}

/// The bytes that standard base64 with padding stands for; `None` for anything else, unused bits that are set included.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for (index, group) in text.chunks_exact(4).enumerate() {
        let last = (index + 1) * 4 == text.len();
        let missing = if last { padding } else { 0 };
        let mut bits = 0u32;
        for &byte in &group[..4 - missing] {
            let value = ALPHABET.iter().position(|&letter| letter == byte)?;
            bits = bits << 6 | value as u32;
        }
        bits <<= 6 * missing;
        let all = bits.to_be_bytes();
        let (kept, rest) = all[1..].split_at(3 - missing);
        if rest.iter().any(|&byte| byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

/// Standard base64 with padding.
#[cfg(test)]
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_inverse_of_writing_it() {
        let bytes: Vec<u8> = (0..=255).collect();
        for len in 0..bytes.len() {
            let text = to_base64(&bytes[..len]);
            assert_eq!(base64(&text).as_deref(), Some(&bytes[..len]), "{text}");
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in [
            "A", "AB", "ABC", "====", "A===", "AB=C", "AA==AAAA", "A\u{e9}A", "AB==", "AAB=",
        ] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn hexadecimal_has_two_digits_for_each_byte() {
        assert_eq!(hex("00fFa1"), Some(vec![0, 255, 161]));
        for text in ["0", "0g", "é"] {
            assert_eq!(hex(text), None);
        }
    }
}
