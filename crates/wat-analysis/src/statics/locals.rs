//! The names of locals: WAT7103, WAT7108.

use crate::infer::typed::LocalId;
use crate::lint::names::case::{is_kebab, kebab};
use crate::problem::{Place, Problem};

use super::Rules;

impl<'db> Rules<'_, 'db> {
    pub(super) fn names_of_locals(&mut self) {
        for local in self.tree.locals() {
            let info = self.tree.info(local);
            if let Some(hidden) = info.shadows {
                self.shadowed(local, hidden);
            }
            // A single capital is a name of mathematics.
            if !is_kebab(&info.name) && info.name.chars().count() > 1 {
                let problem = Problem::new(
                    7103,
                    Place::node(info.node),
                    format!("the local `{}` is not named in kebab-case", info.name),
                )
                .label("words are written in small letters, with `-` between them")
                .help(format!("name it `{}`", kebab(&info.name)));
                self.lints.push(problem);
            }
        }
    }

    /// WAT7108: what is named to be ignored hides nothing.
    fn shadowed(&mut self, local: LocalId, hidden: LocalId) {
        let (info, hidden) = (self.tree.info(local), self.tree.info(hidden));
        if self.tree.is_ignored(local) {
            return;
        }
        let name = &info.name;
        let problem = Problem::new(
            7108,
            Place::node(info.node),
            format!("`{name}` hides another local of that name"),
        )
        .label("from here on, the name means this one")
        .also(Place::node(hidden.node), format!("this `{name}` is hidden"))
        .help("give one of the two another name");
        self.lints.push(problem);
    }
}
