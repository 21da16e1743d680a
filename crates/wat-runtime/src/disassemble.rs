//! Code as text.

use crate::code::Code;
use std::fmt::Write;

/// One line per instruction, with what the frame owns where it calls or can fail.
pub(crate) fn disassemble(code: &Code) -> String {
    let mut out = format!("{} frame={}\n", code.name, code.frame);
    for (pc, ins) in code.instructions.iter().enumerate() {
        let _ = write!(
            out,
            "{pc:4} {:?} {} {} {}",
            ins.op, ins.a, ins.b as i16, ins.c as i16
        );
        if let Some(site) = code.site(pc as u32).filter(|site| !site.owned.is_empty()) {
            let _ = write!(out, " owns {:?}", site.owned);
        }
        out.push('\n');
    }
    out
}
