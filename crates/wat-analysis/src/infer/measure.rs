//! Types that are too large to be written out.
//!
//! Inference shares the parts of types: sixty pairs of pairs are sixty nodes here and more than the memory holds once
//! they are written out. So a definition whose types are larger than any real one has a finding at the first expression
//! with such a type, and nothing behind inference sees it.

use rustc_hash::FxHashMap;

use crate::problem::{Place, Problem};

use super::Infer;

impl Infer<'_> {
    /// WAT3006: the first expression whose type is too large. True if there is one.
    pub(super) fn measure(&mut self) -> bool {
        let mut known = FxHashMap::default();
        let found = self.exprs.iter().find_map(|expr| {
            let size = self.table.size(expr.ty, &mut known);
            (!size.is_fine()).then_some((expr.node, size))
        });
        let Some((node, size)) = found else {
            return false;
        };
        let message = format!("the type of this expression {}", size.complaint());
        self.problems.push(
            Problem::new(3006, Place::node(node), message)
                .label("its type is too large")
                .help("name a struct or an enum on the way: a declared type counts once"),
        );
        true
    }
}
