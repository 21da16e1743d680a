//! Shapes of definitions, forms and patterns (chapter 02 §14, groups 21xx to 23xx): each mistake has its code, once;
//! near misses have none; machine-applicable fixes are safe.

use crate::fixes::{codes, every_machine_fix_is_safe};

const TYPES: &str = "(c/struct :my::P (x c/i64) (y c/i64))\n(c/enum :my::E :A :B (C (n c/i64) (m c/i64)))\n(c/enum :my::F :A)\n";

fn told(text: &str, expected: &[u16]) {
    let text = text.replace("c/", ":wat::core::");
    assert_eq!(codes(&text), expected, "{text}");
    every_machine_fix_is_safe(&text);
}

/// A body in a function with an integer, a tuple, a struct, an enum, an option and a result at hand.
fn body(body: &str, expected: &[u16]) {
    told(
        &format!(
            "{TYPES}(c/defn :my::f [n <- c/i64 t <- :(wat::core::i64,wat::core::i64) p <- :my::P e <- :my::E o <- c/Option<wat::core::i64> r <- c/Result<wat::core::i64,wat::core::String>] -> c/Option<wat::core::i64>\n  (c/let [_ {body}] c/None))\n"
        ),
        expected,
    );
}

#[test]
fn definitions() {
    told("(c/def a 1)", &[2104]);
    told("(c/def :(A,B) 1)", &[2104]);
    told("(c/defn :(A,B) [] -> c/i64 1)", &[2104]);
    told("(c/struct :(A,B) (x c/i64))", &[2104]);
    told("(c/defmacro :(A,B) [] -> :wat::WatAST `1)", &[2401]);
    told("(c/def :my::a)", &[2104]);
    told("(c/def :my::a 1 2)", &[2104]);
    told("(c/def :my::a 1 \"doc\")", &[]);
    told("(c/defn :my::f [x <- c/i64] c/i64 x)", &[2105]);
    told("(c/defn :my::f [x c/i64] -> c/i64 1)", &[2105]);
    told(
        "(c/defn :my::f [x <- c/i64 x <- c/i64] -> c/i64 x)",
        &[2106],
    );
    told("(c/defn :my::f [_ <- c/i64 _ <- c/i64] -> c/i64 1)", &[]);
    told("(c/defn :my::f [& xs <- c/i64] -> c/i64 1)", &[2107]);
    told(
        "(c/defn :my::f [& xs <- c/Vector<wat::core::i64> y <- c/i64] -> c/i64 1)",
        &[2107],
    );
    told("(c/def :my::b :my::a)\n(c/def :my::a 1)", &[2108]);
    told("(c/enum :my::E)", &[2109]);
    told("(c/struct :my::S (x))", &[2109]);
    told("(c/struct :my::S (x c/i64) (x c/i64))", &[2109]);
    told("(c/struct :my::S)", &[]);
    told("(c/define-dispatch :my::d ((c/i64) :my::no))", &[2111]);
    told("(c/defn :my::f [] -> c/i64 (c/def :my::a 1))", &[2004]);
}

#[test]
fn arrows_of_a_signature() {
    for (code, fixed) in [
        ("[x <- c/i64] <- c/i64 x", "[x <- c/i64] -> c/i64 x"),
        ("[x <- c/i64] => c/i64 x", "[x <- c/i64] -> c/i64 x"),
        (
            "[x c/i64 y <- c/i64 & z => c/Vector<wat::core::i64>] -> c/i64 x",
            "[x <- c/i64 y <- c/i64 & z <- c/Vector<wat::core::i64>] -> c/i64 x",
        ),
    ] {
        told(&format!("(c/defn :my::f {code})"), &[2105]);
        told(&format!("(c/def :my::f (c/fn {code}))"), &[2105]);
        let whole = |code: &str| format!("(c/defn :my::f {code})").replace("c/", ":wat::core::");
        assert_eq!(
            crate::fixes::fixed(&whole(code), 2105),
            whole(fixed),
            "{code}"
        );
    }
    // What else is wrong is not told again, and has no arrow to write.
    told("(c/defn :my::f [x <- c/i64] c/i64)", &[2105]);
    told("(c/defn :my::f [x y c/i64] -> c/i64 1)", &[2105]);
}

