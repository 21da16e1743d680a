//! Coverage on small types, compared with enumeration.

use super::*;

#[derive(Clone, Debug)]
enum Ty {
    Bool,
    Int,
    Option(Box<Ty>),
    Pair(Box<Ty>, Box<Ty>),
    /// An enum of three unit variants.
    Light,
    List,
}

struct World;

impl Types for World {
    type T = Ty;

    fn constructors(&self, ty: &Ty) -> Option<Vec<CtorInfo<Ty>>> {
        let lists = match ty {
            Ty::Int => return None,
            Ty::Bool => vec![vec![], vec![]],
            Ty::Option(inner) => vec![vec![], vec![(**inner).clone()]],
            Ty::Pair(a, b) => vec![vec![(**a).clone(), (**b).clone()]],
            Ty::Light => vec![vec![], vec![], vec![]],
            Ty::List => vec![vec![], vec![Ty::Bool, Ty::List]],
        };
        Some(
            lists
                .into_iter()
                .map(|fields| CtorInfo { fields })
                .collect(),
        )
    }

    fn render(&self, ty: &Ty, ctor: u32, args: &[String]) -> String {
        let name = match ty {
            Ty::Int => "int",
            Ty::Bool => ["false", "true"][ctor as usize],
            Ty::Option(_) => ["None", "Some"][ctor as usize],
            Ty::Pair(..) => "pair",
            Ty::Light => ["red", "amber", "green"][ctor as usize],
            Ty::List => ["nil", "cons"][ctor as usize],
        };
        if args.is_empty() {
            name.to_owned()
        } else {
            format!("({name} {})", args.join(" "))
        }
    }
}

const PLENTY: u64 = 10_000_000;

fn variant(index: u32, args: impl Into<Vec<Pat>>) -> Pat {
    Pat::Ctor {
        ctor: Ctor::Variant(index),
        args: args.into(),
    }
}

fn int(value: i64) -> Pat {
    Pat::Ctor {
        ctor: Ctor::Int(value),
        args: Vec::new(),
    }
}

fn option(inner: Ty) -> Ty {
    Ty::Option(Box::new(inner))
}

fn pair(a: Ty, b: Ty) -> Ty {
    Ty::Pair(Box::new(a), Box::new(b))
}

fn missing(ty: Ty, arms: &[Pat]) -> Vec<String> {
    let found = check(&World, ty, arms, PLENTY);
    assert!(!found.exhausted_budget);
    found.missing
}

#[test]
fn witnesses_stand_in_declaration_order() {
    assert_eq!(missing(Ty::Light, &[variant(1, [])]), ["red", "green"]);
    assert_eq!(
        missing(option(Ty::Bool), &[variant(1, [variant(1, [])])]),
        ["None", "(Some false)"]
    );
    assert_eq!(
        missing(option(option(Ty::Bool)), &[variant(0, [])]),
        ["(Some _)"]
    );
    assert_eq!(missing(Ty::Bool, &[]), ["_"]);
}

#[test]
fn at_most_five_witnesses_are_given() {
    let both = |a, b| variant(0, [variant(a, []), variant(b, [])]);
    let found = missing(
        pair(Ty::Light, Ty::Light),
        &[both(0, 0), both(1, 1), both(2, 2)],
    );
    assert_eq!(
        found,
        [
            "(pair red amber)",
            "(pair red green)",
            "(pair amber red)",
            "(pair amber green)",
            "(pair green red)"
        ]
    );
}

#[test]
fn literals_are_completed_only_by_a_wildcard() {
    assert_eq!(missing(Ty::Int, &[int(0), int(1)]), ["_"]);
    assert_eq!(missing(Ty::Int, &[int(0), Pat::Wild]), [] as [&str; 0]);
    let arms = [
        variant(0, [int(1), variant(1, [])]),
        variant(0, [Pat::Wild, variant(0, [])]),
    ];
    assert_eq!(missing(pair(Ty::Int, Ty::Bool), &arms), ["(pair _ true)"]);
}

