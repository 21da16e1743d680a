//! Parallel moves: many registers change places at once.

/// One register to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub from: u32,
    pub to: u32,
}

/// The same effect as a sequence; a cycle goes through `scratch`, which none of the moves names. No two moves have
/// one target.
pub(crate) fn parallel(moves: &[Move], scratch: u32) -> Vec<Move> {
    let mut pending: Vec<Move> = moves.iter().copied().filter(|m| m.from != m.to).collect();
    let mut out = Vec::with_capacity(pending.len());
    while !pending.is_empty() {
        let free = pending
            .iter()
            .position(|m| pending.iter().all(|other| other.from != m.to));
        match free {
            Some(index) => out.push(pending.swap_remove(index)),
            None => {
                // Only cycles are left: save what the first move overwrites, and read it from there.
                let target = pending[0].to;
                out.push(Move {
                    from: target,
                    to: scratch,
                });
                for other in &mut pending {
                    if other.from == target {
                        other.from = scratch;
                    }
                }
            }
        }
    }
    out
}
