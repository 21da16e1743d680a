//! Pure expressions have the same values while macros are expanded as while programs run.

use std::path::{Path, PathBuf};

use wat_analysis::{FileKind, RootDatabase, Severity, SourceText, file_diagnostics};

use crate::evaluate::run;

/// What orders, keys and texts depend on.
const TABLE: &[&str] = &[
    "(@contains? #{0.0} -0.0)",
    "(@length {0.0 1 -0.0 2})",
    "{0.0 1 -0.0 2}",
    "{-0.0 1 0.0 2}",
    "(@HashSet :@f64 0.0 -0.0)",
    "(@distinct [0.0 -0.0])",
    "(@contains? [(@f64::- (@std/inf) (@std/inf))] (@f64::- (@std/inf) (@std/inf)))",
    "(@contains? [(@std/nan)] (@std/nan))",
    "#{2.0 (@std/nan) 1.0}",
    "{[(@std/nan)] 1 [2.0] 2}",
    "(@sort [2.0 (@std/nan) 1.0])",
    "(@sort [[2.0] [(@std/nan)] [1.0]])",
    "(@= (@std/nan) (@std/nan))",
    "(@= [(@std/nan)] [(@std/nan)])",
    "(@< [(@std/nan)] [1.0])",
    "(@<= (@std/nan) 1.0)",
    "(@+ -0.0)",
    "(@* -0.0)",
    "(@- -0.0)",
    "(@- 0.0)",
    "(@f64::+ -0.0)",
    "(@+)",
    "(@*)",
    "(@/ 4)",
    "(@+ 1 2 3.0)",
    "(@= 9007199254740993 9007199254740992.0)",
    "(@< 9007199254740992.0 9007199254740993)",
    "(@< @nil @nil)",
    "(@<= @nil @nil)",
    "(@< @None (@Some 1))",
    "(@< (@Some 1) @None)",
    "(@< (@Some 1) (@Some 2))",
    "(@sort [(@Some 2) @None (@Some 1)])",
    "(@sort [\"b\" \"\" \"a\"])",
    "(@sort [true false])",
    "(@sort [:b :a])",
    "(@sort [(@Tuple 2 \"a\") (@Tuple 1 \"b\")])",
    "#{(@Some 2) @None (@Some 1)}",
    "#{[2] [] [1 2]}",
    "#{#{2} #{} #{1 2}}",
    "#{{1 2} {} {1 1}}",
    "(@= {1 [2]} {1 [2]})",
    "(@= #{1 2} #{2 1})",
    "(@show [1 2])",
    "(@show 1.0)",
    "(@show (@std/nan))",
    "(@show @nil)",
    "(@show {1 2})",
    "(@show #{2 1})",
    "(@show (@Tuple 1 2))",
    "(@show (@Some (@Some @None)))",
    "(@show [(@Some 1) @None])",
    "(@show (@quote (a b)))",
    "(@show [(@quote a)])",
    "(@show (@range 0 100000))",
    "(@show [[[[[[[[[1]]]]]]]]])",
    "(@show \"a\\\"b\")",
    "(@show :a::b)",
    "(@show (@u8 7))",
    "(@show [])",
    "(@str (@Some \"x\") :a::b @None)",
    "(@str 1.0 [1.5 2.0] (@Tuple 1 \"x\") {:a 1} #{2 1} (@u8 3) true @nil)",
    "(@str (@quote (a b)))",
    "(@str)",
    "(@format \"{a}{{}}{b}{a}\" :a 1 :b [\"x\"])",
    "(@string::interpolate \"{a}\" :a 2.0)",
    "(:wat::edn::write-pretty {1 [2 3]})",
    "(@nth [7] 0)",
    "(@map [[1] [2 3]] @Vector/length)",
    "(@union #{1} #{2})",
    "(@union #{} #{2})",
    "(@intersection #{1 2} #{2})",
    "(@difference #{1 2} #{2})",
    "(@subset? #{1} #{1 2})",
    "(@disj #{1 2 3} 1 2)",
    "(:wat::std::list::remove-at [1 2] 0)",
    "(:wat::std::list::insert-at [1 2] 0 9)",
    "(@length (:wat::std::list::insert-at [(@fn [] -> :@i64 1)] 0 (@fn [] -> :@i64 2)))",
    "(@into [1] #{2})",
    "(@into {1 2} [(@Tuple 3 4)])",
    "(@into #{1} [2])",
    "(@reduce [1 2] 0 @+)",
    "(@reduce [1 2] @i64::+'2)",
    "(@reduce #{1 2} 0 @+)",
    "(@merge {1 2} {1 3} {2 4})",
    "(@apply @+ [1 2 3])",
    "(@apply @i64::max [1 2])",
    "(@get [1] 0 9)",
    "(@get [1] 5 9)",
    "(@get {1 2} 1 0)",
    "(@get {1 2} 7 0)",
    "(@get {0.0 1} -0.0)",
    "(@assoc {1 2} 3 4 5 6)",
    "(@assoc {0.0 2} -0.0 4)",
    "(@dissoc {1 2 3 4 5 6} 1 5)",
    "(@conj [1] 2 3)",
    "(@conj #{1} 2 3)",
    "(@concat [1] [2] [3])",
    "(@sort-by [3 1 2] (@fn [x <- :@i64] -> :@i64 (@- x)))",
    "(@sort-by [3 1 2] (@fn [a <- :@i64 b <- :@i64] -> :@bool (@> a b)))",
    "(@sort-by [(@Tuple 2 1) (@Tuple 1 2)] @first)",
    "(@sort-by [1 3 2] (@fn [x <- :@i64] -> :@i64 x) @>)",
    "(@map #{1 2} (@fn [x <- :@i64] -> :@i64 (@* x x)))",
    "(@map {1 2} @first)",
    "(@map (@fn [x <- :@i64] -> :@i64 (@* x x)) [1 2])",
    "(@map [1 2] @u8)",
    "(@map [1 2] @Some)",
    "(@filter #{1 2} (@fn [x <- :@i64] -> :@bool (@> x 1)))",
    "(@foldl @+ 0 [1 2])",
    "(@foldl [1 2] 0 @+)",
    "(@foldr [1 2] 0 @-)",
    "(@group-by [1 2 3] (@fn [x <- :@i64] -> :@i64 (@mod x 2)))",
    "(@frequencies [0.0 -0.0 1.0])",
    "(@interpose 0 [1 2])",
    "(@take-nth 2 [1 2 3])",
    "(@max-by [1 3 2] (@fn [x <- :@i64] -> :@i64 x))",
    "(@keys {2.0 1 1.0 2})",
    "(@i64::min 1 2)",
    "(@f64::round 2.5 0)",
];

