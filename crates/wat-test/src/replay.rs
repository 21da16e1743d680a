//! A case of a property that killed or hung its child: it runs again in a child of its own, then smaller ones do, each
//! in its own (chapter 09 §9.11.4).
//!
//! Children of properties write news before their report, one line each: what case begins, and in a child that runs
//! one case alone what it reads and makes. So whoever dies has told what it died of.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wat_kernel::Borrowed;
use wat_runtime::{PropertyCase, PropertyNews, PropertyOutcome, Shrinker};

/// How many smaller cases are tried.
const CANDIDATES: u64 = 200;
/// How long they are tried.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a case that hung the property may take when it is alone.
const ALONE: Duration = Duration::from_secs(10);
/// How long a smaller case may take.
const EACH: Duration = Duration::from_secs(1);
/// Choices of a case that are kept.
const CHOICES: usize = 1 << 16;
/// What a line of news begins with.
const MARK: u8 = b'!';

/// Writes news into the pipe of the report. A runner that is gone hears nothing.
pub(crate) fn tell(to: Borrowed, news: &PropertyNews<'_>) {
    let news = match news {
        PropertyNews::Case(case) => json!({
            "choices": case.choices,
            "size": case.size,
            "max-shrinks": case.max_shrinks,
            "cases": case.outcome.cases,
            "discards": case.outcome.discards,
            "shrinks": case.outcome.shrinks,
            "seed": case.outcome.seed,
            "case": case.outcome.case,
            "key": case.outcome.key,
            "is-falsified": case.outcome.is_falsified,
        }),
        PropertyNews::Drawn(choice) => json!(choice),
        PropertyNews::Noted(name, value) => json!([name, value]),
    };
    let _ = to.write_all(format!("!{news}\n").as_bytes());
}

/// What was heard from the child of a property.
#[derive(Default)]
pub(crate) struct Heard {
    /// The last case that has begun, as it was written.
    case: Vec<u8>,
    drawn: Vec<u64>,
    noted: Vec<(String, String)>,
}

impl Heard {
    /// Takes the news away that these bytes begin with, so that the report is left.
    pub fn take(&mut self, bytes: &mut Vec<u8>) {
        let mut taken = 0;
        while bytes.get(taken) == Some(&MARK)
            && let Some(length) = bytes[taken..].iter().position(|byte| *byte == b'\n')
        {
            self.line(&bytes[taken + 1..taken + length]);
            taken += length + 1;
        }
        bytes.drain(..taken);
    }

    fn line(&mut self, line: &[u8]) {
        if line.first() == Some(&b'{') {
            *self = Heard {
                case: line.to_vec(),
                ..Heard::default()
            };
            return;
        }
        match serde_json::from_slice(line) {
            Ok(Value::Number(choice)) if self.drawn.len() < CHOICES => {
                self.drawn.extend(choice.as_u64());
            }
            Ok(Value::Array(parts)) => {
                let mut parts = parts.into_iter().map(|part| match part {
                    Value::String(text) => text,
                    part => part.to_string(),
                });
                if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                    self.noted.push((name, value));
                }
            }
            _ => {}
        }
    }

    /// The last case that has begun.
    pub fn case(&self) -> Option<PropertyCase> {
        let case: Value = serde_json::from_slice(&self.case).ok()?;
        let number = |key: &str| case[key].as_u64();
        let choices = case["choices"].as_array();
        let choices = choices.map(|all| all.iter().filter_map(Value::as_u64).collect());
        Some(PropertyCase {
            choices,
            size: number("size")?,
            max_shrinks: number("max-shrinks")?,
            outcome: PropertyOutcome {
                cases: number("cases")?,
                discards: number("discards")?,
                shrinks: number("shrinks")?,
                seed: number("seed")?,
                case: number("case")?,
                key: case["key"].as_str()?.to_owned(),
                is_falsified: case["is-falsified"].as_bool()?,
                ..PropertyOutcome::default()
            },
        })
    }
}

