//! What a function stands for: its code and that of all it reaches, as one digest. Equal digests, equal behaviour, as
//! far as the program decides it; so whoever keeps the digest of a test knows whether a change concerns the test.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use wat_analysis::{
    Db, SourceFile, StartStep, config, function_ir, reached_files, start_steps, type_decl, value_ir,
};
use wat_edn::Address;
use wat_ir::{Function, Ty};

use crate::pending::{Mention, mentions};

/// The address of a function or value by itself, and the names that it mentions.
struct Unit {
    /// It holds a program that loads files when it is run.
    loads: bool,
    /// All types that it mentions are there.
    has_types: bool,
    address: [u8; 32],
    mentions: Vec<Name>,
}

/// A name, and whether it is that of a value.
type Name = (Arc<str>, bool);

/// What start-up evaluates, and the configuration: every test of a program shares it.
struct Start {
    /// Its own address; none as in [`Contents::of`].
    address: Option<String>,
    reached: HashSet<Name>,
}

/// Addresses of what functions of programs stand for; units that several of them reach are looked at once.
#[derive(Default)]
pub struct Contents {
    units: HashMap<(SourceFile, Arc<str>, bool), Option<Arc<Unit>>>,
    starts: HashMap<SourceFile, Arc<Start>>,
}

impl Contents {
    /// The address of a function of a program: of its code, of the code and the types that it reaches, of what start-up
    /// evaluates and of the configuration. The library is left out, it is a part of the binary. A function without
    /// code has that of nothing. None if it holds a program that loads files when it is run: what it stands for is not
    /// in the database.
    pub fn of(&mut self, db: &dyn Db, program: SourceFile, entry: &str) -> Option<String> {
        let start = self.start(db, program);
        let mut seen: HashSet<Name> = HashSet::new();
        let own = self.reach(db, program, vec![(entry.into(), false)], |name| {
            !start.reached.contains(name) && seen.insert(name.clone())
        });
        Some(Address::of(format!("{} {}", start.address.as_ref()?, own?).as_bytes()).to_hex())
    }

    /// Does a function or a value have code, and all that it reaches, too? What has errors has none.
    pub fn is_whole(
        &mut self,
        db: &dyn Db,
        program: SourceFile,
        name: &str,
        is_value: bool,
    ) -> bool {
        let mut seen: HashSet<Name> = HashSet::new();
        let mut work: Vec<Name> = vec![(name.into(), is_value)];
        while let Some((name, is_value)) = work.pop() {
            let Some(unit) = self.unit(db, program, &name, is_value) else {
                return false;
            };
            if !unit.has_types {
                return false;
            }
            let new = unit.mentions.iter();
            work.extend(new.filter(|next| seen.insert((*next).clone())).cloned());
        }
        true
    }

    fn start(&mut self, db: &dyn Db, program: SourceFile) -> Arc<Start> {
        if let Some(known) = self.starts.get(&program) {
            return known.clone();
        }
        let steps = start_steps(db, program).into_iter();
        let values = steps.filter_map(|step| match step {
            StartStep::Value(name) => Some((name, true)),
            StartStep::Function { .. } => None,
        });
        let mut reached: HashSet<Name> = HashSet::new();
        let all = self.reach(db, program, values.collect(), |name| {
            reached.insert(name.clone())
        });
        let start = Arc::new(Start {
            address: all.map(|all| format!("{:?} {all}", config(db, program))),
            reached,
        });
        self.starts.insert(program, start.clone());
        start
    }

    /// The address of all that names reach, as far as `enters` says.
    fn reach(
        &mut self,
        db: &dyn Db,
        program: SourceFile,
        mut work: Vec<Name>,
        mut enters: impl FnMut(&Name) -> bool,
    ) -> Option<String> {
        work.retain(|name| enters(name));
        let mut found: BTreeSet<[u8; 32]> = BTreeSet::new();
        while let Some((name, is_value)) = work.pop() {
            let Some(unit) = self.unit(db, program, &name, is_value) else {
                continue;
            };
            if unit.loads {
                return None;
            }
            found.insert(unit.address);
            let new = unit.mentions.iter().filter(|next| enters(next));
            work.extend(new.cloned());
        }
        let bytes: Vec<u8> = found.into_iter().flatten().collect();
        Some(Address::of(&bytes).to_hex())
    }