const NAN: &str = "(:wat::std::math::sqrt -1.0)";

fn written_out(expression: &str) -> String {
    expression
        .replace("(@std/nan)", NAN)
        .replace("(@std/inf)", "(:wat::std::math::exp 1000.0)")
        .replace(":@", "@")
        .replace('@', ":wat::core::")
}

/// The files of the library that declare pure functions, whose examples are expressions.
const FILES: &[&str] = &[
    "core/bool.wat",
    "core/bytes.wat",
    "core/compare.wat",
    "core/edn.wat",
    "core/f64.wat",
    "core/i64.wat",
    "core/internal.wat",
    "core/keyword.wat",
    "core/operators.wat",
    "core/option.wat",
    "core/regex.wat",
    "core/result.wat",
    "core/string.wat",
    "core/u8.wat",
    "core/uuid.wat",
    "core/vector.wat",
    "std/list.wat",
    "std/math.wat",
    "std/random.wat",
];

/// What macro bodies have no values of: identifiers, times and what is read from texts.
const WITHOUT_VALUES: &[&str] = &[
    "Uuid",
    ":wat::edn::read",
    ":wat::edn::try-read",
    "NoTag",
    "Tagged",
];

fn examples(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("the library can be read");
    let lines = text.lines().filter_map(|line| line.split_once(" ;=> "));
    lines
        .map(|(expression, _)| {
            expression
                .trim()
                .replace("\\\"", "\"")
                .replace("\\\\", "\\")
        })
        .filter(|expression| expression.starts_with('(') && !expression.contains("__internal"))
        .filter(|expression| !WITHOUT_VALUES.iter().any(|name| expression.contains(name)))
        .collect()
}

fn definition(index: usize, expression: &str) -> String {
    format!(
        "(:wat::core::defmacro :my::m{index} [] -> :wat::WatAST `(:wat::kernel::println ~(:wat::edn::write {expression})))\n"
    )
}

fn program(expressions: &[String]) -> String {
    let mut text = String::new();
    for (index, expression) in expressions.iter().enumerate() {
        text.push_str(&definition(index, expression));
    }
    text.push_str("(:wat::core::defn :user::main [] -> :wat::core::nil\n");
    for (index, expression) in expressions.iter().enumerate() {
        text.push_str(&format!(
            "(:my::m{index}) (:wat::kernel::println (:wat::edn::write {expression}))\n"
        ));
    }
    text.push_str(":wat::core::nil)");
    text
}

fn errors(text: &str) -> Vec<String> {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    file_diagnostics(&db, file)
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| format!("{}: {}", found.code, found.message))
        .collect()
}

/// Both values of every expression, and what is said of those that cannot be expanded.
fn differences(expressions: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut sound = Vec::new();
    for expression in expressions {
        let problems = match errors(&program(std::slice::from_ref(expression))) {
            problems if problems.is_empty() => {
                sound.push(expression.clone());
                continue;
            }
            problems => problems,
        };
        found.push(format!("{expression}\n  {}", problems.join("\n  ")));
    }
    let (printed, failure) = run(&program(&sound));
    let lines: Vec<&str> = printed.lines().collect();
    for (expression, pair) in sound.iter().zip(lines.chunks(2)) {
        if pair[0] != pair[pair.len() - 1] {
            found.push(format!("{expression}\n  {}\n  {}", pair[0], pair[1]));
        }
    }
    if failure.is_some() || lines.len() != sound.len() * 2 {
        found.push(format!("{failure:?}"));
    }
    found
}

#[test]
fn pure_expressions_have_one_value() {
    let mut expressions: Vec<String> = TABLE.iter().map(|one| written_out(one)).collect();
    let library = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../wat");
    for file in FILES {
        let path = library.join(file);
        if path.exists() {
            expressions.extend(examples(&path));
        }
    }
    let found = differences(&expressions);
    assert!(expressions.len() > 300, "{}", expressions.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}
