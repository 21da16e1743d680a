//! The canonical order of values (X10).
//!
//! The order is defined over wat values; this crate sees their notation. The two agree except
//! where the notation hides the declaration: values of user types order by the path in their tag,
//! so that variants of one enum stand by name, not by position; forms and holons order by their
//! text, not by their canonical bytes. Printers of wat values bring such keys into order
//! themselves and print with [`crate::write_ordered`].

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::Edn;

/// Compares two values in canonical order. A total order: equal only for values that are equal
/// after [`Edn::canonical`].
#[must_use]
pub fn compare(a: &Edn, b: &Edn) -> Ordering {
    compare_canonical(&canonical(a), &canonical(b))
}

/// The value itself when it is canonical, else its canonical copy.
pub(crate) fn canonical(value: &Edn) -> Cow<'_, Edn> {
    if is_canonical(value) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(value.canonical())
    }
}

/// Whether maps and sets stand in order, records excepted. Comparing siblings as sequences is
/// right even before their own parts have been looked at: if these are out of order, the answer
/// is no anyway.
pub(crate) fn is_canonical(value: &Edn) -> bool {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Edn::Set(items) if !is_sorted(items.iter()) => return false,
            Edn::Map(entries) if !is_sorted(entries.iter().map(|it| &it.0)) => return false,
            Edn::List(items) | Edn::Vector(items) | Edn::Set(items) => {
                pending.extend(compound(items.iter()))
            }
            Edn::Map(entries) => {
                pending.extend(compound(entries.iter().flat_map(|it| [&it.0, &it.1])))
            }
            Edn::Tagged(tag, body) => match &**body {
                Edn::Map(fields) if crate::value::is_record_tag(tag) => {
                    pending.extend(compound(fields.iter().flat_map(|it| [&it.0, &it.1])));
                }
                body => pending.push(body),
            },
            _ => {}
        }
    }
    true
}

fn compound<'a>(items: impl Iterator<Item = &'a Edn>) -> impl Iterator<Item = &'a Edn> {
    items.filter(|it| !it.is_scalar())
}

fn is_sorted<'a>(items: impl Iterator<Item = &'a Edn>) -> bool {
    items.is_sorted_by(|a, b| compare_canonical(a, b).is_le())
}

/// What remains to be compared once everything before it was equal.
enum Rest<'a> {
    Items(std::slice::Iter<'a, Edn>, std::slice::Iter<'a, Edn>),
    Entries(
        std::slice::Iter<'a, (Edn, Edn)>,
        std::slice::Iter<'a, (Edn, Edn)>,
    ),
    Pair(&'a Edn, &'a Edn),
    /// Decides between values that differ in notation alone.
    Tie(Ordering),
}

/// Compares values whose maps and sets stand in canonical order; on other values this is still a
/// total order, which takes maps and sets as sequences.
pub(crate) fn compare_canonical(a: &Edn, b: &Edn) -> Ordering {
    let mut rest = Vec::new();
    let mut pair = (a, b);
    loop {
        let order = compare_heads(pair.0, pair.1, &mut rest);
        if order.is_ne() {
            return order;
        }
        pair = loop {
            match rest.last_mut() {
                None => return Ordering::Equal,
                Some(Rest::Items(a, b)) => match (a.next(), b.next()) {
                    (Some(a), Some(b)) => break (a, b),
                    (None, None) => {}
                    (a, _) => {
                        return if a.is_some() {
                            Ordering::Greater
                        } else {
                            Ordering::Less
                        };
                    }
                },
                Some(Rest::Entries(a, b)) => match (a.next(), b.next()) {
                    (Some(a), Some(b)) => {
                        rest.push(Rest::Pair(&a.1, &b.1));
                        break (&a.0, &b.0);
                    }
                    (None, None) => {}
                    (a, _) => {
                        return if a.is_some() {
                            Ordering::Greater
                        } else {
                            Ordering::Less
                        };
                    }
                },
                Some(Rest::Pair(a, b)) => {
                    let pair = (*a, *b);
                    rest.pop();
                    break pair;
                }
                Some(Rest::Tie(order)) if order.is_ne() => return *order,
                Some(Rest::Tie(_)) => {}
            }
            rest.pop();
        };
    }
}

