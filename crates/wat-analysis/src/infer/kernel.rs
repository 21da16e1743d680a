//! The forms of the kernel that no signature describes: channels, typed reads, brackets.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::counted;

use crate::capability::Capability;
use crate::problem::{Place, Problem};
use crate::signature::{function_shape, param_shapes};
use crate::types::Ctor;

use super::Infer;
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};

/// Where the workers of a bracket run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tier {
    Thread,
    Process,
}

impl Tier {
    fn died_error(self) -> Ctor {
        nominal(match self {
            Tier::Thread => ":wat::kernel::ThreadDiedError",
            Tier::Process => ":wat::kernel::ProcessDiedError",
        })
    }

    fn peer(self) -> Ctor {
        nominal(match self {
            Tier::Thread => ":wat::kernel::ThreadPeer",
            Tier::Process => ":wat::kernel::ProcessPeer",
        })
    }
}

fn nominal(path: &str) -> Ctor {
    Ctor::Nominal(path.into())
}

/// Items, work, and a limit that may be left out.
const FAN_OUT_ARGUMENTS: &str = "2 or 3";

impl<'db> Infer<'db> {
    /// A special form of the kernel; `None` if the path is none.
    pub(super) fn kernel_form(&mut self, path: &str, node: NodeId) -> Option<ExprId> {
        Some(match path.strip_prefix(":wat::kernel::")? {
            "make-bounded-channel" => self.channel_form(node, path, 1),
            "make-unbounded-channel" => self.channel_form(node, path, 0),
            "readln" => self.read_form(node, path, false),
            "try-readln" => self.read_form(node, path, true),
            "run-threads" => self.bracket_form(node, path, Tier::Thread, false),
            "run-threads-results" => self.bracket_form(node, path, Tier::Thread, true),
            "run-processes" => self.bracket_form(node, path, Tier::Process, false),
            "run-processes-results" => self.bracket_form(node, path, Tier::Process, true),
            _ => return None,
        })
    }

    /// A call that the machine carries out under the path of the form.
    fn kernel_call(
        &mut self,
        path: &str,
        types: Vec<Ty>,
        args: Vec<ExprId>,
        ty: Ty,
        node: NodeId,
    ) -> ExprId {
        let callee = FunctionRef {
            name: path.into(),
            kind: FunctionKind::Native,
            types,
        };
        let rest = None;
        self.push(ExprKind::Call { callee, args, rest }, ty, node)
    }

    pub(super) fn head(&self, node: NodeId) -> NodeId {
        self.ast.children(node).next().unwrap_or(node)
    }

