//! Capabilities of types, and what generic definitions require of their parameters.

use wat_analysis::{SourceText, requirements_of};

use crate::support::{all, database, spans};

fn messages(text: &str) -> Vec<String> {
    all(&database(&[("main.wat", text)]))
}

fn required(text: &str, name: &str) -> Option<String> {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was added");
    requirements_of(&db, file, name)
}

const JOB: &str = "(:wat::core::struct :my::Job (run :wat::core::Fn()->wat::core::nil))\n(:wat::core::struct :my::Box<T> (v :T))\n(:wat::core::struct :my::Tagged<T> (name :wat::core::String))\n(:wat::core::enum :my::List<T> :End (Cons (head :T) (tail :my::List<T>)))\n";

fn compares(ty: &str, op: &str) -> Vec<String> {
    let text = format!(
        "{JOB}(:wat::core::defn :my::f [a <- {ty} b <- {ty}] -> :wat::core::bool ({op} a b))"
    );
    let found = messages(&text);
    let sentence = |line: &String| {
        let code = line.split(' ').next().unwrap_or_default().to_owned();
        let message = line.splitn(5, ' ').nth(4).unwrap_or_default();
        format!("{code} {}", message.split(" | ").next().unwrap_or_default())
    };
    found.iter().map(sentence).collect()
}

#[test]
fn the_message_names_the_chain() {
    let eq = ":wat::core::=";
    assert_eq!(
        compares(":my::Job", eq),
        ["WAT3405 `:my::Job` → field `run` → `:wat::core::Fn()->wat::core::nil` is not comparable"]
    );
    assert_eq!(
        compares(":wat::core::Vector<my::Box<my::Job>>", eq),
        [
            "WAT3405 `:wat::core::Vector<my::Box<my::Job>>` → `:my::Box<my::Job>` → field `v` → `:my::Job` → field `run` → `:wat::core::Fn()->wat::core::nil` is not comparable"
        ]
    );
    assert_eq!(
        compares(":my::List<wat::core::Fn()->wat::core::nil>", eq),
        [
            "WAT3405 `:my::List<wat::core::Fn()->wat::core::nil>` → field `head` of `Cons` → `:wat::core::Fn()->wat::core::nil` is not comparable"
        ]
    );
    assert_eq!(
        compares(":wat::io::IOReader", eq),
        ["WAT3405 `:wat::io::IOReader` is not comparable"]
    );
}

#[test]
fn parts_decide_what_a_type_can_do() {
    let none: [&str; 0] = [];
    for ty in [
        ":my::Box<wat::core::i64>",
        ":my::List<wat::core::String>",
        ":my::Tagged<my::Job>",
        ":wat::core::HashMap<wat::core::String,wat::core::i64>",
        ":(wat::core::i64,wat::core::u8)",
        ":wat::core::Uuid",
        ":wat::time::Instant",
        ":wat::holon::HolonAST",
    ] {
        assert_eq!(compares(ty, ":wat::core::="), none, "{ty}");
    }
    for ty in [
        ":wat::core::u8",
        ":wat::core::nil",
        ":wat::core::Option<(wat::core::keyword,wat::core::f64)>",
        ":wat::core::Vector<wat::core::bool>",
        ":wat::time::Duration",
        ":wat::holon::Vector",
    ] {
        assert_eq!(compares(ty, ":wat::core::<"), none, "{ty}");
    }
    for ty in [
        ":my::Box<wat::core::i64>",
        ":wat::core::HashSet<wat::core::i64>",
        ":wat::core::Vector<my::List<wat::core::i64>>",
        ":wat::holon::HolonAST",
        ":wat::WatAST",
    ] {
        let found = compares(ty, ":wat::core::<");
        assert!(
            found.len() == 1 && found[0].contains("is not ordered"),
            "{ty}: {found:?}"
        );
    }
}

#[test]
fn keys_must_be_comparable_where_they_are_made_or_passed() {
    let body = |body: &str| {
        spans(&format!(
            "{JOB}(:wat::core::defn :my::f [j <- :my::Job m <- :wat::core::HashMap<my::Job,wat::core::i64>] -> :wat::core::i64\n{body})"
        ))
    };
    let nothing: [&str; 0] = [];
    assert_eq!(body("(:wat::core::length m)"), nothing);
    assert_eq!(body("(:wat::core::length #{j})"), ["WAT3406 6:23-6:24"]);
    assert_eq!(body("(:wat::core::length {j 1})"), ["WAT3406 6:22-6:23"]);
    assert_eq!(
        body("(:wat::core::length (:wat::core::HashSet :my::Job))"),
        ["WAT3406 6:21-6:51"]
    );
    assert_eq!(
        body("(:wat::core::length (:wat::core::assoc m j 2))"),
        ["WAT3406 6:22-6:39"]
    );
}

