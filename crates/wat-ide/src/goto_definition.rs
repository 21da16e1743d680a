//! Where a name is defined.

use std::sync::Arc;

use wat_analysis::{
    Db, FileKind, SourceFile, Target as SymbolTarget, TextRange, TextSize, load_targets, symbol_at,
};

/// The answer: the text that was asked about, and the places it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name, or the string of a load form.
    pub origin: TextRange,
    /// One place for a name; more for a name with several definitions.
    pub targets: Vec<Target>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file; files of the built-in library have a `wat-builtin:` path.
    pub file: SourceFile,
    /// What is defined there; the path for a file.
    pub name: Arc<str>,
    /// The whole defining form.
    pub full: TextRange,
    /// The name in it.
    pub focus: TextRange,
}

/// The definition of the name at `offset`, or the file that the load form there loads.
pub fn goto_definition(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Definition> {
    if let Some(symbol) = symbol_at(db, file, offset) {
        let target = match symbol.target {
            SymbolTarget::Definition(info) => Target {
                file: info.name_span.file,
                name: info.name,
                full: info.span.range,
                focus: info.name_span.range,
            },
            SymbolTarget::Local { name, declared, .. } => Target {
                file: declared.file,
                name,
                full: declared.range,
                focus: declared.range,
            },
        };
        return Some(Definition {
            origin: symbol.range,
            targets: vec![target],
        });
    }
    let loads = load_targets(db, file);
    let load = loads
        .iter()
        .find(|load| load.span.contains_inclusive(offset))?;
    let file = load.file.filter(|file| file.kind(db) != FileKind::Inline)?;
    let start = TextRange::empty(0.into());
    let target = Target {
        file,
        name: load.path.clone(),
        full: start,
        focus: start,
    };
    Some(Definition {
        origin: load.span,
        targets: vec![target],
    })
}
