//! The programs of test files, made ready in the runner for the tests that are forked from it.
//!
//! Nothing of a program is evaluated here. What is made in the runner is made once; and it is made for many tests at a
//! time, because after every fork the memory of this process is copied where it is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use wat_analysis::{RootDatabase, SourceFile};
use wat_driver::{ProgramImage, ProgramLauncher};

use crate::child::{Template, TestMachine, machine_for};
use crate::find::TestCase;

/// How many functions are compiled at most for each test.
const COMPILED: usize = 256;
/// How many files have their machine in the runner: a machine reserves the room for a stack. Tests of other files make
/// theirs.
const MACHINES: usize = 16;

/// A program and the machine that its tests copy.
struct Ready {
    image: ProgramImage,
    machine: Option<TestMachine>,
    /// The tests whose code was made.
    known: HashSet<Arc<str>>,
}

/// The programs that are ready.
#[derive(Default)]
pub(crate) struct Templates {
    ready: HashMap<SourceFile, Ready>,
    /// Are the parts of programs without errors enough?
    partial: bool,
}

impl Templates {
    /// No program yet. Of programs with errors the parts without are enough where that is said.
    pub fn new(partial: bool) -> Templates {
        Templates {
            partial,
            ..Templates::default()
        }
    }

    /// Whether a test needs no preparation any more.
    pub fn is_ready(&self, case: &TestCase) -> bool {
        case.example.is_some()
            || self
                .ready
                .get(&case.file)
                .is_some_and(|ready| ready.known.contains(&case.test.name))
    }

    /// The room that a machine of these tests reserves, where tests make their own.
    pub fn reserved_by_tests(&self, launcher: &ProgramLauncher) -> u64 {
        match self.ready.len() > MACHINES {
            true => launcher.limits.stack_bytes as u64,
            false => 0,
        }
    }

    /// Prepares a test, and those that come behind it.
    pub fn prepare<'c>(
        &mut self,
        db: &RootDatabase,
        cases: impl Iterator<Item = &'c TestCase>,
        launcher: &ProgramLauncher,
    ) {
        let partial = self.partial;
        for case in cases {
            if self.is_ready(case) {
                continue;
            }
            let has_machine = self.ready.len() < MACHINES;
            let ready = self.ready.entry(case.file).or_insert_with(|| {
                let image = ProgramImage::new(db, case.file, partial);
                Ready {
                    machine: has_machine.then(|| machine_for(db, case, &image, launcher, None)),
                    image,
                    known: HashSet::new(),
                }
            });
            ready.image.prepare(&case.test.name, COMPILED);
            ready.known.insert(case.test.name.clone());
        }
    }

    /// The program of a test that was prepared.
    pub fn of(&mut self, case: &TestCase) -> Option<Template<'_>> {
        let ready = self.ready.get_mut(&case.file)?;
        Some(Template {
            image: &ready.image,
            machine: ready.machine.as_mut(),
        })
    }
}
