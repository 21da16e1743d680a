//! Vectors, maps and sets in macro bodies.

use wat_value::counted;

use super::call::weight;
use super::value::{Cells, Value};
use super::{Eval, Outcome};

/// What a function of this module returns: its value, or the arguments if the name is none of its own.
pub(super) type Tried = Result<Value, Vec<Value>>;

/// The natives that are carried out here alone.
pub(super) const NAMES: [&str; 2] = ["nth", "Vector/length"];

impl Eval<'_, '_> {
    /// Is it a native that has no code but here?
    pub(super) fn is_own(&self, name: &str) -> bool {
        let leaf = name.strip_prefix(":wat::core::");
        leaf.is_some_and(|leaf| NAMES.contains(&leaf))
    }

    /// Keys and values in turn.
    pub(super) fn map_of(&mut self, values: Vec<Value>) -> Outcome<Value> {
        if values.len() % 2 == 1 {
            return Err(self.fail("a map needs a value for every key"));
        }
        let mut map = Vec::with_capacity(values.len());
        let mut values = values.into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            self.put(&mut map, key, value)?;
        }
        Ok(Value::Map(Cells::new(map)))
    }

    pub(super) fn set_of(&mut self, values: Vec<Value>) -> Outcome<Value> {
        let mut set: Vec<Value> = Vec::with_capacity(values.len());
        for value in values {
            self.pay(weight(&value))?;
            let value = self.coerced(value);
            if let Err(at) = set.binary_search_by(|other| other.canonical(&value)) {
                set.insert(at, value);
            }
        }
        Ok(Value::Set(Cells::new(set)))
    }

    fn put(&mut self, map: &mut Vec<Value>, key: Value, value: Value) -> Outcome<()> {
        self.pay(1 + weight(&key))?;
        let key = self.coerced(key);
        match find_key(map, &key) {
            Ok(at) => map[at + 1] = value,
            Err(at) => {
                self.pay((map.len() - at) / 64)?;
                map.splice(at..at, [key, value]);
            }
        }
        Ok(())
    }

    /// The functions on collections whose natives work on any element type.
    pub(super) fn collection(&mut self, name: &str, args: Vec<Value>) -> Outcome<Tried> {
        let Some(name) = name.strip_prefix(":wat::core::") else {
            return Ok(Err(args));
        };
        let more = match name {
            "Vector/conj" | "Vector/concat" | "HashMap/dissoc" | "HashSet/conj" => 1,
            "HashMap/assoc" => 2,
            _ => return self.collection_once(name, args),
        };
        if name == "Vector/concat" && args.len() == 1 {
            return Ok(Ok(args.into_iter().next().unwrap_or(Value::Nil)));
        }
        if args.len() <= 1 + more || !(args.len() - 1).is_multiple_of(more) {
            return self.collection_once(name, args);
        }
        // The result of each step is the first argument of the next.
        let mut rest = args.into_iter();
        let mut result = rest.next().unwrap_or(Value::Nil);
        while rest.len() > 0 {
            let step = std::iter::once(result).chain(rest.by_ref().take(more));
            match self.collection_once(name, step.collect())? {
                Ok(value) => result = value,
                Err(args) => return Ok(Err(args)),
            }
        }
        Ok(Ok(result))
    }

    fn collection_once(&mut self, name: &str, args: Vec<Value>) -> Outcome<Tried> {
        match args.first() {
            Some(Value::Vector(_)) => self.on_vector(name, args),
            Some(Value::Map(_)) => self.on_map(name, args),
            Some(Value::Set(_)) => self.on_set(name, args),
            _ => Ok(Err(args)),
        }
    }

    /// Pays for so many parts that are put elsewhere. What looks at one part costs no more in a large collection.
    fn pay_copy(&mut self, parts: usize) -> Outcome<()> {
        self.pay(parts / 8)
    }

    fn check_count(&self, name: &str, wanted: usize, given: usize) -> Outcome<()> {
        match given == wanted {
            true => Ok(()),
            false => Err(self.fail(format!(
                "`:wat::core::{name}` takes {}, {given} given",
                counted(wanted, "argument")
            ))),
        }
    }

    fn on_vector(&mut self, name: &str, args: Vec<Value>) -> Outcome<Tried> {
        let wanted = match name {
            "Vector/length" | "Vector/empty?" | "last" | "rest" | "reverse" => 1,
            "Vector/get" | "Vector/contains?" | "Vector/conj" | "Vector/concat" | "nth"
            | "take" | "drop" => 2,
            "Vector/assoc" => 3,
            _ => return Ok(Err(args)),
        };
        self.check_count(name, wanted, args.len())?;
        let mut args = args.into_iter();
        let (Some(Value::Vector(items)), second, third) = (args.next(), args.next(), args.next())
        else {
            return Ok(Err(Vec::new()));
        };
        let second = second.unwrap_or(Value::Nil);
        let value = match name {
            "Vector/length" => Value::Int(items.len() as i64),
            "Vector/empty?" => Value::Bool(items.is_empty()),
            "last" => Value::option(items.last().cloned()),
            "reverse" => {
                self.pay_copy(items.len())?;
                let mut items = items.into_vec();
                items.reverse();
                Value::vector(items)
            }
            "rest" => {
                if items.is_empty() {
                    return Err(self.fail("an empty vector has no rest"));
                }
                self.pay_copy(items.len())?;
                Value::vector(items[1..].to_vec())
            }
            "Vector/get" => {
                let index = usize::try_from(self.integer(&second)?).ok();
                Value::option(index.and_then(|index| items.get(index).cloned()))
            }
            "nth" => {
                let index = self.integer(&second)?;
                let found = usize::try_from(index)
                    .ok()
                    .and_then(|index| items.get(index));
                match found {
                    Some(value) => value.clone(),
                    None => {
                        return Err(self.fail(format!(
                            "the index {index} is out of range: the vector has {}",
                            counted(items.len(), "element")
                        )));
                    }
                }
            }
            "Vector/contains?" => {
                self.pay(items.iter().map(weight).fold(0, usize::saturating_add) / 8)?;
                let sought = self.coerced(second);
                Value::Bool(
                    items
                        .iter()
                        .any(|item| self.coerced(item.clone()).canonical(&sought).is_eq()),
                )
            }
            "Vector/conj" => {
                self.pay_copy(items.shared())?;
                let mut items = items.into_vec();
                items.push(second);
                Value::vector(items)
            }
            "Vector/concat" => match second {
                Value::Vector(more) => {
                    self.pay_copy(items.shared() + more.len())?;
                    let mut items = items.into_vec();
                    items.extend(more.into_vec());
                    Value::vector(items)
                }
                other => {
                    return Err(self.fail(format!("`concat` takes vectors, not {}", other.kind())));
                }
            },
            "take" | "drop" => {
                let count = self.integer(&second)?.max(0);
                let count = usize::try_from(count)
                    .unwrap_or(usize::MAX)
                    .min(items.len());
                self.pay_copy(match name {
                    "take" => count,
                    _ => items.len() - count,
                })?;
                Value::vector(match name {
                    "take" => items[..count].to_vec(),
                    _ => items[count..].to_vec(),
                })
            }
            _ => {
                let index = self.integer(&second)?;
                self.pay_copy(items.shared())?;
                let mut items = items.into_vec();
                let slot = usize::try_from(index)
                    .ok()
                    .and_then(|index| items.get_mut(index));
                match (slot, third) {
                    (Some(slot), Some(value)) => *slot = value,
                    _ => return Err(self.fail(format!("the index {index} is out of range"))),
                }
                Value::vector(items)
            }
        };
        Ok(Ok(value))
    }

    fn on_map(&mut self, name: &str, args: Vec<Value>) -> Outcome<Tried> {
        let wanted = match name {
            "HashMap/length" | "HashMap/empty?" | "HashMap/entries" | "keys" | "values"
            | "HashMap/keys" | "HashMap/values" => 1,
            "HashMap/get" | "HashMap/contains-key?" | "HashMap/dissoc" => 2,
            "HashMap/assoc" => 3,
            _ => return Ok(Err(args)),
        };
        self.check_count(name, wanted, args.len())?;
        let mut args = args.into_iter();
        let (Some(Value::Map(map)), second, third) = (args.next(), args.next(), args.next()) else {
            return Ok(Err(Vec::new()));
        };
        let key = self.coerced(second.unwrap_or(Value::Nil));
        self.pay(weight(&key))?;
        self.pay_copy(match name {
            "keys" | "values" | "HashMap/keys" | "HashMap/values" | "HashMap/entries" => map.len(),
            "HashMap/dissoc" | "HashMap/assoc" => map.shared(),
            _ => 0,
        })?;
        let value = match name {
            "HashMap/length" => Value::Int(map.len() as i64 / 2),
            "HashMap/empty?" => Value::Bool(map.is_empty()),
            "HashMap/entries" => Value::vector(
                map.chunks(2)
                    .map(|entry| Value::Tuple(Cells::new(entry.to_vec())))
                    .collect(),
            ),
            "keys" | "HashMap/keys" => Value::vector(map.iter().step_by(2).cloned().collect()),
            "values" | "HashMap/values" => {
                Value::vector(map.iter().skip(1).step_by(2).cloned().collect())
            }
            "HashMap/get" => Value::option(find_key(&map, &key).ok().map(|at| map[at + 1].clone())),
            "HashMap/contains-key?" => Value::Bool(find_key(&map, &key).is_ok()),
            "HashMap/dissoc" => match find_key(&map, &key) {
                Ok(at) => {
                    self.pay_copy(map.len() - at)?;
                    let mut map = map.into_vec();
                    map.drain(at..at + 2);
                    Value::Map(Cells::new(map))
                }
                Err(_) => Value::Map(map),
            },
            _ => {
                let mut map = map.into_vec();
                self.put(&mut map, key, third.unwrap_or(Value::Nil))?;
                Value::Map(Cells::new(map))
            }
        };
        Ok(Ok(value))
    }

    fn on_set(&mut self, name: &str, args: Vec<Value>) -> Outcome<Tried> {
        let wanted = match name {
            "HashSet/length" | "HashSet/empty?" | "__internal/elements" => 1,
            "HashSet/contains?" | "HashSet/conj" => 2,
            _ => return Ok(Err(args)),
        };
        self.check_count(name, wanted, args.len())?;
        let mut args = args.into_iter();
        let (Some(Value::Set(set)), second) = (args.next(), args.next()) else {
            return Ok(Err(Vec::new()));
        };
        let element = self.coerced(second.unwrap_or(Value::Nil));
        self.pay(weight(&element))?;
        let found = set.binary_search_by(|other| other.canonical(&element));
        Ok(Ok(match (name, found) {
            ("HashSet/length", _) => Value::Int(set.len() as i64),
            ("HashSet/empty?", _) => Value::Bool(set.is_empty()),
            ("__internal/elements", _) => {
                self.pay_copy(set.shared())?;
                Value::vector(set.into_vec())
            }
            ("HashSet/contains?", found) => Value::Bool(found.is_ok()),
            ("HashSet/conj", Err(at)) => {
                self.pay_copy(set.shared())?;
                self.pay((set.len() - at) / 64)?;
                let mut set = set.into_vec();
                set.insert(at, element);
                Value::Set(Cells::new(set))
            }
            _ => Value::Set(set),
        }))
    }
}

/// Where a key stands among keys and values in turn, or where it would.
fn find_key(map: &[Value], key: &Value) -> Result<usize, usize> {
    let (mut low, mut high) = (0, map.len() / 2);
    while low < high {
        let middle = low.midpoint(high);
        match map[middle * 2].canonical(key) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Ok(middle * 2),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Err(low * 2)
}
