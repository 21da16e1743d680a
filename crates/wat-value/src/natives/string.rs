//! Strings and keywords.

use super::support::{MAX_BYTES, Outcome, fits, invalid, native, option};
use crate::heap::{Slot, release, retain};
use crate::native::{Instance, Native, Trap};
use crate::text::{append, is_keyword, make_keyword, make_string, shortened, text};
use crate::vector;
use crate::words::counted;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::string::length", "b", length),
    native(":wat::core::string::concat", "o", concat),
    native(":wat::core::__internal/append", "ob", append_two),
    native(":wat::core::string::join", "bb", join),
    native(":wat::core::string::split", "bb", split),
    native(":wat::core::string::contains?", "bb", contains),
    native(":wat::core::string::starts-with?", "bb", starts_with),
    native(":wat::core::string::ends-with?", "bb", ends_with),
    native(":wat::core::string::trim", "b", trim),
    native(":wat::core::string::trim-start", "b", trim_start),
    native(":wat::core::string::trim-end", "b", trim_end),
    native(":wat::core::string::subs", "bbb", subs),
    native(":wat::core::string::to-uppercase", "b", to_uppercase),
    native(":wat::core::string::to-lowercase", "b", to_lowercase),
    native(":wat::core::string::capitalize", "b", capitalize),
    native(":wat::core::string::kebab->pascal", "b", kebab_to_pascal),
    native(":wat::core::string::pascal->kebab", "b", pascal_to_kebab),
    native(":wat::core::string::empty?", "b", is_empty),
    native(":wat::core::string::index-of", "bb", index_of),
    native(":wat::core::string::replace", "bbb", replace),
    native(":wat::core::string::chars", "b", chars),
    native(":wat::core::string::lines", "b", lines),
    native(":wat::core::string::repeat", "bb", repeat),
    native(":wat::core::string::pad-left", "bbb", pad_left),
    native(":wat::core::string::pad-right", "bbb", pad_right),
    native(":wat::core::string::to-bytes", "b", to_bytes),
    native(":wat::core::string::from-bytes", "b", from_bytes),
    native(":wat::core::keyword/to-string", "b", keyword_to_string),
    native(":wat::core::keyword/from-string", "b", keyword_from_string),
];

/// The text of an argument; natives run only on live arguments.
macro_rules! str {
    ($args:ident, $index:literal) => {
        // SAFETY: the caller of a native says that its arguments are live values of the declared types.
        unsafe { text($args[$index]) }
    };
}

fn truth(value: bool) -> Outcome {
    Ok(u64::from(value))
}

fn string(value: &str) -> Outcome {
    Ok(make_string(value))
}

fn strings<'s>(instance: &Instance, parts: impl Iterator<Item = &'s str>) -> Outcome {
    let parts: Vec<Slot> = parts.map(make_string).collect();
    Ok(vector::from_slots(instance.ret, &parts))
}

unsafe fn length(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(str!(args, 0).chars().count() as Slot)
}

unsafe fn concat(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is an owned vector of strings. Its elements outlive it, so that the first one has a single
    // reference if nobody else holds it, and is appended to in place.
    unsafe {
        let parts: Vec<Slot> = vector::iter(args[0])
            .inspect(|part| retain(*part))
            .collect();
        release(args[0]);
        let bytes = parts.iter().map(|part| text(*part).len());
        if let Err(trap) = fits(bytes.fold(0, usize::saturating_add)) {
            parts.into_iter().for_each(|part| release(part));
            return Err(trap);
        }
        let mut parts = parts.into_iter();
        let Some(mut out) = parts.next() else {
            return string("");
        };
        for part in parts {
            out = append_distinct(out, part);
            release(part);
        }
        Ok(out)
    }
}

/// # Safety
/// The first slot holds a live string whose reference the caller gives up, the second a live one.
unsafe fn append_distinct(slot: Slot, tail: Slot) -> Slot {
    // SAFETY: the caller says so; a string that is appended to itself has two references and is copied.
    unsafe { append(slot, text(tail)) }
}

