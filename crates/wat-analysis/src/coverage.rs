//! Coverage of a `match`: which values no arm takes, and which arms take no value.
//!
//! This is the usefulness algorithm on the matrix of patterns. The first column decides: for each constructor of its
//! type the rows that can match are kept, their sub-patterns become new columns, and the rest is searched in the same
//! way. A matrix without rows is a gap; a matrix whose first row is all wildcards makes the arm of that row useful.
//! One depth-first search finds both, because every arm is exactly one row.
//!
//! What keeps it fast: rows are grouped by constructor with one hash table per column, so ten thousand literals cost
//! ten thousand steps; rows behind an all-wildcard row are cut off; a column of wildcards is skipped without looking
//! at its type, which also makes recursive types harmless. Absent constructors of one column leave the same rows, so
//! the second is searched only for its witnesses. Under a literal no witness is looked for: what is missing there is
//! missing for every other value too. The search keeps its own stack, and pattern rows and columns are linked lists in
//! arenas that share their tails, so neither deep nor wide patterns are copied.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// How many witnesses a gap is reported with.
const WITNESSES: usize = 5;

/// A pattern without its names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pat {
    /// `_` or a binder.
    Wild,
    Ctor {
        ctor: Ctor,
        args: Vec<Pat>,
    },
}

/// What a pattern tests at its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ctor {
    /// Index in the type's list of constructors. A tuple, a struct and nil have one; `false` is 0, `true` is 1.
    Variant(u32),
    Int(i64),
    /// The bits of an `f64`; `0.0` and `-0.0` are the same constructor.
    Float(u64),
    Str(Arc<str>),
    Keyword(Arc<str>),
}

/// What the algorithm asks about types; `T` is the caller's handle of a type.
pub(crate) trait Types {
    type T: Clone;

    /// All constructors of a type, in declaration order. `None` if there are infinitely many or none is known.
    fn constructors(&self, ty: &Self::T) -> Option<Vec<CtorInfo<Self::T>>>;

    /// The text of a pattern: a constructor of the type over the texts of its fields.
    fn render(&self, ty: &Self::T, ctor: u32, args: &[String]) -> String;
}

/// One constructor of a type.
pub(crate) struct CtorInfo<T> {
    pub fields: Vec<T>,
}

/// What is known about the arms of a `match`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Up to five patterns that no arm covers, in declaration order; empty if every value is covered.
    pub missing: Vec<String>,
    /// The arms that no value reaches.
    pub unreachable: Vec<usize>,
    /// The search stopped early: `missing` may lack patterns and `unreachable` is empty.
    pub exhausted_budget: bool,
}

/// Checks the arms of a `match` on a value of type `scrutinee`, in at most `budget` elementary steps.
///
/// A pattern that does not fit the type at its place has been reported elsewhere: then nothing is missing and nothing
/// unreachable.
pub(crate) fn check<S: Types>(types: &S, scrutinee: S::T, arms: &[Pat], budget: u64) -> Coverage {
    let mut search = Search {
        types,
        cells: Vec::new(),
        columns: vec![Column {
            ty: scrutinee,
            next: NONE,
        }],
        path: Vec::new(),
        useful: vec![false; arms.len()],
        gaps: 0,
        missing: Vec::new(),
        budget,
    };
    match search.run(arms) {
        Ok(()) => {
            let unreachable = (0..arms.len()).filter(|&arm| !search.useful[arm]).collect();
            Coverage {
                missing: search.missing,
                unreachable,
                exhausted_budget: false,
            }
        }
        Err(Stop::Budget) => Coverage {
            missing: search.missing,
            unreachable: Vec::new(),
            exhausted_budget: true,
        },
        Err(Stop::IllFormed) => Coverage::default(),
    }
}

/// The end of a linked list.
const NONE: usize = usize::MAX;

static WILD: Pat = Pat::Wild;

/// Why a search ends before everything is looked at.
enum Stop {
    Budget,
    IllFormed,
}

