//! WAT4004: one call receives both ends of one channel.

use crate::infer::typed::{ExprId, ExprKind, FunctionKind};
use crate::problem::{Place, Problem};

use super::Rules;
use super::tree::Origin;

impl Rules<'_, '_> {
    /// The channel that a value was taken from, as far as names and projections show it.
    pub(super) fn anchor(&self, mut id: ExprId) -> Option<ExprId> {
        loop {
            if matches!(
                self.tree.kernel_call(id),
                Some("make-bounded-channel" | "make-unbounded-channel")
            ) {
                return Some(id);
            }
            id = match self.tree.expr(id).kind {
                ExprKind::Position { index: 0 | 1, of } => of,
                ExprKind::Local(local) => match self.tree.origin(local) {
                    Origin::Let { form, index, .. } => {
                        let (binder, value) = self.tree.binding(form, index)?;
                        // A name of the whole, or of one of its two parts.
                        use crate::infer::typed::PatternKind;
                        let direct = match &binder.kind {
                            PatternKind::Bind(_) => true,
                            PatternKind::Tuple(parts) => parts
                                .iter()
                                .any(|part| matches!(part.kind, PatternKind::Bind(found) if found == local)),
                            _ => false,
                        };
                        if !direct {
                            return None;
                        }
                        *value
                    }
                    Origin::Elsewhere => return None,
                },
                _ => return None,
            };
        }
    }

    pub(super) fn channel_pairs(&mut self) {
        let mut found = Vec::new();
        for call in self.tree.reached() {
            let examined = match &self.tree.expr(call).kind {
                ExprKind::Apply { .. } => true,
                _ => self.tree.callee(call).is_some_and(|callee| {
                    !matches!(callee.kind, FunctionKind::Constructor(_))
                        && !callee.name.starts_with(":wat::kernel::")
                }),
            };
            if !examined {
                continue;
            }
            let ends = |name: &str| -> Vec<(ExprId, ExprId)> {
                let args = self.tree.args(call).iter().copied();
                args.filter(|&arg| self.tree.is_kernel_type(self.tree.expr(arg).ty, name))
                    .filter_map(|arg| Some((arg, self.anchor(arg)?)))
                    .collect()
            };
            let receivers = ends("Receiver");
            let pair = ends("Sender").into_iter().find_map(|(sender, anchor)| {
                let (receiver, _) = receivers.iter().find(|(_, other)| *other == anchor)?;
                Some((sender, *receiver, anchor))
            });
            if let Some((sender, receiver, anchor)) = pair {
                let callee = match self.tree.callee(call) {
                    Some(callee) => format!("`{}`", callee.name),
                    None => "one function".to_owned(),
                };
                let at = |id: ExprId| Place::node(self.tree.node(id));
                found.push(
                    Problem::new(
                        4004,
                        at(call),
                        format!("{callee} gets both ends of one channel: who reads keeps the writer alive"),
                    )
                    .label("gets both ends")
                    .also(at(sender), "the sender")
                    .also(at(receiver), "the receiver of the same channel")
                    .also(at(anchor), "the channel is made here")
                    .help("give each side one end of two channels, or put the reply sender into the request"),
                );
            }
        }
        self.problems.extend(found);
    }
}
