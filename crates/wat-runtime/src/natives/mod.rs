//! The table of natives: the pure ones of `wat-value`, and those that need the host.

mod edn;
mod evaluate;
mod files;
mod io;
mod pending;
mod property;
mod reflect;
mod settings;
mod stdio;
mod world;

pub use property::{
    PropertyCase, PropertyNews, PropertyOutcome, Shrinker, property_outcome, replay_property,
    seed_properties, watch_properties,
};

pub(crate) use io::{make_reader, make_writer, reader, writer};
pub(crate) use stdio::decoded;

use crate::Host;
use crate::kernel::KernelFn;
use crate::vm::Vm;
use once_cell::race::OnceBox;
use rustc_hash::FxHashMap;
use wat_value::{Instance, NativeFn, Shapes, Slot, Trap};

/// The code of a native that needs the host.
pub(crate) type HostFn = unsafe fn(&mut dyn Host, &Instance, &[Slot]) -> Result<Slot, Box<Trap>>;

/// The code of a native that needs the machine itself.
pub(crate) type MachineFn = unsafe fn(&mut Vm, &Instance, &[Slot]) -> Result<Slot, Box<Trap>>;
/// The code of a native that needs the types of the program.
pub(crate) type TypedFn = unsafe fn(Shapes<'_>, &Instance, &[Slot]) -> Result<Slot, Box<Trap>>;

/// The code of a native.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    Pure(NativeFn),
    Host(HostFn),
    Machine(MachineFn),
    Kernel(KernelFn),
    Setting(settings::Read),
    Typed(TypedFn),
}

/// A native that needs the host: name, how it takes its arguments, code.
type HostRow = (&'static str, &'static str, HostFn);

const HOST: &[HostRow] = &[
    (":wat::kernel::println", "b", stdio::println),
    (":wat::kernel::eprintln", "b", stdio::eprintln),
    (":wat::kernel::pprintln", "b", stdio::pprintln),
    (":wat::kernel::epprintln", "b", stdio::epprintln),
    (":wat::time::now", "", world::now),
    (":wat::std::random::entropy", "", world::entropy),
    (":wat::core::Uuid/v4", "", world::random_uuid),
    (":wat::runtime::argv", "", world::argv),
    (":wat::runtime::env", "b", world::env),
];

/// A native that needs the machine itself: name, how it takes its arguments, code.
const MACHINE: &[(&str, &str, MachineFn)] = &[
    (":wat::core::__internal/evaluator", "b", evaluate::form),
    (":wat::core::__internal/text-evaluator", "b", evaluate::text),
    (":wat::core::__internal/verified", "bbb", evaluate::verified),
    (":wat::eval-step!", "b", evaluate::step),
    (":wat::kernel::readln", "", stdio::readln),
    (":wat::kernel::try-readln", "", stdio::try_readln),
    (":wat::core::macroexpand", "b", evaluate::expand_all),
    (":wat::core::macroexpand-1", "b", evaluate::expand_once),
    (":wat::core::__internal/reflect-form", "bb", reflect::form),
    (":wat::core::__internal/reflect-list", "bb", reflect::list),
    (":wat::core::__internal/reflect-doc", "b", reflect::doc),
    (":wat::core::__internal/reflect-kind", "b", reflect::kind),
    (
        ":wat::runtime::signature-of-fn",
        "b",
        reflect::signature_of_fn,
    ),
];

/// A native that needs the types of the program: name, how it takes its arguments, code.
const TYPED: &[(&str, &str, TypedFn)] = &[
    (":wat::edn::__internal/read", "b", edn::read),
    (":wat::edn::__internal/try-read", "b", edn::try_read),
    (":wat::edn::__internal/read-all", "b", edn::read_all),
    (":wat::edn::__internal/read-json", "b", edn::read_json),
];

/// How a native takes its arguments, and its code.
pub(crate) fn find(name: &str) -> Option<(&'static str, Run)> {
    static TABLE: OnceBox<FxHashMap<&'static str, (&'static str, Run)>> = OnceBox::new();
    let table = TABLE.get_or_init(|| {
        let pure = wat_value::NATIVES
            .iter()
            .map(|native| (native.name, (native.takes, Run::Pure(native.run))));
        let host = HOST
            .iter()
            .chain(io::TABLE)
            .chain(files::TABLE)
            .map(|(name, takes, run)| (*name, (*takes, Run::Host(*run))));
        let machine = MACHINE
            .iter()
            .map(|(name, takes, run)| (*name, (*takes, Run::Machine(*run))));
        let settings = settings::READERS
            .iter()
            .map(|(name, read)| (*name, ("", Run::Setting(*read))));
        let typed = TYPED
            .iter()
            .chain(property::TABLE)
            .map(|(name, takes, run)| (*name, (*takes, Run::Typed(*run))));
        let kernel = crate::kernel::verbs()
            .chain(crate::os::verbs())
            .map(|(name, takes, run)| (*name, (*takes, Run::Kernel(*run))));
        let all = pure.chain(host).chain(kernel).chain(machine);
        Box::new(all.chain(settings).chain(typed).collect())
    });
    table.get(name).copied()
}

/// The natives that are declared and not implemented, sorted.
pub(crate) fn pending() -> &'static [&'static str] {
    pending::PENDING
}

/// The names of all declared natives that are no instructions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    wat_value::NATIVES
        .iter()
        .map(|native| native.name)
        .filter(|name| name.starts_with(':'))
        .chain(HOST.iter().map(|native| native.0))
        .chain(io::TABLE.iter().map(|native| native.0))
        .chain(files::TABLE.iter().map(|native| native.0))
        .chain(MACHINE.iter().map(|native| native.0))
        .chain(crate::kernel::verbs().map(|native| native.0))
        .chain(crate::os::verbs().map(|native| native.0))
        .chain(settings::READERS.iter().map(|native| native.0))
        .chain(TYPED.iter().map(|native| native.0))
        .chain(property::TABLE.iter().map(|native| native.0))
}
