//! Which operation of the library failed (chapter 04 §21): the path that its message names.

use crate::code::{Op, Site};
use crate::exec::{Place, Stop};
use crate::failure::Failure;
use crate::world::World;

/// The codes whose messages name the operation here; those of others name it themselves.
const NAMED: [u16; 13] = [
    8402, 8403, 8405, 8406, 8407, 8409, 8410, 8411, 8412, 8414, 8416, 8421, 8422,
];

/// Natives that stand for something whose name is another one.
const STAND_FOR: &[(&str, &str)] = &[
    (":wat::core::__internal/append", ":wat::core::str"),
    (":wat::core::__internal/to-u8", ":wat::core::u8"),
    (":wat::time::__internal/add", ":wat::time::+"),
    (":wat::time::__internal/since", ":wat::time::-"),
    (":wat::time::__internal/subtract", ":wat::time::-"),
];

const INTERNAL: &str = "__internal/";

/// The search for the operation, from the innermost frame outwards.
pub(crate) struct Operation {
    /// What the instruction says.
    native: Option<String>,
    /// The first frame has been looked at.
    is_inside: bool,
    /// The path, once it is found.
    found: Option<String>,
}

impl Operation {
    pub fn new(stop: &Stop, world: &World) -> Operation {
        let native = match stop.place {
            // SAFETY: the instruction that failed is part of code that lives; such instructions refer to natives that
            // there are.
            Place::At(ip) => unsafe {
                ((*ip).op == Op::Native).then(|| world.natives.get((*ip).index()).name.to_string())
            },
            Place::Entry(_) => None,
        };
        Operation {
            native: native.filter(|name| name.starts_with(':')),
            is_inside: false,
            found: None,
        }
    }

    /// The next frame: its function, and where in it.
    pub fn frame(&mut self, function: &str, site: &Site) {
        if !std::mem::replace(&mut self.is_inside, true) {
            let name = self.native.take();
            self.native = name.or_else(|| site.operation.map(str::to_owned));
            let Some(name) = &self.native else { return };
            let known = STAND_FOR.iter().find(|entry| entry.0 == name);
            if let Some((_, path)) = known {
                self.found = Some((*path).to_owned());
            } else if !name.contains(INTERNAL) {
                // `:wat::core::i64::/'2` is what `:wat::core::/` is for two integers.
                let path = name.split_once('\'').map_or(&**name, |(path, _)| path);
                self.found = Some(path.to_owned());
            }
        }
        // A function of the library that does its work by such a native.
        let is_library = function.starts_with(":wat::") && !function.contains(INTERNAL);
        if self.native.is_some() && self.found.is_none() && is_library {
            self.found = Some(function.to_owned());
        }
    }

    /// Names the operation in the message, which may come from an evaluation inside that has named its own.
    pub fn name_in(self, failure: &mut Failure) {
        let stripped = self.native.map(|name| name.replace(INTERNAL, ""));
        let Some(path) = self.found.or(stripped) else {
            return;
        };
        let message = &mut failure.message;
        // One instruction divides for several functions.
        let name = path.rsplit("::").next().unwrap_or(&path);
        if failure.code == 8401 && name != "/" {
            *message = message.replace("the result of `/`", &format!("the result of `{name}`"));
        }
        if NAMED.contains(&failure.code)
            && !message.contains(&format!("`{path}`"))
            && !message.contains(", in `:wat::")
        {
            message.push_str(&format!(", in `{path}`"));
        }
    }
}
