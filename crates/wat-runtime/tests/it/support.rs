//! A program from IR text and a host that remembers what was written.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use wat_ir::{Function, TypeDecl};
use wat_runtime::{Failure, Host, Limits, Machine, Program, Value};

#[derive(Clone, Default)]
pub struct Text {
    pub functions: Arc<Mutex<HashMap<String, Arc<Function>>>>,
    pub types: Arc<Mutex<HashMap<String, Arc<TypeDecl>>>>,
}

impl Text {
    pub fn add(&self, text: &str) {
        for function in wat_ir::parse(text)
            .unwrap_or_else(|error| panic!("{error:?}: {}", &text[error.offset..]))
        {
            self.functions
                .lock()
                .unwrap()
                .insert(function.name.to_string(), Arc::new(function));
        }
    }
}

impl Program for Text {
    fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.functions.lock().unwrap().get(name).cloned()
    }
    fn value(&self, name: &str) -> Option<Arc<Function>> {
        self.function(name)
    }
    fn type_decl(&self, path: &str) -> Option<Arc<TypeDecl>> {
        self.types.lock().unwrap().get(path).cloned()
    }
}

#[derive(Clone, Default)]
pub struct Tape(pub Arc<Mutex<String>>);

impl Host for Tape {
    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }
    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0
            .lock()
            .unwrap()
            .push_str(std::str::from_utf8(bytes).unwrap());
        Ok(())
    }
    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().push_str("! ");
        self.stdout(bytes)
    }
}

pub fn machine(text: &str) -> Machine<Text, Tape> {
    limited(text, Limits::default())
}

pub fn limited(text: &str, limits: Limits) -> Machine<Text, Tape> {
    let program = Text::default();
    program.add(text);
    Machine::new(program, Tape::default(), limits)
}

/// Calls `:main` and checks that nothing was leaked.
pub fn run(text: &str) -> Result<String, Failure> {
    let before = wat_runtime::live_objects();
    let mut machine = machine(text);
    let result = machine.call(":main").map(|value: Value| value.render());
    drop(machine);
    assert_eq!(wat_runtime::live_objects(), before, "objects were leaked");
    result
}

pub fn check(text: &str, expected: &str) {
    assert_eq!(
        run(text).map_err(|failure| failure.to_string()),
        Ok(expected.to_owned())
    );
}

/// The failure's code and message.
pub fn fails(text: &str) -> (u16, String) {
    let failure = run(text).expect_err("the program fails");
    (failure.code, failure.message)
}
