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
mod tests;
