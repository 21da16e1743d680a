//! Keyword calls: what [`call_shape`] decided, carried out and, where it is wrong, reported.

use std::fmt::Display;

use wat_syntax::{Applicability, NodeId};

use crate::items::Item;
use crate::keywords::{
    CallShape, Fault, KeywordForm, bare_key, call_shape, forgotten_keyword, is_keyed,
};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::Signature;
use crate::types::Ctor;

use super::table::Ty;
use super::typed::{ExprId, FunctionRef};
use super::{CallNote, Infer};

/// A callee as its keyword calls see it.
#[derive(Clone, Copy)]
pub(super) struct Keyed<'a, 'db> {
    /// What messages call it.
    pub(super) name: &'a str,
    /// The callable whose parameters are declared.
    pub(super) item: Item<'db>,
    /// The callable whose keyword form this is.
    pub(super) declared: Item<'db>,
    pub(super) form: &'a KeywordForm,
    /// Is it the name of a struct, and not a function?
    pub(super) is_type: bool,
}

/// How the arguments of a call are read.
pub(super) enum Reading {
    Positional,
    /// The parameter and the value of each pair, in source order. The rest parameter has the index after the fixed ones.
    Keywords(Vec<(usize, NodeId)>),
    Wrong(Mistakes),
}

/// The order of the pairs of a call by keyword that would have to be one by position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// That of the parameters.
    Declared,
    /// It cannot be said: the keys are no names of parameters, or the values do not fit.
    Unknown,
    /// Another one.
    Other,
}

/// A keyword call that is wrong.
pub(super) struct Mistakes {
    faults: Vec<Fault>,
    /// Values whose parameter is known.
    pub(super) given: Vec<(usize, NodeId)>,
    /// Other values.
    pub(super) loose: Vec<NodeId>,
}

