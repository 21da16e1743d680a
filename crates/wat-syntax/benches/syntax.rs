//! Throughput of the reader on a generated corpus of about four megabytes: `cargo bench -p wat-syntax`.

use std::fmt::Write;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wat_syntax::{SourceText, cut, form_tree, lex, parse, print_ast, read_form};

fn main() {
    divan::main();
}

/// A deterministic program: structs, functions with documentation, matches, templates, tests.
fn corpus() -> SourceText {
    let mut text = String::new();
    let mut seed = 1u32;
    let mut random = |n: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % n
    };
    let mut module = 0;
    while text.len() < 4_000_000 {
        module += 1;
        let name = format!("shop::orders-{}", random(900));
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "; Module {module}: prices and totals.\n\
             (:wat::core::struct :{name}::Item\n  (id :wat::core::i64)\n  (label :wat::core::String)\n  \
             (tags :wat::core::Vector<wat::core::String>))\n\n"
        );
        for function in 0..8 + random(8) {
            let _ = write!(
                text,
                "(:wat::core::defn :{name}::total-{function}\n  \
                 \"Adds the prices of all items, and the \\\"rest\\\".\"\n  \
                 [items <- :wat::core::Vector<{name}::Item>\n   \
                 prices <- :wat::core::HashMap<wat::core::String,wat::core::Vector<wat::core::i64>>\n   \
                 f <- :wat::core::Fn(wat::core::i64,wat::core::i64)->wat::core::i64]\n  \
                 -> :wat::core::i64\n  \
                 (:wat::core::let\n    [n (:wat::core::length items)\n     rate {}.{}]\n    \
                 (:wat::core::match (:wat::core::get prices \"k{}\")\n      -> :wat::core::i64\n      \
                 ((:wat::core::Some v) (:wat::core::foldl v {} f))\n      \
                 (:wat::core::None (:wat::core::i64::+ n {})))))\n\n",
                random(100),
                random(100),
                random(50),
                random(1000),
                random(10),
            );
        }
        let _ = write!(
            text,
            "(:wat::core::defmacro :{name}::twice\n  [x <- :wat::WatAST]\n  -> :wat::WatAST\n  \
             `(:wat::core::do ~x ~x)) ; expands its argument twice\n\n\
             (:wat::test::deftest :{name}::empty ()\n  (:wat::test::assert-eq {{:a 1 :b #{{2 3}}}} '[x y]))\n\n"
        );
    }
    SourceText::new(text)
}

fn run<T>(bencher: Bencher<'_, '_>, work: impl Fn(&SourceText) -> T + Sync) {
    let source = corpus();
    bencher
        .counter(BytesCount::new(source.len()))
        .bench(|| work(black_box(&source)));
}

#[divan::bench]
fn tokens(bencher: Bencher<'_, '_>) {
    run(bencher, |source| lex(source).len());
}

#[divan::bench]
fn tree(bencher: Bencher<'_, '_>) {
    run(bencher, parse);
}

#[divan::bench]
fn cuts(bencher: Bencher<'_, '_>) {
    run(bencher, cut);
}

#[divan::bench]
fn cuts_and_forms(bencher: Bencher<'_, '_>) {
    run(bencher, |source| {
        let forms = cut(source).forms;
        let nodes = forms.iter().map(|form| {
            let text = source.slice(form.range);
            read_form(&text, &form.verdict).ast.len()
        });
        nodes.sum::<usize>()
    });
}

#[divan::bench]
fn cuts_and_trees(bencher: Bencher<'_, '_>) {
    run(bencher, |source| {
        let forms = cut(source).forms;
        let trees = forms
            .iter()
            .map(|form| form_tree(&source.slice(form.range), &form.verdict));
        trees.map(|tree| tree.children().count()).sum::<usize>()
    });
}

#[divan::bench]
fn printing(bencher: Bencher<'_, '_>) {
    let source = corpus();
    let forms: Vec<_> = cut(&source)
        .forms
        .iter()
        .map(|form| read_form(&source.slice(form.range), &form.verdict).ast)
        .collect();
    bencher.counter(BytesCount::new(source.len())).bench(|| {
        forms
            .iter()
            .map(|ast| print_ast(ast, ast.root()).len())
            .sum::<usize>()
    });
}