enum Stage {
    /// The case runs alone, as it was.
    First,
    Shrinking(Shrinker),
    /// The smallest one runs once more.
    Last,
}

/// What comes behind a case that ran alone.
pub(crate) enum Step {
    /// Another one.
    Again,
    /// Nothing: the case fails alone too, and this is the smallest one. What is known of it, if it ended its child.
    Falsified(PropertyOutcome),
    /// Nothing: it fails only behind others.
    Lost,
}

/// How a child ended that has not told it: what two such ends have in common.
pub(crate) fn key_of(failure: Option<&Value>) -> String {
    let part = |key: &str| {
        failure
            .map_or(&Value::Null, |failure| &failure[key])
            .to_string()
    };
    format!("{} {} {}", part("code"), part("signal"), part("exit-code"))
}

/// A case that runs alone, and those that are smaller. `T` is what the whole property had come to.
pub(crate) struct Replay<T> {
    /// The case that runs next.
    pub case: PropertyCase,
    /// What is told if the case does not fail alone.
    pub whole: T,
    /// How the case fails: as its child says, or as its child ended.
    key: String,
    /// Does it end its child?
    is_deadly: bool,
    hangs: bool,
    stage: Stage,
    tried: u64,
    began: Instant,
}

impl<T> Replay<T> {
    /// The case that a child was at when it ended, with this key.
    pub fn of(case: PropertyCase, key: String, hangs: bool, whole: T) -> Replay<T> {
        let mut replay = Replay {
            whole,
            key,
            is_deadly: true,
            hangs,
            stage: Stage::First,
            tried: 0,
            began: Instant::now(),
            case,
        };
        // A smaller case than one that fails otherwise has ended the child: the others go on outside of it.
        if replay.case.outcome.is_falsified {
            replay.key.clone_from(&replay.case.outcome.key);
            replay.is_deadly = false;
            replay.hangs = false;
            let best = replay.case.choices.clone().unwrap_or_default();
            replay.stage = Stage::Shrinking(Shrinker::new(best));
            replay.go_on();
        } else {
            replay.case.outcome.cases += 1;
        }
        replay
    }

    /// How long the case may take that runs next, of what a whole property may take.
    pub fn limit(&self, whole: Duration) -> Duration {
        match self.stage {
            Stage::Shrinking(_) => whole.min(EACH),
            _ if self.hangs => whole.min(ALONE),
            _ => whole,
        }
    }

    /// Prepares the next smaller case, or the smallest one.
    fn go_on(&mut self) {
        let Stage::Shrinking(shrinker) = &mut self.stage else {
            return;
        };
        let most = CANDIDATES.min(self.case.max_shrinks);
        let more = self.tried < most && self.began.elapsed() < PATIENCE;
        match shrinker.candidate().filter(|_| more) {
            Some(candidate) => {
                self.tried += 1;
                self.case.choices = Some(candidate);
            }
            None => {
                self.case.choices = Some(std::mem::take(&mut shrinker.best));
                self.stage = Stage::Last;
            }
        }
    }

