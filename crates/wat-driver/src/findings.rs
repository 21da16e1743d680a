//! Diagnostics of the analysis as reports.

use std::collections::HashMap;
use std::sync::Arc;

use wat_analysis::{Db, Diagnostic, SourceFile, Span, SpanLabel, code_info, line_index};

use crate::report::{Edit, Fix, Place, Report, Source, Suppressed};

/// The sources that reports of one command refer to, each indexed once.
#[derive(Debug, Default)]
pub struct Sources {
    known: HashMap<SourceFile, Arc<Source>>,
}

impl Sources {
    /// The source of a file.
    pub fn source(&mut self, db: &dyn Db, file: SourceFile) -> Arc<Source> {
        let source = self.known.entry(file).or_insert_with(|| {
            let path = file.path(db).to_string();
            Arc::new(Source::new(path, file.text(db), line_index(db, file)))
        });
        Arc::clone(source)
    }

    /// The place of a span.
    pub fn place(&mut self, db: &dyn Db, span: &Span) -> Place {
        Place::new(&self.source(db, span.file), span.range)
    }

    /// The report of a diagnostic.
    pub fn report(&mut self, db: &dyn Db, diagnostic: &Diagnostic) -> Report {
        let name = code_info(diagnostic.code).map_or("", |info| info.name);
        let labels = self.places(db, &diagnostic.labels);
        let fixes = diagnostic
            .fixes
            .iter()
            .map(|fix| Fix {
                title: fix.title.clone(),
                applicability: fix.applicability,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| Edit {
                        place: Place::new(&self.source(db, edit.file), edit.range),
                        text: edit.insert.to_string(),
                    })
                    .collect(),
            })
            .collect();
        Report {
            code: Some(diagnostic.code),
            name: name.to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            place: Some(self.place(db, &diagnostic.span)),
            label: diagnostic.label.clone(),
            labels,
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
            fixes,
            expansion: self.places(db, &diagnostic.expansion),
            facts: diagnostic.facts.clone(),
            suppressed: self.suppressed(db, diagnostic),
            closing: None,
        }
    }

    fn suppressed(&mut self, db: &dyn Db, diagnostic: &Diagnostic) -> Option<Suppressed> {
        let rune = diagnostic.suppressed.as_ref()?;
        Some(Suppressed {
            target: rune.target.clone(),
            justification: rune.justification.clone(),
            place: Place::new(&self.source(db, diagnostic.span.file), rune.range),
        })
    }

    fn places(&mut self, db: &dyn Db, labels: &[SpanLabel]) -> Vec<(Place, String)> {
        let place = |label: &SpanLabel| (self.place(db, &label.span), label.message.clone());
        labels.iter().map(place).collect()
    }

    /// Forgets a file whose text changed.
    pub fn forget(&mut self, file: SourceFile) {
        self.known.remove(&file);
    }
}