/// Compares two values without their parts, which it leaves in `rest`.
fn compare_heads<'a>(a: &'a Edn, b: &'a Edn, rest: &mut Vec<Rest<'a>>) -> Ordering {
    let by_rank = rank(a).cmp(&rank(b));
    if by_rank.is_ne() {
        return by_rank;
    }
    match (a, b) {
        (Edn::Bool(a), Edn::Bool(b)) => a.cmp(b),
        (Edn::Int(_) | Edn::Float(_), _) => compare_numbers(a, b),
        (Edn::Str(a), Edn::Str(b))
        | (Edn::Keyword(a), Edn::Keyword(b))
        | (Edn::Symbol(a), Edn::Symbol(b))
        | (Edn::BigInt(a), Edn::BigInt(b))
        | (Edn::BigDec(a), Edn::BigDec(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Edn::Char(a), Edn::Char(b)) => a.cmp(b),
        (Edn::Inst(a), Edn::Inst(b)) => a.cmp(b),
        (Edn::Uuid(a), Edn::Uuid(b)) => a.cmp(b),
        (Edn::List(x) | Edn::Vector(x), Edn::List(y) | Edn::Vector(y)) => {
            let is_vector = |it| matches!(it, &Edn::Vector(_));
            rest.push(Rest::Tie(is_vector(a).cmp(&is_vector(b))));
            rest.push(Rest::Items(x.iter(), y.iter()));
            Ordering::Equal
        }
        (Edn::Set(a), Edn::Set(b)) => {
            rest.push(Rest::Items(a.iter(), b.iter()));
            Ordering::Equal
        }
        (Edn::Map(a), Edn::Map(b)) => {
            rest.push(Rest::Entries(a.iter(), b.iter()));
            Ordering::Equal
        }
        (Edn::Tagged(a, x), Edn::Tagged(b, y)) => {
            rest.push(Rest::Pair(x, y));
            type_path(a)
                .cmp(type_path(b))
                .then_with(|| a.as_bytes().cmp(b.as_bytes()))
        }
        _ => Ordering::Equal,
    }
}

/// The rank of X10; kinds that are no wat values come last.
fn rank(value: &Edn) -> u8 {
    match value {
        Edn::Nil => 0,
        Edn::Bool(_) => 1,
        Edn::Int(_) | Edn::Float(_) => 2,
        Edn::Str(_) => 3,
        Edn::Keyword(_) => 4,
        Edn::Uuid(_) => 5,
        Edn::Inst(_) => 6,
        Edn::List(_) | Edn::Vector(_) => 8,
        Edn::Set(_) => 9,
        Edn::Map(_) => 10,
        Edn::Tagged(tag, _) => match &**tag {
            "wat-edn.option/some" => 11,
            "wat-edn.result/ok" | "wat-edn.result/err" => 12,
            "wat-edn.core/form" => 14,
            "wat-edn.holon/Vector" => 16,
            tag if tag.starts_with("wat-edn.holon/") => 15,
            _ => 13,
        },
        Edn::Char(_) => 17,
        Edn::Symbol(_) => 18,
        Edn::BigInt(_) => 19,
        Edn::BigDec(_) => 20,
    }
}

/// The bytes of the wat path that a tag stands for: `a.b/S` as `a::b::S`.
fn type_path(tag: &str) -> impl Iterator<Item = u8> {
    tag.bytes().flat_map(|byte| {
        let (first, second) = if matches!(byte, b'.' | b'/') {
            (b':', Some(b':'))
        } else {
            (byte, None)
        };
        std::iter::once(first).chain(second)
    })
}

/// Numbers by their exact value, NaN last; of equal numbers the integer comes first, then `-0.0`.
fn compare_numbers(a: &Edn, b: &Edn) -> Ordering {
    match (a, b) {
        (Edn::Int(a), Edn::Int(b)) => a.cmp(b),
        (Edn::Int(a), Edn::Float(b)) => compare_int_float(*a, *b).then(Ordering::Less),
        (Edn::Float(a), Edn::Int(b)) => compare_int_float(*b, *a).reverse().then(Ordering::Greater),
        (Edn::Float(a), Edn::Float(b)) => match a.partial_cmp(b) {
            Some(order) => order.then_with(|| a.total_cmp(b)),
            None => a
                .is_nan()
                .cmp(&b.is_nan())
                .then_with(|| a.to_bits().cmp(&b.to_bits())),
        },
        _ => Ordering::Equal,
    }
}

/// Exact, where converting the integer to a float would round it.
fn compare_int_float(int: i64, float: f64) -> Ordering {
    const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float >= TWO_POW_63 {
        Ordering::Less
    } else if float < -TWO_POW_63 {
        Ordering::Greater
    } else {
        let whole = float.trunc();
        int.cmp(&(whole as i64)).then_with(|| {
            // The fraction alone decides: above the integer or below it.
            0.0_f64
                .partial_cmp(&(float - whole))
                .unwrap_or(Ordering::Equal)
        })
    }
}