/// A pattern of a row and the rest of the row.
struct Cell<'p> {
    pat: &'p Pat,
    next: usize,
    /// This pattern and all behind it are wildcards.
    wild: bool,
}

/// A column's type and the columns behind it.
struct Column<T> {
    ty: T,
    next: usize,
}

/// What is left of an arm: its patterns from the first column on.
#[derive(Clone, Copy)]
struct Row {
    arm: usize,
    at: usize,
}

/// A decision on the way to the present matrix, in the order of columns. Read backwards it gives a witness.
enum Step<T> {
    /// Any value.
    Any,
    /// A constructor whose fields are decided by the following steps.
    Taken { ty: T, ctor: u32, arity: usize },
    /// A constructor that no row names: any fields.
    Absent { ty: T, ctor: u32, arity: usize },
}

/// Two constructors are the same if their keys are.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Key<'p> {
    Variant(u32),
    Int(i64),
    Float(u64),
    Str(&'p str),
    Keyword(&'p str),
}

impl<'p> Key<'p> {
    fn of(ctor: &'p Ctor) -> Self {
        match ctor {
            Ctor::Variant(index) => Self::Variant(*index),
            Ctor::Int(value) => Self::Int(*value),
            Ctor::Float(bits) if f64::from_bits(*bits) == 0.0 => Self::Float(0),
            Ctor::Float(bits) => Self::Float(*bits),
            Ctor::Str(text) => Self::Str(text),
            Ctor::Keyword(text) => Self::Keyword(text),
        }
    }
}

/// A way on from a matrix: what the first column is taken to be.
enum Branch<T> {
    /// A constructor that rows name: those rows, by index, and the types of its fields.
    Present {
        ctor: u32,
        rows: Vec<usize>,
        fields: Vec<T>,
    },
    /// A constructor of a complete list that no row names.
    Absent { ctor: u32, arity: usize },
    /// A literal that rows name.
    Literal { rows: Vec<usize> },
    /// All other values of a type without a complete list.
    Other,
}

/// A matrix whose first column is being decided.
struct Frame<T> {
    rows: Vec<Row>,
    /// The rows with a wildcard in the first column, by index.
    wild: Vec<usize>,
    column: usize,
    branches: std::vec::IntoIter<Branch<T>>,
    /// Inside a literal: gaps are of no interest.
    silent: bool,
    /// Whether the rows that are left for an absent constructor leave a gap, once that is known.
    absent_gap: Option<bool>,
    /// The number of gaps before the search for an absent constructor that is under way.
    absent_since: Option<usize>,
    /// Lengths of the arenas and of the path to go back to.
    marks: (usize, usize, usize),
}

struct Search<'a, S: Types> {
    types: &'a S,
    cells: Vec<Cell<'a>>,
    columns: Vec<Column<S::T>>,
    path: Vec<Step<S::T>>,
    useful: Vec<bool>,
    gaps: usize,
    missing: Vec<String>,
    budget: u64,
}

impl<'a, S: Types> Search<'a, S> {
    fn run(&mut self, arms: &'a [Pat]) -> Result<(), Stop> {
        self.spend(arms.len())?;
        let rows = arms
            .iter()
            .enumerate()
            .map(|(arm, pat)| Row {
                arm,
                at: self.cell(pat, NONE),
            })
            .collect();
        let mut stack = Vec::from_iter(self.open(rows, 0, false)?);
        while let Some(frame) = stack.last_mut() {
            let (cells, columns, path) = frame.marks;
            self.cells.truncate(cells);
            self.columns.truncate(columns);
            self.path.truncate(path);
            if let Some(before) = frame.absent_since.take() {
                frame.absent_gap = Some(self.gaps > before);
            }
            let Some(branch) = frame.branches.next() else {
                stack.pop();
                continue;
            };
            if let Some(child) = self.follow(frame, branch)? {
                stack.push(child);
            }
        }
        Ok(())
    }

