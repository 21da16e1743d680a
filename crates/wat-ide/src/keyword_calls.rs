//! Calls written by position or by keyword, and the ways from one to the other.
//!
//! ```text
//! (:my::connect$0 "h" 443)                  convert to keyword call
//! (:my::connect :host "h" :port 443)
//!
//! (:my::connect :port $0(next) :host "h")   convert to positional call
//! (:my::connect "h" (next))
//!
//! (:my::f :b (one) :a (two)$0)              convert to positional call
//! (:wat::core::let [b (one) a (two)] (:my::f a b))
//! ```

use wat_analysis::{
    CallArgument, CallStyle, Db, FileEdit, KeywordCall, SourceFile, TextRange, TextSize,
    WrittenVector, keyword_calls, variant_to_generate,
};

use crate::code_actions::{ActionKind, CodeAction};

/// The conversions that a range offers: of the innermost call there, of all calls in a selection, of a function's name.
pub(crate) fn conversions(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<CodeAction> {
    let calls = keyword_calls(db, file, range);
    let text = file.text(db);
    let text = text.text();
    let mut actions = Vec::new();
    let innermost = calls.iter().rfind(|call| call.range.contains_range(range));
    if let Some(call) = innermost {
        let offer = |title, edits: Option<Vec<Edit>>| edits.map(|edits| action(file, title, edits));
        actions.extend(offer("convert to keyword call", to_keywords(call, text)));
        actions.extend(offer(
            "convert to positional call",
            to_positions(call, text),
        ));
        actions.extend(offer(
            "sort keywords into declared order",
            sorted(call, text),
        ));
    }
    let selected: Vec<&KeywordCall> = calls
        .iter()
        .filter(|call| range.contains_range(call.range) && !range.is_empty())
        .collect();
    let keyed = selected.iter().filter_map(|call| to_keywords(call, text));
    let placed = selected.iter().filter_map(|call| to_positions(call, text));
    for (style, edits) in [("keyword", apart(keyed)), ("positional", apart(placed))] {
        if edits.len() > 1 {
            let title = format!("convert {} calls to {style} calls", edits.len());
            actions.push(action(file, &title, edits.concat()));
        }
    }
    if let Some((form, name)) = variant_to_generate(db, file, range) {
        let edit = Edit {
            range: TextRange::empty(form.end()),
            insert: format!("\n(:wat::kwargs::auto-kwargs {name})"),
        };
        actions.push(action(file, "generate keyword variant", vec![edit]));
    }
    actions
}

#[derive(Clone, Debug)]
struct Edit {
    range: TextRange,
    insert: String,
}

/// The edits of those calls that can be carried out together: where one call moves an argument, the calls in it stay.
fn apart(calls: impl Iterator<Item = Vec<Edit>>) -> Vec<Vec<Edit>> {
    let meets =
        |a: &Edit, b: &Edit| a.range.start() < b.range.end() && b.range.start() < a.range.end();
    let mut kept: Vec<Vec<Edit>> = Vec::new();
    for edits in calls {
        let is_free = |edit: &Edit| !kept.iter().flatten().any(|other| meets(edit, other));
        if edits.iter().all(is_free) {
            kept.push(edits);
        }
    }
    kept
}

fn insert(at: TextRange, before: bool, text: impl Into<String>) -> Edit {
    Edit {
        range: TextRange::empty(if before { at.start() } else { at.end() }),
        insert: text.into(),
    }
}

fn action(file: SourceFile, title: &str, mut edits: Vec<Edit>) -> CodeAction {
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    CodeAction {
        title: title.to_owned(),
        kind: ActionKind::Rewrite,
        diagnostics: Vec::new(),
        preferred: false,
        edits: edits
            .into_iter()
            .map(|edit| FileEdit {
                file,
                range: edit.range,
                insert: edit.insert.into(),
            })
            .collect(),
    }
}

/// Inserts a key before each argument after the leads; rest arguments become one vector.
fn to_keywords(call: &KeywordCall, text: &str) -> Option<Vec<Edit>> {
    if call.style != CallStyle::Positional {
        return None;
    }
    let mut edits = Vec::new();
    // An argument may touch the one before it.
    let key = |value: TextRange, key: String| {
        let before = text[..usize::from(value.start())].chars().next_back();
        let is_apart = before.is_some_and(|c| c.is_whitespace() || c == ',');
        let blank = if is_apart { "" } else { " " };
        insert(value, true, format!("{blank}:{key} "))
    };
    for arg in &call.args[..call.fixed] {
        if arg.param >= call.lead {
            edits.push(key(arg.value, arg.name.to_string()));
        }
    }
    if let (Some(first), Some(last)) = (call.args.get(call.fixed), call.args.last()) {
        let (name, element) = call.rest.as_ref()?;
        edits.push(key(
            first.value,
            format!("{name} (:wat::core::Vector {element}"),
        ));
        edits.push(insert(last.value, false, ")"));
    }
    Some(edits)
}

/// Takes the keys away. Arguments that stand in another order are moved if at most one of them can have an effect;
/// otherwise those that can are bound first, as they are written.
fn to_positions(call: &KeywordCall, text: &str) -> Option<Vec<Edit>> {
    if call.style != CallStyle::Keyword || call.keyword_only {
        return None;
    }
    let pairs = &call.args[call.lead..];
    // Only a vector that is written out can become arguments of its own.
    let unwritten = |arg: &CallArgument| arg.param >= call.fixed && arg.vector.is_none();
    if pairs.iter().any(unwritten) || reads_as_keywords(call, text) {
        return None;
    }
    let order = declared_order(pairs);
    let in_order = order.windows(2).all(|pair| pair[0] < pair[1]);
    let effects = call.args.iter().filter(|arg| arg.has_effect).count();
    if in_order || effects <= 1 {
        return Some(placed(call, text, &order, &[], ""));
    }
    let mut names: Vec<Option<String>> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    let mut bindings = String::new();
    for arg in &call.args {
        let values = match &arg.vector {
            Some(vector) => &vector.elements[..],
            None => std::slice::from_ref(&arg.value),
        };
        let first = taken.len();
        for &value in values.iter().filter(|_| arg.has_effect) {
            let name = fresh(call, &arg.name, &taken);
            let blank = if bindings.is_empty() { "" } else { " " };
            bindings.push_str(&format!("{blank}{name} {}", &text[value]));
            taken.push(name);
        }
        names.push(arg.has_effect.then(|| taken[first..].join(" ")));
    }
    let open = format!("(:wat::core::let [{bindings}] ");
    Some(placed(call, text, &order, &names, &open))
}

/// Would the values, by position, be read as a keyword call again? That needs a rest parameter, and keywords as values.
fn reads_as_keywords(call: &KeywordCall, text: &str) -> bool {
    call.rest.is_some() && {
        let first = call.args.iter().find(|arg| arg.param == call.lead);
        first.is_some_and(|arg| text[arg.value].starts_with(':'))
    }
}

/// Places of the pairs by declared parameter: the n-th slot takes the pair `order[n]`.
fn declared_order(pairs: &[CallArgument]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|&at| pairs[at].param);
    order
}