#[test]
fn a_signature_with_other_arrows_is_read_as_the_fix_writes_it() {
    let wrong = "(c/defn :my::f [x c/i64 y => c/i64] -> c/String (c/i64::+ x y))";
    told(wrong, &[2105, 3003]);
    told("(c/defn :my::f [x :my::No] -> c/i64 1)", &[2105, 3203]);
    told(
        "(c/defn :my::f [x c/i64 x c/i64] -> c/i64 x)",
        &[2105, 2106],
    );
    told("(c/defn :my::f [x c/i64] => c/i64 x)", &[2105, 2105]);
    let called = "(c/defn :my::f [long c/i64] -> c/i64 long)\n(c/def :my::a (:my::f :logn 1))\n(c/def :my::b (:my::f 1 2))";
    told(called, &[2105, 2502, 3002]);
}

#[test]
fn a_function_that_a_def_defines_is_read() {
    told(
        "(c/def :my::f [x <- :my::No] -> c/i64 (c/i64::+ y \"a\"))",
        &[2104, 3001, 3202, 3203],
    );
    told("(c/def :my::id<T> [x <- :T] -> :T x)", &[2104]);
    told(
        "(c/def :my::f [x <- c/i64 & more <- c/Vector<wat::core::i64>] -> c/i64 x)\n(c/def :my::a (:my::f :x 1))",
        &[2104],
    );
}

#[test]
fn a_call_at_the_top_level_is_never_evaluated_whatever_its_name_was() {
    told("(:wat::kernel::join-result 1)", &[2003, 4014]);
    told("(:wat::core::String::++ \"a\" \"b\")", &[2003, 3450]);
    told("(:wat::core::lambda [] -> c/i64 1)", &[2003, 2190]);
}

#[test]
fn a_retired_let_at_the_top_level_is_read_as_a_let() {
    told("(c/let* [a 1] (c/defn :my::f [] -> c/i64 a))", &[2190]);
    told("(c/let* [a] (c/defn :my::f [] -> c/i64 1))", &[2190, 2201]);
    told(
        "(c/let* :my::a 1)\n(c/def :my::b (:my::a))",
        &[2190, 2201, 3201],
    );
}

#[test]
fn what_is_too_much_in_a_value_is_told_once() {
    told("(c/def :my::a = 3)", &[2104]);
    for (code, fixed) in [
        (
            "(c/def :my::f [x <- c/i64] -> c/i64 x)",
            "(c/defn :my::f [x <- c/i64] -> c/i64 x)",
        ),
        (
            "(c/def-restricted :my::f :restricted-to [] [] -> c/i64 1)",
            "(c/defn-restricted :my::f :restricted-to [] [] -> c/i64 1)",
        ),
    ] {
        told(code, &[2104]);
        let whole = |code: &str| code.replace("c/", ":wat::core::");
        assert_eq!(
            crate::fixes::fixed(&whole(code), 2104),
            whole(fixed),
            "{code}"
        );
    }
}

#[test]
fn binders() {
    body("(c/let [a] 1)", &[2201]);
    body("(c/let a 1)", &[2201]);
    body("(c/let [a 1] a)", &[]);
    body("(c/let [] 1)", &[]);
    body("(c/let [:a 1] 1)", &[2202]);
    body("(c/let [[] t] 1)", &[2202]);
    body("(c/let [{} p] 1)", &[2202]);
    body("(c/let [[a a] t] a)", &[2203]);
    body("(c/let [[_ _] t] 1)", &[]);
    body("(c/let [[1 b] t] b)", &[2204]);
    body("(c/let [(c/Some b) o] b)", &[2204]);
    body("(c/let [[a {x y}] (c/Tuple 1 p)] (c/i64::+ a x y))", &[]);
    body("(c/let [{z} p] z)", &[2306]);
    body("(c/let [{xx} p] xx)", &[2306]);
    body("(c/let [[a b c] t] a)", &[3015]);
    // What the reader refuses is told by it alone.
    body("(c/let [a : c/i64 1] a)", &[1016]);
    body("(c/let [a : 1] a)", &[1016]);
    body("(c/let [a 1N b 2] (c/+ a b))", &[1021]);
}

