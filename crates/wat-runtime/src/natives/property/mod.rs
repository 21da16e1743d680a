//! Properties (chapter 09 §9.11): the case that runs, what it draws, and what becomes of it.
//!
//! A property runs on one thread, which has its session: cases are fresh until one fails, then smaller ones until none
//! fails, and the smallest once more, whose values are noted. The loop around it is wat code. Whoever listens is told of
//! every case before it runs; a case that has ended another process runs alone.

mod choices;
mod generate;
mod replay;

pub use choices::Shrinker;
pub use replay::{PropertyCase, PropertyNews};

use choices::Choices;
use generate::Generator;
use replay::Listener;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wat_value::{Instance, Shapes, Slot, Trap, make_string, show, text};

type Run = Result<Slot, Box<Trap>>;
type Row = (&'static str, &'static str, super::TypedFn);

pub(super) const TABLE: &[Row] = &[
    (":wat::test::__internal/property-begin", "bbbbb", begin),
    (":wat::test::__internal/property-next", "", next),
    (":wat::test::__internal/property-judge", "bb", judge),
    (":wat::test::__internal/property-end", "b", end),
    (":wat::test::__internal/note", "bb", note),
    (":wat::test::__internal/discard", "", discard),
    (":wat::test::label", "b", label),
    (":wat::test::__internal/draw", "b", draw),
    (":wat::test::__internal/draw-in", "bb", draw_in),
    (":wat::test::__internal/draw-more", "bbb", draw_more),
    (":wat::test::__internal/draw-value", "b", draw_value),
    (":wat::test::__internal/draw-any-f64", "b", draw_any_f64),
    (":wat::test::__internal/draw-string", "bb", draw_string),
    (":wat::test::__internal/sample-begin", "bb", sample_begin),
    (":wat::test::__internal/sample-end", "", sample_end),
];

/// What a property has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyOutcome {
    /// Cases that ran, the discarded ones excepted.
    pub cases: u64,
    /// Cases that were discarded.
    pub discards: u64,
    /// Steps that made the counterexample smaller.
    pub shrinks: u64,
    /// The seed of the run.
    pub seed: u64,
    /// The case that failed.
    pub case: u64,
    /// The choices of the counterexample; none if there is none.
    pub choices: Vec<u64>,
    /// The names and values of the counterexample.
    pub counterexample: Vec<(String, String)>,
    /// Labels, by name, and how often they were set.
    pub labels: Vec<(String, u64)>,
    /// Is there a counterexample?
    pub is_falsified: bool,
    /// How and where the counterexample fails; empty if it does not.
    pub key: String,
    /// Were too many cases discarded?
    pub is_exhausted: bool,
}

/// What the session is at.
enum Phase {
    /// Sequences that failed once.
    Known(VecDeque<Vec<u64>>),
    Fresh,
    Shrinking(Shrinker),
    /// The counterexample runs once more.
    Noting,
    /// A case of another process runs, and nothing behind it.
    Again(Option<PropertyCase>),
    Over,
}

struct Session {
    name: String,
    cases: u64,
    max_size: u64,
    max_shrinks: u64,
    max_discards: u64,
    phase: Phase,
    choices: Choices,
    /// The case that runs, the discarded ones counted.
    at: u64,
    /// The size of the case that runs.
    size: u64,
    is_discarded: bool,
    tried: u64,
    labels: FxHashMap<String, u64>,
    set: Vec<String>,
    outcome: PropertyOutcome,
    listener: Option<Listener>,
}

#[derive(Default)]
struct Local {
    session: Option<Session>,
    sample: Option<Choices>,
    outcome: Option<PropertyOutcome>,
    known: Vec<Vec<u64>>,
    seed: u64,
    listener: Option<Listener>,
    again: Option<PropertyCase>,
}

thread_local! {
    static LOCAL: RefCell<Local> = RefCell::default();
}

/// Sets the seed of properties that this thread runs, and choices that are tried first.
pub fn seed_properties(seed: u64, known: Vec<Vec<u64>>) {
    LOCAL.with_borrow_mut(|local| {
        local.seed = seed;
        local.known = known;
    });
}

