//! A checked program with its code: what the processes that run parts of it share.

use wat_analysis::{RootDatabase, SourceFile};
use wat_runtime::{Failure, Host, Image, Limits, Machine, Settings};

use crate::program::{LinkedProgram, StartPlan, settings};

/// A program that is ready to start, in any process that is forked from this one. Nothing of it is evaluated here.
pub struct ProgramImage {
    program: LinkedProgram,
    plan: StartPlan,
    settings: Settings,
    image: Image<LinkedProgram>,
    /// Can code be made before the program starts?
    is_settled: bool,
}

impl ProgramImage {
    /// The image of the program of an entry file. Of a program with errors the `whole` part is what has none and reaches
    /// none; values that are no part of it are not evaluated. It holds a snapshot of the database, which waits for the image to be
    /// dropped before it can be changed.
    pub fn new(db: &RootDatabase, file: SourceFile, whole: bool) -> ProgramImage {
        let program = LinkedProgram::new();
        program.lend(db, file);
        let mut plan = program.plan();
        if whole {
            plan.retain_whole(db, file);
        }
        let mut image = Image::new(program.clone());
        let values = plan.values();
        let is_settled = values.is_some();
        values
            .into_iter()
            .flatten()
            .for_each(|name| image.know_value(name));
        ProgramImage {
            program,
            settings: settings(db, file),
            image,
            is_settled,
            plan,
        }
    }

    /// Makes the code for a call of a function without parameters, and of so many functions at most that wait for
    /// theirs.
    pub fn prepare(&mut self, function: &str, most: usize) {
        if self.is_settled {
            self.image.know_function(function);
            self.image.compile(most);
        }
    }

    /// The program itself.
    pub fn program(&self) -> &LinkedProgram {
        &self.program
    }

    /// The machine that runs the program, configured; one for each process.
    pub fn machine<H: Host + 'static>(&self, host: H, limits: Limits) -> Machine<LinkedProgram, H> {
        let mut machine = self.image.machine(host, limits);
        machine.configure(self.settings);
        machine
    }

    /// Starts the program ([`LinkedProgram::start`]).
    ///
    /// # Errors
    /// A value of the program cannot be evaluated.
    pub fn start<H: Host + 'static>(
        &self,
        machine: &mut Machine<LinkedProgram, H>,
    ) -> Result<(), Failure> {
        // Most have nothing to do, and their process need not come by there.
        match self.plan.is_empty() {
            true => Ok(()),
            false => self.program.start_by(&self.plan, machine),
        }
    }
}
