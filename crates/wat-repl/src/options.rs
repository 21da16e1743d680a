//! What the command line says about a session.

use std::path::PathBuf;
use std::sync::Arc;

use wat_driver::{ColorChoice, Levels, Project};
use wat_load::{FsLoader, Loader, ScopedLoader};

/// Where inputs are remembered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum History {
    /// `$XDG_STATE_HOME/wat/history`.
    #[default]
    Default,
    /// This file.
    File(PathBuf),
    /// Nowhere.
    None,
}

/// Options of a session.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Forms to evaluate before anything else.
    pub forms: Vec<String>,
    /// Converse after the forms.
    pub interactive: bool,
    /// Go on after a failure when nobody is there to react.
    pub keep_going: bool,
    /// Files to load first.
    pub loads: Vec<PathBuf>,
    /// Where inputs are remembered.
    pub history: History,
    /// When to use colour.
    pub color: ColorChoice,
    /// Findings in one line each.
    pub short_reports: bool,
    /// Settings of the analysis.
    pub analysis: wat_analysis::Options,
    /// What an evaluation may use.
    pub limits: wat_runtime::Limits,
    /// How much findings weigh.
    pub levels: Levels,
    /// The project that the session belongs to.
    pub project: Option<Project>,
    /// The directory that loads may not leave.
    pub scope: Option<PathBuf>,
}

impl Options {
    /// What the inputs and files of the session may load.
    pub(crate) fn loader(&self) -> Arc<dyn Loader> {
        let scope = self.scope.as_deref();
        match scope.and_then(|scope| ScopedLoader::new(scope).ok()) {
            Some(scoped) => Arc::new(scoped),
            None => Arc::new(FsLoader),
        }
    }
}