const SAME: &str = "(:wat::core::defn :my::same<T> [a <- :T b <- :T] -> :wat::core::bool (:wat::core::= a b))\n(:wat::core::defn :my::twin<U> [x <- :U] -> :wat::core::bool (:my::same x x))\n";

#[test]
fn a_use_is_refused_at_the_callee_and_shows_the_operation() {
    let text = format!(
        "{SAME}(:wat::core::defn :my::f [g <- :wat::core::Fn()->wat::core::nil] -> :wat::core::bool (:my::twin g))"
    );
    assert_eq!(
        messages(&text),
        [
            "WAT3405 Error main.wat 3:87-3:96 `:wat::core::Fn()->wat::core::nil` is not comparable | main.wat 1:85-1:86 compared here"
        ]
    );
}

#[test]
fn a_function_as_a_value_requires_too() {
    let text = format!(
        "{SAME}(:wat::core::defn :my::f [gs <- :wat::core::Vector<wat::core::Fn()->wat::core::nil>] -> :wat::core::Vector<wat::core::bool> (:wat::core::map gs :my::twin))"
    );
    assert_eq!(spans(&text), ["WAT3405 3:145-3:154"]);
}

#[test]
fn requirements_are_found_through_calls_in_any_order() {
    let mutual = "(:wat::core::defn :a::even<T> [xs <- :wat::core::Vector<T> x <- :T] -> :wat::core::bool (:b::odd xs x))\n(:wat::core::defn :b::odd<U> [xs <- :wat::core::Vector<U> x <- :U] -> :wat::core::bool (:wat::core::if (:wat::core::empty? xs) false (:c::hit xs x)))\n(:wat::core::defn :c::hit<V> [xs <- :wat::core::Vector<V> x <- :V] -> :wat::core::bool (:wat::core::if (:wat::core::contains? xs x) true (:a::even (:wat::core::rest xs) x)))\n";
    for name in [":a::even", ":b::odd", ":c::hit"] {
        let parameter = match name {
            ":a::even" => "T",
            ":b::odd" => "U",
            _ => "V",
        };
        assert_eq!(
            required(mutual, name),
            Some(format!("∀{parameter}: Eq.")),
            "{name}"
        );
    }
    let reversed: String = mutual
        .lines()
        .rev()
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(required(&reversed, ":a::even"), Some("∀T: Eq.".to_owned()));
}

#[test]
fn a_requirement_goes_through_the_parts_of_a_type() {
    let text = format!(
        "{JOB}(:wat::core::defn :my::g<A,B> [a <- :my::Box<A> b <- :my::Tagged<B>] -> :wat::core::bool (:wat::core::and (:wat::core::= a a) (:wat::core::= b b)))\n(:wat::core::defn :my::k<K> [k <- :K] -> :wat::core::i64 (:wat::core::length #{{k}}))\n(:wat::core::defn :my::o<K> [k <- :wat::core::Vector<K>] -> :wat::core::Vector<K> (:wat::core::sort k))\n(:wat::core::defn :my::free<T> [x <- :T] -> :wat::core::Vector<T> [x x])"
    );
    assert_eq!(required(&text, ":my::g"), Some("∀A: Eq.".to_owned()));
    assert_eq!(required(&text, ":my::k"), Some("∀K: Hash.".to_owned()));
    assert_eq!(required(&text, ":my::o"), Some("∀K: Ord.".to_owned()));
    assert_eq!(required(&text, ":my::free"), None);
}

#[test]
fn polymorphic_recursion_ends() {
    let text = "(:wat::core::defn :my::grow<T> [x <- :T n <- :wat::core::i64] -> :wat::core::bool (:wat::core::if (:wat::core::= n 0) (:wat::core::= x x) (:my::grow [x] (:wat::core::- n 1))))";
    assert_eq!(required(text, ":my::grow"), Some("∀T: Eq.".to_owned()));
    let nested = "(:wat::core::struct :my::N<T> (v :T) (next :wat::core::Option<my::N<wat::core::Vector<T>>>))\n(:wat::core::defn :my::f [a <- :my::N<wat::core::Fn()->wat::core::nil>] -> :wat::core::bool (:wat::core::= a a))";
    assert_eq!(spans(nested), ["WAT3405 2:108-2:109"]);
}

