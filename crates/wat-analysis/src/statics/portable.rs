//! What leaves a thread or a process: WAT4008, WAT4009, WAT4015.

use crate::capability::{self, Capability, HAND_OVER_DATA, SEND_DATA};
use crate::infer::require::Need;
use crate::infer::table::Ty;
use crate::infer::typed::{ExprId, ExprKind, LocalId};
use crate::problem::{Place, Problem};
use crate::types::Ctor;

use super::Rules;

/// Types whose values belong to the thread that made them.
const THREAD_OWNED: [&str; 5] = [
    ":wat::holon::Hologram",
    ":wat::holon::OnlineSubspace",
    ":wat::holon::Reckoner",
    ":wat::holon::Engram",
    ":wat::holon::EngramLibrary",
];
/// Readers and writers in memory, by the calls that make them.
const IN_MEMORY: [&str; 3] = [
    ":wat::io::IOReader/from-bytes",
    ":wat::io::IOReader/from-string",
    ":wat::io::IOWriter/new",
];
/// Why values of a type are not sent; the way to the part that is to blame begins with the type itself.
fn unsent(text: &str, chain: &str) -> String {
    let why = match chain.strip_prefix(&format!("`{text}` ")) {
        Some(way) => match way.strip_prefix("→ ") {
            Some(part) => part.to_owned(),
            None => format!("it {way}"),
        },
        None => chain.to_owned(),
    };
    format!("`{text}` cannot go to another process: {why}")
}

