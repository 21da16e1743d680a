//! What a property tells of its cases while it runs, so that another process can run one of them again: a case may end
//! the process that it runs in.

use super::PropertyOutcome;
use std::fmt;
use std::rc::Rc;
use wat_value::counted;

/// A case of a property, and what had become of the property before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyCase {
    /// What it reads; none if its choices are fresh ones of the seed and of the number of the case.
    pub choices: Option<Vec<u64>>,
    /// The size that its generators get.
    pub size: u64,
    /// How many smaller cases may be tried.
    pub max_shrinks: u64,
    /// What the property has come to so far. How it fails is known of a case that has failed.
    pub outcome: PropertyOutcome,
}

/// What a property tells.
#[derive(Debug)]
pub enum PropertyNews<'n> {
    /// A case begins; or, if its outcome says that the property is falsified, it is the smallest that fails so far.
    Case(&'n PropertyCase),
    /// A case that runs again has read a choice.
    Drawn(u64),
    /// A case that runs again has made a value.
    Noted(&'n str, &'n str),
}

/// Who is told.
#[derive(Clone)]
pub(super) struct Listener(pub Rc<dyn Fn(PropertyNews<'_>)>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl PropertyOutcome {
    /// The message of what a property has come to, with that of its last failure; empty if it holds. `name` is without
    /// its colon.
    pub fn message(&self, name: &str, last: &str) -> String {
        if self.is_exhausted {
            let were = if self.discards == 1 { "was" } else { "were" };
            return format!(
                "property :{name} gave up after {}: {} {were} discarded (seed {:#x})",
                counted(self.cases, "case"),
                self.discards,
                self.seed
            );
        }
        if !self.is_falsified {
            return String::new();
        }
        let mut message = format!(
            "property :{name} falsified after {} (seed {:#x}, {})",
            counted(self.cases, "case"),
            self.seed,
            counted(self.shrinks, "shrink")
        );
        let width = self
            .counterexample
            .iter()
            .map(|(name, _)| name.chars().count());
        let width = width.max().unwrap_or(0);
        for (name, value) in &self.counterexample {
            message.push_str(&format!("\n  {name:width$} = {value}"));
        }
        message.push_str(&format!("\n  {last}"));
        message
    }
}
