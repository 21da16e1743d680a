//! Batch equals incremental: after any edits, every diagnostic is the one that a fresh database gives.

use wat_analysis::{FileKind, RootDatabase, SourceText};

use crate::support::{Random, all, database, findings, looked_at};

const SNIPPETS: &[&str] = &[
    "(:wat::core::defn :a::f [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ x 1))\n",
    "(:wat::core::defmacro :a::inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [t 1] (:wat::core::+ ~x t)))\n",
    "(:wat::core::defmacro :a::make [name <- :wat::WatAST by <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defmacro ~name [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~~by ~x)))\n",
    "(:a::make :a::plus 2)\n",
    "(:wat::core::defn :a::m [t <- :wat::core::i64] -> :wat::core::i64 (:a::plus (:a::inc (:a::inc t))))\n",
    "(:wat::core::defn :a::g [x <- :wat::core::i64] -> :wat::core::i64 (:a::f (:a::f x)))\n",
    "(:wat::core::def :a::limit (:wat::core::* 6 7))\n",
    "(:wat::core::def :b::twice (:wat::core::+ :a::limit :a::limit))\n",
    "(:wat::core::defn :b::pick<T> [flag <- :wat::core::bool a <- :T b <- :T] -> :T (:wat::core::if flag a b))\n",
    "(:wat::core::defn :b::use [] -> :wat::core::String (:b::pick true \"x\" \"y\"))\n",
    "(:wat::load-file! \"a.wat\")\n",
    "(:wat::load-file! \"b.wat\")\n",
    "(:wat::load-file! \"missing.wat\")\n",
    "(:wat::core::typealias :c::Ids :wat::core::Vector<wat::core::i64>)\n",
    "(:wat::core::defn :c::sum [ids <- :c::Ids] -> :wat::core::i64 (:wat::core::match (:wat::core::first ids) ((:wat::core::Some v) v) (:wat::core::None 0)))\n",
    "(:wat::core::defn :c::bad [m <- :wat::core::HashMap<wat::core::String, wat::core::i64>] -> :wat::core::i64 0)\n",
    "(:wat::core::defn-restricted :d::guarded :restricted-to [:d:: :a::f] [x <- :wat::core::i64] -> :wat::core::i64 x)\n",
    "(:wat::core::defn :d::admitted [] -> :wat::core::i64 (:d::guarded 1))\n",
    "(:wat::core::defn :e::refused [] -> :wat::core::i64 (:d::guarded 1))\n",
    "(:wat::core::struct-restricted :d::Vault [:d::] ([:d::] pin <- :wat::core::i64) (label <- :wat::core::String))\n",
    "(:wat::runtime::define-alias :a::again :a::f)\n",
    "(:wat::core::defn :e::h [v <- :d::Vault] -> :wat::core::i64 (:a::again (:d::Vault/pin v)))\n",
    "(:wat::core::defn :d::work [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil :wat::core::nil)\n",
    "(:wat::core::defn :d::go [] -> :wat::core::nil (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1) t (:wat::kernel::spawn-thread :d::work)] (:wat::core::match (:wat::kernel::Thread/drain-and-join t) ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))\n",
    "(:wat::core::match (:wat::kernel::recv tx) ((:wat::core::Ok _) :wat::core::nil) (_ :wat::core::nil))",
    "(:wat::config::set-redef! true)\n",
    "(:wat::core::defn :a::f [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* x 2))\n",
    "(:wat::core::def :a::limit \"six\")\n",
    "(:wat::core::struct :f::Point (x :wat::core::i64) (y :wat::core::i64))\n",
    "(:wat::core::struct :f::Point (x :wat::core::String))\n",
    "(:wat::core::enum :f::Shape (Dot (at :f::Point)) (Line (from :f::Point) (to :f::Point)) :Nothing)\n",
    "(:wat::core::newtype :f::Id :wat::core::i64)\n",
    "(:wat::core::defn :f::width [s <- :f::Shape] -> :wat::core::i64 (:wat::core::match s ((:f::Shape::Dot _) 0) ((:f::Shape::Line a b) (:wat::core::i64::- (:f::Point/x b) (:f::Point/x a))) (:f::Shape::Nothing 0)))\n",
    "(:wat::core::defmacro :f::arity [name <- :wat::WatAST] -> :wat::WatAST (:wat::core::length (:wat::runtime::extract-arg-names (:wat::core::Option/expect (:wat::runtime::signature-of-defn name) \"known\"))))\n",
    "(:wat::core::def :f::two (:f::arity :b::pick))\n",
    "(:wat::core::defmacro :f::point [name <- :wat::WatAST] -> :wat::WatAST `(:wat::core::struct ~name (x :wat::core::i64)))\n",
    "(:f::point :f::Point)\n",
    "(:wat::core::defn :f::all<T> [xs <- :wat::core::Vector<T>] -> :wat::core::HashSet<T> (:wat::core::reduce xs #{} (:wat::core::fn [s <- :wat::core::HashSet<T> x <- :T] -> :wat::core::HashSet<T> (:wat::core::conj s x))))\n",
    "(:wat::core::defn :f::points [p <- :f::Point] -> :wat::core::bool (:wat::core::= p p))\n",
    "(:wat::load-string! \"(:wat::core::def :g::one 1)\")\n",
    "(:wat::core::def :g::two (:wat::core::+ :g::one 1))\n",
    ";; a comment\n",
    ";; rune:unused(interop) — somebody else calls it\n",
    ";; rune:allow(WAT7301,WAT7103) — kept as it was\n",
    ";; rune:idiom(clearer)\n",
    "(:wat::core::typealias :c::Numbers :wat::core::Vector<wat::core::i64>)\n",
    "(:wat::core::defn :h::old [x <- :wat::core::i64] -> :wat::core::i64 \"Adds. @deprecated use `:a::f`\" (:wat::core::if (:wat::core::= x x) true false))\n",
    "(:wat::core::defn :h::uses [x <- :wat::core::i64] -> :wat::core::i64 \"See `:a::f` and `:d::guarded`.\" (:h::old 1))\n",
    "(:wat::test::deftest :h::sums () (:wat::test::assert-eq (:h::uses 1) 2))\n",
    "(:wat::test::deftest :h::idles () (:h::uses 1))\n",
    "(:wat::test::deftest-hermetic :h::apart ((:wat::load-file! \"a.wat\")) (:wat::test::assert-eq (:a::f 1) 2))\n",
    "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:h::uses :a::limit)))\n",
    "(:wat::core::let [x 1",
    "\"unclosed",
    ")",
    "(:a::f 1)",
    "[x y]",
    " ",
    "\n",
    ":wat::core::i64",
    "nil",
    "'(a ~b)",
];