    /// Looks at a matrix. It is settled at once (`None`) if it has no rows or its first row takes everything; else its
    /// first column that tests anything becomes a frame.
    fn open(
        &mut self,
        mut rows: Vec<Row>,
        mut column: usize,
        silent: bool,
    ) -> Result<Option<Frame<S::T>>, Stop> {
        self.spend(1 + rows.len())?;
        let Some(first) = rows.first() else {
            if !silent {
                self.gap();
            }
            return Ok(None);
        };
        if self.is_wild(first.at) {
            self.useful[first.arm] = true;
            return Ok(None);
        }
        if let Some(at) = rows.iter().position(|row| self.is_wild(row.at)) {
            rows.truncate(at + 1);
        }
        while rows
            .iter()
            .all(|row| matches!(self.cells[row.at].pat, Pat::Wild))
        {
            self.spend(rows.len())?;
            rows.iter_mut()
                .for_each(|row| row.at = self.cells[row.at].next);
            self.path.push(Step::Any);
            column = self.columns[column].next;
        }
        let (branches, wild) = self.branches(&rows, column)?;
        Ok(Some(Frame {
            rows,
            wild,
            column,
            branches: branches.into_iter(),
            silent,
            absent_gap: None,
            absent_since: None,
            marks: (self.cells.len(), self.columns.len(), self.path.len()),
        }))
    }