/// Puts the values into the slots of the pairs, without keys; bound values are named.
fn placed(
    call: &KeywordCall,
    text: &str,
    order: &[usize],
    names: &[Option<String>],
    open: &str,
) -> Vec<Edit> {
    let pairs = &call.args[call.lead..];
    let mut edits = Vec::new();
    if !open.is_empty() {
        edits.push(insert(call.range, true, open));
        edits.push(insert(call.range, false, ")"));
    }
    let name = |arg: usize| names.get(arg).and_then(Option::as_ref);
    for (place, lead) in call.args[..call.lead].iter().enumerate() {
        if let Some(name) = name(place) {
            edits.push(Edit {
                range: lead.value,
                insert: name.clone(),
            });
        }
    }
    for (slot, &from) in order.iter().enumerate() {
        let here = &pairs[slot];
        let given = &pairs[from];
        let key = here.key.unwrap_or(here.value);
        let name = name(call.lead + from);
        let is_nothing = given
            .vector
            .as_ref()
            .is_some_and(|it| it.elements.is_empty());
        if is_nothing {
            let before = call.args[..call.lead + slot].last();
            edits.push(Edit {
                range: TextRange::new(after_comment(text, before, key), here.value.end()),
                insert: String::new(),
            });
            continue;
        }
        if let (None, Some(vector)) = (name, given.vector.as_ref().filter(|_| from == slot)) {
            edits.push(Edit {
                range: TextRange::new(
                    key.start(),
                    vector.inside.start() + blanks(text, vector.inside),
                ),
                insert: String::new(),
            });
            edits.push(Edit {
                range: TextRange::new(vector.inside.end(), here.value.end()),
                insert: String::new(),
            });
            continue;
        }
        let value = match (name, &given.vector) {
            (Some(name), _) => name.clone(),
            (None, Some(vector)) => spread(text, vector),
            (None, None) => text[given.value].to_owned(),
        };
        edits.push(Edit {
            range: TextRange::new(key.start(), blanks_after(text, key)),
            insert: String::new(),
        });
        if value != text[here.value] {
            edits.push(Edit {
                range: here.value,
                insert: value,
            });
        }
    }
    edits
}