    /// `(make-bounded-channel :T n)`, `(make-unbounded-channel :T)`
    pub(super) fn channel_form(&mut self, node: NodeId, path: &str, capacities: usize) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let slot = nodes.first().copied().filter(|&slot| self.is_keyword(slot));
        let Some(slot) = slot else {
            if !self.ast.is_poisoned(node) {
                let at = nodes.first().copied().unwrap_or(node);
                self.problems.push(
                    Problem::new(
                        3013,
                        Place::node(at),
                        format!("`{path}` needs the type of its values first"),
                    )
                    .label("expected a type")
                    .help(format!("write `({path} :Type …)`")),
                );
            }
            self.arguments(node);
            return self.error(node);
        };
        let value = self.type_at(slot, true);
        // The form under its retired name says no capacity; that is told.
        let retired = ":wat::kernel::make-unbounded-queue";
        let capacities = match self.ast.as_keyword(self.head(node)) {
            Some(head) if head == retired => 0,
            _ => capacities,
        };
        let args: Vec<ExprId> = nodes[1..].iter().map(|&node| self.expr(node)).collect();
        let sender = self.table.app(nominal(":wat::kernel::Sender"), &[value]);
        let receiver = self.table.app(nominal(":wat::kernel::Receiver"), &[value]);
        let ty = self.table.app(Ctor::Tuple, &[sender, receiver]);
        for &arg in args.iter().take(capacities) {
            self.expect(arg, Ty::I64, Why::Form);
        }
        if args.len() != capacities {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count(head, path, capacities + 1, args.len() + 1);
            }
            return self.push(ExprKind::Error, ty, node);
        }
        self.kernel_call(path, vec![value], args, ty, node)
    }

    /// `(readln -> :T)`, `(try-readln -> :T)`
    fn read_form(&mut self, node: NodeId, path: &str, optional: bool) -> ExprId {
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let arrow = nodes
            .first()
            .is_some_and(|&first| self.ast.as_symbol(first) == Some("->"));
        if !arrow {
            for &node in &nodes {
                self.expr(node);
            }
            if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(
                        2208,
                        Place::node(node),
                        format!("`{path}` needs the type of what it reads"),
                    )
                    .label("`-> :Type` is missing")
                    .help(format!("write `({path} -> :Type)`")),
                );
            }
            return self.error(node);
        }
        let ascribed = self.ascription(&mut nodes, 0, Some(0));
        let rest = if ascribed.is_some() { 0 } else { 1 };
        let surplus: Vec<ExprId> = nodes
            .iter()
            .skip(rest)
            .map(|&node| self.expr(node))
            .collect();
        let Some((value, slot)) = ascribed else {
            return self.error(node);
        };
        self.require(Capability::Portable, value, slot);
        let ty = match optional {
            true => self.table.app(Ctor::Option, &[value]),
            false => value,
        };
        if !surplus.is_empty() {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count(head, path, 0, surplus.len());
            }
            return self.push(ExprKind::Error, ty, node);
        }
        self.kernel_call(path, vec![value], Vec::new(), ty, node)
    }

    /// The type of the first operand decides: a vector of items, or a coordinator.
    fn bracket_form(&mut self, node: NodeId, path: &str, tier: Tier, results: bool) -> ExprId {
        let args = self.arguments(node);
        self.solve();
        let Some((&first, rest)) = args.split_first() else {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count_of(head, path, FAN_OUT_ARGUMENTS, 0);
            }
            return self.error(node);
        };
        match self.table.shape(self.ty(first)) {
            Shape::Error => self.error(node),
            Shape::App(Ctor::Fn, parts) if !results => {
                let parts = parts.to_vec();
                self.coordinator_form(node, path, tier, first, rest, &parts)
            }
            _ => self.fan_out_form(node, path, tier, results, &args),
        }
    }

    /// `(run-threads items work [limit])`
    fn fan_out_form(
        &mut self,
        node: NodeId,
        path: &str,
        tier: Tier,
        results: bool,
        args: &[ExprId],
    ) -> ExprId {
        let (item, result) = (self.table.var(), self.table.var());
        let items = self.table.app(Ctor::Vector, &[item]);
        self.expect(args[0], items, Why::Form);
        if let Some(&work) = args.get(1) {
            let wanted = self.table.function(&[item], result);
            self.expect(work, wanted, Why::Form);
        }
        if let Some(&limit) = args.get(2) {
            self.expect(limit, Ty::I64, Why::Form);
        }
        let element = if results {
            let died = self.table.app(tier.died_error(), &[]);
            let chain = self.table.app(Ctor::Vector, &[died]);
            self.table.app(Ctor::Result, &[result, chain])
        } else {
            result
        };
        let ty = self.table.app(Ctor::Vector, &[element]);
        if !(2..=3).contains(&args.len()) {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count_of(head, path, FAN_OUT_ARGUMENTS, args.len());
            }
            return self.push(ExprKind::Error, ty, node);
        }
        self.kernel_call(path, vec![item, result], args.to_vec(), ty, node)
    }

    /// `(run-threads coordinator worker…)`
    fn coordinator_form(
        &mut self,
        node: NodeId,
        path: &str,
        tier: Tier,
        coordinator: ExprId,
        workers: &[ExprId],
        parts: &[Ty],
    ) -> ExprId {
        let (peers, ret) = (&parts[..parts.len() - 1], parts[parts.len() - 1]);
        let mut mirrored = Vec::new();
        let mut wanted = Vec::new();
        for _ in peers {
            let (reads, writes) = (self.table.var(), self.table.var());
            wanted.push(self.table.app(tier.peer(), &[reads, writes]));
            mirrored.push(self.table.app(tier.peer(), &[writes, reads]));
        }
        let wanted = self.table.function(&wanted, ret);
        self.expect(coordinator, wanted, Why::Form);
        if workers.len() != peers.len() || workers.is_empty() {
            if !self.ast.is_poisoned(node) {
                self.wrong_workers(node, path, coordinator, workers, peers.len());
            }
            return self.push(ExprKind::Error, ret, node);
        }
        for (&worker, &peer) in workers.iter().zip(&mirrored) {
            match tier {
                Tier::Thread => self.expect_worker(path, coordinator, worker, peer),
                Tier::Process => {
                    let form = self.table.app(nominal(":wat::WatAST"), &[]);
                    let program = self.table.app(Ctor::Vector, &[form]);
                    self.expect(worker, program, Why::Form);
                }
            }
        }
        let mut args = vec![coordinator];
        args.extend_from_slice(workers);
        self.kernel_call(path, vec![ret], args, ret, node)
    }

    /// WAT4012.
    fn wrong_workers(
        &mut self,
        node: NodeId,
        path: &str,
        coordinator: ExprId,
        workers: &[ExprId],
        peers: usize,
    ) {
        let mut problem = Problem::new(
            4012,
            Place::node(self.head(node)),
            format!(
                "the coordinator of `{path}` takes {}, and {} given",
                counted(peers, "peer"),
                match workers.len() {
                    1 => "1 worker is".to_owned(),
                    n => format!("{n} workers are"),
                }
            ),
        )
        .label(format!(
            "{} for {}",
            counted(workers.len(), "worker"),
            counted(peers, "peer")
        ))
        .also(
            Place::node(self.exprs[coordinator.0 as usize].node),
            format!("takes {}", counted(peers, "peer")),
        );
        for &surplus in workers.iter().skip(peers).take(7) {
            let at = Place::node(self.exprs[surplus.0 as usize].node);
            problem = problem.also(at, "no peer for this worker");
        }
        self.problems
            .push(problem.help(match (peers, workers.len()) {
                (0, _) => "a coordinator takes one peer for each worker, and there is at least one",
                (peers, workers) if workers < peers => {
                    "add a worker for each peer of the coordinator"
                }
                _ => "remove workers, or give the coordinator more parameters",
            }));
    }

    /// A worker is a function of the mirrored peer: WAT4011.
    fn expect_worker(&mut self, path: &str, coordinator: ExprId, worker: ExprId, peer: Ty) {
        let found = match self.table.shape(self.ty(worker)) {
            Shape::App(Ctor::Fn, &[param, _]) => Some(param),
            _ => None,
        };
        let is_peer =
            found.is_some_and(|found| self.table.args_of(found, &Tier::Thread.peer()).is_some());
        if let Some(found) = found.filter(|_| is_peer)
            && self.table.unify(peer, found).is_err()
        {
            let (want, have) = (self.render(peer), self.render(found));
            let at = self.exprs[worker.0 as usize].node;
            let problem = Problem::new(
                4011,
                Place::node(at),
                format!("a worker of `{path}` takes the mirror of the coordinator's peer, `{want}`, and this one takes `{have}`"),
            )
            .label(format!("takes a `{have}`"))
            .also(
                Place::node(self.exprs[coordinator.0 as usize].node),
                "what this side writes, the worker reads",
            )
            .help("swap what the worker's peer reads and writes");
            let problem = match self.worker_parameter(at) {
                Some(ty) => problem.replace(Applicability::MaybeIncorrect, Place::node(ty), &want),
                None => problem,
            };
            self.problems.push(problem);
            self.exprs[worker.0 as usize].kind = ExprKind::Error;
            return;
        }
        let wanted = self.table.function(&[peer], Ty::NIL);
        self.expect(worker, wanted, Why::Form);
    }

    /// The type of the only parameter of an inline `fn`.
    fn worker_parameter(&self, worker: NodeId) -> Option<NodeId> {
        let head = self.ast.children(worker).next();
        let is_fn = self.ast.kind(worker) == NodeKind::List
            && head.and_then(|head| self.ast.as_keyword(head)) == Some(":wat::core::fn");
        let params = function_shape(self.ast, worker, 1)
            .params
            .filter(|_| is_fn)?;
        param_shapes(self.ast, params).0.first()?.ty
    }
}