/// Lets properties that this thread runs tell of their cases.
pub fn watch_properties(listener: impl Fn(PropertyNews<'_>) + 'static) {
    LOCAL.with_borrow_mut(|local| local.listener = Some(Listener(Rc::new(listener))));
}

/// Lets the next property that this thread runs run one case only. It tells what the case reads and makes, and comes to
/// what the case comes to, on top of what had become of the property before.
pub fn replay_property(case: PropertyCase) {
    LOCAL.with_borrow_mut(|local| local.again = Some(case));
}

/// What the last property that this thread ran has come to.
pub fn property_outcome() -> Option<PropertyOutcome> {
    LOCAL.with_borrow_mut(|local| local.outcome.take())
}

impl Session {
    fn size_of(&self, case: u64) -> u64 {
        match self.cases {
            0 | 1 => self.max_size,
            cases => 1 + case.min(cases - 1) * (self.max_size - 1) / (cases - 1),
        }
    }

    /// Prepares the next case, and tells of it; its size, or nothing at the end.
    fn next(&mut self) -> Option<u64> {
        let size = self.prepare();
        let is_told = matches!(self.phase, Phase::Known(_) | Phase::Fresh);
        if is_told && size.is_some() {
            let choices = match &self.phase {
                Phase::Known(_) => Some(self.choices.given_before().to_vec()),
                _ => None,
            };
            self.tell(choices);
        }
        size
    }

    /// Tells of a case, with its choices unless they are fresh.
    fn tell(&self, choices: Option<Vec<u64>>) {
        let Some(Listener(listener)) = &self.listener else {
            return;
        };
        let mut outcome = self.outcome.clone();
        if !outcome.is_falsified {
            outcome.case = self.at;
        }
        listener(PropertyNews::Case(&PropertyCase {
            choices,
            size: self.size,
            max_shrinks: self.max_shrinks,
            outcome,
        }));
    }

    /// Prepares the next case; its size, or nothing at the end.
    fn prepare(&mut self) -> Option<u64> {
        self.is_discarded = false;
        self.set.clear();
        loop {
            match &mut self.phase {
                Phase::Known(known) => match known.pop_front() {
                    Some(choices) => {
                        self.choices = Choices::given(choices);
                        self.size = self.max_size;
                        return Some(self.size);
                    }
                    None => self.phase = Phase::Fresh,
                },
                Phase::Fresh if self.outcome.cases >= self.cases => self.phase = Phase::Over,
                Phase::Fresh if self.outcome.discards > self.max_discards => {
                    self.outcome.is_exhausted = true;
                    self.phase = Phase::Over;
                }
                Phase::Fresh => {
                    self.choices = Choices::fresh(self.outcome.seed, &self.name, self.at);
                    self.size = self.size_of(self.outcome.cases);
                    return Some(self.size);
                }
                Phase::Shrinking(shrinker) => {
                    let more = self.tried < self.max_shrinks;
                    match shrinker.candidate().filter(|_| more) {
                        Some(candidate) => {
                            self.tried += 1;
                            self.choices = Choices::given(candidate);
                        }
                        None => {
                            let best = std::mem::take(&mut shrinker.best);
                            self.outcome.choices.clone_from(&best);
                            self.choices = Choices::given(best);
                            self.phase = Phase::Noting;
                        }
                    }
                    return Some(self.size);
                }
                Phase::Again(case) => {
                    let case = case.take()?;
                    self.choices = match case.choices {
                        Some(choices) => Choices::given(choices),
                        None => Choices::fresh(self.outcome.seed, &self.name, case.outcome.case),
                    };
                    self.choices.listener.clone_from(&self.listener);
                    self.size = case.size;
                    return Some(self.size);
                }
                Phase::Noting | Phase::Over => return None,
            }
        }
    }

    /// What became of the case: nothing, or how and where it failed.
    fn judge(&mut self, key: Option<String>) {
        let read = std::mem::take(&mut self.choices.read);
        let is_fresh = matches!(self.phase, Phase::Fresh);
        match &mut self.phase {
            Phase::Known(_) | Phase::Fresh => {
                self.at += u64::from(is_fresh);
                if self.is_discarded {
                    self.outcome.discards += 1;
                    return;
                }
                // One that failed once counts if it fails again.
                if is_fresh || key.is_some() {
                    self.outcome.cases += 1;
                    for label in self.set.drain(..) {
                        *self.labels.entry(label).or_default() += 1;
                    }
                }
                if let Some(key) = key {
                    self.outcome.is_falsified = true;
                    self.outcome.case = self.at.saturating_sub(u64::from(is_fresh));
                    self.outcome.key = key;
                    self.phase = Phase::Shrinking(Shrinker::new(read.clone()));
                    self.tell(Some(read));
                }
            }
            Phase::Shrinking(shrinker) => {
                let fails = !self.is_discarded && key.is_some_and(|key| key == self.outcome.key);
                let helps = shrinker.judge(fails.then_some(read));
                self.outcome.shrinks += u64::from(helps);
                if helps {
                    let best = shrinker.best.clone();
                    self.tell(Some(best));
                }
            }
            Phase::Again(_) => {
                let key = key.filter(|_| !self.is_discarded);
                self.outcome.is_falsified = key.is_some();
                self.outcome.key = key.unwrap_or_default();
                self.outcome.choices = read;
            }
            Phase::Noting | Phase::Over => {}
        }
    }
}

/// Runs `f` on the session; what draws outside of a property has none.
fn with<R>(f: impl FnOnce(&mut Session) -> R) -> Option<R> {
    LOCAL.with_borrow_mut(|local| local.session.as_mut().map(f))
}

#[cold]
fn nowhere() -> Box<Trap> {
    Trap::panic(0, "generators draw inside of a property, or of `sample`")
}

/// Runs `f` on what generators read here.
fn drawing<R>(f: impl FnOnce(&mut Choices) -> R) -> Result<R, Box<Trap>> {
    LOCAL.with_borrow_mut(|local| {
        let session = local.session.as_mut().map(|session| &mut session.choices);
        match local.sample.as_mut().or(session) {
            Some(choices) => Ok(f(choices)),
            None => Err(nowhere()),
        }
    })
}

unsafe fn begin(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let name = unsafe { text(args[0]) };
    let number = |slot: Slot| slot.cast_signed().max(0).cast_unsigned();
    LOCAL.with_borrow_mut(|local| {
        let (phase, outcome) = match local.again.take() {
            Some(mut case) => {
                let outcome = PropertyOutcome {
                    is_falsified: false,
                    key: String::new(),
                    ..std::mem::take(&mut case.outcome)
                };
                case.outcome.case = outcome.case;
                (Phase::Again(Some(case)), outcome)
            }
            None => {
                let outcome = PropertyOutcome {
                    seed: local.seed,
                    ..PropertyOutcome::default()
                };
                (
                    Phase::Known(std::mem::take(&mut local.known).into()),
                    outcome,
                )
            }
        };
        local.session = Some(Session {
            name: name.trim_start_matches(':').to_owned(),
            cases: number(args[1]),
            max_size: number(args[2]).max(1),
            max_shrinks: number(args[3]),
            max_discards: number(args[4]),
            phase,
            choices: Choices::default(),
            at: 0,
            size: 0,
            is_discarded: false,
            tried: 0,
            labels: FxHashMap::default(),
            set: Vec::new(),
            outcome,
            listener: local.listener.clone(),
        });
    });
    Ok(0)
}

unsafe fn next(_: Shapes<'_>, _: &Instance, _: &[Slot]) -> Run {
    let size = with(Session::next).flatten();
    Ok(size.map_or(-1, u64::cast_signed).cast_unsigned())
}

unsafe fn judge(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let key = (args[0] != 0).then(|| unsafe { text(args[1]) }.to_owned());
    with(|session| session.judge(key));
    Ok(0)
}

unsafe fn end(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let last = unsafe { text(args[0]) };
    let message = LOCAL.with_borrow_mut(|local| {
        let mut session = local.session.take()?;
        let mut labels: Vec<_> = session.labels.drain().collect();
        labels.sort();
        session.outcome.labels = labels;
        let message = session.outcome.message(&session.name, last);
        local.outcome = Some(session.outcome);
        Some(message)
    });
    Ok(make_string(&message.unwrap_or_default()))
}

unsafe fn note(_: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let is_noting = with(|session| matches!(session.phase, Phase::Noting | Phase::Again(_)));
    if is_noting == Some(true) {
        // SAFETY: as above; the type of the second argument is the type argument of the native.
        let (name, value) = unsafe { (text(args[0]).to_owned(), show(instance.types[0], args[1])) };
        with(|session| {
            if let (Phase::Again(_), Some(Listener(listener))) = (&session.phase, &session.listener)
            {
                listener(PropertyNews::Noted(&name, &value));
            }
            session.outcome.counterexample.push((name, value));
        });
    }
    Ok(0)
}

unsafe fn discard(_: Shapes<'_>, _: &Instance, _: &[Slot]) -> Run {
    with(|session| session.is_discarded = true);
    Ok(0)
}

unsafe fn label(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let name = unsafe { text(args[0]) };
    with(|session| {
        if !session.set.iter().any(|set| set == name) {
            session.set.push(name.to_owned());
        }
    });
    Ok(0)
}

unsafe fn draw(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    drawing(|choices| choices.draw(args[0]))
}

unsafe fn draw_in(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    let (low, high) = (args[0].cast_signed(), args[1].cast_signed());
    if low > high {
        return Err(Trap::panic(
            0,
            format!("the range of a generator goes from {low} to {high}: it is empty"),
        ));
    }
    drawing(|choices| generate::between(choices, low, high).cast_unsigned())
}

/// Is there another element, behind so many of at least and at most so many?
unsafe fn draw_more(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    let [count, least, most] = [0, 1, 2].map(|at| args[at].cast_signed());
    drawing(|choices| Slot::from(generate::more(choices, count, least, most)))
}

unsafe fn draw_value(shapes: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Run {
    drawing(|choices| {
        let mut generator = Generator {
            choices,
            shapes,
            heights: FxHashMap::default(),
        };
        generator.value(instance.ret, args[0])
    })
}

unsafe fn draw_any_f64(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    drawing(|choices| generate::any_f64(choices, args[0]).to_bits())
}

unsafe fn draw_string(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let alphabet: Vec<char> = unsafe { text(args[0]) }.chars().collect();
    let most = args[1].cast_signed();
    drawing(|choices| make_string(&generate::string_of(choices, &alphabet, most)))
}

unsafe fn sample_begin(_: Shapes<'_>, _: &Instance, args: &[Slot]) -> Run {
    LOCAL.with_borrow_mut(|local| local.sample = Some(Choices::fresh(args[0], "", args[1])));
    Ok(0)
}

unsafe fn sample_end(_: Shapes<'_>, _: &Instance, _: &[Slot]) -> Run {
    LOCAL.with_borrow_mut(|local| local.sample = None);
    Ok(0)
}
