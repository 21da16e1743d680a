//! Spellings of names: `count-words` and `TrafficLight`.

/// Is a word in kebab-case: small letters, and nothing but `-` between its words? Signs such as those of `a->b`, `set!`
/// and `f'` may stand in it.
pub(crate) fn is_kebab(word: &str) -> bool {
    !word.trim_matches('_').contains('_') && !word.chars().any(char::is_uppercase)
}

/// Is a word in PascalCase?
pub(crate) fn is_pascal(word: &str) -> bool {
    !word.starts_with(char::is_lowercase) && !word.contains(['-', '_'])
}

/// A word in kebab-case.
pub(crate) fn kebab(word: &str) -> String {
    let words = words(word).into_iter();
    let words: Vec<String> = words.map(|word| word.to_lowercase()).collect();
    words.join("-")
}

/// A word in PascalCase.
pub(crate) fn pascal(word: &str) -> String {
    let capital = |word: String| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    words(word).into_iter().map(capital).collect()
}

/// The words of a name: `HTTPServer_v2` has `HTTP`, `Server` and `v2`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut found = vec![String::new()];
    for (at, &letter) in letters.iter().enumerate() {
        if matches!(letter, '-' | '_') {
            // An arrow is no hyphen.
            if letters.get(at + 1) == Some(&'>') {
                found
                    .last_mut()
                    .into_iter()
                    .for_each(|word| word.push(letter));
            } else {
                found.push(String::new());
            }
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || before.is_uppercase()
                        && letters.get(at + 1).is_some_and(|it| it.is_lowercase())
            });
        if begins {
            found.push(String::new());
        }
        found
            .last_mut()
            .into_iter()
            .for_each(|word| word.push(letter));
    }
    found.retain(|word| !word.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::{is_kebab, is_pascal, kebab, pascal};

    #[test]
    fn words_are_joined_as_their_kind_asks() {
        let names = [
            "countWords",
            "max_size",
            "HTTPServer",
            "toJSON",
            "a->B",
            "SIZE",
        ];
        let kebabs = [
            "count-words",
            "max-size",
            "http-server",
            "to-json",
            "a->b",
            "size",
        ];
        assert_eq!(names.map(kebab), kebabs);
        assert_eq!(
            ["traffic-light", "trafficLight", "red_green", "ok"].map(pascal),
            ["TrafficLight", "TrafficLight", "RedGreen", "Ok"]
        );
    }

    #[test]
    fn signs_are_no_mistakes() {
        for word in [
            "a->b", "set!", "empty?", "+", "f'", "_unused", "i64", "größe",
        ] {
            assert!(is_kebab(word), "{word}");
        }
        for word in ["HTTP", "V2", "Größe", "T"] {
            assert!(is_pascal(word), "{word}");
        }
    }
}