impl<'db> Infer<'db> {
    /// The name of a key: a keyword token of one segment.
    pub(super) fn key(&self, node: NodeId) -> Option<&'db str> {
        bare_key(self.ast.as_keyword(node)?)
    }

    fn keys(&self, args: &[NodeId]) -> Vec<Option<&'db str>> {
        args.iter().map(|&arg| self.key(arg)).collect()
    }

    /// Decides how the arguments of a call are read.
    pub(super) fn read_arguments(&self, form: &KeywordForm, node: NodeId) -> Reading {
        let args = self.argument_nodes(node);
        self.reading(call_shape(form, &self.keys(&args)), &args)
    }

    fn reading(&self, shape: CallShape, args: &[NodeId]) -> Reading {
        let pairs = |pairs: Vec<(usize, usize)>| {
            let node = |(param, at): (usize, usize)| (param, args[at]);
            pairs.into_iter().map(node).collect()
        };
        match shape {
            CallShape::Positional => Reading::Positional,
            CallShape::Keywords(given) => Reading::Keywords(pairs(given)),
            CallShape::Broken {
                faults,
                given,
                loose,
            } => Reading::Wrong(Mistakes {
                faults,
                given: pairs(given),
                loose: loose.into_iter().map(|at| args[at]).collect(),
            }),
        }
    }

    /// Rule 4: as many arguments as parameters, but the keyword reading explains better why they do not fit.
    pub(super) fn forgotten_keyword(&self, form: &KeywordForm, node: NodeId) -> Option<Mistakes> {
        let args = self.argument_nodes(node);
        let shape = forgotten_keyword(form, &self.keys(&args))?;
        match self.reading(shape, &args) {
            Reading::Wrong(mistakes) => Some(mistakes),
            _ => None,
        }
    }

    /// Reports what is wrong with a keyword call. `fits` tells whether an argument could be a parameter: a fix that
    /// would only uncover a wrong type is not applied unattended.
    pub(super) fn report_mistakes(
        &mut self,
        callee: Keyed<'_, 'db>,
        mistakes: &Mistakes,
        node: NodeId,
        head: NodeId,
        mut fits: impl FnMut(&mut Self, usize, NodeId) -> bool,
    ) {
        if self.ast.is_poisoned(node) {
            return;
        }
        let args = self.argument_nodes(node);
        for fault in &mistakes.faults {
            let mut labelled = |infer: &mut Self, labels: &Option<Vec<(usize, usize)>>| {
                // The argument of a thread does not stand in the call, so a key cannot be put there; and not every name
                // can be written as one.
                let is_key = |&(_, param): &(usize, usize)| {
                    bare_key(&format!(":{}", callee.form.key(param))).is_some()
                };
                let labels = labels.as_ref().filter(|labels| {
                    !infer.threaded.contains_key(&node) && labels.iter().all(is_key)
                })?;
                let safe = labels
                    .iter()
                    .all(|&(at, param)| fits(infer, param, args[at]));
                Some((self::labels(callee.form, labels, &args), safe))
            };
            let problem = match fault {
                Fault::Missing(missing) => missing_keywords(callee, missing, node, head),
                Fault::Unknown { key, near } => {
                    let name = self.key(args[*key]).unwrap_or_default();
                    let value = args.get(key + 1).copied();
                    let only = match (&near[..], value) {
                        (&[param], Some(value)) => fits(self, param, value),
                        _ => false,
                    };
                    unknown_key(callee, name, args[*key], near, only)
                }
                Fault::Duplicate { first, second } => {
                    let name = self.key(args[*second]).unwrap_or_default();
                    duplicate_key(name, args[*first], args[*second], args[second + 1])
                }
                Fault::Mixed { at, labels } => {
                    let labels = labelled(self, labels);
                    mixed_arguments(args[*at], labels)
                }
                Fault::NoValue { key } => {
                    let name = self.key(args[*key]).unwrap_or_default();
                    key_without_value(name, args[*key])
                }
                Fault::KeywordOnly { labels } => {
                    let labels = labelled(self, labels);
                    let written = self.ast.as_keyword(head).unwrap_or_default();
                    keyword_only(callee, written, head, args.len(), labels)
                }
            };
            self.problems.push(problem);
        }
    }

    /// Could a value be an argument for this parameter? Changes nothing.
    pub(super) fn could_be(
        &mut self,
        signature: &Signature,
        callee: &FunctionRef,
        param: usize,
        value: ExprId,
    ) -> bool {
        let Some(wanted) = self.parameter_type(signature, callee, param) else {
            return false;
        };
        let snapshot = self.table.snapshot();
        let found = self.ty(value);
        let fits = self.table.unify(wanted, found).is_ok();
        self.table.rollback(snapshot);
        fits
    }

    /// The type of a parameter at a call; of the rest parameter, that of its vector.
    pub(super) fn parameter_type(
        &mut self,
        signature: &Signature,
        callee: &FunctionRef,
        param: usize,
    ) -> Option<Ty> {
        match signature.params.get(param) {
            Some(param) => {
                let spelled = param.spelled.as_ref();
                Some(self.table.written(&param.ty, spelled, &callee.types))
            }
            None => {
                let rest = signature.rest.as_ref()?;
                let element = self.table.instantiate(&rest.ty, &callee.types);
                Some(self.table.app(Ctor::Vector, &[element]))
            }
        }
    }

    /// Notes a call that is right, for editors.
    pub(super) fn note_call(
        &mut self,
        keyed: Keyed<'_, 'db>,
        signature: &Signature,
        callee: &FunctionRef,
        node: NodeId,
    ) {
        if self.threaded.contains_key(&node) {
            return;
        }
        let rest = signature
            .rest
            .as_ref()
            .map(|rest| self.table.instantiate(&rest.ty, &callee.types));
        self.calls.push(CallNote {
            node,
            declared: keyed.declared,
            only: keyed.is_type,
            rest,
        });
    }

    /// WAT2507: a keyword call of something that has `arity` parameters and no keyword form. The values are inferred.
    pub(super) fn refuses_keywords(
        &mut self,
        name: impl Display,
        arity: Option<usize>,
        node: NodeId,
    ) -> bool {
        self.refuses_keywords_of(name, arity, node, |_, _, _| Order::Unknown)
    }

    /// The same, where `in_order` tells whether a key with its value is the parameter of this number.
    pub(super) fn refuses_keywords_of(
        &mut self,
        name: impl Display,
        arity: Option<usize>,
        node: NodeId,
        mut in_order: impl FnMut(&mut Self, usize, (&str, ExprId)) -> Order,
    ) -> bool {
        let first = self.ast.children(node).nth(1);
        let starts_keyed = first.is_some_and(|first| self.key(first).is_some());
        if !starts_keyed && !self.threaded.contains_key(&node) {
            return false;
        }
        let args = self.argument_nodes(node);
        let keys = self.keys(&args);
        if arity.is_none_or(|arity| arity == 0 || args.len() != 2 * arity) || !is_keyed(&keys) {
            return false;
        }
        let mut order = Order::Declared;
        for (param, pair) in args.chunks(2).enumerate() {
            let value = self.expr(pair[1]);
            let key = keys[2 * param].unwrap_or_default();
            order = order.max(in_order(self, param, (key, value)));
        }
        if !self.ast.is_poisoned(node) {
            self.problems
                .push(no_keyword_form(&name.to_string(), &args, order));
        }
        true
    }
}