unsafe fn append_two(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the first argument is an owned string, the second a live one.
    unsafe {
        if let Err(trap) = fits(text(args[0]).len().saturating_add(text(args[1]).len())) {
            release(args[0]);
            return Err(trap);
        }
        Ok(append_distinct(args[0], args[1]))
    }
}

unsafe fn join(_: &Instance, args: &[Slot]) -> Outcome {
    let separator = str!(args, 0);
    // SAFETY: the argument is a live vector of strings.
    let parts = unsafe { vector::iter(args[1]) };
    // SAFETY: as above.
    let bytes = parts.map(|part| unsafe { text(part) }.len().saturating_add(separator.len()));
    let bytes = bytes.fold(0, usize::saturating_add);
    fits(bytes.saturating_sub(separator.len()))?;
    let mut out = String::with_capacity(bytes);
    // SAFETY: as above.
    for (index, part) in unsafe { vector::iter(args[1]) }.enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        // SAFETY: as above.
        out.push_str(unsafe { text(part) });
    }
    string(&out)
}

unsafe fn split(instance: &Instance, args: &[Slot]) -> Outcome {
    if str!(args, 1).is_empty() {
        return Err(invalid(
            "the separator of `split` is empty; it must have a character (`chars` splits into characters)",
        ));
    }
    strings(instance, str!(args, 0).split(str!(args, 1)))
}

unsafe fn contains(_: &Instance, args: &[Slot]) -> Outcome {
    truth(str!(args, 0).contains(str!(args, 1)))
}

unsafe fn starts_with(_: &Instance, args: &[Slot]) -> Outcome {
    truth(str!(args, 0).starts_with(str!(args, 1)))
}

unsafe fn ends_with(_: &Instance, args: &[Slot]) -> Outcome {
    truth(str!(args, 0).ends_with(str!(args, 1)))
}

unsafe fn trim(_: &Instance, args: &[Slot]) -> Outcome {
    string(str!(args, 0).trim())
}

unsafe fn trim_start(_: &Instance, args: &[Slot]) -> Outcome {
    string(str!(args, 0).trim_start())
}

unsafe fn trim_end(_: &Instance, args: &[Slot]) -> Outcome {
    string(str!(args, 0).trim_end())
}

/// The byte of a position in scalar values; the end of the text is a position.
fn byte_at(text: &str, position: i64) -> Option<usize> {
    let position = usize::try_from(position).ok()?;
    text.char_indices()
        .map(|(byte, _)| byte)
        .chain([text.len()])
        .nth(position)
}

unsafe fn subs(_: &Instance, args: &[Slot]) -> Outcome {
    let (value, start, end) = (str!(args, 0), args[1] as i64, args[2] as i64);
    match (byte_at(value, start), byte_at(value, end)) {
        (Some(from), Some(to)) if from <= to => string(&value[from..to]),
        _ => Err(Trap::error(
            8405,
            format!(
                "{start} to {end} is out of range: the string has {}",
                counted(value.chars().count(), "character")
            ),
        )),
    }
}

unsafe fn to_uppercase(_: &Instance, args: &[Slot]) -> Outcome {
    string(&str!(args, 0).to_uppercase())
}

unsafe fn to_lowercase(_: &Instance, args: &[Slot]) -> Outcome {
    string(&str!(args, 0).to_lowercase())
}

fn capitalized(word: &str, out: &mut String) {
    let mut rest = word.chars();
    out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
    out.push_str(rest.as_str());
}

unsafe fn capitalize(_: &Instance, args: &[Slot]) -> Outcome {
    let mut out = String::new();
    capitalized(str!(args, 0), &mut out);
    string(&out)
}

unsafe fn kebab_to_pascal(_: &Instance, args: &[Slot]) -> Outcome {
    let mut out = String::new();
    str!(args, 0)
        .split('-')
        .for_each(|word| capitalized(word, &mut out));
    string(&out)
}

