//! Large and deep inputs: no stack overflow, no quadratic work. What the processor spends is compared with what smaller
//! inputs cost, with room for noise; a quadratic algorithm fails by far.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wat_syntax::{SourceText, cut, form_tree, parse, print_ast, read_form};

use crate::support::codes;

/// Reads a text in every way.
fn read(text: &str) {
    let source = SourceText::new(text);
    let parse = parse(&source);
    assert_eq!(
        parse.syntax().text().len(),
        source.len().try_into().expect("a small text")
    );
    let cut = cut(&source);
    for form in &cut.forms {
        let part = source.slice(form.range);
        let read = read_form(&part, &form.verdict);
        drop(form_tree(&part, &form.verdict));
        drop(print_ast(&read.ast, read.ast.root()));
    }
}

#[test]
fn nesting_of_100_000_brackets_costs_no_stack() {
    let run = || {
        let n = 100_000;
        let text = format!("{}{}", "(".repeat(n), ")".repeat(n));
        let source = SourceText::new(text.as_str());
        let errors = parse(&source).errors().to_vec();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (errors[0].code.0, u32::from(errors[0].range.start())),
            (1033, 1024)
        );
        for text in [
            text,
            "(".repeat(n),
            ")".repeat(n),
            "[(".repeat(n),
            "'".repeat(n),
            "(]".repeat(n),
            ":V<".repeat(n),
        ] {
            read(&text);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(run)
        .expect("a thread");
    assert!(thread.join().is_ok());
}

#[test]
fn a_token_may_be_long() {
    let n = 1 << 18;
    for text in [
        format!("\"{}\"", "a".repeat(n)),
        format!("\"{}", "a\n".repeat(n / 2)),
        format!("\"{}\"", "\\n".repeat(n / 2)),
        format!(";{}", "c".repeat(n)),
        " ".repeat(n),
        "a".repeat(n),
        format!(":{}", "a".repeat(n)),
        format!(":a{}", "::b".repeat(n / 3)),
        format!(":a{}", ":b".repeat(n / 2)),
        format!(":V<{}>", "a,".repeat(n / 2)),
        "1".repeat(n),
        format!("0.{}", "1".repeat(n)),
        format!("0x{}", "f".repeat(n)),
        "λ".repeat(n / 2),
        format!(":V<A{}B>", " ".repeat(n)),
    ] {
        read(&text);
    }
}

/// The time of the processor that this thread has had: what else runs on the machine does not count.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What reading costs, the best of a few tries.
fn time(text: &str) -> Duration {
    let tries = (0..3).map(|_| {
        let start = spent();
        read(text);
        spent() - start
    });
    tries.min().unwrap_or_default()
}

#[test]
fn work_grows_linearly() {
    let line = |n: usize| "(f [x) ".repeat(n);
    type Shape = Box<dyn Fn(usize) -> String>;
    let shapes: [(&str, Shape); 16] = [
        (
            "forms",
            Box::new(|n| "(f [x <- :V<A, B>] \"s\")\n".repeat(n)),
        ),
        ("open", Box::new(|n| "(".repeat(n))),
        ("open lines", Box::new(|n| "(f [\n".repeat(n))),
        ("closers", Box::new(|n| ")]}".repeat(n))),
        ("mismatches", Box::new(|n| "(]".repeat(n))),
        ("mismatches with closers", Box::new(|n| "(]) ".repeat(n))),
        ("broken on one line", Box::new(line)),
        (
            "alternating",
            Box::new(|n| format!("{}{}", "([{".repeat(n), ")]}".repeat(n))),
        ),
        (
            "open then other closers",
            Box::new(|n| format!("{}{}", "(".repeat(n), "]".repeat(n))),
        ),
        ("prefixes", Box::new(|n| "' ; c\n".repeat(n))),
        ("quotes", Box::new(|n| "a\\\"\n".repeat(n))),
        (
            "odd quotes",
            Box::new(|n| format!("{}\"", "(a \"b\n".repeat(2 * n))),
        ),
        ("detached", Box::new(|n| ":a <:a".repeat(n))),
        ("commas", Box::new(|n| format!("`({}", " ,a".repeat(n)))),
        ("newlines in keywords", Box::new(|n| ":a<b,\n".repeat(n))),
        ("invalid", Box::new(|n| "\u{1}\u{a0}λ ".repeat(n))),
    ];
    for (name, shape) in shapes {
        let small = time(&shape(100));
        let large = time(&shape(1600));
        let limit = small * 16 * 6 + Duration::from_millis(20);
        assert!(
            large < limit,
            "{name}: {small:?} for 100, {large:?} for 1600"
        );
    }
}

#[test]
fn many_bytes_that_are_not_utf8() {
    let bytes = b"(a \xff \"\xfe\") ".repeat(5_000);
    let source = SourceText::from_bytes(bytes.clone());
    assert_eq!(source.to_bytes(), bytes);
    assert_eq!(parse(&source).errors().len(), 10_000);
    assert_eq!(codes("\u{1a}"), [1004]);
}