fn applicability(safe: bool) -> Applicability {
    match safe {
        true => Applicability::MachineApplicable,
        false => Applicability::MaybeIncorrect,
    }
}

/// The edits that put keys before arguments.
fn labels<'db>(
    form: &KeywordForm,
    labels: &[(usize, usize)],
    args: &[NodeId],
) -> Vec<ProblemEdit<'db>> {
    let label = |&(at, param): &(usize, usize)| ProblemEdit {
        at: EditAt::Before,
        place: Place::node(args[at]),
        insert: format!(":{} ", form.key(param)),
    };
    labels.iter().map(label).collect()
}

/// WAT2501.
fn missing_keywords<'db>(
    callee: Keyed<'_, 'db>,
    missing: &[usize],
    node: NodeId,
    head: NodeId,
) -> Problem<'db> {
    let names = || missing.iter().map(|&param| callee.form.key(param));
    let listed: Vec<String> = names().map(|name| format!("`:{name}`")).collect();
    let insert: String = names().map(|name| format!(" :{name} <value>")).collect();
    Problem::new(
        2501,
        Place::node(head),
        format!("the call of `{}` lacks {}", callee.name, listed.join(", ")),
    )
    .label("an argument is missing")
    .fact("callee", callee.name)
    .facts("missing", names().map(|name| format!(":{name}")))
    .fix(
        "add the missing keywords",
        Applicability::HasPlaceholders,
        vec![ProblemEdit {
            at: EditAt::BeforeClose,
            place: Place::node(node),
            insert,
        }],
    )
}

/// WAT2502.
fn unknown_key<'db>(
    callee: Keyed<'_, 'db>,
    key: &str,
    node: NodeId,
    near: &[usize],
    safe: bool,
) -> Problem<'db> {
    let listed: Vec<String> = callee
        .form
        .keys()
        .map(|(_, name)| format!("`:{name}`"))
        .collect();
    let mut problem = Problem::new(
        2502,
        Place::node(node),
        format!("`{}` has no parameter `{key}`", callee.name),
    )
    .label("unknown keyword")
    .fact("callee", callee.name)
    .fact("found", key)
    .facts(
        "candidates",
        near.iter()
            .map(|&param| format!(":{}", callee.form.key(param))),
    )
    .note(format!("its parameters are {}", listed.join(", ")));
    if let Some(&first) = near.first() {
        problem = problem.help(format!("did you mean `:{}`?", callee.form.key(first)));
    }
    for &param in near {
        let with = format!(":{}", callee.form.key(param));
        problem = problem.replace(applicability(safe), Place::node(node), &with);
    }
    problem
}