#[test]
fn a_library_function_shows_what_it_requires() {
    assert_eq!(
        required("", ":wat::core::distinct"),
        Some("∀T: Hash.".to_owned())
    );
}

#[test]
fn a_changed_body_reaches_users_only_if_the_set_changes() {
    let mut db = database(&[(
        "main.wat",
        format!(
            "{SAME}(:wat::core::defn :my::f [g <- :wat::core::Fn()->wat::core::nil] -> :wat::core::bool (:my::twin g))"
        ),
    )]);
    assert_eq!(all(&db).len(), 1);
    let file = db.file("main.wat").expect("was added");
    let text = file.text(&db).text().replace("(:wat::core::= a b)", "true");
    db.set_file(
        "main.wat",
        SourceText::new(text),
        wat_analysis::FileKind::Disk,
    );
    assert_eq!(all(&db), [] as [&str; 0]);
}

#[test]
fn reading_needs_a_portable_type() {
    let read = |ty: &str| {
        spans(&format!(
            "{JOB}(:wat::core::struct-restricted :my::Vault [:my::] ([:my::] pin <- :wat::core::i64) ())\n(:wat::core::defn :my::f [] -> {ty}\n(:wat::kernel::readln -> {ty}))"
        ))
    };
    assert_eq!(read(":wat::core::i64"), [] as [&str; 0]);
    assert_eq!(read(":my::Box<wat::core::i64>"), [] as [&str; 0]);
    assert_eq!(read(":my::Job"), ["WAT3411 7:26-7:34"]);
    assert_eq!(read(":my::Vault"), ["WAT3411 7:26-7:36"]);
}

#[test]
fn printing_a_handle_or_a_function_is_a_warning() {
    let print = |value: &str| {
        spans(&format!(
            "{JOB}(:wat::core::defn :my::f [r <- :wat::io::IOReader j <- :my::Job] -> :wat::core::nil\n(:wat::kernel::println {value}))"
        ))
    };
    assert_eq!(print(":my::f"), ["WAT3607 6:24-6:30"]);
    assert_eq!(print("r"), ["WAT3607 6:24-6:25"]);
    assert_eq!(print("j"), [] as [&str; 0]);
    assert_eq!(print("[1]"), [] as [&str; 0]);
}

#[test]
fn what_goes_to_other_processes_is_a_requirement() {
    let lines = "(:wat::core::defn :my::pmap<A,B> [xs <- :wat::core::Vector<A> f <- :wat::core::Fn(A)->B] -> :wat::core::Vector<B> (:wat::kernel::run-processes xs f))
(:wat::core::defn :my::same<A> [xs <- :wat::core::Vector<A>] -> :wat::core::Vector<A> (:my::pmap xs (:wat::core::fn [x <- :A] -> :A x)))
(:wat::core::defn :my::each<C> [c <- :C] -> :wat::core::Vector<wat::core::i64> (:wat::kernel::run-processes [1 2] (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::do (:wat::kernel::println c) n))))
(:wat::core::defn :my::sender<T> [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<T> (:wat::kernel::Sender/from-pipe w))
";
    for (name, needed) in [
        (":my::pmap", "∀A: Portable, B: Portable."),
        (":my::same", "∀A: Portable."),
        (":my::each", "∀C: Portable."),
        (":my::sender", "∀T: Portable."),
    ] {
        assert_eq!(required(lines, name).as_deref(), Some(needed), "{name}");
    }
    let used = |body: &str| {
        spans(&format!(
            "{lines}(:wat::core::defn :my::f [w <- :wat::io::IOWriter g <- :wat::core::Fn()->wat::core::bool] -> :wat::core::nil (:wat::core::let [_x\n{body}] :wat::core::nil))"
        ))
    };
    // A forked process has a copy of functions; what is written to it is data.
    for fine in [
        "(:my::same [1])",
        "(:my::each g)",
        "(:my::pmap [g] (:wat::core::fn [h <- :wat::core::Fn()->wat::core::bool] -> :wat::core::bool (h)))",
    ] {
        assert_eq!(used(fine), [] as [&str; 0], "{fine}");
    }
    assert_eq!(used("(:my::same [g])"), ["WAT4009 6:2-6:11"]);
    assert_eq!(used("(:my::each [w])"), ["WAT4008 6:2-6:11"]);
    assert_eq!(
        used("(:my::sender<wat::core::Fn()->wat::core::bool> w)"),
        ["WAT4009 6:2-6:47"]
    );
}
