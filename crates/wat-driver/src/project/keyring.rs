//! The keyring of a project: the keys whose signatures over code it trusts (chapter 08 §4.3 of the reference).

use std::sync::Arc;

use wat_edn::Edn;

/// The parts of a keyring that a reader looks for.
const TAG: &str = "wat/Keyring";
const ROLES: [&str; 2] = [":release", ":dev"];

/// The keys of a keyring, in base64, as code names them.
///
/// # Errors
///
/// Why the text is no keyring, as the end of a sentence that begins with its name.
pub(super) fn read(text: &str) -> Result<Arc<[Arc<str>]>, String> {
    let value = wat_edn::read(text).map_err(|error| format!("is no EDN: {error}"))?;
    let body = match &value {
        Edn::Tagged(tag, body) if &**tag == TAG => body,
        _ => return Err(format!("is no `#{TAG}`")),
    };
    if !matches!(entry(body, ":v"), Some(Edn::Int(1))) {
        return Err("has no `:v 1`".to_owned());
    }
    let Some(Edn::Vector(keys)) = entry(body, ":keys") else {
        return Err("has no vector `:keys`".to_owned());
    };
    let mut found: Vec<Arc<str>> = Vec::new();
    for key in keys {
        let name = match entry(key, ":name") {
            Some(Edn::Str(name)) => name,
            _ => return Err("has a key without a string `:name`".to_owned()),
        };
        match entry(key, ":role") {
            Some(Edn::Keyword(role)) if ROLES.contains(&&**role) => {}
            _ => {
                return Err(format!(
                    "gives the key `{name}` no role: `:role` is `:release` or `:dev`"
                ));
            }
        }
        match entry(key, ":key") {
            Some(Edn::Str(text)) if is_key(text.trim()) => found.push(text.trim().into()),
            _ => {
                return Err(format!(
                    "gives the key `{name}` no `:key` of 32 bytes in base64"
                ));
            }
        }
    }
    let repeated = (1..found.len()).find(|&at| found[..at].contains(&found[at]));
    match repeated {
        Some(at) => Err(format!("names the key `{}` twice", found[at])),
        None => Ok(found.into()),
    }
}

fn entry<'a>(map: &'a Edn, name: &str) -> Option<&'a Edn> {
    let Edn::Map(entries) = map else {
        return None;
    };
    let mut found = entries.iter();
    found.find_map(|(key, value)| {
        matches!(key, Edn::Keyword(key) if &**key == name).then_some(value)
    })
}

/// 32 bytes are 43 digits of base64 and one of padding.
fn is_key(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len() == 44
        && text
            .strip_suffix('=')
            .is_some_and(|digits| digits.bytes().all(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    #[test]
    fn a_keyring_gives_its_keys() {
        let text = format!(
            "#wat/Keyring {{:v 1 :keys [{{:name \"release\" :key \"{KEY}\" :role :release}}]}}"
        );
        let keys = read(&text).expect("a keyring");
        assert_eq!(keys.iter().map(|key| &**key).collect::<Vec<_>>(), [KEY]);
    }

    #[test]
    fn what_is_none_says_why() {
        let of = |keys: &str| format!("#wat/Keyring {{:v 1 :keys [{keys}]}}");
        for (text, why) in [
            ("{:v 1}".to_owned(), "is no `#wat/Keyring`"),
            ("#wat/Keyring {:keys []}".to_owned(), "has no `:v 1`"),
            ("#wat/Keyring {:v 1}".to_owned(), "has no vector `:keys`"),
            (of("{}"), "has a key without a string `:name`"),
            (
                of(&format!("{{:name \"a\" :key \"{KEY}\"}}")),
                "gives the key `a` no role: `:role` is `:release` or `:dev`",
            ),
            (
                of("{:name \"a\" :key \"short\" :role :dev}"),
                "gives the key `a` no `:key` of 32 bytes in base64",
            ),
        ] {
            assert_eq!(read(&text), Err(why.to_owned()), "{text}");
        }
        assert!(read("#wat/Keyring {").is_err_and(|why| why.starts_with("is no EDN")));
    }
}