/// A position on a character boundary.
fn position(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn edit(random: &mut Random, text: &str) -> String {
    let snippet = SNIPPETS[random.below(SNIPPETS.len())];
    let at = position(random, text);
    match random.below(10) {
        0..=3 => format!("{}{snippet}{}", &text[..at], &text[at..]),
        4..=5 => {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            format!("{}{snippet}{}", &text[..line], &text[line..])
        }
        6..=7 => {
            let to = (at + 1 + random.below(12)).min(text.len());
            let to = (to..=text.len())
                .find(|&to| text.is_char_boundary(to))
                .unwrap_or(text.len());
            format!("{}{}", &text[..at], &text[to..])
        }
        8 => {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            format!("{}{snippet}{}", &text[..line], &text[end..])
        }
        _ => (0..random.below(8))
            .map(|_| SNIPPETS[random.below(SNIPPETS.len())])
            .collect(),
    }
}

fn drive(seed: u64, edits: usize) {
    let mut random = Random(seed);
    let mut files: Vec<(String, String)> = ["a.wat", "b.wat", "c.wat"]
        .iter()
        .map(|path| ((*path).to_owned(), String::new()))
        .collect();
    let mut db = RootDatabase::new();
    for step in 0..edits {
        let which = random.below(files.len());
        let mut text = edit(&mut random, &files[which].1);
        if text.len() > 1_500 {
            text.clear();
        }
        files[which].1.clone_from(&text);
        let kind = if random.below(2) == 0 {
            FileKind::Open
        } else {
            FileKind::Disk
        };
        db.set_file(&files[which].0, SourceText::new(text), kind);
        for (path, text) in &files {
            if db.file(path).is_none() {
                db.set_file(path, SourceText::new(text.as_str()), FileKind::Disk);
            }
        }
        // A file that is gone is one of no program, until it is back.
        let gone = (random.below(8) == 0).then(|| files.remove(random.below(files.len())));
        if let Some((path, _)) = &gone {
            db.remove_file(path);
        }
        let incremental = findings(&db);
        let fresh = match step % 2 {
            0 => database(&files),
            _ => looked_at(&files),
        };
        let batch = findings(&fresh);
        assert_eq!(incremental, batch, "seed {seed}, step {step}: {files:#?}");
        files.extend(gone);
    }
}

#[test]
fn a_text_stays_as_it_is_first_given_for_one_look() {
    let mut db = RootDatabase::for_one_look();
    for text in ["(:wat::core::def :a::x 1)\n", "(:wat::core::def :a::x \n"] {
        db.set_file("a.wat", SourceText::new(text), FileKind::Disk);
    }
    db.seal();
    assert_eq!(all(&db), Vec::<String>::new());
}

#[test]
fn a_source_that_stood_in_a_file_loads_nothing_any_more() {
    let load = "(:wat::load-string! \"(:wat::load-file! \\\"a.wat\\\")\")\n";
    let mut files = vec![
        ("a.wat".to_owned(), ")\n".to_owned()),
        ("b.wat".to_owned(), load.to_owned()),
    ];
    let mut db = database(&files);
    assert!(findings(&db).concat().contains("WAT5007"));
    files[1].1.clear();
    db.set_file("b.wat", SourceText::new(""), FileKind::Disk);
    assert!(findings(&db).concat().contains("WAT1031"));
    assert_eq!(findings(&db), findings(&database(&files)));
}

#[test]
fn two_thousand_random_edits_equal_a_fresh_database() {
    for seed in 0..8 {
        drive(seed, 260);
    }
}