    fn unit(
        &mut self,
        db: &dyn Db,
        program: SourceFile,
        name: &Arc<str>,
        is_value: bool,
    ) -> Option<Arc<Unit>> {
        let key = (program, name.clone(), is_value);
        let known = self.units.entry(key).or_insert_with(|| {
            let code = match is_value {
                true => value_ir(db, program, name),
                false => function_ir(db, program, name),
            };
            code.map(|code| Arc::new(unit(db, program, &code)))
        });
        known.clone()
    }
}

/// The address of everything that a program, and programs in it, were read from.
pub fn program_address(db: &dyn Db, program: SourceFile) -> String {
    let mut bytes = Vec::new();
    for file in reached_files(db, program) {
        bytes.extend_from_slice(file.path(db).as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(Address::of(file.text(db).text().as_bytes()).as_bytes());
    }
    Address::of(&bytes).to_hex()
}

fn unit(db: &dyn Db, program: SourceFile, function: &Function) -> Unit {
    let mut text = format!("{function:?}");
    let mut has_types = true;
    for path in nominals(db, program, function) {
        let decl = type_decl(db, program, &path);
        has_types &= decl.is_some();
        text.push_str(&format!("{decl:?}"));
    }
    // Forms are bytes here.
    let loads = ["load", "digest-load", "signed-load"].map(|head| {
        let head = format!(":wat::{head}");
        let bytes: Vec<String> = head.bytes().map(|byte| byte.to_string()).collect();
        bytes.join(", ")
    });
    let loads = loads.iter().any(|head| text.contains(head));
    let mut found = Vec::new();
    mentions(function, &mut found);
    let named = found.into_iter().filter_map(|(mention, ..)| match mention {
        Mention::Function(name) => Some((name.clone(), false)),
        Mention::Value(name) => Some((name.clone(), true)),
        Mention::Native(_) => None,
    });
    let mentions = named.filter(|(name, _)| !name.starts_with(":wat::"));
    Unit {
        has_types,
        loads,
        address: *Address::of(text.as_bytes()).as_bytes(),
        mentions: mentions.collect(),
    }
}

/// The declared types that a function handles, with those inside them.
fn nominals(db: &dyn Db, program: SourceFile, function: &Function) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    let mut functions = vec![function];
    let mut types: Vec<Ty> = Vec::new();
    while let Some(function) = functions.pop() {
        functions.extend(function.lambdas.iter().map(|lambda| &**lambda));
        types.push(function.ret.clone());
        types.extend(function.locals.iter().map(|local| local.ty.clone()));
    }
    while let Some(ty) = types.pop() {
        match ty {
            Ty::Vector(of) | Ty::HashSet(of) | Ty::Option(of) => types.push((*of).clone()),
            Ty::HashMap(a, b) | Ty::Result(a, b) => types.extend([(*a).clone(), (*b).clone()]),
            Ty::Tuple(parts) => types.extend(parts.iter().cloned()),
            Ty::Fn(parts, of) => {
                types.extend(parts.iter().cloned());
                types.push((*of).clone());
            }
            Ty::Nominal(path, parts) => {
                types.extend(parts.iter().cloned());
                if !path.starts_with(":wat::") && found.insert(path.clone()) {
                    let declared = type_decl(db, program, &path);
                    let variants = declared.iter().flat_map(|it| &it.variants);
                    types.extend(variants.flat_map(|it| it.fields.iter().map(|it| it.ty.clone())));
                }
            }
            _ => {}
        }
    }
    found
}