    /// The branches of the first column, in declaration order, and the rows that belong to each of them.
    #[expect(
        clippy::type_complexity,
        reason = "two lists, taken apart at the only call"
    )]
    fn branches(
        &mut self,
        rows: &[Row],
        column: usize,
    ) -> Result<(Vec<Branch<S::T>>, Vec<usize>), Stop> {
        let constructors = self.types.constructors(&self.columns[column].ty);
        let mut wild = Vec::new();
        let mut groups: Vec<(&'a Ctor, Vec<usize>)> = Vec::new();
        let mut group_of: FxHashMap<Key<'a>, usize> = FxHashMap::default();
        for (index, row) in rows.iter().enumerate() {
            let pat: &'a Pat = self.cells[row.at].pat;
            let Pat::Ctor { ctor, args } = pat else {
                wild.push(index);
                continue;
            };
            let fits = match (&constructors, ctor) {
                (Some(all), Ctor::Variant(at)) => all
                    .get(*at as usize)
                    .is_some_and(|c| c.fields.len() == args.len()),
                (None, Ctor::Variant(_)) | (Some(_), _) => false,
                (None, _) => args.is_empty(),
            };
            if !fits {
                return Err(Stop::IllFormed);
            }
            match group_of.entry(Key::of(ctor)) {
                Entry::Occupied(group) => groups[*group.get()].1.push(index),
                Entry::Vacant(group) => {
                    group.insert(groups.len());
                    groups.push((ctor, vec![index]));
                }
            }
        }
        let Some(constructors) = constructors else {
            let literals = groups.into_iter().map(|(_, rows)| Branch::Literal { rows });
            return Ok((literals.chain([Branch::Other]).collect(), wild));
        };
        self.spend(constructors.len())?;
        let branch = |(ctor, CtorInfo { fields }): (u32, CtorInfo<S::T>)| match group_of
            .get(&Key::Variant(ctor))
        {
            Some(&group) => Branch::Present {
                ctor,
                rows: std::mem::take(&mut groups[group].1),
                fields,
            },
            None => Branch::Absent {
                ctor,
                arity: fields.len(),
            },
        };
        Ok(((0..).zip(constructors).map(branch).collect(), wild))
    }

    /// Goes one branch further.
    fn follow(
        &mut self,
        frame: &mut Frame<S::T>,
        branch: Branch<S::T>,
    ) -> Result<Option<Frame<S::T>>, Stop> {
        let Column { ty, next } = &self.columns[frame.column];
        let (ty, mut column) = (ty.clone(), *next);
        match branch {
            Branch::Present {
                ctor,
                rows: named,
                fields,
            } => {
                let arity = fields.len();
                let rows = self.specialise(frame, &named, arity)?;
                for ty in fields.into_iter().rev() {
                    self.columns.push(Column { ty, next: column });
                    column = self.columns.len() - 1;
                }
                self.path.push(Step::Taken { ty, ctor, arity });
                self.open(rows, column, frame.silent)
            }
            Branch::Literal { rows: named } => {
                let rows = self.specialise(frame, &named, 0)?;
                self.path.push(Step::Any);
                self.open(rows, column, true)
            }
            Branch::Absent { ctor, arity } => {
                let wanted = !frame.silent && self.missing.len() < WITNESSES;
                if frame.absent_gap.is_some_and(|gap| !gap || !wanted) {
                    return Ok(None);
                }
                frame.absent_since = Some(self.gaps);
                let rows = self.specialise(frame, &[], 0)?;
                self.path.push(Step::Absent { ty, ctor, arity });
                self.open(rows, column, frame.silent)
            }
            Branch::Other => {
                let rows = self.specialise(frame, &[], 0)?;
                self.path.push(Step::Any);
                self.open(rows, column, frame.silent)
            }
        }
    }

    /// The rows that match a constructor, which are those that name it and those with a wildcard, in their order; their
    /// first pattern is replaced by `arity` sub-patterns.
    fn specialise(
        &mut self,
        frame: &Frame<S::T>,
        named: &[usize],
        arity: usize,
    ) -> Result<Vec<Row>, Stop> {
        let (mut named, mut wild) = (named.iter().peekable(), frame.wild.iter().peekable());
        let mut rows = Vec::with_capacity(named.len());
        loop {
            let index = match (named.peek(), wild.peek()) {
                (Some(a), Some(b)) if a < b => named.next(),
                (Some(_), None) => named.next(),
                _ => wild.next(),
            };
            let Some(&index) = index else { return Ok(rows) };
            self.spend(1 + arity)?;
            let Row { arm, at } = frame.rows[index];
            let Cell { pat, next, .. } = self.cells[at];
            let at = match pat {
                Pat::Ctor { args, .. } => args
                    .iter()
                    .rev()
                    .fold(next, |next, arg| self.cell(arg, next)),
                Pat::Wild => (0..arity).fold(next, |next, _| self.cell(&WILD, next)),
            };
            rows.push(Row { arm, at });
            if self.is_wild(at) {
                return Ok(rows);
            }
        }
    }

    fn cell(&mut self, pat: &'a Pat, next: usize) -> usize {
        let wild = matches!(pat, Pat::Wild) && self.is_wild(next);
        self.cells.push(Cell { pat, next, wild });
        self.cells.len() - 1
    }

    /// Are all patterns from here on wildcards?
    fn is_wild(&self, at: usize) -> bool {
        at == NONE || self.cells[at].wild
    }

    /// Notes a gap. The path is read backwards, so that a constructor finds its fields on the stack; the columns that
    /// the path does not reach take any value.
    fn gap(&mut self) {
        self.gaps += 1;
        if self.missing.len() == WITNESSES {
            return;
        }
        let any = || "_".to_owned();
        let mut texts = Vec::new();
        for step in self.path.iter().rev() {
            let text = match step {
                Step::Any => any(),
                Step::Absent { ty, ctor, arity } => {
                    self.types.render(ty, *ctor, &vec![any(); *arity])
                }
                Step::Taken { ty, ctor, arity } => {
                    let fields: Vec<_> = (0..*arity)
                        .map(|_| texts.pop().unwrap_or_else(any))
                        .collect();
                    self.types.render(ty, *ctor, &fields)
                }
            };
            texts.push(text);
        }
        self.missing.push(texts.pop().unwrap_or_else(any));
    }

    fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.budget = self.budget.checked_sub(steps as u64).ok_or(Stop::Budget)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
}
