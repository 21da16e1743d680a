//! The textual form: what tests read and write. [`crate::parse()`] reads back exactly what is printed here.

use crate::{Block, Callee, Const, End, Function, Operand, Stmt, Ty, Value};
use std::fmt::Write;

/// The text of a function and its lambdas.
pub fn print(function: &Function) -> String {
    let mut printer = Printer {
        out: String::new(),
        level: 0,
    };
    printer.function(function);
    printer.out
}

/// The text of a type.
pub fn print_type(ty: &Ty) -> String {
    let mut out = String::new();
    write_type(&mut out, ty);
    out
}

struct Printer {
    out: String,
    level: usize,
}

impl Printer {
    fn line(&mut self, text: &str) {
        for _ in 0..self.level {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn function(&mut self, f: &Function) {
        let mut head = format!(
            "fn {} types={} captures={} params={} at={} -> ",
            name(&f.name),
            f.type_params,
            f.captures,
            f.params,
            f.at.0
        );
        write_type(&mut head, &f.ret);
        head.push_str(" {");
        self.line(&head);
        self.level += 1;
        for (index, local) in f.locals.iter().enumerate() {
            let mut text = format!("local %{index} {:?} ", local.name);
            write_type(&mut text, &local.ty);
            self.line(&text);
        }
        for lambda in &f.lambdas {
            self.function(lambda);
        }
        self.block(&f.body);
        self.level -= 1;
        self.line("}");
    }

    fn nested(&mut self, head: &str, block: &Block) {
        self.line(head);
        self.level += 1;
        self.block(block);
        self.level -= 1;
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    dst,
                    value: Value::Block(inner),
                    at,
                } => {
                    self.nested(&format!("%{} @{} = block {{", dst.0, at.0), inner);
                    self.line("}");
                }
                Stmt::Let { dst, value: v, at } => {
                    let text = format!("%{} @{} = {}", dst.0, at.0, value(v));
                    self.line(&text);
                }
                Stmt::Join { id, params, body } => {
                    let params: Vec<String> = params.iter().map(|p| format!("%{}", p.0)).collect();
                    self.nested(&format!("join ^{} ({}) {{", id.0, params.join(", ")), body);
                    self.line("}");
                }
            }
        }
        self.end(&block.end);
    }

    fn end(&mut self, end: &End) {
        match end {
            End::Yield(op) => self.line(&format!("yield {}", operand(op))),
            End::Return(op) => self.line(&format!("return {}", operand(op))),
            End::TailCall {
                callee: c,
                args,
                at,
            } => {
                self.line(&format!("tail @{} {}{}", at.0, callee(c), list(args)));
            }
            End::If {
                cond,
                then,
                otherwise,
            } => {
                self.nested(&format!("if {} {{", operand(cond)), then);
                self.nested("} else {", otherwise);
                self.line("}");
            }
            End::Switch { on, cases, default } => {
                self.line(&format!("switch {} {{", operand(on)));
                self.level += 1;
                for (variant, block) in cases {
                    self.nested(&format!("case {variant} {{"), block);
                    self.line("}");
                }
                if let Some(block) = default {
                    self.nested("default {", block);
                    self.line("}");
                }
                self.level -= 1;
                self.line("}");
            }
            End::Jump { to, args } => self.line(&format!("jump ^{}{}", to.0, list(args))),
            End::Unreachable => self.line("unreachable"),
        }
    }
}

/// Characters that end a bare name.
pub(crate) fn ends_name(c: char) -> bool {
    c.is_whitespace() || "()[]{},;\"".contains(c)
}

