//! What a definition asks of types: capabilities, noted while it is inferred and judged when all types are known.

use wat_syntax::NodeId;

use crate::capability::{
    Capability, NAME_THE_TYPE, explain, has_type_of_run_time, is_handle, needs,
};
use crate::items::{Item, ItemKind};
use crate::names::lookup_type;
use crate::problem::{Place, Plain, Problem};
use crate::types::{Ctor, Type};

use super::Infer;
use super::table::Ty;

/// The functions that print their argument.
const PRINTERS: [&str; 4] = [
    ":wat::kernel::println",
    ":wat::kernel::eprintln",
    ":wat::kernel::pprintln",
    ":wat::kernel::epprintln",
];

/// An operation that needs a capability.
pub(super) struct Wanted {
    capability: Capability,
    ty: Ty,
    node: NodeId,
}

/// A use of a generic function, before all types are known.
pub(super) struct Instantiated<'db> {
    node: NodeId,
    callee: Item<'db>,
    types: Vec<Ty>,
}

/// An operation that needs a capability of a type parameter of the definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Need {
    pub(crate) param: u32,
    pub(crate) capability: Capability,
    pub(crate) node: u32,
}

/// A use of a generic function.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Instance<'db> {
    /// The callee's token.
    pub(crate) node: u32,
    pub(crate) callee: Item<'db>,
    /// One type for each type parameter of the callee.
    pub(crate) types: Vec<Plain<Type>>,
}

impl<'db> Infer<'db> {
    /// Notes that an operation needs a capability of a type.
    pub(super) fn require(&mut self, capability: Capability, ty: Ty, node: NodeId) {
        self.wanted.push(Wanted {
            capability,
            ty,
            node,
        });
    }

    /// Notes a use of a function with type parameters.
    pub(super) fn instantiated(&mut self, node: NodeId, callee: Item<'db>, types: &[Ty]) {
        if !types.is_empty() {
            self.instantiated.push(Instantiated {
                node,
                callee,
                types: types.to_vec(),
            });
        }
    }

    /// Notes what a call prints.
    pub(super) fn printed(&mut self, callee: Item<'db>, ty: Ty, node: NodeId) {
        let name = callee.name(self.db).text(self.db).as_str();
        if callee.kind(self.db) == ItemKind::Native && PRINTERS.contains(&name) {
            self.printed.push((ty, node));
        }
    }

    /// Judges what was noted: known types that lack a capability are reported; what depends on parameters of the
    /// definition is returned. What stays open of a type is inspected by nobody.
    pub(super) fn settle(&mut self) -> (Vec<Need>, Vec<Instance<'db>>) {
        let mut own = Vec::new();
        for wanted in std::mem::take(&mut self.wanted) {
            let ty = self.table.to_type(wanted.ty);
            let found = needs(self.db, self.program, wanted.capability, &ty);
            if found.lacks {
                self.lacks(wanted.capability, &ty, wanted.node);
                continue;
            }
            own.extend(found.params.into_iter().map(|param| Need {
                param,
                capability: wanted.capability,
                node: wanted.node.0,
            }));
        }
        let printed = std::mem::take(&mut self.printed);
        for (ty, node) in printed {
            self.prints_nothing(ty, node);
        }
        let instances = std::mem::take(&mut self.instantiated)
            .into_iter()
            .map(|used| Instance {
                node: used.node.0,
                callee: used.callee,
                types: used
                    .types
                    .iter()
                    .map(|&ty| Plain(self.table.to_type(ty)))
                    .collect(),
            })
            .collect();
        (own, instances)
    }

    fn lacks(&mut self, capability: Capability, ty: &Type, node: NodeId) {
        let message = explain(self.db, self.program, capability, ty, &self.generics);
        let problem = Problem::new(capability.code(), Place::node(node), message);
        if has_type_of_run_time(ty) {
            let problem = problem.label("its type is not determined");
            self.problems.push(problem.help(NAME_THE_TYPE));
            return;
        }
        let found = ty.render(&self.generics);
        let problem = problem.label(format!("this is a `{found}`"));
        self.problems.push(match capability {
            Capability::Portable => {
                problem.help("read a type that has an EDN form: no functions, no handles")
            }
            Capability::Generated => problem.help("write a generator instead of the type"),
            _ => problem,
        });
    }

    /// WAT3607: what is printed has no content.
    fn prints_nothing(&mut self, ty: Ty, node: NodeId) {
        let ty = self.table.to_type(ty);
        let is_told = self.problems.iter().any(|problem| problem.code == 3411);
        if is_told || !self.is_opaque(&ty) {
            return;
        }
        let found = ty.render(&self.generics);
        self.problems.push(
            Problem::new(
                3607,
                Place::node(node),
                format!("a `{found}` prints as an opaque tag: it has no content"),
            )
            .label("nothing of it is shown"),
        );
    }

    fn is_opaque(&self, ty: &Type) -> bool {
        match ty {
            Type::App(Ctor::Fn, _) => true,
            Type::App(Ctor::Nominal(path), _) => {
                let Some(item) = lookup_type(self.db, self.program, path) else {
                    return false;
                };
                is_handle(self.db, item)
            }
            _ => false,
        }
    }
}