/// The elements of a vector as they are written, with the comments among them.
fn spread(text: &str, vector: &WrittenVector) -> String {
    let inside = text[vector.inside].trim_start();
    let last = vector
        .elements
        .last()
        .map_or(vector.inside.start(), |last| last.end());
    let behind = &text[TextRange::new(last, vector.inside.end())];
    // A comment ends with its line.
    match behind.contains(';') {
        true => inside.to_owned(),
        false => inside.trim_end().to_owned(),
    }
}

/// How many bytes of blanks a range begins with.
fn blanks(text: &str, range: TextRange) -> TextSize {
    let inside = &text[range];
    TextSize::of(inside) - TextSize::of(inside.trim_start())
}

/// Where the blanks before a key begin that nothing needs: after a comment all are needed.
fn after_comment(text: &str, before: Option<&CallArgument>, key: TextRange) -> TextSize {
    match before.map(|before| TextRange::new(before.value.end(), key.start())) {
        Some(between) if !text[between].contains(';') => between.start(),
        _ => key.start(),
    }
}

fn blanks_after(text: &str, range: TextRange) -> TextSize {
    let rest = TextRange::new(range.end(), TextSize::of(text));
    range.end() + blanks(text, rest)
}

/// A name that is no symbol of the call and none that is taken.
fn fresh(call: &KeywordCall, name: &str, taken: &[String]) -> String {
    let free = |candidate: &str| {
        !call.symbols.iter().any(|symbol| **symbol == *candidate)
            && !taken.iter().any(|other| other == candidate)
    };
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|candidate| free(candidate))
        .unwrap_or_default()
}

/// The pairs in declared order, if moving them changes nothing.
fn sorted(call: &KeywordCall, text: &str) -> Option<Vec<Edit>> {
    let effects = call.args.iter().filter(|arg| arg.has_effect).count();
    if call.style != CallStyle::Keyword || effects > 1 {
        return None;
    }
    let pairs = &call.args[call.lead..];
    let order = declared_order(pairs);
    let mut edits = Vec::new();
    for (slot, &from) in order
        .iter()
        .enumerate()
        .filter(|(slot, from)| slot != *from)
    {
        let (here, given) = (&pairs[slot], &pairs[from]);
        edits.push(Edit {
            range: here.key?,
            insert: text[given.key?].to_owned(),
        });
        edits.push(Edit {
            range: here.value,
            insert: text[given.value].to_owned(),
        });
    }
    (!edits.is_empty()).then_some(edits)
}
