//! How many times a process was asked to stop.
//!
//! A program that is supervised hears a signal to its process group twice: directly, and from its supervisor, which got
//! it too and hands it on. So requests of both kinds are counted apart, and the larger number counts. Some senders
//! signal the supervisor and then the whole group at once: what was handed on then comes twice, but from a sender whose
//! signal also came directly, and that is one request.

use std::time::{Duration, Instant};

/// Signals of one sender that are no further apart belong together, if one of them came directly.
const BURST: Duration = Duration::from_millis(100);
/// How long the direct one may be late.
const LATE: Duration = Duration::from_millis(20);

/// One signal: its sender and its time.
#[derive(Clone, Copy, Debug)]
struct Heard {
    from: i32,
    at: Instant,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    Stop,
    /// Stop, and look again at that time: it may be a second request.
    Unclear(Instant),
    Force,
}

/// What was heard so far.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    direct: u32,
    last_direct: Option<Heard>,
    forwarded: Vec<Heard>,
}

impl Requests {
    /// Signals that came directly, the last one from this sender.
    pub(crate) fn direct(&mut self, count: u32, from: i32, at: Instant) {
        if count > 0 {
            self.direct = self.direct.saturating_add(count);
            self.last_direct = Some(Heard { from, at });
        }
    }

    /// A signal that the supervisor got from this sender.
    pub(crate) fn forwarded(&mut self, from: i32, at: Instant) {
        self.forwarded.push(Heard { from, at });
    }

    pub(crate) fn verdict(&self, now: Instant) -> Verdict {
        let together = |a: Instant, b: Instant| a.max(b) - a.min(b) < BURST;
        let mut forwarded = 0;
        let mut doubtful = None;
        for (index, heard) in self.forwarded.iter().enumerate() {
            let previous = index.checked_sub(1).map(|before| self.forwarded[before]);
            let repeats =
                previous.is_some_and(|last| last.from == heard.from && together(last.at, heard.at));
            let is_direct = self
                .last_direct
                .is_some_and(|last| last.from == heard.from && together(last.at, heard.at));
            if repeats && is_direct {
                continue;
            }
            forwarded += 1;
            doubtful = repeats.then(|| heard.at + LATE);
        }
        match (self.direct.max(forwarded), doubtful) {
            (0, _) => Verdict::Nothing,
            (1, _) => Verdict::Stop,
            (2, Some(until)) if self.direct < 2 && now < until => Verdict::Unclear(until),
            _ => Verdict::Force,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORWARDED: bool = true;
    const DIRECT: bool = false;

    /// The verdict after signals: kind, sender, milliseconds; and 50 milliseconds later.
    fn verdict(signals: &[(bool, i32, u64)]) -> Verdict {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut requests = Requests::default();
        for &(kind, from, ms) in signals {
            match kind {
                FORWARDED => requests.forwarded(from, at(ms)),
                DIRECT => requests.direct(1, from, at(ms)),
            }
        }
        requests.verdict(at(signals.last().map_or(0, |last| last.2 + 50)))
    }

    #[test]
    fn one_signal_is_one_request_however_it_comes() {
        assert_eq!(verdict(&[]), Verdict::Nothing);
        assert_eq!(verdict(&[(DIRECT, 7, 0)]), Verdict::Stop);
        assert_eq!(verdict(&[(FORWARDED, 7, 0)]), Verdict::Stop);
        // To the group.
        assert_eq!(verdict(&[(DIRECT, 7, 0), (FORWARDED, 7, 0)]), Verdict::Stop);
        assert_eq!(verdict(&[(FORWARDED, 7, 0), (DIRECT, 7, 1)]), Verdict::Stop);
        // To the supervisor and then to the group.
        let burst = [(FORWARDED, 7, 0), (DIRECT, 7, 0), (FORWARDED, 7, 0)];
        assert_eq!(verdict(&burst), Verdict::Stop);
        let late = [(FORWARDED, 7, 0), (FORWARDED, 7, 1), (DIRECT, 7, 5)];
        assert_eq!(verdict(&late), Verdict::Stop);
    }

    #[test]
    fn a_second_signal_of_the_same_kind_is_a_second_request() {
        let force = |signals: &[(bool, i32, u64)]| assert_eq!(verdict(signals), Verdict::Force);
        force(&[(DIRECT, 0, 0), (DIRECT, 0, 1)]);
        force(&[(FORWARDED, 7, 0), (FORWARDED, 8, 1)]);
        force(&[(FORWARDED, 7, 0), (FORWARDED, 7, 1)]);
        force(&[(FORWARDED, 7, 0), (FORWARDED, 7, 5000)]);
        let twice = [
            (DIRECT, 7, 0),
            (FORWARDED, 7, 0),
            (DIRECT, 7, 9),
            (FORWARDED, 7, 9),
        ];
        force(&twice);
        let thrice = [(FORWARDED, 7, 0), (FORWARDED, 7, 1), (FORWARDED, 7, 2)];
        force(&thrice);
    }

    #[test]
    fn a_direct_signal_is_waited_for_a_little() {
        let at = Instant::now();
        let mut requests = Requests::default();
        requests.forwarded(7, at);
        requests.forwarded(7, at);
        assert_eq!(requests.verdict(at), Verdict::Unclear(at + LATE));
        assert_eq!(requests.verdict(at + LATE), Verdict::Force);
        requests.direct(1, 7, at);
        assert_eq!(requests.verdict(at + LATE), Verdict::Stop);
    }
}
