//! Checks that IR keeps its promises: operands assigned on every path, one assignment on every path, operand types,
//! tail calls in tail position, joins well formed. The machine verifies every function in debug builds.

use crate::graph::{Exit, Graph, GraphError, Node, Op};
use crate::{Callee, Const, Function, Local, Operand, Origin, Ty, Value, print_type};
use std::sync::Arc;

/// Which promise a function breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The function or lambda.
    pub function: Arc<str>,
    /// The statement, if one is to blame.
    pub at: Origin,
    /// What is wrong.
    pub message: String,
}

/// Verifies a function and its lambdas.
pub fn verify(function: &Function) -> Result<(), VerifyError> {
    let mut work = vec![function];
    while let Some(function) = work.pop() {
        let graph = Graph::new(function).map_err(|error| graph_error(function, &error))?;
        Checker {
            function,
            at: function.at,
        }
        .graph(&graph)?;
        work.extend(function.lambdas.iter().map(|lambda| &**lambda));
    }
    Ok(())
}

fn graph_error(function: &Function, error: &GraphError) -> VerifyError {
    let (at, message) = match error {
        GraphError::NotTail(at) => (*at, "a tail call outside tail position".to_owned()),
        GraphError::UnknownJoin(id) => (function.at, format!("join ^{} is not in scope", id.0)),
        GraphError::JumpArity(id) => (
            function.at,
            format!("wrong number of arguments for join ^{}", id.0),
        ),
        GraphError::DuplicateJoin(id) => (function.at, format!("join ^{} declared twice", id.0)),
    };
    VerifyError {
        function: function.name.clone(),
        at,
        message,
    }
}

/// One bit per local.
#[derive(Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(len: usize, full: bool) -> Bits {
        Bits(vec![if full { u64::MAX } else { 0 }; len.div_ceil(64)])
    }

    fn has(&self, local: Local) -> bool {
        self.0[local.0 as usize / 64] >> (local.0 % 64) & 1 == 1
    }

    fn set(&mut self, local: Local) {
        self.0[local.0 as usize / 64] |= 1 << (local.0 % 64);
    }
}

struct Checker<'f> {
    function: &'f Function,
    at: Origin,
}

type Check = Result<(), VerifyError>;

impl<'f> Checker<'f> {
    fn fail(&self, message: impl Into<String>) -> Check {
        Err(VerifyError {
            function: self.function.name.clone(),
            at: self.at,
            message: message.into(),
        })
    }

