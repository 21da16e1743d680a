//! A program with its code, before any machine runs it: what many short-lived processes share, made once.
//!
//! Nothing of the program is evaluated here.

use crate::machine::{Host, Limits, Machine, Program};
use crate::world::World;
use std::marker::PhantomData;
use std::sync::Arc;

/// A program and the code that was made of it. Processes forked from the one that holds it find the code made.
pub struct Image<P: Program> {
    world: Arc<World>,
    /// The first function whose code was not tried to be made.
    next: usize,
    kind: PhantomData<P>,
}

impl<P: Program + 'static> Image<P> {
    /// A program without code.
    pub fn new(program: P) -> Image<P> {
        Image {
            world: Arc::new(World::new(Box::new(program))),
            next: 0,
            kind: PhantomData,
        }
    }

    /// Has the initialiser of a value known, as [`Machine::define_value`] will ask for it.
    pub fn know_value(&mut self, name: &str) {
        let mut linking = self.world.linking();
        if let Some(function) = linking.program().value(name) {
            linking.know(function);
        }
    }

    /// Has a function known that will be called.
    pub fn know_function(&mut self, name: &str) {
        self.world.linking().know_call(name);
    }

    /// Makes code of what is known, and of what this calls in turn: so many functions at most. What cannot be made is
    /// left to whoever calls it.
    pub fn compile(&mut self, most: usize) {
        let mut linking = self.world.linking();
        let mut made = 0;
        while made < most && linking.try_compile(self.next) {
            self.next += 1;
            made += 1;
        }
    }

    /// The machine that runs the program, in this process.
    pub fn machine<H: Host + 'static>(&self, host: H, limits: Limits) -> Machine<P, H> {
        Machine::of(self.world.clone(), host, limits)
    }
}