impl<'db> Rules<'_, 'db> {
    pub(super) fn portability(&mut self) {
        let mut found: Vec<Problem<'db>> = Vec::new();
        let mut told: Vec<(String, usize)> = Vec::new();
        let mut needs = Vec::new();
        for call in self.tree.reached() {
            let Some(verb) = self.tree.kernel_call(call) else {
                continue;
            };
            let head = Place::node(self.head(call));
            for (ty, bearer) in self.sent(call, verb) {
                needs.extend(self.parameters(call, ty, Capability::Sent));
                let Some(chain) = self.obstacle(ty, Capability::Sent) else {
                    continue;
                };
                let at = bearer.map_or(head, |bearer| Place::node(self.tree.node(bearer)));
                let text = self.tree.render(ty);
                match told.iter().find(|(other, _)| *other == text) {
                    Some(&(_, first)) if found[first].labels.len() < 7 => {
                        found[first].labels.push((at, "and here".to_owned()));
                    }
                    Some(_) => {}
                    None => {
                        told.push((text.clone(), found.len()));
                        let problem = Problem::new(4009, at, unsent(&text, &chain))
                            .label("its values go to another process")
                            .help(SEND_DATA);
                        found.push(match bearer {
                            Some(_) => problem.also(head, "sends them, or receives them"),
                            None => problem,
                        });
                    }
                }
            }
            for ty in self.inherited(call, verb) {
                needs.extend(self.parameters(call, ty, Capability::Inherited));
            }
            found.extend(self.foreign_items(call, verb));
            found.extend(self.foreign_captures(call, verb));
            found.extend(self.thread_owned_captures(call, verb));
        }
        self.problems.extend(found);
        self.needs = needs;
    }

    /// What a call needs of the parameters of the definition.
    fn parameters(
        &self,
        call: ExprId,
        ty: Ty,
        capability: Capability,
    ) -> impl Iterator<Item = Need> + use<> {
        let node = self.head(call).0;
        let whole = self.tree.inference.table.to_type(ty);
        let params = capability::needs(self.db, self.program, capability, &whole).params;
        params.into_iter().map(move |param| Need {
            param,
            capability,
            node,
        })
    }

    fn types(&self, call: ExprId) -> &[Ty] {
        self.tree.callee(call).map_or(&[], |callee| &callee.types)
    }

    /// The types whose values a call sends to another process, or receives from one, each with the argument that brings
    /// it; none where the context of the call says it.
    fn sent(&self, call: ExprId, verb: &str) -> Vec<(Ty, Option<ExprId>)> {
        let types = self.types(call);
        let args = self.tree.args(call);
        let brought = |bearers: [usize; 2]| {
            let bearers = bearers.iter().map(|&at| args.get(at).copied());
            types.iter().copied().zip(bearers).collect()
        };
        match verb {
            "Sender/from-pipe" | "Receiver/from-pipe" | "spawn-process" | "fork-program"
            | "fork-program-ast" | "spawn-program" | "spawn-program-ast" => {
                types.iter().map(|&ty| (ty, None)).collect()
            }
            "ProcessPeer/new" | "Process/println" => brought([0, 1]),
            "Process/readln" => brought([0, 0]),
            "run-processes" | "run-processes-results" => match types {
                &[_, result] => vec![(result, args.get(1).copied())],
                _ => self.peers_of(call),
            },
            _ => Vec::new(),
        }
    }

    /// What a coordinator's peers read and write.
    fn peers_of(&self, call: ExprId) -> Vec<(Ty, Option<ExprId>)> {
        let table = &self.tree.inference.table;
        let coordinator = self.tree.args(call).first().copied();
        let parts = coordinator
            .and_then(|function| table.args_of(self.tree.expr(function).ty, &Ctor::Fn))
            .unwrap_or_default();
        let peers = parts.split_last().map_or(&[][..], |(_, peers)| peers);
        let parts = peers.iter().filter_map(|&peer| self.tree.nominal(peer));
        let types = parts.flat_map(|(_, args)| args.iter().copied());
        types.map(|ty| (ty, coordinator)).collect()
    }

    /// Why values of a type cannot go to another process, as the way to the part that cannot.
    fn obstacle(&self, ty: Ty, capability: Capability) -> Option<String> {
        let (db, program) = (self.db, self.program);
        let whole = self.tree.inference.table.to_type(ty);
        let names = &self.tree.inference.generics;
        let lacks = capability::needs(db, program, capability, &whole).lacks;
        lacks.then(|| capability::explain(db, program, capability, &whole, names))
    }

    /// The operand that a process-tier bracket applies to its items.
    fn process_work(&self, call: ExprId, verb: &str) -> Option<ExprId> {
        let fans_out = matches!(verb, "run-processes" | "run-processes-results");
        let work = self.tree.args(call).get(1).copied();
        work.filter(|_| fans_out && self.types(call).len() == 2)
    }

    /// The types of what a process-tier bracket hands over as a copy of the memory: items, and what the work captures.
    fn inherited(&self, call: ExprId, verb: &str) -> Vec<Ty> {
        let Some(work) = self.process_work(call, verb) else {
            return Vec::new();
        };
        let items = self.tree.args(call).first();
        let items = items.map(|&items| self.tree.expr(items).ty);
        let captured = self.captures(work).into_iter();
        let captured = captured.map(|(local, _)| self.tree.info(local).ty);
        items.into_iter().chain(captured).collect()
    }

    /// WAT4008, items.
    fn foreign_items(&self, call: ExprId, verb: &str) -> Option<Problem<'db>> {
        self.process_work(call, verb)?;
        let &items = self.tree.args(call).first()?;
        let chain = self.obstacle(self.tree.expr(items).ty, Capability::Inherited)?;
        Some(
            Problem::new(
                4008,
                Place::node(self.tree.node(items)),
                format!("the items of `:wat::kernel::{verb}` go to other processes: {chain}"),
            )
            .label("means nothing in another process")
            .also(
                Place::node(self.tree.node(call)),
                "forks a process for each worker",
            )
            .help(HAND_OVER_DATA),
        )
    }

    /// WAT4008, captures.
    fn foreign_captures(&self, call: ExprId, verb: &str) -> Option<Problem<'db>> {
        let work = self.process_work(call, verb)?;
        let mut found: Vec<(LocalId, ExprId, String)> = Vec::new();
        for (local, mention) in self.captures(work) {
            if let Some(chain) = self.obstacle(self.tree.info(local).ty, Capability::Inherited) {
                found.push((local, mention, chain));
            }
        }
        let (local, mention, chain) = found.first()?;
        let name = &self.tree.info(*local).name;
        let mut problem = Problem::new(
            4008,
            Place::node(self.tree.node(*mention)),
            format!("the work of `:wat::kernel::{verb}` runs in other processes and captures `{name}`: {chain}"),
        )
        .label("means nothing in another process")
        .also(Place::node(self.tree.info(*local).node), "bound here")
        .also(Place::node(self.tree.node(call)), "forks a process for each worker")
        .help("capture plain values, and return results");
        for (_, mention, _) in found.iter().skip(1).take(6) {
            problem = problem.also(Place::node(self.tree.node(*mention)), "captured, too");
        }
        Some(problem)
    }

    /// The locals that a function value captures, as far as its text is seen, each with a mention inside it.
    fn captures(&self, function: ExprId) -> Vec<(LocalId, ExprId)> {
        let mut found: Vec<(LocalId, ExprId)> = Vec::new();
        let mut seen = Vec::new();
        let mut work = vec![self.tree.resolve(function)];
        while let Some(function) = work.pop() {
            let ExprKind::Lambda { depth, .. } = self.tree.expr(function).kind else {
                continue;
            };
            if seen.contains(&function) {
                continue;
            }
            seen.push(function);
            for id in self.tree.reached() {
                let Some(local) = self.tree.local(id) else {
                    continue;
                };
                if self.tree.info(local).depth >= depth || !self.tree.is_inside(id, function) {
                    continue;
                }
                if !found.iter().any(|(other, _)| *other == local) {
                    found.push((local, id));
                    work.push(self.tree.resolve(id));
                }
            }
        }
        found
    }

    /// The function values that a call runs on other threads.
    fn thread_workers(&self, call: ExprId, verb: &str) -> Vec<ExprId> {
        let args = self.tree.args(call);
        match verb {
            "spawn-thread" => args.iter().take(1).copied().collect(),
            "run-threads" | "run-threads-results" => match self.types(call).len() {
                2 => args.get(1).copied().into_iter().collect(),
                _ => args.iter().skip(1).copied().collect(),
            },
            _ => Vec::new(),
        }
    }

    /// WAT4015.
    fn thread_owned_captures(&self, call: ExprId, verb: &str) -> Vec<Problem<'db>> {
        let mut found = Vec::new();
        for worker in self.thread_workers(call, verb) {
            let owned = self
                .captures(worker)
                .into_iter()
                .find_map(|(local, mention)| Some((local, mention, self.made_by(local)?)));
            let Some((local, mention, made)) = owned else {
                continue;
            };
            let name = &self.tree.info(local).name;
            let problem = Problem::new(
                4015,
                Place::node(self.tree.node(mention)),
                format!("`{name}` belongs to the thread that made it, and a worker of `:wat::kernel::{verb}` captures it"),
            )
            .label("used on another thread")
            .also(Place::node(made), "made on this thread")
            .also(Place::node(self.tree.node(call)), "runs it on another thread")
            .help("make it inside the worker, and return what it holds");
            found.push(problem);
        }
        found
    }

    /// Where a thread-owned value was made, or is bound.
    fn made_by(&self, local: LocalId) -> Option<wat_syntax::NodeId> {
        let info = self.tree.info(local);
        if let Some((path, _)) = self.tree.nominal(info.ty)
            && THREAD_OWNED.contains(&path)
        {
            return Some(info.node);
        }
        let value = self.tree.resolve(self.tree.value_of(local)?);
        let maker = self.leaves(value).into_iter().find(|&leaf| {
            let leaf = self.tree.resolve(leaf);
            let callee = self.tree.callee(leaf);
            callee.is_some_and(|callee| IN_MEMORY.contains(&&*callee.name))
        });
        maker.map(|maker| self.tree.node(maker))
    }
}
