//! The analysis database: from source text to diagnostics, facts for editors, and typed IR.
//!
//! Every query is a pure function of the inputs (files and project options): no clock, no file system, no environment.
//! The host reads the world and sets inputs. Positions below the edge are relative to top-level forms, so that moving
//! a form recomputes nothing. This crate never knows LSP types, terminals, or threads of the runtime.

mod alias;
mod calls;
mod capability;
mod closed;
mod codes;
mod colons;
mod commas;
mod configuration;
mod coverage;
#[expect(
    missing_docs,
    reason = "salsa's input macro makes functions without documentation"
)]
mod db;
mod diagnostics;
mod editor;
mod entry;
mod evaluation;
mod expand;
mod explain;
mod facts;
mod family;
mod forms;
mod glued;
mod hermetic;
mod host;
mod identity;
mod infer;
mod inhabited;
mod inline;
mod items;
mod keywords;
mod late_values;
mod layered;
mod legacy;
mod library;
mod lint;
mod load_report;
mod loads;
mod lost;
mod lower;
mod misplaced;
mod moves;
mod mutation;
mod names;
mod nominal;
mod order;
mod problem;
mod program;
mod qualify;
mod quoted;
mod redefinition;
mod reflect;
mod requirements;
mod resolve;
mod run;
mod schemes;
mod session;
mod sight;
mod signature;
mod spelling;
mod splice;
mod statics;
mod step;
mod suggest;
mod synonym;
mod testing;
mod trial;
mod types;
mod unopened;
mod unsure;
mod verify;
mod visibility;
mod whitelist;

pub use calls::{
    CallArgument, CallStyle, KeywordCall, WrittenVector, keyword_calls, variant_to_generate,
};
pub use codes::{CODES, code_info};
pub use configuration::{Config, config, sigma_calls};
pub use db::{
    Cancelled, Db, FileKind, Given, LoadFailure, Options, Require, RootDatabase, SourceFile,
    Thresholds, catch_cancelled, settle,
};
pub use diagnostics::{
    Diagnostic, DiagnosticFix, FileEdit, Span, SpanLabel, all_program_diagnostics,
    file_diagnostics, prepare_diagnostics,
};
pub use editor::{
    DefInfo, DefKind, SymbolAt, Target, all_names, definition, file_definitions, names_at,
    names_in_conversation, restriction_at, suggest_names, symbol_at, type_at,
};
pub use entry::{entry_diagnostics, start_diagnostics};
pub use evaluation::{EvalRefusal, evaluation_ir, forms_of_text, verified_source};
pub use expand::{ExpandedText, expand_head, expand_once, expanded_text, typed_expansion_text};
pub use explain::explanation;
pub use facts::{Fact, FactValue};
pub use family::family;
pub use forms::line_index;
pub use hermetic::hermetic_span;
pub use library::{SCHEME as LIBRARY_SCHEME, is_internal};
pub use lint::{Rune, file_findings, file_lints, prepare_findings};
pub use loads::{
    LoadTarget, MissingLoads, load_sources, load_targets, missing_loads, payload_paths,
    payload_targets,
};
pub use lost::lacks_declarations;
pub use nominal::type_decl;
pub use order::{StartStep, start_steps};
pub use program::{primary_root, program_files, reached_files};
pub use reflect::{Question, machine_type_form, reflect};
pub use requirements::requirements_of;
pub use run::{function_ir, origin_span, value_ir, value_names};
pub use session::{Changes, Loaded, Session, Step, Submission, Undone};
pub use step::{Stepped, step};
pub use testing::{Test, TestKind, file_tests, time_limit};
pub use trial::{Finding, TRIALS, apply_edits, finding, keep_what_holds, restore_texts};
pub use wat_syntax::{
    Applicability, Code, CodeInfo, LineIndex, Severity, SourceText, TextRange, TextSize,
};