#[test]
fn zero_and_negative_zero_are_one_literal() {
    let float = |value: f64| Pat::Ctor {
        ctor: Ctor::Float(value.to_bits()),
        args: Vec::new(),
    };
    let found = check(
        &World,
        Ty::Int,
        &[float(0.0), float(-0.0), float(1.0), Pat::Wild],
        PLENTY,
    );
    assert_eq!(found.unreachable, [1]);
}

#[test]
fn recursive_types_unfold_only_as_far_as_the_patterns() {
    let cons = |head, tail| variant(1, [head, tail]);
    let arms = [
        variant(0, []),
        cons(Pat::Wild, cons(variant(1, []), Pat::Wild)),
    ];
    assert_eq!(
        missing(Ty::List, &arms),
        ["(cons _ nil)", "(cons _ (cons false _))"]
    );
}

#[test]
fn ill_formed_patterns_silence_the_check() {
    assert_eq!(
        check(&World, Ty::Bool, &[variant(7, [])], PLENTY),
        Coverage::default()
    );
    assert_eq!(
        check(&World, Ty::Bool, &[variant(0, [Pat::Wild])], PLENTY),
        Coverage::default()
    );
    assert_eq!(
        check(&World, Ty::Int, &[variant(0, []), variant(0, [])], PLENTY),
        Coverage::default()
    );
}

#[test]
fn ten_thousand_literals_are_cheap() {
    let mut arms: Vec<_> = (0..10_000).map(int).collect();
    arms.push(int(77));
    arms.push(Pat::Wild);
    let found = check(&World, Ty::Int, &arms, 100_000);
    assert_eq!(
        found,
        Coverage {
            unreachable: vec![10_000],
            ..Coverage::default()
        }
    );
    let text = |value: i64| Pat::Ctor {
        ctor: Ctor::Str(value.to_string().into()),
        args: Vec::new(),
    };
    let arms: Vec<_> = (0..10_000)
        .map(|value| variant(0, [int(value), text(value)]))
        .collect();
    assert_eq!(
        check(&World, pair(Ty::Int, Ty::Int), &arms, 200_000).missing,
        ["(pair _ _)"]
    );
}

#[test]
fn deep_patterns_need_no_deep_stack() {
    let deep = |end| (0..1024).fold(end, |tail, _| variant(1, [variant(1, []), tail]));
    let found = check(
        &World,
        Ty::List,
        &[deep(variant(0, [])), Pat::Wild, deep(Pat::Wild)],
        PLENTY,
    );
    assert_eq!(
        found,
        Coverage {
            unreachable: vec![2],
            ..Coverage::default()
        }
    );
}

#[test]
fn the_budget_ends_a_hopeless_search() {
    let bits = 20;
    let ty = (0..bits).fold(Ty::Bool, |rest, _| pair(Ty::Bool, rest));
    let arm = |bit: usize, value: u32| {
        let place = |at: usize| {
            if at == bit || at == bits - 1 - bit {
                variant(value, [])
            } else {
                Pat::Wild
            }
        };
        (0..bits).fold(Pat::Wild, |rest, at| variant(0, [place(at), rest]))
    };
    let arms: Vec<_> = (0..bits / 2)
        .flat_map(|bit| [arm(bit, 0), arm(bit, 1)])
        .collect();
    let found = check(&World, ty, &arms, 1000);
    assert!(found.exhausted_budget && found.unreachable.is_empty());
}

/// A small generator of pseudo-random numbers (xorshift), so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn ty(&mut self, depth: usize) -> Ty {
        match self.below(if depth == 0 { 3 } else { 6 }) {
            0 => Ty::Bool,
            1 => Ty::Light,
            2 => Ty::Int,
            3 => option(self.ty(depth - 1)),
            _ => pair(self.ty(depth - 1), self.ty(depth - 1)),
        }
    }

    fn pat(&mut self, ty: &Ty) -> Pat {
        if self.below(3) == 0 {
            return Pat::Wild;
        }
        let Some(constructors) = World.constructors(ty) else {
            return int(self.below(3) as i64);
        };
        let ctor = self.below(constructors.len());
        variant(
            ctor as u32,
            constructors[ctor]
                .fields
                .iter()
                .map(|ty| self.pat(ty))
                .collect::<Vec<_>>(),
        )
    }
}