unsafe fn pascal_to_kebab(_: &Instance, args: &[Slot]) -> Outcome {
    let mut out = String::new();
    for (index, c) in str!(args, 0).chars().enumerate() {
        if c.is_uppercase() && index > 0 {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    string(&out)
}

unsafe fn is_empty(_: &Instance, args: &[Slot]) -> Outcome {
    truth(str!(args, 0).is_empty())
}

unsafe fn index_of(instance: &Instance, args: &[Slot]) -> Outcome {
    let value = str!(args, 0);
    let position = value
        .find(str!(args, 1))
        .map(|byte| value[..byte].chars().count() as Slot);
    Ok(option(instance, position))
}

unsafe fn replace(_: &Instance, args: &[Slot]) -> Outcome {
    if str!(args, 1).is_empty() {
        return Err(invalid(
            "the text that `replace` looks for is empty; it must have a character",
        ));
    }
    let (value, from, to) = (str!(args, 0), str!(args, 1), str!(args, 2));
    let count = value.matches(from).count();
    fits((value.len() - count * from.len()).saturating_add(count.saturating_mul(to.len())))?;
    string(&value.replace(from, to))
}

unsafe fn chars(instance: &Instance, args: &[Slot]) -> Outcome {
    let value = str!(args, 0);
    strings(
        instance,
        value
            .char_indices()
            .map(|(at, c)| &value[at..at + c.len_utf8()]),
    )
}

unsafe fn lines(instance: &Instance, args: &[Slot]) -> Outcome {
    strings(instance, str!(args, 0).lines())
}

unsafe fn repeat(_: &Instance, args: &[Slot]) -> Outcome {
    let (value, count) = (str!(args, 0), args[1] as i64);
    if count < 0 {
        return Err(invalid(format!(
            "the count of `repeat` is {count}; it must not be negative"
        )));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if value.len().saturating_mul(count) > MAX_BYTES {
        return Err(invalid(format!(
            "the count of `repeat` is {count}; the result would exceed {MAX_BYTES} bytes"
        )));
    }
    string(&value.repeat(count))
}

/// What must be added to reach the length.
fn padding(value: &str, width: i64, fill: &str) -> Result<String, Box<Trap>> {
    let mut fills = fill.chars();
    if fills.next().is_none() || fills.next().is_some() {
        return Err(invalid(format!(
            "the padding is {}; it must be one character",
            wat_edn::write(&wat_edn::Edn::str(shortened(fill)))
        )));
    }
    let missing = usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(value.chars().count());
    if missing.saturating_mul(fill.len()) > MAX_BYTES {
        return Err(invalid(format!(
            "the length is {width}; the result would exceed {MAX_BYTES} bytes"
        )));
    }
    Ok(fill.repeat(missing))
}

unsafe fn pad_left(_: &Instance, args: &[Slot]) -> Outcome {
    let padding = padding(str!(args, 0), args[1] as i64, str!(args, 2))?;
    string(&(padding + str!(args, 0)))
}

unsafe fn pad_right(_: &Instance, args: &[Slot]) -> Outcome {
    let padding = padding(str!(args, 0), args[1] as i64, str!(args, 2))?;
    string(&(str!(args, 0).to_owned() + &padding))
}

unsafe fn to_bytes(instance: &Instance, args: &[Slot]) -> Outcome {
    let bytes: Vec<Slot> = str!(args, 0).bytes().map(u64::from).collect();
    Ok(vector::from_slots(instance.ret, &bytes))
}

unsafe fn from_bytes(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live vector of bytes.
    let bytes = unsafe { vector::iter(args[0]) }
        .map(|byte| byte as u8)
        .collect();
    Ok(option(
        instance,
        String::from_utf8(bytes)
            .ok()
            .map(|value| make_string(&value)),
    ))
}

unsafe fn keyword_to_string(_: &Instance, args: &[Slot]) -> Outcome {
    let value = str!(args, 0);
    string(value.strip_prefix(':').unwrap_or(value))
}

unsafe fn keyword_from_string(_: &Instance, args: &[Slot]) -> Outcome {
    let body = str!(args, 0);
    let keyword = format!(":{body}");
    if body.starts_with(':') || !is_keyword(&keyword) {
        return Err(invalid(format!(
            "the text is {}; it must be what may stand behind the colon of a keyword",
            wat_edn::write(&wat_edn::Edn::str(shortened(body)))
        )));
    }
    Ok(make_keyword(&keyword))
}
