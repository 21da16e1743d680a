//! Signatures of chapter 02 §8 as forms: a list of the name, a list of name and type for each parameter, `->`, the result.

use super::{Shape, Syntax};

/// The parameters: what stands between the name and the arrow, `&` left out.
fn params(signature: &Syntax) -> impl Iterator<Item = &Syntax> {
    let parts = signature.children().iter().skip(1);
    parts
        .take_while(|part| part.name() != Some("->"))
        .filter(|part| part.name() != Some("&"))
}

/// A part of each parameter: 0 is its name, 1 its type. A slot of a sketch has no parts and is its own name.
pub fn signature_parts(signature: &Syntax, index: usize) -> impl Iterator<Item = Syntax> {
    params(signature)
        .filter_map(move |param| match param.shape() {
            Shape::List(parts) => parts.get(index),
            _ => Some(param).filter(|_| index == 0),
        })
        .cloned()
}

/// A signature under another name, with its type parameters.
///
/// # Errors
/// A sentence if `from` is not its name.
pub fn renamed_signature(signature: &Syntax, from: &str, to: &str) -> Result<Syntax, String> {
    let name = signature.children().first().and_then(Syntax::as_keyword);
    let generics = name.and_then(|name| name.strip_prefix(from));
    match generics.filter(|rest| rest.is_empty() || rest.starts_with('<')) {
        Some(generics) => {
            let mut parts = signature.children().to_vec();
            parts[0] = Syntax::keyword(format!("{to}{generics}"));
            Ok(Syntax::list(parts))
        }
        None => Err(format!(
            "`{from}` is not the name of the signature; its name is `{}`",
            name.unwrap_or_default()
        )),
    }
}