#[test]
fn control_forms() {
    body("(c/do)", &[2205]);
    body("(c/do 1)", &[]);
    body("(c/if true (:wat::kernel::println 1))", &[2206]);
    body("(c/if true 1 2 3)", &[2206]);
    body("(c/if)", &[2206]);
    body("(c/if true -> c/i64 1 2)", &[]);
    body("(c/if true -> 1 2)", &[2208]);
    body("(c/cond (true 1))", &[2207]);
    body("(c/cond (:else 1))", &[]);
    body("(c/cond ((c/= n 1) 1) (else 2))", &[2207]);
    body("(c/cond ((c/= n 1) 1) (true 2))", &[2207]);
    body("(c/cond ((c/= n 1) 1) (:default 2))", &[2207]);
    body("(c/cond (:else 2) ((c/= n 1) 1))", &[2207]);
    body("(c/cond (true 1 2) (:else 3))", &[2207]);
    body("(c/cond)", &[2207]);
    body("(c/match n)", &[2209]);
    body("(c/match)", &[2209]);
    body("(c/match n (_ 1 2))", &[2209]);
    body("(c/match n (_))", &[2209]);
    body("(c/match n -> (_ 1))", &[2208]);
    body("(c/Option/try o)", &[]);
    body("(c/Option/try)", &[2210]);
    body("(c/Result/try r)", &[2210]);
    told("(c/def :my::a (c/Option/try c/None))", &[2210]);
    body("(c/Option/expect o)", &[2211]);
    body("(c/Option/expect o \"a\" \"b\")", &[2211]);
    body("(c/Option/expect -> c/i64 o \"there\")", &[]);
    body("(1 2)", &[2215]);
    body("([1] 2)", &[2215]);
}

#[test]
fn patterns() {
    body("(c/match e (:my::E::A 1) (:my::E::B 2))", &[2301]);
    body("(c/match e (:my::E::A 1) (_ 2))", &[]);
    body("(c/match n (1 1))", &[2301]);
    body("(c/match e (:my::F::A 1) (_ 2))", &[2303]);
    body("(c/match n (\"a\" 1) (_ 2))", &[2303]);
    body("(c/match p ([a b] a))", &[2303]);
    body("(c/match n (:a 1) (_ 2))", &[2303]);
    body("(c/match e (:my::E::Zork 1) (_ 2))", &[2304]);
    body("(c/match e ((:my::E::D a b) 1) (_ 2))", &[2304]);
    body("(c/match e ((:my::E::C a) 1) (_ 2))", &[2305]);
    body("(c/match e ((:my::E::C) 1) (_ 2))", &[2305]);
    body("(c/match e ((:my::E::C a b d) 1) (_ 2))", &[2305]);
    body("(c/match e (:my::E::C 1) (_ 2))", &[2305]);
    body("(c/match o ((c/Some) 1) (_ 2))", &[2305]);
    body("(c/match p ({z} 1))", &[2306]);
    body("(c/match e ((:my::E::C :n a :m b) 1) (_ 2))", &[2307]);
    body("(c/match n (#{1} 1) (_ 2))", &[2307]);
    body("(c/match t ([a a] 1))", &[2203]);
    body("(c/match t ([1 b] b) ([_ b] b))", &[]);
    body(
        "(c/match e (:my::E::A 1) (:my::E::B 2) ((:my::E::C n m) n))",
        &[],
    );
    body("(c/match r ((c/Ok x) x) ((c/Err _) 0))", &[]);
}

