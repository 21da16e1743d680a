//! Integration tests of the analysis, in one binary.

#[path = "it/aliases.rs"]
mod aliases;
#[path = "it/binders.rs"]
mod binders;
#[path = "it/branches.rs"]
mod branches;
#[path = "it/check.rs"]
mod check;
#[path = "it/configuration.rs"]
mod configuration;
#[path = "it/contested.rs"]
mod contested;
#[path = "it/core_library.rs"]
mod core_library;
#[path = "it/declared.rs"]
mod declared;
#[path = "it/dispatches.rs"]
mod dispatches;
#[path = "it/evaluated.rs"]
mod evaluated;
#[path = "it/firewall.rs"]
mod firewall;
#[path = "it/firewall_loads.rs"]
mod firewall_loads;
#[path = "it/firewall_macros.rs"]
mod firewall_macros;
#[path = "it/fixes.rs"]
mod fixes;
#[path = "it/fixes_mutated.rs"]
mod fixes_mutated;
#[path = "it/fixes_promised.rs"]
mod fixes_promised;
#[path = "it/grow.rs"]
mod grow;
#[path = "it/hermetic.rs"]
mod hermetic;
#[path = "it/host.rs"]
mod host;
#[path = "it/identity.rs"]
mod identity;
#[path = "it/incremental.rs"]
mod incremental;
#[path = "it/index.rs"]
mod index;
#[path = "it/inhabited.rs"]
mod inhabited;
#[path = "it/kwargs.rs"]
mod kwargs;
#[path = "it/late.rs"]
mod late;
#[path = "it/left_open.rs"]
mod left_open;
#[path = "it/legacy.rs"]
mod legacy;
#[path = "it/lint_documentation.rs"]
mod lint_documentation;
#[path = "it/lint_idiom.rs"]
mod lint_idiom;
#[path = "it/lint_names.rs"]
mod lint_names;
#[path = "it/lint_perspicere.rs"]
mod lint_perspicere;
#[path = "it/lint_runes.rs"]
mod lint_runes;
#[path = "it/lint_tests.rs"]
mod lint_tests;
#[path = "it/lint_unused.rs"]
mod lint_unused;
#[path = "it/loads.rs"]
mod loads;
#[path = "it/macro_reflection.rs"]
mod macro_reflection;
#[path = "it/macros.rs"]
mod macros;
#[path = "it/misplaced.rs"]
mod misplaced;
#[path = "it/mutate.rs"]
mod mutate;
#[path = "it/nominal.rs"]
mod nominal;
#[path = "it/one_cause.rs"]
mod one_cause;
#[path = "it/policy.rs"]
mod policy;
#[path = "it/qualify.rs"]
mod qualify;
#[path = "it/quality.rs"]
mod quality;
#[path = "it/quote.rs"]
mod quote;
#[path = "it/requirements.rs"]
mod requirements;
#[path = "it/rows.rs"]
mod rows;
#[path = "it/sandbox.rs"]
mod sandbox;
#[path = "it/sentences.rs"]
mod sentences;
#[path = "it/sequences.rs"]
mod sequences;
#[path = "it/session.rs"]
mod session;
#[path = "it/shapes.rs"]
mod shapes;
#[path = "it/start.rs"]
mod start;
#[path = "it/statics.rs"]
mod statics;
#[path = "it/stress.rs"]
mod stress;
#[path = "it/suggested.rs"]
mod suggested;
#[path = "it/support.rs"]
mod support;
#[path = "it/testing.rs"]
mod testing;
#[path = "it/thread.rs"]
mod thread;
#[path = "it/told_once.rs"]
mod told_once;
#[path = "it/visibility.rs"]
mod visibility;
