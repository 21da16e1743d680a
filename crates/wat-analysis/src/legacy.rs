//! Retired names of functions and forms: what they are called now (chapters 02 §13, 04 §22, 05 §20).

use std::borrow::Cow;

use crate::db::{Db, SourceFile};
use crate::items::split_generic;
use crate::names::{is_definer, lookup};
use crate::splice::is_let;

/// A retired name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Retired {
    /// WAT2190, WAT3450 or WAT4014: refused; WAT7001: accepted, with a lint.
    pub(crate) code: u16,
    /// The name now.
    pub(crate) now: Cow<'static, str>,
    /// What is inserted at the end of a call besides.
    pub(crate) operand: &'static str,
    /// Is the new name surely the one that is meant?
    pub(crate) sure: bool,
}

/// Old name, code, new name.
const RENAMED: [(&str, u16, &str); 46] = [
    (
        ":wat::test::assert-substring",
        7001,
        ":wat::test::assert-contains",
    ),
    (":wat::core::define", 7001, ":wat::core::defn"),
    (":wat::core::let*", 2190, ":wat::core::let"),
    (":wat::core::lambda", 2190, ":wat::core::fn"),
    (":wat::core::try", 2190, ":wat::core::Result/try"),
    (
        ":wat::core::option::expect",
        2190,
        ":wat::core::Option/expect",
    ),
    (
        ":wat::core::result::expect",
        2190,
        ":wat::core::Result/expect",
    ),
    (":wat::core::load!", 2190, ":wat::load-file!"),
    (":wat::load!", 2190, ":wat::load-file!"),
    (":wat::core::digest-load!", 2190, ":wat::digest-load!"),
    (":wat::core::signed-load!", 2190, ":wat::signed-load!"),
    (":wat::core::eval-ast!", 2190, ":wat::eval-ast!"),
    (":wat::core::eval-edn!", 2190, ":wat::eval-edn!"),
    (":wat::core::eval-digest!", 2190, ":wat::eval-digest!"),
    (":wat::core::eval-signed!", 2190, ":wat::eval-signed!"),
    (
        ":wat::runtime::signature-of",
        2190,
        ":wat::runtime::signature-of-defn",
    ),
    (
        ":wat::runtime::lookup-callable",
        2190,
        ":wat::runtime::lookup-form",
    ),
    (
        ":wat::config::set-dims!",
        2190,
        ":wat::config::set-dim-count!",
    ),
    (":wat::config::dims", 2190, ":wat::config::dim-count"),
    (":wat::core::vec", 3450, ":wat::core::Vector"),
    (":wat::core::list", 3450, ":wat::core::Vector"),
    (":wat::core::tuple", 3450, ":wat::core::Tuple"),
    (":wat::core::i64::=", 3450, ":wat::core::="),
    (":wat::core::i64::<", 3450, ":wat::core::<"),
    (":wat::core::i64::>", 3450, ":wat::core::>"),
    (":wat::core::i64::<=", 3450, ":wat::core::<="),
    (":wat::core::i64::>=", 3450, ":wat::core::>="),
    (":wat::core::f64::=", 3450, ":wat::core::="),
    (":wat::core::f64::<", 3450, ":wat::core::<"),
    (":wat::core::f64::>", 3450, ":wat::core::>"),
    (":wat::core::f64::<=", 3450, ":wat::core::<="),
    (":wat::core::f64::>=", 3450, ":wat::core::>="),
    (":wat::core::uuid::v4", 3450, ":wat::core::Uuid/v4"),
    (":wat::core::uuid::v5", 3450, ":wat::core::Uuid/v5"),
    (":wat::std::member?", 3450, ":wat::core::contains?"),
    (":wat::telemetry::uuid::v4", 7001, ":wat::core::Uuid/v4"),
    (":wat::core::String::++", 3450, ":wat::core::string::concat"),
    (":wat::core::string::++", 3450, ":wat::core::string::concat"),
    (
        ":wat::kernel::make-bounded-queue",
        4014,
        ":wat::kernel::make-bounded-channel",
    ),
    (":wat::kernel::spawn", 4014, ":wat::kernel::spawn-thread"),
    (
        ":wat::kernel::join",
        4014,
        ":wat::kernel::Thread/drain-and-join",
    ),
    (
        ":wat::kernel::join-result",
        4014,
        ":wat::kernel::Thread/drain-and-join",
    ),
    (
        ":wat::kernel::Process/input",
        4014,
        ":wat::kernel::Process/stdin",
    ),
    (
        ":wat::kernel::Process/output",
        4014,
        ":wat::kernel::Process/stdout",
    ),
    (":wat::console::println", 4014, ":wat::kernel::println"),
    (":wat::console::eprintln", 4014, ":wat::kernel::eprintln"),
];

