//! What becomes of tests that have ended: a status, another run, or for a property smaller cases.

use std::io;

use serde_json::Value;
use wat_analysis::TestKind;

use super::{Ended, Run};
use crate::child::fatal;
use crate::judge::{Told, judge, leaks};
use crate::outcome::{Labels, Outcome, Status};
use crate::regressions;
use crate::replay::{Replay, Step, key_of};

impl Run<'_, '_> {
    /// What a test that has ended comes to, as far as its own end says.
    fn judged(&self, ended: &Ended) -> (Status, Option<Value>) {
        let told = Told {
            record: &ended.record,
            exit: ended.exit,
            late: ended.is_late.then_some(ended.limit),
            stderr: &ended.stderr,
            memory: self.options.limits.memory,
        };
        let case = self.slots[ended.index].case;
        let (status, failure) = judge(case, &told, self.options.deny_leaks);
        match (&ended.fatal, failure) {
            (Some(property), Some(failure)) => {
                (Status::Failed, Some(fatal(failure, case, property)))
            }
            (_, failure) => (status, failure),
        }
    }

    /// Lets a case of a property that ended its child run again, alone, and then smaller ones. The end of the last of
    /// them is that of the property; nothing while there are more to come.
    fn replayed(&mut self, mut ended: Ended) -> Option<Ended> {
        let index = ended.index;
        if self.slots[index].case.test.kind != TestKind::Property || self.options.in_thread {
            return Some(ended);
        }
        let has_died = ended.record.get("failure").is_none();
        let died = has_died.then(|| key_of(self.judged(&ended).1.as_ref()));
        let heard = std::mem::take(&mut ended.heard);
        let replay = match (self.slots[index].replay.take(), died, heard.case()) {
            (None, Some(key), Some(case)) => Box::new(Replay::of(case, key, ended.is_late, ended)),
            (None, ..) => return Some(ended),
            (Some(mut replay), died, _) => {
                match replay.judge(ended.record["key"].as_str(), died.as_deref(), heard) {
                    Step::Again => replay,
                    Step::Lost => return Some(replay.whole),
                    Step::Falsified(property) => {
                        ended.took += replay.whole.took;
                        ended.fatal = has_died.then_some(property);
                        return Some(ended);
                    }
                }
            }
        };
        let _ = std::fs::remove_dir_all(self.context(index).own());
        self.slots[index].replay = Some(replay);
        self.waiting.push_front(index);
        None
    }

    /// What a test that has ended comes to.
    pub(super) fn settle_ended(&mut self, ended: Ended) -> io::Result<()> {
        let index = ended.index;
        if self.ends_early() {
            self.cut.push((index, ended.took));
            let _ = std::fs::remove_dir_all(self.context(index).own());
            return Ok(());
        }
        let Some(ended) = self.replayed(ended) else {
            return Ok(());
        };
        let (status, failure) = self.judged(&ended);
        let slot = &self.slots[index];
        let own = (!ended.is_plain).then(|| self.context(index).own());
        // Most tests have none.
        let kept = own.filter(|own| match self.options.keep_tmp && status.is_failure() {
            true => own.is_dir(),
            false => {
                let _ = std::fs::remove_dir_all(own);
                false
            }
        });
        let choices = failure
            .as_ref()
            .and_then(|failure| failure["property"]["choices"].as_array())
            .filter(|_| self.options.persist && status == Status::Failed);
        if let Some(choices) = choices.filter(|choices| !choices.is_empty()) {
            let choices: Vec<u64> = choices.iter().filter_map(Value::as_u64).collect();
            let directory = &self.options.directory;
            let (path, name) = (&slot.case.path, &slot.case.test.name);
            let kept = regressions::remember(directory, path, name, &choices);
            self.warnings.extend(kept.err());
        }
        let outcome = Outcome {
            status,
            failure,
            duration_us: ended.took.as_micros() as u64,
            leaks: leaks(&ended.record),
            stdout: ended.stdout,
            stderr: ended.stderr,
            attempt: slot.attempts,
            flaky: slot.failed_once && status == Status::Passed,
            reason: None,
            limit_ms: ended.limit.as_millis() as u64,
            labels: Labels::read(&ended.record["labels"]),
            regressions: match (status, &slot.case.test.should_panic) {
                (Status::Passed, None) => ended.record["regressions"].as_u64().unwrap_or(0),
                _ => 0,
            },
            kept,
        };
        self.settle(index, outcome);
        Ok(())
    }

    /// Whether the test is over, or to be run again.
    fn settle(&mut self, index: usize, outcome: Outcome) {
        let options = self.options;
        let slot = &mut self.slots[index];
        let failed = outcome.status.is_failure();
        slot.failed_once |= failed && options.repeat <= 1;
        let again = match failed {
            true if options.repeat > 1 => false,
            true => slot.attempts <= options.retries,
            false => {
                slot.left -= 1;
                slot.left > 0
            }
        };
        if again {
            self.waiting.push_front(index);
            return;
        }
        self.failures += usize::from(failed);
        slot.outcome = Some(outcome);
    }
}
