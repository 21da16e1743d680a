//! What a comment behind a form requires (chapter 09 §9.13.2).

use wat_analysis::SourceText;
use wat_syntax::{cut, literal_elements, parse};

use super::DocWant;

/// The only form of a text that reads, whatever comment follows it; what is wrong otherwise.
fn only_form(text: &str) -> Result<&str, String> {
    let source = SourceText::new(text);
    let read = cut(&source);
    if let Some(error) = parse(&source).errors().first() {
        return Err(format!("what is expected does not read: {}", error.message));
    }
    match &read.forms[..] {
        [] => Err("what is expected is missing".to_owned()),
        [form] => Ok(&text[form.range]),
        forms => Err(format!(
            "one form says what is expected, {} given",
            forms.len()
        )),
    }
}

/// The number of a code, `WAT` and four digits.
fn code(word: &str) -> Option<u16> {
    let digits = word.strip_prefix("WAT")?;
    let is_code = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| digits.parse().ok())?
}

/// Is this a word that says which diagnostics are expected, such as `WAT3001`?
pub(super) fn is_code(word: &str) -> bool {
    code(word).is_some()
}

/// The requirement in a comment, what is wrong with it, or nothing if it is an ordinary comment.
pub(super) fn want(comment: &str) -> Option<Result<DocWant, String>> {
    if let Some(expression) = comment.strip_prefix(";=>") {
        return Some(only_form(expression).map(|expression| match expression {
            "_" => DocWant::Evaluates,
            expression => DocWant::Equals(expression.to_owned()),
        }));
    }
    if let Some(text) = comment.strip_prefix(";out>") {
        let text = text.strip_prefix(' ').unwrap_or(text);
        return Some(Ok(DocWant::Prints(text.to_owned())));
    }
    let failure = comment.strip_prefix(";!!")?;
    let form = match only_form(failure) {
        Ok(form) => form,
        Err(problem) => return Some(Err(problem)),
    };
    let is_string = form.len() > 1 && form.starts_with('"');
    Some(match code(form) {
        Some(code) => Ok(DocWant::Rejected(code)),
        None if is_string => {
            let text = literal_elements(form).into_iter().map(|(_, char)| char);
            Ok(DocWant::Fails(text.collect()))
        }
        None => Err("`;!!` is followed by a text in quotes or a code such as `WAT3001`".to_owned()),
    })
}