/// Old name, code, new name, what is inserted at the end of a call; `false` where a person must decide.
const REWRITTEN: [(&str, u16, &str, &str, bool); 7] = [
    (":wat::core::f64::mod", 3450, ":wat::core::mod", "", false),
    (":wat::core::inc", 3450, ":wat::core::+", " 1", true),
    (":wat::core::dec", 3450, ":wat::core::-", " 1", true),
    (":wat::core::abs", 3450, ":wat::core::i64::abs", "", false),
    (
        ":wat::kernel::make-unbounded-queue",
        4014,
        ":wat::kernel::make-bounded-channel",
        " 1",
        true,
    ),
    (
        ":wat::kernel::process-send",
        4014,
        ":wat::kernel::Process/println",
        "",
        false,
    ),
    (
        ":wat::kernel::process-recv",
        4014,
        ":wat::kernel::Process/readln",
        "",
        false,
    ),
];

/// What a retired name is called now; `None` if the name never was one.
pub(crate) fn retired(path: &str) -> Option<Retired> {
    if !path.starts_with(":wat::") {
        return None;
    }
    let renamed = RENAMED.iter().find(|(old, ..)| *old == path);
    let renamed = renamed.map(|&(_, code, now)| (code, Cow::Borrowed(now), "", true));
    let rewritten = || {
        let row = REWRITTEN.iter().find(|(old, ..)| *old == path);
        row.map(|&(_, code, now, operand, sure)| (code, Cow::Borrowed(now), operand, sure))
    };
    let moved = || {
        let rest = path.strip_prefix(":wat::std::stream::")?;
        Some((3450, Cow::Owned(format!(":wat::stream::{rest}")), "", true))
    };
    let console = || {
        let is_console = path.starts_with(":wat::console::");
        is_console.then_some((4014, Cow::Borrowed(":wat::kernel::println"), "", false))
    };
    let found = renamed.or_else(rewritten).or_else(moved).or_else(console);
    found.map(|(code, now, operand, sure)| Retired {
        code,
        now,
        operand,
        sure,
    })
}

/// Is the successor of a retired name one that forms of expressions begin with, rather than declarations?
pub(crate) fn is_of_expressions(db: &dyn Db, program: SourceFile, path: &str) -> bool {
    let now = retired(split_generic(path).0).map(|it| it.now);
    now.is_some_and(|now| {
        let declares = is_definer(&now) || is_let(&now) || crate::loads::is_load(&now);
        !declares && lookup(db, program, &now).is_some()
    })
}

/// A retired name whose successors have one type each: for integers and for floats.
pub(crate) fn by_number(path: &str) -> Option<[&'static str; 2]> {
    (path == ":wat::core::abs").then_some([":wat::core::i64::abs", ":wat::core::f64::abs"])
}

/// What a load form is called that was told by a keyword what its first argument is; `None` if the keyword says no such thing.
pub(crate) fn by_interface(head: &str, keyword: &str) -> Option<Cow<'static, str>> {
    let inline = match keyword {
        ":wat::load::file-path" => false,
        ":wat::load::string" => true,
        _ => return None,
    };
    let verb = head.strip_prefix(":wat::")?.strip_suffix('!')?;
    let verb = verb
        .strip_suffix("-file")
        .or(verb.strip_suffix("-string"))
        .unwrap_or(verb);
    Some(match (verb, inline) {
        ("load", false) => ":wat::load-file!".into(),
        ("load", true) => ":wat::load-string!".into(),
        ("digest-load" | "signed-load", false) => format!(":wat::{verb}!").into(),
        ("digest-load" | "signed-load", true) => format!(":wat::{verb}-string!").into(),
        _ => return None,
    })
}

/// The variant that a bare symbol of a former edition names.
pub(crate) fn bare_variant(symbol: &str) -> Option<&'static str> {
    match symbol {
        "Some" => Some(":wat::core::Some"),
        "Ok" => Some(":wat::core::Ok"),
        "Err" => Some(":wat::core::Err"),
        _ => None,
    }
}
