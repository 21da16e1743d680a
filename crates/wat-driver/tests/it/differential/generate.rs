//! Well-typed programs from a seed.

use std::fmt::Write as _;

/// The types of generated expressions.
#[derive(Clone, PartialEq, Debug)]
enum T {
    Int,
    Float,
    Bool,
    Str,
    Point,
    Shape,
    Vector(Box<T>),
    Option(Box<T>),
    Pair(Box<T>, Box<T>),
    Map(Box<T>, Box<T>),
    Set(Box<T>),
    /// With a text as the error.
    Result(Box<T>),
}

impl T {
    /// As it stands inside a type.
    fn inner(&self) -> String {
        match self {
            T::Int => "wat::core::i64".to_owned(),
            T::Float => "wat::core::f64".to_owned(),
            T::Bool => "wat::core::bool".to_owned(),
            T::Str => "wat::core::String".to_owned(),
            T::Point => "g::P".to_owned(),
            T::Shape => "g::E".to_owned(),
            T::Vector(t) => format!("wat::core::Vector<{}>", t.inner()),
            T::Option(t) => format!("wat::core::Option<{}>", t.inner()),
            T::Set(t) => format!("wat::core::HashSet<{}>", t.inner()),
            T::Pair(a, b) => format!("({},{})", a.inner(), b.inner()),
            T::Map(k, v) => format!("wat::core::HashMap<{},{}>", k.inner(), v.inner()),
            T::Result(t) => format!("wat::core::Result<{},wat::core::String>", t.inner()),
        }
    }

    fn text(&self) -> String {
        format!(":{}", self.inner())
    }

    fn of(t: T) -> Box<T> {
        Box::new(t)
    }
}