/// All values of a type, as patterns without wildcards; the integer 3 stands for those that no pattern names.
fn values(ty: &Ty) -> Vec<Pat> {
    let Some(constructors) = World.constructors(ty) else {
        return (0..4).map(int).collect();
    };
    let of = |(ctor, info): (u32, CtorInfo<Ty>)| {
        let start = vec![Vec::new()];
        let rows = info.fields.iter().fold(start, |rows: Vec<Vec<Pat>>, ty| {
            let values = values(ty);
            let longer = |row: &Vec<Pat>| {
                let row = row.clone();
                values
                    .iter()
                    .map(move |value| [row.clone(), vec![value.clone()]].concat())
                    .collect::<Vec<_>>()
            };
            rows.iter().flat_map(longer).collect()
        });
        rows.into_iter()
            .map(move |args| variant(ctor, args))
            .collect::<Vec<_>>()
    };
    (0..).zip(constructors).flat_map(of).collect()
}

fn takes(pat: &Pat, value: &Pat) -> bool {
    match (pat, value) {
        (Pat::Ctor { ctor: a, args: p }, Pat::Ctor { ctor: b, args: v }) => {
            a == b && p.iter().zip(v).all(|(p, v)| takes(p, v))
        }
        _ => *pat == Pat::Wild,
    }
}

fn text(ty: &Ty, value: &Pat) -> String {
    let Pat::Ctor { ctor, args } = value else {
        return "_".to_owned();
    };
    let Ctor::Variant(index) = ctor else {
        return "3".to_owned();
    };
    let fields = &World
        .constructors(ty)
        .expect("a variant has a complete type")[*index as usize]
        .fields;
    let args: Vec<_> = fields
        .iter()
        .zip(args)
        .map(|(ty, value)| text(ty, value))
        .collect();
    World.render(ty, *index, &args)
}

/// Does a witness cover a value? Both are texts.
fn covers(witness: &str, value: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        text.replace('(', "( ")
            .replace(')', " )")
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    };
    let (witness, value) = (split(witness), split(value));
    let mut at = 0;
    let all = witness.iter().all(|token| {
        let mut depth = 0;
        let start = at;
        loop {
            match value.get(at).map(String::as_str) {
                Some("(") => depth += 1,
                Some(")") => depth -= 1,
                _ => {}
            }
            at += 1;
            if token != "_" || depth == 0 || at >= value.len() {
                break;
            }
        }
        token == "_" || value.get(start) == Some(token)
    });
    all && at == value.len()
}

#[test]
fn coverage_agrees_with_enumeration() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..3000 {
        let ty = random.ty(2);
        let values = values(&ty);
        let arms: Vec<_> = (0..random.below(9)).map(|_| random.pat(&ty)).collect();
        let found = check(&World, ty.clone(), &arms, PLENTY);
        let first = |value: &Pat| arms.iter().position(|arm| takes(arm, value));
        let reached: Vec<_> = values.iter().map(first).collect();
        let unreachable: Vec<_> = (0..arms.len())
            .filter(|&arm| !reached.contains(&Some(arm)))
            .collect();
        let context = format!("round {round}: {ty:?} {arms:?} {found:?}");
        assert_eq!(found.unreachable, unreachable, "{context}");
        let open: Vec<_> = values
            .iter()
            .filter(|value| first(value).is_none())
            .map(|v| text(&ty, v))
            .collect();
        assert_eq!(found.missing.is_empty(), open.is_empty(), "{context}");
        assert!(found.missing.len() <= WITNESSES, "{context}");
        for witness in &found.missing {
            assert!(
                open.iter().any(|value| covers(witness, value)),
                "{witness} of {open:?} in {context}"
            );
        }
        if found.missing.len() < WITNESSES {
            let covered =
                |value: &String| found.missing.iter().any(|witness| covers(witness, value));
            assert!(open.iter().all(covered), "{open:?} in {context}");
        }
    }
}
