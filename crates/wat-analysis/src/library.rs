//! The built-in library: embedded text and the table of its names, made at build time so that nothing is scanned at
//! start-up. A name's declaration is cut out of its file only when a program reaches it.

use wat_syntax::{SourceText, TextRange, TextSize};

use crate::db::Db;
use crate::forms::{Form, FormContent, FormKey};
use crate::items::{Item, Name, declarations};

/// Prefix of the paths of library files, and the scheme of their virtual documents.
pub const SCHEME: &str = "wat-builtin:/";

/// One embedded file.
pub(crate) struct LibraryFile {
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
}

/// One declaration: where the form stands that declares the name.
pub(crate) struct LibraryName {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    /// Does it have a whitelist?
    pub(crate) restricted: bool,
    pub(crate) file: u16,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// Is it the name of a helper of the library, which only the library's own text may refer to? For everybody else it
/// means nothing (chapter 04, Appendix A).
pub fn is_internal(path: &str) -> bool {
    // Few names have an underscore at all, and this is asked of every one.
    path.as_bytes().contains(&b'_') && path.starts_with(":wat::") && path.contains("::__internal")
}

impl LibraryName {
    /// Does this entry declare a type (as opposed to something that is called or evaluated)?
    pub(crate) fn is_type(&self) -> bool {
        matches!(
            self.kind,
            "native-type"
                | "typealias"
                | "struct"
                | "struct-restricted"
                | "enum"
                | "enum-restricted"
                | "newtype"
        )
    }

    /// Does this entry declare what only the head of a form can be?
    pub(crate) fn is_form(&self) -> bool {
        matches!(self.kind, "special-form" | "defmacro")
    }

    /// Does this entry declare a type that generates members: constructors, accessors, variants?
    pub(crate) fn has_members(&self) -> bool {
        self.is_type() && !matches!(self.kind, "native-type" | "typealias")
    }

    pub(crate) fn range(&self) -> TextRange {
        TextRange::new(TextSize::new(self.start), TextSize::new(self.end))
    }
}

/// The entries of a name: at most one type and one callable or value.
pub(crate) fn entries(name: &str) -> &'static [LibraryName] {
    let start = LIBRARY_NAMES.partition_point(|entry| entry.name < name);
    let end = start + LIBRARY_NAMES[start..].partition_point(|entry| entry.name == name);
    &LIBRARY_NAMES[start..end]
}

/// The entry of the declared type that generates a member: `:a::T` for `:a::T/field`, `:a::T/new` and `:a::T::Variant`.
fn owner(member: &str) -> Option<&'static LibraryName> {
    let splits = [member.rfind('/'), member.rfind("::")];
    splits.into_iter().flatten().find_map(|at| {
        entries(&member[..at])
            .iter()
            .find(|entry| entry.has_members())
    })
}

/// Is this the path of a macro of the library? Asked for every text of every form, so most are refused by a glance.
pub(crate) fn is_macro(text: &str) -> bool {
    text.len() > 7
        && text.as_bytes()[5] == b':'
        && text.starts_with(":wat::")
        && LIBRARY_MACROS.binary_search(&text).is_ok()
}

/// Is this the path of something in the library that expands: a macro, or a form that declares tests?
pub(crate) fn expands(text: &str) -> bool {
    is_macro(text) || crate::expand::is_test_form(text)
}

/// The declaration of a library name in value (or head) position, or in type position.
#[salsa::tracked(returns(copy))]
pub(crate) fn library_item<'db>(
    db: &'db dyn Db,
    name: Name<'db>,
    as_type: bool,
) -> Option<Item<'db>> {
    let entry = entries(name.text(db))
        .iter()
        .find(|entry| entry.is_type() == as_type)
        .or_else(|| owner(name.text(db)).filter(|_| !as_type))?;
    let file = db.library_files()[usize::from(entry.file)];
    let text = SourceText::new(
        &LIBRARY_FILES[usize::from(entry.file)].text[entry.start as usize..entry.end as usize],
    );
    let form = Form::new(
        db,
        file,
        FormKey::of(entry.name, entry.is_type()),
        FormContent::strict(text),
    );
    declarations(db, file, form)
        .items
        .iter()
        .copied()
        .find(|item| item.name(db) == name)
}

/// The members that the declared types of the library generate.
pub(crate) fn members<'db>(db: &'db dyn Db) -> impl Iterator<Item = Item<'db>> {
    let declared = LIBRARY_NAMES.iter().filter(|entry| entry.has_members());
    declared
        .filter_map(move |entry| library_item(db, Name::new(db, entry.name), true))
        .flat_map(move |item| {
            declarations(db, item.form(db).file(db), item.form(db))
                .items
                .iter()
                .copied()
        })
        .filter(move |item| !item.kind(db).is_type())
}

/// Where a library form stands in its file.
pub(crate) fn library_form_offset(db: &dyn Db, form: Form<'_>) -> Option<TextSize> {
    let (as_type, name) = form.key(db).library_name()?;
    let entry = entries(name)
        .iter()
        .find(|entry| entry.is_type() == as_type)?;
    Some(entry.range().start())
}
