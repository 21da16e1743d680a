//! Versions of the tool and what projects require of them.

/// Does this tool satisfy a requirement? Comparisons such as `>=0.1` and `<2`, separated by commas; a bare version is
/// the least one. `None` if the text is no requirement.
pub(super) fn satisfies(text: &str) -> Option<bool> {
    let own = parse(env!("CARGO_PKG_VERSION"))?;
    let mut all = true;
    for part in text.split(',') {
        let part = part.trim();
        let digits = part.find(|ch: char| ch.is_ascii_digit())?;
        let wanted = parse(&part[digits..])?;
        all &= match part[..digits].trim() {
            ">=" | "" => own >= wanted,
            ">" => own > wanted,
            "<=" => own <= wanted,
            "<" => own < wanted,
            "=" => own == wanted,
            _ => return None,
        };
    }
    Some(all)
}

/// `1.2.3`, where missing parts are zero.
fn parse(text: &str) -> Option<[u32; 3]> {
    let mut version = [0; 3];
    let mut parts = text.trim().split('.');
    for place in &mut version {
        match parts.next() {
            Some(part) => *place = part.parse().ok()?,
            None => break,
        }
    }
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::satisfies;

    #[test]
    fn a_requirement_is_a_list_of_comparisons() {
        assert_eq!(satisfies(">=0.1"), Some(true));
        assert_eq!(satisfies("0.1"), Some(true));
        assert_eq!(satisfies(">=0.1, <99"), Some(true));
        assert_eq!(satisfies(">=99"), Some(false));
        assert_eq!(satisfies("soon"), None);
        assert_eq!(satisfies("~1"), None);
        assert_eq!(satisfies("1.2.3.4"), None);
    }
}
