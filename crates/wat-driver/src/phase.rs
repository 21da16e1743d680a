//! The phases in which a program starts (chapter 02 §1.2), by the codes of what they find.

use wat_analysis::{Code, Diagnostic, Severity};

/// The phase that finds an error of this code.
fn phase(code: Code) -> u8 {
    match code.0 {
        1000..=1999 => 1,
        2005..=2007 | 2700..=2799 => 2,
        5000..=5099 => 3,
        2400..=2499 => 4,
        2100..=2189 => 5,
        2001 | 2002 => 10,
        _ => 7,
    }
}

/// Takes out the errors of the phases behind the first one that has some: a program does not get there.
pub fn keep_first_phase(found: &mut Vec<Diagnostic>) {
    let is_error = |it: &&Diagnostic| it.severity == Severity::Error;
    let phases = found.iter().filter(is_error).map(|it| phase(it.code));
    let Some(first) = phases.min() else {
        return;
    };
    found.retain(|it| it.severity != Severity::Error || phase(it.code) == first);
}