fn name(text: &str) -> String {
    if text.starts_with(':') && !text.chars().any(ends_name) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

fn types(types: &[Ty]) -> String {
    if types.is_empty() {
        return String::new();
    }
    let mut out = String::from(" [");
    write_types(&mut out, types);
    out.push(']');
    out
}

fn operand(op: &Operand) -> String {
    match op {
        Operand::Local(local) => format!("%{}", local.0),
        Operand::Const(c) => constant(c),
    }
}

fn constant(c: &Const) -> String {
    match c {
        Const::Nil => "nil".to_owned(),
        Const::I64(n) => n.to_string(),
        Const::F64(bits) => {
            let value = f64::from_bits(*bits);
            if value.is_finite() {
                format!("{value:?}")
            } else {
                format!("f64:{bits:#x}")
            }
        }
        Const::Bool(b) => b.to_string(),
        Const::U8(n) => format!("{n}u8"),
        Const::Str(s) => format!("{s:?}"),
        Const::Keyword(k) => format!("k{k:?}"),
        Const::Form(bytes) => {
            let mut text = String::from("form\"");
            for byte in bytes.iter() {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('"');
            text
        }
    }
}

fn list(ops: &[Operand]) -> String {
    let items: Vec<String> = ops.iter().map(operand).collect();
    format!(" ({})", items.join(", "))
}

fn callee(c: &Callee) -> String {
    match c {
        Callee::Function { name: n, types: t } => format!("call {}{}", name(n), types(t)),
        Callee::Native { name: n, types: t } => format!("native {}{}", name(n), types(t)),
        Callee::Value(op) => format!("apply {}", operand(op)),
    }
}

fn value(v: &Value) -> String {
    match v {
        Value::Use(op) => format!("use {}", operand(op)),
        Value::Call { callee: c, args } => format!("{}{}", callee(c), list(args)),
        Value::Tuple(ops) => format!("tuple{}", list(ops)),
        Value::Vector(ops) => format!("vector{}", list(ops)),
        Value::HashMap(ops) => format!("hashmap{}", list(ops)),
        Value::HashSet(ops) => format!("hashset{}", list(ops)),
        Value::Variant { index, fields } => format!("variant {index}{}", list(fields)),
        Value::Closure { lambda, captures } => format!("closure {lambda}{}", list(captures)),
        Value::FunctionRef { name: n, types: t } => format!("function {}{}", name(n), types(t)),
        Value::NativeRef { name: n, types: t } => format!("nativeref {}{}", name(n), types(t)),
        Value::Element { of, index } => format!("element {} {index}", operand(of)),
        Value::Field { of, variant, index } => format!("field {} {variant} {index}", operand(of)),
        Value::Global { name: n } => format!("global {}", name(n)),
        Value::Block(_) => "block".to_owned(),
    }
}

fn write_types(out: &mut String, types: &[Ty]) {
    for (index, ty) in types.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_type(out, ty);
    }
}

fn write_type(out: &mut String, ty: &Ty) {
    let wrapped = |out: &mut String, head: &str, types: &[&Ty]| {
        out.push_str(head);
        out.push('[');
        for (index, ty) in types.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            write_type(out, ty);
        }
        out.push(']');
    };
    match ty {
        Ty::I64 => out.push_str("i64"),
        Ty::F64 => out.push_str("f64"),
        Ty::Bool => out.push_str("bool"),
        Ty::U8 => out.push_str("u8"),
        Ty::Nil => out.push_str("nil"),
        Ty::Str => out.push_str("str"),
        Ty::Keyword => out.push_str("keyword"),
        Ty::Vector(t) => wrapped(out, "vector", &[t]),
        Ty::HashMap(k, v) => wrapped(out, "map", &[k, v]),
        Ty::HashSet(t) => wrapped(out, "set", &[t]),
        Ty::Option(t) => wrapped(out, "option", &[t]),
        Ty::Result(t, e) => wrapped(out, "result", &[t, e]),
        Ty::Tuple(parts) => wrapped(out, "tuple", &parts.iter().collect::<Vec<_>>()),
        Ty::Fn(params, ret) => {
            out.push_str("fn[");
            write_types(out, params);
            out.push_str("; ");
            write_type(out, ret);
            out.push(']');
        }
        Ty::Nominal(path, args) => {
            out.push_str(&name(path));
            out.push_str(&types(args));
        }
        Ty::Param(n) => {
            let _ = write!(out, "${n}");
        }
    }
}