    /// What the case has come to: it has told how it fails, if it does; or its child has ended with this key.
    pub fn judge(&mut self, told: Option<&str>, died: Option<&str>, heard: Heard) -> Step {
        let found = if self.is_deadly { died } else { told };
        let fails = found == Some(self.key.as_str());
        match &mut self.stage {
            Stage::First | Stage::Last if !fails => return Step::Lost,
            Stage::First => self.stage = Stage::Shrinking(Shrinker::new(heard.drawn)),
            Stage::Shrinking(shrinker) => {
                let helps = shrinker.judge(fails.then_some(heard.drawn));
                self.case.outcome.shrinks += u64::from(helps);
            }
            Stage::Last => {
                return Step::Falsified(PropertyOutcome {
                    choices: heard.drawn,
                    counterexample: heard.noted,
                    is_falsified: true,
                    key: self.key.clone(),
                    ..self.case.outcome.clone()
                });
            }
        }
        self.go_on();
        Step::Again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(case: &str, drawn: &[u64]) -> Heard {
        let mut bytes = format!("!{case}\n").into_bytes();
        for choice in drawn {
            bytes.extend(format!("!{choice}\n![\"x\",\"{choice}\"]\n").bytes());
        }
        bytes.extend(b"!12");
        let mut heard = Heard::default();
        // However the bytes arrive, what is not whole stays.
        let (mut all, mut rest) = (Vec::new(), bytes.as_slice());
        while let Some((first, more)) = rest.split_at_checked(7.min(rest.len())) {
            if first.is_empty() {
                break;
            }
            all.extend_from_slice(first);
            heard.take(&mut all);
            rest = more;
        }
        assert_eq!(all, b"!12");
        heard
    }

    fn told(case: &str) -> PropertyCase {
        heard(case, &[]).case().expect("a case")
    }

    fn case(key: &str, choices: &str) -> String {
        let falsified = !key.is_empty();
        format!(
            "{{\"choices\":{choices},\"size\":9,\"max-shrinks\":2000,\"cases\":4,\"discards\":1,\"shrinks\":0,\
             \"seed\":7,\"case\":5,\"key\":\"{key}\",\"is-falsified\":{falsified}}}"
        )
    }

    /// Runs cases of one choice until the end; `ends` says how the child of one ends.
    fn run(
        mut replay: Replay<()>,
        ends: impl Fn(u64) -> (Option<&'static str>, Option<&'static str>),
    ) -> (Step, u64) {
        let mut runs = 0;
        loop {
            runs += 1;
            let choice = match &replay.case.choices {
                Some(choices) => choices.first().copied().unwrap_or(0),
                None => 5_000,
            };
            let (told, died) = ends(choice);
            match replay.judge(told, died, heard("{}", &[choice])) {
                Step::Again => {}
                step => return (step, runs),
            }
        }
    }

    #[test]
    fn a_case_that_ends_its_child_is_made_smaller() {
        let first = Replay::of(told(&case("", "null")), "k".to_owned(), false, ());
        let (step, runs) = run(first, |choice| match choice {
            100.. => (None, Some("k")),
            50.. => (None, Some("another end")),
            _ => (Some(""), None),
        });
        let Step::Falsified(outcome) = step else {
            panic!("it fails alone")
        };
        assert_eq!(
            (outcome.choices, outcome.cases, outcome.case),
            (vec![100], 5, 5)
        );
        assert_eq!(outcome.counterexample, [("x".to_owned(), "100".to_owned())]);
        assert!(outcome.shrinks > 0 && runs <= CANDIDATES + 2);
    }

    #[test]
    fn a_case_that_fails_only_behind_others_is_lost() {
        let first = Replay::of(told(&case("", "[3]")), "k".to_owned(), true, ());
        let (step, runs) = run(first, |_| (Some(""), None));
        assert!(matches!(step, Step::Lost) && runs == 1);
    }

    #[test]
    fn a_smaller_case_that_ends_the_child_is_no_smaller_failure() {
        let first = Replay::of(told(&case("at 3", "[900]")), "k".to_owned(), false, ());
        let (step, _) = run(first, |choice| match choice {
            300.. => (Some("at 3"), None),
            _ => (None, Some("k")),
        });
        let Step::Falsified(outcome) = step else {
            panic!("it fails alone")
        };
        assert_eq!((outcome.choices, outcome.key.as_str()), (vec![300], "at 3"));
    }

    #[test]
    fn the_search_is_bounded() {
        let first = Replay::of(told(&case("", "null")), "k".to_owned(), false, ());
        let mut replay = first;
        let many: Vec<u64> = (0..2_000).collect();
        let mut runs = 0;
        // The first one fails, and nothing that is smaller.
        while let Step::Again = replay.judge(None, (runs == 0).then_some("k"), heard("{}", &many)) {
            runs += 1;
        }
        assert_eq!(runs, CANDIDATES + 1);
    }
}