#[test]
fn a_rest_parameter_collects_any_spelling_of_a_vector() {
    let with = |ty: &str| {
        crate::support::spans(&format!(
            "(:wat::core::defn :my::f [& xs <- {ty}] -> :wat::core::i64 1)"
        ))
    };
    assert!(with(":wat::core::Vector<wat::core::i64>").is_empty());
    assert!(with(":wat::core::Bytes").is_empty());
    assert_eq!(with(":Vec<wat::core::i64>"), ["WAT3903 1:35-1:55"]);
    assert_eq!(with(":wat::core::i64"), ["WAT2107 1:35-1:50"]);
    assert_eq!(with(":my::Nope"), ["WAT3203 1:35-1:44"]);
}

#[test]
fn values_dispatches_and_aliases_declare_no_type_parameters() {
    for (text, expected) in [
        ("(c/def :my::v<T> 3)", &[3113][..]),
        ("(c/def :my::v<T> (c/Vector :T))", &[3113]),
        (
            "(c/def :my::v<T> 3) (c/def :my::w :my::v<wat::core::i64>)",
            &[3113],
        ),
        (
            "(c/def-restricted :my::v<T> :restricted-to [:my::] 3)",
            &[3113],
        ),
        ("(c/let [x 1] (c/def :my::v<T> x))", &[3113]),
        (
            "(c/defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(c/def :my::v<T> ~x)) (:my::m 1)",
            &[3113],
        ),
        (
            "(:wat::config::set-redef! true) (c/def :my::v 1) (c/def :my::v<T> 3)",
            &[3113],
        ),
        ("(c/def :my::v<T> (c/fn [x <- :T] -> :T x))", &[]),
        ("(c/def :my::v (c/Vector :T))", &[3112]),
        (
            "(c/def :my::v (c/let [] (c/fn [x <- :T] -> :T x)))",
            &[3112],
        ),
        ("(:wat::runtime::define-alias :my::v<T> c/reverse)", &[3113]),
        (
            "(c/define-dispatch :my::d<T> ((c/i64) c/i64::abs)) (c/defn :my::f [] -> c/i64 (:my::d<wat::core::i64> 1))",
            &[3113],
        ),
    ] {
        let text = text.replace("c/", ":wat::core::");
        assert_eq!(codes(&text), expected, "{text}");
        // Uses with type arguments are told when the name is mended.
        if !text.contains("<wat::core::i64> ") && !text.contains("v<wat::core::i64>") {
            every_machine_fix_is_safe(&text);
        }
    }
    assert_eq!(
        crate::fixes::fixed("(:wat::core::def :my::v<T> 3)", 3113),
        "(:wat::core::def :my::v 3)"
    );
    let (_db, found) = crate::fixes::diagnose("(:wat::core::def :my::v (:wat::core::Vector :T))");
    assert!(found[0].fixes.is_empty(), "{found:#?}");
}

#[test]
fn what_is_no_name_is_not_declared() {
    for (text, code) in [
        ("(:wat::core::defn :user:: [] -> :wat::core::i64 1)", 2104),
        ("(:wat::core::def :user:: 1)", 2104),
        ("(:wat::core::struct :user:: (x :wat::core::i64))", 2104),
        ("(:wat::core::typealias :user:: :wat::core::i64)", 2104),
        ("(:wat::core::enum :u::E :A<T>)", 2109),
        ("(:wat::core::enum :u::E :x::A :B)", 2109),
        ("(:wat::core::enum :u::E (:x::A (y :wat::core::i64)))", 2109),
        ("(:wat::core::enum :u::E :A/b :A)", 2109),
        (
            "(:wat::core::typealias :u::P<A,A> :wat::core::Vector<A>)",
            3113,
        ),
        ("(:wat::core::typealias :u::P<1> :wat::core::i64)", 3113),
    ] {
        let (_db, found) = crate::fixes::diagnose(text);
        let codes: Vec<u16> = found.iter().map(|it| it.code.0).collect();
        assert_eq!(codes, [code], "{text}");
    }
    let operators = "(:wat::core::enum :u::Op :< :<= :+ (:/ (x :wat::core::i64)))";
    let (_db, found) = crate::fixes::diagnose(operators);
    assert_eq!(found.len(), 0, "{found:#?}");
}