/// WAT2503.
fn duplicate_key<'db>(key: &str, first: NodeId, second: NodeId, value: NodeId) -> Problem<'db> {
    Problem::new(
        2503,
        Place::node(second),
        format!("the keyword `:{key}` is given twice"),
    )
    .label("the second")
    .also(Place::node(first), "the first")
    .fix(
        "delete the second",
        Applicability::MachineApplicable,
        vec![ProblemEdit {
            at: EditAt::DeleteThrough(value.0),
            place: Place::node(second),
            insert: String::new(),
        }],
    )
}

/// WAT2504.
fn mixed_arguments<'db>(at: NodeId, labels: Option<(Vec<ProblemEdit<'db>>, bool)>) -> Problem<'db> {
    let problem = Problem::new(
        2504,
        Place::node(at),
        "positional arguments and keywords are mixed in one call",
    )
    .label("not a keyword argument")
    .help("give all arguments by position, or all by keyword");
    match labels {
        Some((edits, safe)) => {
            problem.fix("label the positional arguments", applicability(safe), edits)
        }
        None => problem,
    }
}

/// WAT2505.
fn key_without_value<'db>(key: &str, node: NodeId) -> Problem<'db> {
    Problem::new(
        2505,
        Place::node(node),
        format!("the keyword `:{key}` has no value"),
    )
    .label("a value must follow")
    .fix(
        "insert a value",
        Applicability::HasPlaceholders,
        vec![ProblemEdit {
            at: EditAt::After,
            place: Place::node(node),
            insert: " <value>".into(),
        }],
    )
}

/// WAT2506: `(:T 1 2)`, or a keyword variant called by position.
fn keyword_only<'db>(
    callee: Keyed<'_, 'db>,
    written: &str,
    head: NodeId,
    given: usize,
    labels: Option<(Vec<ProblemEdit<'db>>, bool)>,
) -> Problem<'db> {
    let mut problem = Problem::new(
        2506,
        Place::node(head),
        format!("`{}` is called with keywords only", callee.name),
    )
    .label("needs keywords")
    .fact("callee", callee.name);
    let all = labels
        .as_ref()
        .is_some_and(|(edits, safe)| *safe && edits.len() == callee.form.params.len());
    if callee.is_type {
        let new = format!(
            "{}/new{}",
            callee.name,
            &written[callee.name.len().min(written.len())..]
        );
        problem = problem.help(format!("write `({new} …)` to pass the fields by position"));
        if given == callee.form.params.len() {
            problem = problem.replace(applicability(all), Place::node(head), &new);
        }
    } else {
        let keys: Vec<String> = callee
            .form
            .keys()
            .map(|(_, name)| format!(":{name} …"))
            .collect();
        problem = problem.help(format!("write `({} {})`", callee.name, keys.join(" ")));
    }
    match labels {
        Some((edits, safe)) => problem.fix("insert the keywords", applicability(safe), edits),
        None => problem,
    }
}

/// WAT2507.
fn no_keyword_form<'db>(name: &str, args: &[NodeId], order: Order) -> Problem<'db> {
    let edits = args.iter().step_by(2).map(|&key| ProblemEdit {
        at: EditAt::DeleteThrough(key.0),
        place: Place::node(key),
        insert: String::new(),
    });
    let problem = Problem::new(
        2507,
        Place::node(args[0]),
        format!("{name} cannot be called with keywords"),
    )
    .label("a keyword argument");
    if order == Order::Other {
        return problem.help("pass the arguments by position, in the order of its parameters");
    }
    problem.help("pass the arguments by position").fix(
        "remove the keywords",
        applicability(order == Order::Declared),
        edits.collect(),
    )
}
