//! Lints about calls that can be read in two ways, or hardly at all: WAT7041, WAT7408, WAT7411, WAT7412.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::expand::Source;
use crate::keywords::KeywordForm;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::Signature;

use super::Infer;
use super::typed::{Expr, ExprId, ExprKind, FunctionRef};

/// From how many positional arguments on names are worth their space.
const MANY: usize = 5;

impl<'db> Infer<'db> {
    /// What a macro wrote is the business of the macro.
    fn is_written(&self, node: NodeId) -> bool {
        matches!(self.origin_of(node), Source::Written(_))
    }

    /// WAT7411: a keyword value that is spelled like a parameter, in a call that is positional by its count.
    pub(super) fn lint_lookalike(&mut self, form: &KeywordForm, node: NodeId) {
        if form.rest.is_some() || !self.is_written(node) {
            return;
        }
        let named = |&arg: &NodeId| self.key(arg).is_some_and(|key| form.param(key).is_some());
        let args = self.argument_nodes(node);
        let mut found = args.into_iter().skip(form.lead).filter(named);
        let Some(first) = found.next() else { return };
        let more: Vec<NodeId> = found.collect();
        let key = self.key(first).unwrap_or_default();
        let problem = Problem::new(
            7411,
            Place::node(first),
            format!("`:{key}` is a value here, but there is a parameter `{key}`"),
        )
        .label("looks like a keyword argument")
        .help("write all arguments with keywords if that was meant");
        let also = |problem: Problem<'db>, node| problem.also(Place::node(node), "this one too");
        self.problems.push(more.into_iter().fold(problem, also));
    }

    /// WAT7412: a keyword call whose words would also fit by position.
    pub(super) fn lint_ambiguous_rest(
        &mut self,
        signature: &Signature,
        callee: &FunctionRef,
        node: NodeId,
    ) {
        let Some(rest) = &signature.rest else { return };
        let args = self.argument_nodes(node);
        if args.len() < signature.params.len() || !self.is_written(node) {
            return;
        }
        let snapshot = self.table.snapshot();
        // The keys have been read as keys; by position they would be keyword values.
        let fits = args.iter().enumerate().all(|(at, &arg)| {
            let param = signature.params.get(at).unwrap_or(rest);
            let wanted = self.table.instantiate(&param.ty, &callee.types);
            let found = match at.is_multiple_of(2) {
                true => Some(super::table::Ty::KEYWORD),
                false => self.type_of_node(arg),
            };
            found.is_some_and(|found| self.table.unify(wanted, found).is_ok())
        });
        self.table.rollback(snapshot);
        if !fits {
            return;
        }
        let wrap = |at, insert: &str| ProblemEdit {
            at,
            place: Place::node(args[0]),
            insert: insert.to_owned(),
        };
        self.problems.push(
            Problem::new(
                7412,
                Place::node(args[0]),
                "this call fits by keyword and by position; it is read as a keyword call",
            )
            .label("a key, not a value")
            .help("a keyword in `:wat::core::do` is a value, not a key")
            .fix(
                "make the keyword a value",
                Applicability::MachineApplicable,
                vec![
                    wrap(EditAt::Before, "(:wat::core::do "),
                    wrap(EditAt::After, ")"),
                ],
            ),
        );
    }

    fn type_of_node(&self, node: NodeId) -> Option<super::table::Ty> {
        let expr = self.exprs.iter().rev().find(|expr| expr.node == node)?;
        Some(expr.ty)
    }

    /// WAT7408: many arguments by position, neighbours of one type among them.
    pub(super) fn lint_positional(
        &mut self,
        form: &KeywordForm,
        signature: &Signature,
        args: &[ExprId],
        head: NodeId,
    ) {
        if args.len() < MANY || form.keyword_only || !self.is_written(head) {
            return;
        }
        let types: Vec<String> = args
            .iter()
            .map(|&arg| self.render_expanded(self.ty(arg)))
            .collect();
        if !types.windows(2).any(|pair| pair[0] == pair[1]) {
            return;
        }
        let node = |arg: &ExprId| self.exprs[arg.0 as usize].node;
        let edit = |at, node, insert| ProblemEdit {
            at,
            place: Place::node(node),
            insert,
        };
        let fixed = signature.params.len();
        let mut edits: Vec<ProblemEdit<'db>> = args[..fixed]
            .iter()
            .enumerate()
            .skip(form.lead)
            .map(|(at, arg)| edit(EditAt::Before, node(arg), format!(":{} ", form.key(at))))
            .collect();
        if let (Some(rest), Some(first), Some(last)) = (
            &form.rest,
            args.get(fixed),
            args.last().filter(|_| args.len() > fixed),
        ) {
            let open = format!(":{} (:wat::core::Vector {} ", rest.name, types[fixed]);
            edits.push(edit(EditAt::Before, node(first), open));
            edits.push(edit(EditAt::After, node(last), ")".to_owned()));
        }
        self.problems.push(
            Problem::new(
                7408,
                Place::node(head),
                format!(
                    "{} arguments by position, some neighbours of one type",
                    args.len()
                ),
            )
            .label("easily exchanged")
            .help("name the arguments")
            .fix(
                "name the arguments",
                Applicability::MachineApplicable,
                edits,
            ),
        );
    }

    /// WAT7041: the function stands before the data; the arguments are those of the canonical order.
    ///
    /// A threaded call (`->>`) has its data where the thread puts it and is left alone.
    pub(super) fn lint_function_first(&mut self, args: &[ExprId], node: NodeId) {
        let (Some(data), Some(function)) = (args.first(), args.last()) else {
            return;
        };
        if self.threaded.contains_key(&node) || !self.is_written(node) {
            return;
        }
        let [data, function] = [data, function].map(|arg| &self.exprs[arg.0 as usize]);
        // Arguments are evaluated in the order written: only what does nothing may change its place unasked.
        let still = |expr: &Expr| {
            !matches!(self.ast.kind(expr.node), NodeKind::List)
                || matches!(expr.kind, ExprKind::Lambda { .. })
        };
        let applicability = match still(data) || still(function) {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let (data, function) = (data.node, function.node);
        let by = |at: NodeId, with: NodeId| ProblemEdit {
            at: EditAt::By(with.0),
            place: Place::node(at),
            insert: String::new(),
        };
        self.problems.push(
            Problem::new(
                7041,
                Place::node(function),
                "the function stands before the data",
            )
            .label("the canonical order has it last")
            .also(Place::node(data), "the data")
            .help("write the data first and the function last")
            .fix(
                "exchange the arguments",
                applicability,
                vec![by(function, data), by(data, function)],
            ),
        );
    }
}
