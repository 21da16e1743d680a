//! Programs of any size: one construct each, repeated or nested. The tests and the fuzz target `check` share this.

/// A construct: its name, and the program of a size.
pub type Shape = (&'static str, fn(usize) -> String);

fn list(n: usize, part: impl Fn(usize) -> String) -> String {
    let parts: Vec<String> = (0..n).map(part).collect();
    parts.join(" ")
}

/// `before` n times, the middle, `after` n times.
fn nested(n: usize, before: &str, middle: &str, after: &str) -> String {
    format!("{}{middle}{}", before.repeat(n), after.repeat(n))
}

/// A function from an i64 to an i64 with this body.
fn function(body: &str) -> String {
    format!("(:wat::core::defn :m::f [x <- :wat::core::i64] -> :wat::core::i64 {body})\n")
}

const DOUBLE: &str =
    "(:wat::core::defmacro :m::m0 [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::do ~x ~x))\n";

/// What nests, which ends where forms nest too deep, and what is nested in bindings, which never does.
pub const NESTED: &[Shape] = &[
    ("lets", |n| {
        function(&nested(
            n,
            "(:wat::core::let [x (:wat::core::i64::+ x 1)] ",
            "x",
            ")",
        ))
    }),
    ("ifs", |n| {
        function(&nested(
            n,
            "(:wat::core::if (:wat::core::> x 1) x ",
            "x",
            ")",
        ))
    }),
    ("ifs in tests", |n| {
        function(&nested(n, "(:wat::core::if true ", "x", " x)"))
    }),
    ("calls", |n| function(&nested(n, "(:m::f ", "x", ")"))),
    ("operators", |n| {
        function(&nested(n, "(:wat::core::+ 1 ", "x", ")"))
    }),
    ("functions", |n| {
        function(&nested(
            n,
            "((:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 ",
            "x",
            ") x)",
        ))
    }),
    ("matches", |n| {
        function(&nested(
            n,
            "(:wat::core::match (:wat::core::Some x) ((:wat::core::Some y) y) (:wat::core::None ",
            "0",
            "))",
        ))
    }),
    ("vectors", |n| {
        format!("(:wat::core::def :m::v {})\n", nested(n, "[", "1", "]"))
    }),
    ("options", |n| {
        format!(
            "(:wat::core::def :m::v {})\n",
            nested(n, "(:wat::core::Some ", "1", ")")
        )
    }),
    ("pairs", |n| {
        format!(
            "(:wat::core::def :m::v {})\n",
            nested(n, "(:wat::core::Tuple 1 ", "1", ")")
        )
    }),
    ("quotes", |n| {
        format!("(:wat::core::def :m::v {}x)\n", "'".repeat(n))
    }),
    ("templates", |n| {
        format!(
            "(:wat::core::def :m::v {}{}x)\n",
            "`".repeat(n),
            "~".repeat(n - 1)
        )
    }),
    ("threads", |n| {
        function(&format!(
            "(:wat::core::-> x {})",
            "(:wat::core::i64::+ 1) ".repeat(n)
        ))
    }),
    ("type arguments", |n| {
        format!(
            "(:wat::core::defn :m::f [x <- :{}wat::core::i64{}] -> :wat::core::i64 1)\n",
            "wat::core::Option<".repeat(n),
            ">".repeat(n)
        )
    }),
    ("patterns", |n| {
        let ty = nested(n, "wat::core::Option<", "wat::core::i64", ">");
        let pattern = nested(n, "(:wat::core::Some ", "y", ")");
        format!(
            "(:wat::core::defn :m::f [x <- :{ty}] -> :wat::core::i64 (:wat::core::match x ({pattern} y) (_ 0)))\n"
        )
    }),
];

/// What is wide: every part costs the same.
pub const WIDE: &[Shape] = &[
    ("vector of numbers", |n| {
        format!("(:wat::core::def :m::v [{}])\n", list(n, |i| i.to_string()))
    }),
    ("vector of vectors", |n| {
        format!(
            "(:wat::core::def :m::v [{}])\n",
            list(n, |i| format!("[{i} {i}]"))
        )
    }),
    ("vector of mixed values", |n| {
        format!(
            "(:wat::core::def :m::v [{}])\n",
            list(n, |i| if i % 2 == 0 {
                i.to_string()
            } else {
                format!("\"{i}\"")
            })
        )
    }),
    ("map", |n| {
        format!(
            "(:wat::core::def :m::v {{{}}})\n",
            list(n, |i| format!("\"k{i}\" {i}"))
        )
    }),
    ("set", |n| {
        format!(
            "(:wat::core::def :m::v #{{{}}})\n",
            list(n, |i| i.to_string())
        )
    }),
    ("tuple", |n| {
        format!(
            "(:wat::core::def :m::v (:wat::core::Tuple {}))\n",
            list(n, |i| i.to_string())
        )
    }),
    ("struct", |n| {
        let fields = list(n, |i| format!("(f{i} :wat::core::i64)"));
        let values = list(n, |i| i.to_string());
        format!(
            "(:wat::core::struct :m::S {fields})\n(:wat::core::def :m::s (:m::S/new {values}))\n(:wat::core::def :m::v (:m::S/f0 :m::s))\n"
        )
    }),
    ("struct by keywords", |n| {
        let fields = list(n, |i| format!("(f{i} :wat::core::i64)"));
        let values = list(n, |i| format!(":f{i} {i}"));
        format!("(:wat::core::struct :m::S {fields})\n(:wat::core::def :m::s (:m::S {values}))\n")
    }),
    ("restricted struct", |n| {
        let fields = list(n, |i| format!("[:m::] f{i} <- :wat::core::i64"));
        format!(
            "(:wat::core::struct-restricted :m::S [:m::] ({fields}) ())\n(:wat::core::defn :m::f [s <- :m::S] -> :wat::core::i64 (:m::S/f0 s))\n"
        )
    }),
    ("enum", |n| {
        let arms = list(n, |i| format!("(:m::E::V{i} {i})"));
        format!(
            "(:wat::core::enum :m::E {})\n(:wat::core::defn :m::f [x <- :m::E] -> :wat::core::i64 (:wat::core::match x {arms}))\n",
            list(n, |i| format!(":V{i}"))
        )
    }),
    ("enum without its last arms", |n| {
        let arms = list(n - n / 10, |i| format!("((:m::E::V{i} _) {i})"));
        format!(
            "(:wat::core::enum :m::E {})\n(:wat::core::defn :m::f [x <- :m::E] -> :wat::core::i64 (:wat::core::match x {arms}))\n",
            list(n, |i| format!("(V{i} (n :wat::core::i64))"))
        )
    }),
    ("arms of numbers", |n| {
        function(&format!(
            "(:wat::core::match x {} (_ 0))",
            list(2 * n, |i| format!("({i} {i})"))
        ))
    }),
    ("arms of texts", |n| {
        let arms = list(2 * n, |i| format!("(\"k{i}\" {i})"));
        format!(
            "(:wat::core::defn :m::f [x <- :wat::core::String] -> :wat::core::i64 (:wat::core::match x {arms} (_ 0)))\n"
        )
    }),
    ("parameters", |n| {
        let params = list(n / 2, |i| format!("a{i} <- :wat::core::i64"));
        let (args, keys) = (
            list(n / 2, |i| i.to_string()),
            list(n / 2, |i| format!(":a{i} {i}")),
        );
        format!(
            "(:wat::core::defn :m::f [{params}] -> :wat::core::i64 a0)\n(:wat::core::def :m::v (:m::f {args}))\n(:wat::core::def :m::w (:m::f {keys}))\n"
        )
    }),
    ("type parameters", |n| {
        let names: Vec<String> = (0..n / 2).map(|i| format!("T{i}")).collect();
        let params = list(n / 2, |i| format!("a{i} <- :T{i}"));
        let args = list(n / 2, |i| i.to_string());
        format!(
            "(:wat::core::defn :m::f<{}> [{params}] -> :wat::core::i64 1)\n(:wat::core::def :m::v (:m::f {args}))\n",
            names.join(",")
        )
    }),
    ("wrong arguments", |n| {
        let params = list(n / 2, |i| format!("a{i} <- :wat::core::i64"));
        let args = list(n / 2, |i| format!("\"{i}\""));
        format!(
            "(:wat::core::defn :m::f [{params}] -> :wat::core::i64 a0)\n(:wat::core::def :m::v (:m::f {args}))\n"
        )
    }),
    ("bindings", |n| {
        let bindings = list(n, |i| match i {
            0 => "x0 x".to_owned(),
            _ => format!("x{i} (:wat::core::i64::+ x{} 1)", i - 1),
        });
        function(&format!("(:wat::core::let [{bindings}] x{})", n - 1))
    }),
    ("unbound names", |n| {
        function(&format!(
            "(:wat::core::do {} 1)",
            list(n / 5, |i| format!("y{i}"))
        ))
    }),
    ("statements", |n| {
        function(&format!(
            "(:wat::core::do {} 1)",
            list(n, |i| format!("(:wat::kernel::println {i})"))
        ))
    }),
    ("clauses", |n| {
        function(&format!(
            "(:wat::core::cond {} (:else 0))",
            list(n, |i| format!("((:wat::core::= x {i}) {i})"))
        ))
    }),
    ("operands", |n| {
        function(&format!("(:wat::core::+ {})", list(n, |_| "x".to_owned())))
    }),
    ("a long text", |n| {
        format!("(:wat::core::def :m::v \"{}\")\n", "text ".repeat(n))
    }),
    ("a long name", |n| {
        let name = nested(n, "a::", "b", "");
        format!("(:wat::core::def :m::{name} 1)\n(:wat::core::def :m::v :m::{name})\n")
    }),
    ("a long number", |n| {
        format!("(:wat::core::def :m::v 1{}.5)\n", "0".repeat(n))
    }),
    ("macro calls", |n| {
        format!(
            "{DOUBLE}{}",
            function(&format!(
                "(:wat::core::do {} x)",
                list(n / 5, |_| "(:m::m0 x)".to_owned())
            ))
        )
    }),
];

/// Many definitions that hang together.
pub const MANY: &[Shape] = &[
    ("values in order", |n| {
        list(n, |i| match i {
            0 => "(:wat::core::def :m::v0 1)\n".to_owned(),
            _ => format!(
                "(:wat::core::def :m::v{i} (:wat::core::+ :m::v{} 1))\n",
                i - 1
            ),
        })
    }),
    ("values backwards", |n| {
        list(n, |i| {
            format!(
                "(:wat::core::def :m::v{i} (:wat::core::+ :m::v{} 1))\n",
                i + 1
            )
        })
    }),
    ("generic functions in a row", |n| {
        let row = list(n, |i| {
            format!(
                "(:wat::core::defn :m::f{i}<T> [x <- :T] -> :wat::core::bool (:m::f{} x))\n",
                i + 1
            )
        });
        format!(
            "{row}(:wat::core::defn :m::f{n}<T> [x <- :T] -> :wat::core::bool (:wat::core::= x x))\n"
        )
    }),
    ("generic functions in a ring", |n| {
        list(n, |i| {
            format!(
                "(:wat::core::defn :m::f{i}<T> [x <- :T] -> :T (:m::f{} x))\n",
                (i + 1) % n
            )
        })
    }),
    ("one name", |n| {
        list(n, |i| {
            format!("(:wat::core::defn :m::f [] -> :wat::core::i64 {i})\n")
        })
    }),
    ("aliases in a row", |n| {
        let row = list(n / 2, |i| {
            format!("(:wat::core::typealias :m::A{} :m::A{i})\n", i + 1)
        });
        format!(
            "(:wat::core::typealias :m::A0 :wat::core::i64)\n{row}(:wat::core::defn :m::f [x <- :m::A{}] -> :wat::core::i64 x)\n",
            n / 2
        )
    }),
    ("structs in a ring", |n| {
        list(n, |i| {
            let (one, other) = ((i + 1) % n, (i + 7) % n);
            format!("(:wat::core::struct :m::R{i} (a :m::R{one}) (b :m::R{other}))\n")
        })
    }),
    ("structs in a row", |n| {
        let row = list(n, |i| {
            format!("(:wat::core::struct :m::S{i} (a :m::S{}))\n", i + 1)
        });
        format!(
            "{row}(:wat::core::struct :m::S{n})\n(:wat::core::defn :m::same [x <- :m::S0] -> :wat::core::bool (:wat::core::= x x))\n"
        )
    }),
    ("aliases in a ring", |n| {
        let size = n / 5 + 1;
        list(size, |i| {
            format!(
                "(:wat::core::typealias :m::A{i} :wat::core::Vector<m::A{}>)\n",
                (i + 1) % size
            )
        })
    }),
    ("structs in a ring", |n| {
        let ring = list(n, |i| {
            format!(
                "(:wat::core::struct :m::S{i} (next :wat::core::Vector<m::S{}>))\n",
                (i + 1) % n
            )
        });
        format!(
            "{ring}(:wat::core::defn :m::f [s <- :m::S0] -> :wat::core::bool (:wat::core::= s s))\n"
        )
    }),
    ("loads of itself", |n| {
        list(n, |i| {
            format!(
                "(:wat::load-file! \"main.wat\")\n(:wat::load-string! \"(:wat::core::def :m::v{i} 1)\")\n"
            )
        })
    }),
    ("macros", |n| {
        list(n / 5, |i| {
            format!(
                "(:wat::core::defmacro :m::m{i} [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::do ~x))\n"
            )
        })
    }),
    ("macros that make macros", |n| {
        let make = "(:wat::core::defmacro :m::make [n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defmacro ~n [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::do ~x)))\n";
        format!(
            "{make}{}",
            list(n / 20, |i| format!("(:m::make :m::m{i})\n"))
        )
    }),
];

/// What doubles with every step: the text is short, its meaning is not.
pub const BOMBS: &[Shape] = &[
    ("aliases of pairs", |n| {
        let row = list(n, |i| {
            format!(
                "(:wat::core::typealias :m::A{} :(m::A{i},m::A{i}))\n",
                i + 1
            )
        });
        format!(
            "(:wat::core::typealias :m::A0 :wat::core::i64)\n{row}(:wat::core::defn :m::f [x <- :m::A{n}] -> :m::A{n} x)\n"
        )
    }),
    ("aliases with arguments", |n| {
        let row = list(n, |i| {
            format!(
                "(:wat::core::typealias :m::A{}<T> :m::A{i}<(T,T)>)\n",
                i + 1
            )
        });
        format!(
            "(:wat::core::typealias :m::A0<T> :(T,T))\n{row}(:wat::core::defn :m::f [x <- :m::A{n}<wat::core::i64>] -> :wat::core::i64 1)\n"
        )
    }),
    ("an alias of itself", |n| {
        let deep = nested(n.min(30), "(T,", "T", ")");
        format!(
            "(:wat::core::typealias :m::A<T> :m::A<{deep}>)\n(:wat::core::defn :m::f [x <- :m::A<wat::core::i64>] -> :wat::core::i64 1)\n"
        )
    }),
    ("bindings of pairs", |n| {
        let bindings = list(n, |i| format!("x{} (:wat::core::Tuple x{i} x{i})", i + 1));
        function(&format!(
            "(:wat::core::let [x0 x {bindings}] (:wat::core::do x{n} 1))"
        ))
    }),
    ("pairs as a result", |n| {
        let bindings = list(n, |i| format!("x{} (:wat::core::Tuple x{i} x{i})", i + 1));
        function(&format!("(:wat::core::let [x0 x {bindings}] x{n})"))
    }),
    ("generic pairs", |n| {
        let pair = "(:wat::core::defn :m::pair<T> [x <- :T] -> :(T,T) (:wat::core::Tuple x x))\n";
        format!(
            "{pair}(:wat::core::def :m::v {})\n",
            nested(n, "(:m::pair ", "1", ")")
        )
    }),
    ("polymorphic recursion", |n| {
        let calls = list(n, |_| "(:m::f (:wat::core::Tuple x x))".to_owned());
        format!(
            "(:wat::core::defn :m::f<T> [x <- :T] -> :wat::core::bool (:wat::core::or (:wat::core::= x x) {calls}))\n(:wat::core::def :m::v (:m::f 1))\n"
        )
    }),
    ("a struct of larger ones", |n| {
        let fields = list(n, |i| format!("(f{i} :wat::core::Vector<m::S<(T,T)>>)"));
        format!(
            "(:wat::core::struct :m::S<T> {fields} (last :wat::core::Fn(T)->T))\n(:wat::core::defn :m::f [s <- :m::S<wat::core::i64>] -> :wat::core::bool (:wat::core::= s s))\n"
        )
    }),
    ("nested macros", |n| {
        format!("{DOUBLE}{}", function(&nested(n, "(:m::m0 ", "x", ")")))
    }),
    ("macros that double", |n| {
        let row = list(n, |i| {
            format!(
                "(:wat::core::defmacro :m::m{} [x <- :wat::WatAST] -> :wat::WatAST `(:m::m{i} (:m::m{i} ~x)))\n",
                i + 1
            )
        });
        format!("{DOUBLE}{row}{}", function(&format!("(:m::m{n} x)")))
    }),
    ("a macro that calls itself", |n| {
        let body = nested(n, "(:m::m ", "~x", ")");
        format!(
            "(:wat::core::defmacro :m::m [x <- :wat::WatAST] -> :wat::WatAST `{body})\n{}",
            function("(:m::m x)")
        )
    }),
    ("a diagonal of arms", |n| {
        matrix(
            n,
            |row, column| if row == column { ":m::E::A" } else { "_" },
        )
    }),
    ("two diagonals of arms", |n| {
        matrix(n, move |row, column| match (column + n - row) % n {
            0 => ":m::E::A",
            1 => ":m::E::B",
            _ => "_",
        })
    }),
    ("scattered arms", |n| {
        matrix(n, |row, column| match (row * 31 + column * 17) % 5 {
            0 => ":m::E::A",
            1 => ":m::E::B",
            2 => ":m::E::C",
            _ => "_",
        })
    }),
];

/// A match on a tuple of enums with as many arms as the tuple has parts.
fn matrix(n: usize, pattern: impl Fn(usize, usize) -> &'static str) -> String {
    let ty = vec!["m::E"; n].join(",");
    let arms = list(n, |row| {
        format!(
            "([{}] {row})",
            list(n, |column| pattern(row, column).to_owned())
        )
    });
    format!(
        "(:wat::core::enum :m::E :A :B :C)\n(:wat::core::defn :m::f [x <- :({ty})] -> :wat::core::i64 (:wat::core::match x {arms}))\n"
    )
}