    fn graph(&mut self, graph: &Graph<'f>) -> Check {
        let f = self.function;
        let entry = f.captures as usize + f.params as usize;
        if entry > f.locals.len() {
            return self.fail("fewer locals than captures and parameters");
        }
        let count = f.locals.len();
        // Assigned on every path (`sure`) and on some path (`maybe`), at the entry of each node.
        let mut sure = vec![Bits::new(count, true); graph.nodes.len()];
        let mut maybe = vec![Bits::new(count, false); graph.nodes.len()];
        sure[0] = Bits::new(count, false);
        for local in 0..entry as u32 {
            sure[0].set(Local(local));
            maybe[0].set(Local(local));
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            let (mut assigned, mut touched) = (sure[index].clone(), maybe[index].clone());
            self.node(node, &mut assigned, &mut touched)?;
            for target in node.exit.targets() {
                let target = target.0 as usize;
                for (to, from) in sure[target].0.iter_mut().zip(&assigned.0) {
                    *to &= from;
                }
                for (to, from) in maybe[target].0.iter_mut().zip(&touched.0) {
                    *to |= from;
                }
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &Node<'f>, assigned: &mut Bits, touched: &mut Bits) -> Check {
        for op in &node.ops {
            self.at = op.at;
            for operand in op.value.operands() {
                self.readable(operand, assigned)?;
            }
            self.value(op)?;
            self.assign(op.dst, assigned, touched)?;
        }
        self.exit(node, assigned, touched)
    }

    fn exit(&mut self, node: &Node<'f>, assigned: &mut Bits, touched: &mut Bits) -> Check {
        match &node.exit {
            Exit::Return(value) => {
                self.readable(value, assigned)?;
                self.same(&self.function.ret, value, "the result")
            }
            Exit::TailCall { callee, args, at } => {
                self.at = *at;
                for arg in *args {
                    self.readable(arg, assigned)?;
                }
                if let Callee::Value(value) = callee {
                    self.readable(value, assigned)?;
                }
                self.call(callee, args, &self.function.ret)
            }
            Exit::If { cond, .. } => {
                self.readable(cond, assigned)?;
                self.same(&Ty::Bool, cond, "a condition")
            }
            Exit::Switch { on, cases, .. } => {
                self.readable(on, assigned)?;
                let mut seen: Vec<u32> = cases.iter().map(|case| case.0).collect();
                seen.sort_unstable();
                if seen.windows(2).any(|pair| pair[0] == pair[1]) {
                    return self.fail("two cases for one variant");
                }
                match self.type_of(on) {
                    Ty::Option(_) | Ty::Result(..) | Ty::Nominal(..) => Ok(()),
                    _ => self.fail("a switch on a value without variants"),
                }
            }
            Exit::Goto { assigns, .. } => {
                for (dst, value) in assigns {
                    self.readable(value, assigned)?;
                    self.known(*dst)?;
                    self.same(
                        &self.function.locals[dst.0 as usize].ty,
                        value,
                        "a join's argument",
                    )?;
                }
                assigns
                    .iter()
                    .try_for_each(|(dst, _)| self.assign(*dst, assigned, touched))
            }
            Exit::Unreachable => Ok(()),
        }
    }

    fn known(&self, local: Local) -> Check {
        if (local.0 as usize) < self.function.locals.len() {
            Ok(())
        } else {
            self.fail(format!("%{} is not declared", local.0))
        }
    }

    fn assign(&self, local: Local, assigned: &mut Bits, touched: &mut Bits) -> Check {
        self.known(local)?;
        if touched.has(local) {
            return self.fail(format!("%{} is assigned twice", local.0));
        }
        assigned.set(local);
        touched.set(local);
        Ok(())
    }

    fn readable(&self, operand: &Operand, assigned: &Bits) -> Check {
        if let Operand::Local(local) = operand {
            self.known(*local)?;
            if !assigned.has(*local) {
                return self.fail(format!("%{} is not assigned on every path", local.0));
            }
        }
        Ok(())
    }

    fn type_of(&self, operand: &'f Operand) -> &'f Ty {
        match operand {
            Operand::Local(local) => &self.function.locals[local.0 as usize].ty,
            Operand::Const(constant) => match constant {
                Const::Nil => &Ty::Nil,
                Const::I64(_) => &Ty::I64,
                Const::F64(_) => &Ty::F64,
                Const::Bool(_) => &Ty::Bool,
                Const::U8(_) => &Ty::U8,
                Const::Str(_) => &Ty::Str,
                Const::Keyword(_) => &Ty::Keyword,
                Const::Form(_) => Ty::form(),
            },
        }
    }

    fn same(&self, expected: &Ty, operand: &'f Operand, what: &str) -> Check {
        self.equal(expected, self.type_of(operand), what)
    }

    fn equal(&self, expected: &Ty, found: &Ty, what: &str) -> Check {
        if expected == found {
            return Ok(());
        }
        self.fail(format!(
            "{what} is {}, not {}",
            print_type(found),
            print_type(expected)
        ))
    }

    fn all<'t>(
        &self,
        expected: impl ExactSizeIterator<Item = &'t Ty>,
        found: &'f [Operand],
        what: &str,
    ) -> Check {
        if expected.len() != found.len() {
            return self.fail(format!(
                "{what}: {} operands, not {}",
                found.len(),
                expected.len()
            ));
        }
        expected
            .zip(found)
            .try_for_each(|(ty, operand)| self.same(ty, operand, what))
    }

    fn call(&self, callee: &'f Callee, args: &'f [Operand], ret: &Ty) -> Check {
        let Callee::Value(value) = callee else {
            return Ok(());
        };
        match self.type_of(value) {
            Ty::Fn(params, result) => {
                self.all(params.iter(), args, "an argument")?;
                self.equal(ret, result, "the result of a call")
            }
            _ => self.fail("a call of a value that is no function"),
        }
    }

    fn value(&self, op: &Op<'f>) -> Check {
        self.known(op.dst)?;
        let dst = &self.function.locals[op.dst.0 as usize].ty;
        match op.value {
            Value::Use(operand) => self.same(dst, operand, "the value"),
            Value::Call { callee, args } => self.call(callee, args, dst),
            Value::Tuple(parts) => match dst {
                Ty::Tuple(types) => self.all(types.iter(), parts, "an element"),
                _ => self.fail("a tuple for another type"),
            },
            Value::Vector(parts) => match dst {
                Ty::Vector(ty) => parts
                    .iter()
                    .try_for_each(|part| self.same(ty, part, "an element")),
                _ => self.fail("a vector for another type"),
            },
            Value::HashSet(parts) => match dst {
                Ty::HashSet(ty) => parts
                    .iter()
                    .try_for_each(|part| self.same(ty, part, "an element")),
                _ => self.fail("a set for another type"),
            },
            Value::HashMap(parts) => match dst {
                Ty::HashMap(key, value) if parts.len().is_multiple_of(2) => {
                    parts.chunks(2).try_for_each(|pair| {
                        self.same(key, &pair[0], "a key")
                            .and_then(|()| self.same(value, &pair[1], "a value"))
                    })
                }
                _ => self.fail("a map for another type, or a key without value"),
            },
            Value::Variant { index, fields } => match (dst, index) {
                (Ty::Option(_), 0) => self.all([].iter(), fields, "a field"),
                (Ty::Option(ty), 1) | (Ty::Result(ty, _), 0) | (Ty::Result(_, ty), 1) => {
                    self.all(std::slice::from_ref(&**ty).iter(), fields, "a field")
                }
                (Ty::Nominal(..), _) => Ok(()),
                _ => self.fail("a variant that its type does not have"),
            },
            Value::Closure { lambda, captures } => self.closure(*lambda, captures, dst),
            Value::FunctionRef { .. } | Value::NativeRef { .. } => match dst {
                Ty::Fn(..) => Ok(()),
                _ => self.fail("a function for another type"),
            },
            Value::Element { of, index } => match self.type_of(of) {
                Ty::Tuple(types) if (*index as usize) < types.len() => {
                    self.equal(dst, &types[*index as usize], "the element")
                }
                _ => self.fail("an element that its tuple does not have"),
            },
            Value::Field { of, variant, index } => match (self.type_of(of), variant, index) {
                (Ty::Option(ty), 1, 0) | (Ty::Result(ty, _), 0, 0) | (Ty::Result(_, ty), 1, 0) => {
                    self.equal(dst, ty, "the field")
                }
                (Ty::Nominal(..), ..) => Ok(()),
                _ => self.fail("a field that its type does not have"),
            },
            Value::Global { .. } => Ok(()),
            Value::Block(_) => self.fail("a nested block that was not laid flat"),
        }
    }

    fn closure(&self, lambda: u32, captures: &'f [Operand], dst: &Ty) -> Check {
        let Some(lambda) = self.function.lambdas.get(lambda as usize) else {
            return self.fail("a closure over a lambda that is not there");
        };
        let (held, entry) = (
            lambda.captures as usize,
            (lambda.captures + lambda.params) as usize,
        );
        if lambda.locals.len() < entry {
            return self.fail("a lambda with fewer locals than captures and parameters");
        }
        self.all(
            lambda.locals[..held].iter().map(|local| &local.ty),
            captures,
            "a capture",
        )?;
        let params = lambda.locals[held..entry]
            .iter()
            .map(|local| local.ty.clone())
            .collect();
        self.equal(
            dst,
            &Ty::Fn(params, Arc::new(lambda.ret.clone())),
            "the closure",
        )
    }
}
