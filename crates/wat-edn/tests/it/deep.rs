//! Depth and length: bounded stack, linear time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wat_edn::{Edn, ReadOptions, compare, json, read_with, write, write_ordered, write_pretty};

const DEEP: usize = 1_000_000;
const ANY_DEPTH: ReadOptions = ReadOptions {
    max_depth: usize::MAX,
    foreign: false,
};

/// Runs on a thread whose stack no recursion over a deep value fits in.
fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(run)
        .expect("a thread");
    thread.join().expect("the test passes");
}

fn nested(depth: usize, wrap: impl Fn(Edn) -> Edn) -> Edn {
    (0..depth).fold(Edn::Int(1), |inner, _| wrap(inner))
}

/// Reads, writes, compares, copies and drops a deep value.
fn check(depth: usize, open: &str, close: &str) {
    let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let value = read_with(&text, ANY_DEPTH).expect("the text is EDN");
    assert_eq!(write(&value), text);
    assert!(compare(&value, &value.clone()).is_eq());
    assert!(value == value.canonical());
    assert!(value.is_canonical());
}

#[test]
fn deep_vectors_need_no_stack() {
    on_small_stack(|| check(DEEP, "[", "]"));
}

#[test]
fn deep_maps_sets_and_tags_need_no_stack() {
    on_small_stack(|| {
        check(DEEP / 10, "{:a ", "}");
        check(DEEP / 10, "#{", "}");
        check(DEEP / 10, "#a/b ", "");
        check(DEEP / 10, "{(", ") nil}");
    });
}

#[test]
fn deep_texts_that_fail_need_no_stack() {
    on_small_stack(|| {
        assert!(read_with(&"[".repeat(DEEP), ANY_DEPTH).is_err());
        assert!(read_with(&"#_".repeat(DEEP), ANY_DEPTH).is_err());
        assert!(read_with(&"{:a ".repeat(DEEP), ANY_DEPTH).is_err());
        assert!(json::read_with(&"[".repeat(DEEP), ANY_DEPTH).is_err());
        assert!(json::read_with(&"{\"a\":".repeat(DEEP), ANY_DEPTH).is_err());
    });
}

#[test]
fn deep_json_needs_no_stack() {
    on_small_stack(|| {
        let text = "[".repeat(DEEP) + &"]".repeat(DEEP);
        let value = json::read_with(&text, ANY_DEPTH).expect("the text is JSON");
        assert_eq!(json::write(&value), text);
        let tagged = nested(DEEP, |inner| Edn::tagged("a/B", inner));
        assert!(json::write_natural(&tagged).len() > DEEP);
    });
}

#[test]
fn deep_pretty_tags_need_no_stack() {
    on_small_stack(|| {
        let value = nested(DEEP, |inner| Edn::tagged("a/B", inner));
        assert!(write_pretty(&value).len() > DEEP);
        let vectors = nested(1000, |inner| Edn::Vector(vec![inner]));
        assert_eq!(write_pretty(&vectors).lines().count(), 1999);
    });
}

#[test]
fn chains_of_sets_with_siblings_take_no_exponential_time() {
    let mut text = "1".to_owned();
    for level in 0..400 {
        text = format!("#{{{level} {text} [{level} 2]}}");
        text = text.replacen("#{1 1 ", "#{1 ", 1);
    }
    let value = read_with(&text, ANY_DEPTH).expect("the text is EDN");
    let reversed = nested(400, |inner| Edn::Set(vec![inner, Edn::Int(0)]));
    assert_eq!(write(&value).len(), text.len());
    assert!(write(&reversed).starts_with("#{0 "));
    // Two long siblings that differ at the end, over and over.
    let pair = (0..12).fold(Edn::Int(1), |inner, level| {
        Edn::Set(vec![
            Edn::Vector(vec![inner.clone(), Edn::Int(level)]),
            Edn::Vector(vec![inner, Edn::Int(-1)]),
        ])
    });
    assert!(pair.canonical().is_canonical());
}

/// The time of the processor that this thread has had: what else runs on the machine does not count.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The cheapest of three runs.
fn time(run: impl Fn()) -> Duration {
    (0..3)
        .map(|_| {
            let start = spent();
            run();
            spent() - start
        })
        .min()
        .unwrap_or_default()
}

#[test]
fn time_is_linear_in_the_text() {
    let make = |count: usize| {
        let mut text = String::from("[");
        for index in 0..count {
            text.push_str(&format!(
                "#a/S {{:x {index} :ys [1.5 \"text\\n\" :a.b/c]}} "
            ));
        }
        text + "]"
    };
    let (small, large) = (make(2_000), make(16_000));
    let cycle = |text: &str| {
        let value = read_with(text, ANY_DEPTH).expect("the text is EDN");
        assert!(write_ordered(&value, wat_edn::Layout::Pretty).len() > text.len());
        assert!(json::read(&json::write(&value)).is_ok());
    };
    let (short, long) = (time(|| cycle(&small)), time(|| cycle(&large)));
    // Eight times the text; quadratic time would take 64 times as long.
    assert!(long < short * 32, "{short:?} and {long:?}");
}