/// What the generated parts build on: types, options, results, effects, recursion.
const PRELUDE: &str = r#"(%struct :g::P (x %i64) (name %String))
(%enum :g::E :Zero (One (n %i64)) (Two (a %String) (b %i64)))
(%def :g::seven 7)
(%defn :g::trace [n <- %i64] -> %i64 (:wat::kernel::println n) n)
(%defn :g::flag [b <- %bool] -> %bool (:wat::kernel::println b) b)
(%defn :g::half [n <- %i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
  (%if (%= (%rem n 2) 0) (%Ok (%quot n 2)) (%Err (%str "odd " n))))
(%defn :g::quarter [n <- %i64] -> :wat::core::Result<wat::core::i64,wat::core::String>
  (%Ok (%Result/try (:g::half (%Result/try (:g::half n))))))
(%defn :g::after [xs <- :wat::core::Vector<wat::core::i64> i <- %i64] -> :wat::core::Option<wat::core::i64>
  (%Some (%+ 1 (%Option/try (%get xs i)))))
(%defn :g::even? [n <- %i64] -> %bool (%if (%<= n 0) (%= n 0) (:g::odd? (%- n 1))))
(%defn :g::odd? [n <- %i64] -> %bool (%if (%<= n 0) false (:g::even? (%- n 1))))
(%defn :g::adder [a <- %i64] -> :wat::core::Fn(wat::core::i64)->wat::core::i64 (%fn [b <- %i64] -> %i64 (%+ a b)))
(%defn :g::twice<X> [f <- :wat::core::Fn(X)->X x <- :X] -> :X (f (f x)))
(%defn :g::sum [& ns <- :wat::core::Vector<wat::core::i64>] -> %i64 (%foldl ns 0 %+))
"#;

struct Gen {
    state: u64,
    locals: Vec<(String, T)>,
    functions: Vec<(String, Vec<T>, T)>,
    names: u32,
}

/// A program.
pub fn program(seed: u64) -> String {
    let mut generator = Gen {
        state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        locals: Vec::new(),
        functions: Vec::new(),
        names: 0,
    };
    let mut text = PRELUDE.to_owned();
    for _ in 0..generator.below(4) {
        text.push_str(&generator.function());
    }
    text.push_str("(%defn :user::main [] -> %nil\n");
    for _ in 0..2 + generator.below(5) {
        let ty = generator.ty(2);
        let expression = generator.expr(&ty, 4);
        let _ = writeln!(text, "  (:wat::kernel::println {expression})");
    }
    text.push_str("  %nil)\n");
    text.replace('%', ":wat::core::")
}

impl Gen {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn scalar(&mut self) -> T {
        match self.below(4) {
            0 => T::Float,
            1 => T::Bool,
            2 => T::Str,
            _ => T::Int,
        }
    }

    fn key(&mut self) -> T {
        if self.below(2) == 0 { T::Int } else { T::Str }
    }

    fn ty(&mut self, depth: u32) -> T {
        if depth == 0 {
            return self.scalar();
        }
        match self.below(14) {
            0 => T::Vector(T::of(self.ty(depth - 1))),
            1 => T::Option(T::of(self.ty(depth - 1))),
            2 => T::Pair(T::of(self.ty(depth - 1)), T::of(self.ty(depth - 1))),
            3 => T::Map(T::of(self.key()), T::of(self.ty(depth - 1))),
            4 => T::Set(T::of(self.key())),
            5 => T::Point,
            6 => T::Shape,
            7 => T::Result(T::of(T::Int)),
            8 => T::Vector(T::of(T::Int)),
            _ => self.scalar(),
        }
    }

    fn function(&mut self) -> String {
        let name = format!(":g::f{}", self.functions.len());
        let ret = self.ty(2);
        let params: Vec<(String, T)> = (0..self.below(4))
            .map(|_| (self.fresh(), self.ty(2)))
            .collect();
        let looping = self.below(3) == 0;
        let mut written: Vec<String> = params
            .iter()
            .map(|(n, t)| format!("{n} <- {}", t.text()))
            .collect();
        self.locals = params.clone();
        let mut types: Vec<T> = params.iter().map(|(_, t)| t.clone()).collect();
        let body = if looping {
            // Counts down with an accumulator, by a tail call.
            written.push(format!("left <- %i64 acc <- {}", ret.text()));
            types.extend([T::Int, ret.clone()]);
            self.locals.push(("left".to_owned(), T::Int));
            self.locals.push(("acc".to_owned(), ret.clone()));
            let step = self.expr(&ret, 3);
            let names: Vec<&str> = params.iter().map(|(n, _)| n.as_str()).collect();
            format!(
                "(%if (%<= left 0) acc ({name} {} (%- left 1) {step}))",
                names.join(" ")
            )
        } else {
            self.expr(&ret, 4)
        };
        self.locals.clear();
        self.functions.push((name.clone(), types, ret.clone()));
        format!(
            "(%defn {name} [{}] -> {}\n  {body})\n",
            written.join(" "),
            ret.text()
        )
    }

    /// An expression of a type.
    fn expr(&mut self, ty: &T, depth: u32) -> String {
        if depth == 0 || self.below(9) == 0 {
            return self.leaf(ty, depth);
        }
        match self.below(11) {
            0 => {
                let cond = self.expr(&T::Bool, depth - 1);
                format!(
                    "(%if {cond} {} {})",
                    self.expr(ty, depth - 1),
                    self.expr(ty, depth - 1)
                )
            }
            1 => self.bind(ty, depth),
            2 => self.matching(ty, depth),
            3 => {
                let cases = (0..1 + self.below(2))
                    .map(|_| {
                        format!(
                            "({} {})",
                            self.expr(&T::Bool, depth - 1),
                            self.expr(ty, depth - 1)
                        )
                    })
                    .collect::<Vec<_>>()
                    .join(" ");
                format!("(%cond {cases} (:else {}))", self.expr(ty, depth - 1))
            }
            4 => self.call(ty, depth),
            5 => self.generic(ty, depth),
            _ => self.specific(ty, depth),
        }
    }

    fn leaf(&mut self, ty: &T, depth: u32) -> String {
        let fitting: Vec<String> = self
            .locals
            .iter()
            .filter(|(_, t)| t == ty)
            .map(|(n, _)| n.clone())
            .collect();
        if !fitting.is_empty() && self.below(4) > 0 {
            return fitting[self.below(fitting.len() as u64) as usize].clone();
        }
        let depth = depth.saturating_sub(1);
        match ty {
            T::Int => match self.below(12) {
                0 => "9223372036854775807".to_owned(),
                1 => "-9223372036854775808".to_owned(),
                2 => ":g::seven".to_owned(),
                _ => (self.below(21) as i64 - 6).to_string(),
            },
            T::Float => self
                .pick(&[
                    "0.0", "-0.0", "1.5", "-2.25", "1e16", "3.0", "0.1", "1e300", "5e-324",
                ])
                .to_owned(),
            T::Bool => self.pick(&["true", "false"]).to_owned(),
            T::Str => self
                .pick(&[
                    "\"\"",
                    "\"a\"",
                    "\"héy\"",
                    "\"B,c\"",
                    "\"12\"",
                    "\"q\\\"\\n\"",
                ])
                .to_owned(),
            T::Point => format!(
                "(:g::P/new {} {})",
                self.leaf(&T::Int, 0),
                self.leaf(&T::Str, 0)
            ),
            T::Shape => match self.below(3) {
                0 => ":g::E::Zero".to_owned(),
                1 => format!("(:g::E::One {})", self.expr(&T::Int, depth)),
                _ => format!(
                    "(:g::E::Two {} {})",
                    self.expr(&T::Str, depth),
                    self.expr(&T::Int, depth)
                ),
            },
            T::Vector(t) => format!("(%Vector {} {})", t.text(), self.several(t, depth)),
            T::Set(t) => format!("(%HashSet {} {})", t.text(), self.several(t, depth)),
            T::Option(t) => match self.below(3) {
                0 => format!("(%get (%Vector {}) 0)", t.text()),
                _ => format!("(%Some {})", self.expr(t, depth)),
            },
            T::Pair(a, b) => format!("(%Tuple {} {})", self.expr(a, depth), self.expr(b, depth)),
            T::Map(k, v) => {
                let entries: Vec<_> = (0..self.below(4))
                    .map(|_| format!("{} {}", self.expr(k, depth), self.expr(v, depth)))
                    .collect();
                format!("(%HashMap {} {} {})", k.text(), v.text(), entries.join(" "))
            }
            T::Result(_) => {
                let verb = self.pick(&[":g::half", ":g::quarter"]);
                format!("({verb} {})", self.leaf(&T::Int, 0))
            }
        }
    }

    fn several(&mut self, ty: &T, depth: u32) -> String {
        let items: Vec<_> = (0..self.below(4)).map(|_| self.expr(ty, depth)).collect();
        items.join(" ")
    }

    /// An expression under more names.
    fn under(&mut self, names: &[(String, T)], ty: &T, depth: u32) -> String {
        let before = self.locals.len();
        self.locals.extend_from_slice(names);
        let text = self.expr(ty, depth);
        self.locals.truncate(before);
        text
    }

    fn bind(&mut self, ty: &T, depth: u32) -> String {
        let (a, b) = (self.fresh(), self.fresh());
        if self.below(3) == 0 {
            let (x, y) = (self.ty(1), self.ty(1));
            let pair = self.expr(&T::Pair(T::of(x.clone()), T::of(y.clone())), depth - 1);
            let body = self.under(&[(a.clone(), x), (b.clone(), y)], ty, depth - 1);
            return format!("(%let [[{a} {b}] {pair}] {body})");
        }
        let (x, y) = (self.ty(2), self.ty(1));
        let first = self.expr(&x, depth - 1);
        let second = self.under(&[(a.clone(), x.clone())], &y, depth - 1);
        let body = self.under(&[(a.clone(), x), (b.clone(), y)], ty, depth - 1);
        format!("(%let [{a} {first} {b} {second}] {body})")
    }

    fn matching(&mut self, ty: &T, depth: u32) -> String {
        let (a, b) = (self.fresh(), self.fresh());
        let depth = depth - 1;
        match self.below(5) {
            0 => {
                let of = self.ty(1);
                let scrutinee = self.expr(&T::Option(T::of(of.clone())), depth);
                let some = self.under(&[(a.clone(), of)], ty, depth);
                format!(
                    "(%match {scrutinee} ((%Some {a}) {some}) (%None {}))",
                    self.expr(ty, depth)
                )
            }
            1 => {
                let scrutinee = self.expr(&T::Shape, depth);
                let one = self.under(&[(a.clone(), T::Int)], ty, depth);
                let two = self.under(&[(a.clone(), T::Str), (b.clone(), T::Int)], ty, depth);
                let literal = self.expr(ty, depth);
                let zero = self.expr(ty, depth);
                format!(
                    "(%match {scrutinee} ((:g::E::One 3) {literal}) ((:g::E::One {a}) {one}) (:g::E::Zero {zero}) ((:g::E::Two {a} {b}) {two}))"
                )
            }
            2 => {
                let scrutinee = self.expr(&T::Result(T::of(T::Int)), depth);
                let ok = self.under(&[(a.clone(), T::Int)], ty, depth);
                let err = self.under(&[(a.clone(), T::Str)], ty, depth);
                format!("(%match {scrutinee} ((%Ok {a}) {ok}) ((%Err {a}) {err}))")
            }
            3 => {
                let scrutinee = self.expr(
                    &T::Pair(T::of(T::Bool), T::of(T::Option(T::of(T::Int)))),
                    depth,
                );
                let some = self.under(&[(a.clone(), T::Int)], ty, depth);
                let none = self.expr(ty, depth);
                let other = self.under(&[(b.clone(), T::Option(T::of(T::Int)))], ty, depth);
                format!(
                    "(%match {scrutinee} ([true (%Some {a})] {some}) ([false %None] {none}) ([_ {b}] {other}))"
                )
            }
            _ => {
                let scrutinee = self.expr(&T::Int, depth);
                let (zero, other) = (
                    self.expr(ty, depth),
                    self.under(&[(a.clone(), T::Int)], ty, depth),
                );
                format!(
                    "(%match {scrutinee} (0 {zero}) (-1 {}) ({a} {other}))",
                    self.expr(ty, depth)
                )
            }
        }
    }

    fn call(&mut self, ty: &T, depth: u32) -> String {
        let fitting: Vec<(String, Vec<T>, T)> = self
            .functions
            .iter()
            .filter(|(_, _, ret)| ret == ty)
            .cloned()
            .collect();
        if fitting.is_empty() {
            return self.specific(ty, depth);
        }
        let (name, params, _) = &fitting[self.below(fitting.len() as u64) as usize];
        let looping =
            params.len() >= 2 && params[params.len() - 2] == T::Int && params.last() == Some(ty);
        let count = params.len();
        let args: Vec<_> = params
            .iter()
            .enumerate()
            .map(|(at, param)| match looping && at == count - 2 {
                true => self.below(4).to_string(),
                false => self.expr(param, depth - 1),
            })
            .collect();
        format!("({name} {})", args.join(" "))
    }

    fn lambda(&mut self, params: &[&T], ret: &T, depth: u32) -> String {
        let named: Vec<(String, T)> = params
            .iter()
            .map(|t| (self.fresh(), (*t).clone()))
            .collect();
        let written: Vec<_> = named
            .iter()
            .map(|(n, t)| format!("{n} <- {}", t.text()))
            .collect();
        let body = self.under(&named, ret, depth);
        format!("(%fn [{}] -> {} {body})", written.join(" "), ret.text())
    }

    /// Operations of every type.
    fn generic(&mut self, ty: &T, depth: u32) -> String {
        let depth = depth - 1;
        match self.below(8) {
            0 => {
                let option = self.expr(&T::Option(T::of(ty.clone())), depth);
                format!("(%Option/or {option} {})", self.expr(ty, depth))
            }
            1 => {
                let option = self.expr(&T::Option(T::of(ty.clone())), depth);
                format!("(%Option/expect {option} \"none\")")
            }
            2 => {
                let xs = self.expr(&T::Vector(T::of(ty.clone())), depth);
                format!("(%nth {xs} {})", self.below(3))
            }
            3 => {
                let xs = self.expr(&T::Vector(T::of(ty.clone())), depth);
                format!(
                    "(%get {xs} {} {})",
                    self.expr(&T::Int, depth),
                    self.expr(ty, depth)
                )
            }
            4 => {
                let x = self.scalar();
                let xs = self.expr(&T::Vector(T::of(x.clone())), depth);
                let f = self.lambda(&[ty, &x], ty, depth);
                format!("(%foldl {xs} {} {f})", self.expr(ty, depth))
            }
            5 => {
                let f = self.lambda(&[ty], ty, depth);
                format!("(:g::twice {f} {})", self.expr(ty, depth))
            }
            6 => {
                let pair = T::Pair(T::of(ty.clone()), T::of(self.scalar()));
                format!("(%first {})", self.expr(&pair, depth))
            }
            _ => {
                let traced = self.expr(&T::Int, depth);
                format!("(%do (:g::trace {traced}) {})", self.expr(ty, depth))
            }
        }
    }

    fn specific(&mut self, ty: &T, depth: u32) -> String {
        let d = depth - 1;
        match ty {
            T::Int => self.integer(d),
            T::Float => self.float(d),
            T::Bool => self.boolean(d),
            T::Str => self.text(d),
            T::Vector(t) => self.vector(t, ty, d),
            T::Map(k, v) => {
                let map = self.expr(ty, d);
                match self.below(4) {
                    0 => format!("(%assoc {map} {} {})", self.expr(k, d), self.expr(v, d)),
                    1 => format!("(%dissoc {map} {})", self.expr(k, d)),
                    2 => {
                        let option = T::Option(v.clone());
                        let f = self.lambda(&[&option], v, d);
                        format!("(%update {map} {} {f})", self.expr(k, d))
                    }
                    _ => format!("(%merge {map} {})", self.expr(ty, d)),
                }
            }
            T::Set(t) => {
                let set = self.expr(ty, d);
                match self.below(4) {
                    0 => format!("(%conj {set} {})", self.expr(t, d)),
                    1 => format!("(%disj {set} {})", self.expr(t, d)),
                    2 => format!("(%union {set} {})", self.expr(ty, d)),
                    _ => format!("(%difference {set} {})", self.expr(ty, d)),
                }
            }
            T::Option(t) => match self.below(5) {
                0 => format!(
                    "(%get {} {})",
                    self.expr(&T::Vector(t.clone()), d),
                    self.expr(&T::Int, d)
                ),
                1 => format!("(%last {})", self.expr(&T::Vector(t.clone()), d)),
                2 => {
                    let f = self.lambda(&[&T::Int], t, d);
                    format!(
                        "(%Option/map {} {f})",
                        self.expr(&T::Option(T::of(T::Int)), d)
                    )
                }
                3 if **t == T::Int => {
                    format!(
                        "(:g::after {} {})",
                        self.expr(&T::Vector(t.clone()), d),
                        self.expr(&T::Int, d)
                    )
                }
                3 if **t == T::Float => format!("(%Some {})", self.expr(t, d)),
                _ => {
                    let f = self.lambda(&[t], &T::Bool, d);
                    format!("(%find-first {} {f})", self.expr(&T::Vector(t.clone()), d))
                }
            },
            T::Result(_) => match self.below(3) {
                0 => format!("(:g::half {})", self.expr(&T::Int, d)),
                1 => format!("(:g::quarter {})", self.expr(&T::Int, d)),
                _ => {
                    let f = self.lambda(&[&T::Int], &T::Int, d);
                    format!("(%Result/map {} {f})", self.expr(ty, d))
                }
            },
            T::Point | T::Shape | T::Pair(..) => self.leaf(ty, depth),
        }
    }

    fn integer(&mut self, d: u32) -> String {
        let int = |g: &mut Gen| g.expr(&T::Int, d);
        match self.below(16) {
            0..=4 => {
                let op = self.pick(&["+", "-", "*", "/", "quot", "rem", "mod"]);
                format!("(%{op} {} {})", int(self), int(self))
            }
            5 => format!("(%+ {} {} {})", int(self), int(self), int(self)),
            6 => format!("(%- {})", int(self)),
            7 => {
                let op = self.pick(&[
                    "i64::min",
                    "i64::max",
                    "i64::wrapping-add",
                    "i64::wrapping-mul",
                ]);
                format!("(%{op} {} {})", int(self), int(self))
            }
            8 => format!("(%string::length {})", self.expr(&T::Str, d)),
            9 => {
                let ty = T::Vector(T::of(self.ty(1)));
                format!("(%length {})", self.expr(&ty, d))
            }
            10 => format!("(:g::P/x {})", self.expr(&T::Point, d)),
            11 => format!("(:g::trace {})", int(self)),
            12 => format!("((:g::adder {}) {})", int(self), int(self)),
            13 => format!("(:g::sum {})", self.several(&T::Int, d)),
            14 => format!(
                "(%apply %i64::+ {})",
                self.expr(&T::Vector(T::of(T::Int)), d)
            ),
            _ => format!(
                "(%Option/or (%string::to-i64 {}) {})",
                self.expr(&T::Str, d),
                int(self)
            ),
        }
    }

    fn float(&mut self, d: u32) -> String {
        let float = |g: &mut Gen| g.expr(&T::Float, d);
        match self.below(7) {
            0..=2 => {
                let op = self.pick(&["+", "-", "*", "/"]);
                format!("(%{op} {} {})", float(self), float(self))
            }
            3 => {
                let op = self.pick(&["+", "-", "*", "/"]);
                format!("(%{op} {} {})", self.expr(&T::Int, d), float(self))
            }
            4 => format!("(%i64::to-f64 {})", self.expr(&T::Int, d)),
            5 => {
                let op = self.pick(&["f64::min", "f64::max"]);
                format!("(%{op} {} {})", float(self), float(self))
            }
            _ => {
                let op = self.pick(&["f64::abs", "f64::floor", "f64::ceil", "f64::trunc", "-"]);
                format!("(%{op} {})", float(self))
            }
        }
    }

    fn boolean(&mut self, d: u32) -> String {
        match self.below(10) {
            0 | 1 => {
                let ty = match self.below(4) {
                    0 => T::Vector(T::of(T::Int)),
                    1 => T::Str,
                    2 => T::Float,
                    _ => T::Int,
                };
                let op = self.pick(&["<", ">", "<=", ">=", "=", "not="]);
                format!("(%{op} {} {})", self.expr(&ty, d), self.expr(&ty, d))
            }
            2 => {
                let op = self.pick(&["<", ">", "<=", ">=", "=", "not="]);
                format!(
                    "(%{op} {} {})",
                    self.expr(&T::Int, d),
                    self.expr(&T::Float, d)
                )
            }
            3 => {
                let ty = self.ty(2);
                format!("(%= {} {})", self.expr(&ty, d), self.expr(&ty, d))
            }
            4 => {
                let op = self.pick(&["and", "or"]);
                format!(
                    "(%{op} (:g::flag {}) (:g::flag {}))",
                    self.expr(&T::Bool, d),
                    self.expr(&T::Bool, d)
                )
            }
            5 => format!("(%not {})", self.expr(&T::Bool, d)),
            6 => format!(
                "(%string::contains? {} {})",
                self.expr(&T::Str, d),
                self.expr(&T::Str, d)
            ),
            7 => {
                let key = self.key();
                format!(
                    "(%contains? {} {})",
                    self.expr(&T::Set(T::of(key.clone())), d),
                    self.expr(&key, d)
                )
            }
            8 => {
                let ty = self.ty(1);
                let f = self.lambda(&[&ty], &T::Bool, d);
                let op = self.pick(&["every?", "any?"]);
                format!("(%{op} {} {f})", self.expr(&T::Vector(T::of(ty)), d))
            }
            _ => format!("(:g::even? (%mod {} 9))", self.expr(&T::Int, d)),
        }
    }

    fn text(&mut self, d: u32) -> String {
        let text = |g: &mut Gen| g.expr(&T::Str, d);
        match self.below(8) {
            0 => format!("(%string::concat {} {})", text(self), text(self)),
            1 | 2 => {
                let ty = self.ty(2);
                format!("(%str {} {})", self.expr(&ty, d), text(self))
            }
            3 => format!(
                "(%string::subs {} {} {})",
                text(self),
                self.below(2),
                self.below(4)
            ),
            4 => format!(
                "(%string::join {} {})",
                text(self),
                self.expr(&T::Vector(T::of(T::Str)), d)
            ),
            5 => format!("(%i64::to-string {})", self.expr(&T::Int, d)),
            6 => format!("(:g::P/name {})", self.expr(&T::Point, d)),
            _ => format!(
                "(%format \"{{a}}-{{b}}\" :b {} :a {})",
                text(self),
                self.expr(&T::Int, d)
            ),
        }
    }

    fn vector(&mut self, t: &T, ty: &T, d: u32) -> String {
        let xs = self.expr(ty, d);
        match self.below(12) {
            0 => format!("(%conj {xs} {})", self.expr(t, d)),
            1 => format!("(%concat {xs} {})", self.expr(ty, d)),
            2 => format!("(%reverse {xs})"),
            3 => format!("(%take {xs} {})", self.expr(&T::Int, d)),
            4 => format!("(%drop {xs} {})", self.expr(&T::Int, d)),
            5 => format!("(%rest {xs})"),
            6 => format!("(%assoc {xs} {} {})", self.below(3), self.expr(t, d)),
            7 => {
                let f = self.lambda(&[t], &T::Bool, d);
                format!("(%filter {xs} {f})")
            }
            8 if *t == T::Int => {
                format!("(%range {} {})", self.leaf(&T::Int, 0).len(), self.below(8))
            }
            9 if *t == T::Int || *t == T::Str => format!("(%sort {xs})"),
            10 => {
                let f = self.lambda(&[t], &T::Int, d);
                format!("(%sort-by {xs} {f})")
            }
            11 if *t == T::Int || *t == T::Str => {
                let value = self.scalar();
                format!(
                    "(%keys {})",
                    self.expr(&T::Map(T::of(t.clone()), T::of(value)), d)
                )
            }
            _ => {
                let from = self.ty(1);
                let f = self.lambda(&[&from], t, d);
                format!("(%map {} {f})", self.expr(&T::Vector(T::of(from)), d))
            }
        }
    }
}
