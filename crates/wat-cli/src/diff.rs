//! The unified difference of two texts.

use std::fmt::Write as _;

/// Lines around a change that are shown.
const CONTEXT: usize = 3;
/// How many lines may differ within one stretch before it is shown as replaced whole.
const MAX_CHANGES: usize = 600;

/// What happens to a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Same,
    Gone,
    New,
}

/// The unified difference from `old` to `new`, named `a/NAME` and `b/NAME`; empty if they are equal.
///
/// `stretches` are the places that differ: byte ranges of `old` and what stands there in `new`, in order. What is
/// between them is not compared.
pub(crate) fn unified<'a>(
    name: &str,
    old: &str,
    stretches: impl Iterator<Item = (usize, usize, &'a str)>,
) -> String {
    let mut lines = Vec::new();
    let mut at = 0;
    for (start, end, text) in whole_lines(old, stretches) {
        lines.extend(
            old[at..start]
                .split_inclusive('\n')
                .map(|line| (Change::Same, line.to_owned())),
        );
        compare(&old[start..end], &text, &mut lines);
        at = end;
    }
    lines.extend(
        old[at..]
            .split_inclusive('\n')
            .map(|line| (Change::Same, line.to_owned())),
    );
    hunks(name, &lines)
}

/// Widens stretches to whole lines; those that share a line, or whose lines follow one another, are one.
fn whole_lines<'a>(
    old: &str,
    stretches: impl Iterator<Item = (usize, usize, &'a str)>,
) -> Vec<(usize, usize, String)> {
    let mut wide: Vec<(usize, usize, String)> = Vec::new();
    for (start, end, text) in stretches {
        let line = old[..start].rfind('\n').map_or(0, |at| at + 1);
        let last = old[end..].find('\n').map_or(old.len(), |at| end + at + 1);
        match wide.last_mut() {
            Some((_, until, all)) if *until >= line => {
                // The tail of the last line was copied on speculation; from `start` on it is replaced.
                let copied = until.saturating_sub(start);
                all.truncate(all.len() - copied);
                all.push_str(&old[start.min(*until)..start]);
                all.push_str(text);
                all.push_str(&old[end..last]);
                *until = last;
            }
            _ => wide.push((
                line,
                last,
                [&old[line..start], text, &old[end..last]].concat(),
            )),
        }
    }
    wide
}

/// Appends the changes from `old` to `new`, the fewest there are.
fn compare(old: &str, new: &str, lines: &mut Vec<(Change, String)>) {
    let a: Vec<&str> = old.split_inclusive('\n').collect();
    let b: Vec<&str> = new.split_inclusive('\n').collect();
    let script = shortest(&a, &b).unwrap_or_else(|| {
        let gone = a.iter().map(|_| Change::Gone);
        gone.chain(b.iter().map(|_| Change::New)).collect()
    });
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    for change in script {
        if change != Change::New {
            lines.extend(a.next().map(|line| (change, line.to_owned())));
        }
        if change != Change::Gone {
            let line = b.next();
            lines.extend(
                line.filter(|_| change == Change::New)
                    .map(|line| (change, line.to_owned())),
            );
        }
    }
}

/// The shortest script from `a` to `b` (Myers' greedy algorithm), or `None` if it has too many changes.
fn shortest(a: &[&str], b: &[&str]) -> Option<Vec<Change>> {
    let (rows, columns) = (a.len() as isize, b.len() as isize);
    let limit = (a.len() + b.len()).min(MAX_CHANGES) as isize;
    // furthest[k + limit + 1] is the row reached on diagonal k = row - column.
    let mut furthest = vec![0isize; 2 * limit as usize + 3];
    let slot = |diagonal: isize| (diagonal + limit + 1) as usize;
    let down = |furthest: &[isize], diagonal: isize, changes: isize| {
        diagonal == -changes
            || diagonal != changes && furthest[slot(diagonal - 1)] < furthest[slot(diagonal + 1)]
    };
    let mut trace: Vec<Vec<isize>> = Vec::new();
    for changes in 0..=limit {
        trace.push(furthest.clone());
        let mut diagonal = -changes;
        while diagonal <= changes {
            let mut row = match down(&furthest, diagonal, changes) {
                true => furthest[slot(diagonal + 1)],
                false => furthest[slot(diagonal - 1)] + 1,
            };
            while row < rows
                && row - diagonal < columns
                && a[row as usize] == b[(row - diagonal) as usize]
            {
                row += 1;
            }
            furthest[slot(diagonal)] = row;
            if row >= rows && row - diagonal >= columns {
                return Some(script(&trace, rows, columns, slot, down));
            }
            diagonal += 2;
        }
    }
    None
}

/// Walks the reached rows back from the end.
fn script(
    trace: &[Vec<isize>],
    rows: isize,
    columns: isize,
    slot: impl Fn(isize) -> usize,
    down: impl Fn(&[isize], isize, isize) -> bool,
) -> Vec<Change> {
    let (mut row, mut column) = (rows, columns);
    let mut changes = Vec::new();
    for (count, furthest) in trace.iter().enumerate().rev() {
        let diagonal = row - column;
        let is_down = down(furthest, diagonal, count as isize);
        let before = if is_down { diagonal + 1 } else { diagonal - 1 };
        let (to, from) = match count {
            0 => (0, 0),
            _ => (furthest[slot(before)], furthest[slot(before)] - before),
        };
        let (start_row, start_column) = match (count, is_down) {
            (0, _) => (0, 0),
            (_, true) => (to, from + 1),
            (_, false) => (to + 1, from),
        };
        while row > start_row && column > start_column {
            changes.push(Change::Same);
            row -= 1;
            column -= 1;
        }
        if count > 0 {
            changes.push(if is_down { Change::New } else { Change::Gone });
            (row, column) = (to, from);
        }
    }
    changes.reverse();
    changes
}

/// Writes the changes with the lines around them.
fn hunks(name: &str, lines: &[(Change, String)]) -> String {
    let mut out = String::new();
    let changed: Vec<usize> = (0..lines.len())
        .filter(|&at| lines[at].0 != Change::Same)
        .collect();
    let mut changed = changed.into_iter().peekable();
    let (mut old, mut new, mut at) = (0, 0, 0);
    while let Some(first) = changed.next() {
        if out.is_empty() {
            let name = name.trim_start_matches('/');
            let _ = writeln!(out, "--- a/{name}\n+++ b/{name}");
        }
        let mut last = first;
        while let Some(next) = changed.next_if(|&next| next - last <= 2 * CONTEXT + 1) {
            last = next;
        }
        let start = first.saturating_sub(CONTEXT).max(at);
        let end = (last + CONTEXT + 1).min(lines.len());
        let skipped = start - at;
        (old, new) = (old + skipped, new + skipped);
        let hunk = &lines[start..end];
        let gone = hunk
            .iter()
            .filter(|(change, _)| *change != Change::New)
            .count();
        let come = hunk
            .iter()
            .filter(|(change, _)| *change != Change::Gone)
            .count();
        let _ = writeln!(out, "@@ -{} +{} @@", span(old, gone), span(new, come));
        for (change, line) in hunk {
            out.push(match change {
                Change::Same => ' ',
                Change::Gone => '-',
                Change::New => '+',
            });
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
        (old, new, at) = (old + gone, new + come, end);
    }
    out
}

/// First line and number of lines, as `diff` writes them.
fn span(before: usize, count: usize) -> String {
    match count {
        0 => format!("{before},0"),
        1 => format!("{}", before + 1),
        _ => format!("{},{count}", before + 1),
    }
}
