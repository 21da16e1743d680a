//! Values of a type from choices (chapter 09 §9.11.2): the simplest come from zeros.
//!
//! The size halves with each declared type on the way down. At size 0 collections are empty, and where there are several
//! variants those are taken that do not lead back to their type. Where all of them do, those are taken that end first:
//! their parts end earlier still, so that every value is finite.

use super::choices::Choices;
use rustc_hash::FxHashMap;
use wat_edn::{Instant, Uuid};
use wat_ir::DeclKind;
use wat_value::syntax::{Origin, Shape, Syntax};
use wat_value::{
    Desc, Repr, Shapes, Slot, make_form, make_holon, make_instant, make_keyword, make_string,
    make_uuid, make_variant, map, vector,
};

/// Letters before everything else.
const LETTERS: u64 = 26;
/// The boundary values of integers.
const BOUNDARIES: [i64; 7] = [0, 1, -1, i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1];
/// Seconds of the points in time that are made: from 1970 to 2100.
const SECONDS: i64 = 4_102_444_800;
/// No type that has values has none that is lower.
const HIGHEST: u32 = 1 << 14;
/// How many instances of a declaration are looked at.
const INSTANCES: usize = 8;

/// An integer that grows with the size, boundary values mixed in.
pub(super) fn integer(choices: &mut Choices, size: u64) -> i64 {
    let magnitude = match choices.draw(9) {
        0..=5 => choices.draw(size),
        6 | 7 => choices.draw(65_535),
        8 => choices.draw(i64::MAX.cast_unsigned()),
        _ => {
            let at = choices.draw(6);
            // As long as the others, so that a smaller sequence can be an ordinary number.
            choices.draw(0);
            return BOUNDARIES[at as usize % BOUNDARIES.len()];
        }
    };
    match choices.draw(1) {
        0 => magnitude.cast_signed(),
        _ => magnitude.cast_signed().wrapping_neg(),
    }
}

/// An integer of a range that is not empty.
pub(super) fn between(choices: &mut Choices, low: i64, high: i64) -> i64 {
    let origin = 0.clamp(low, high);
    let (up, down) = (high.abs_diff(origin), origin.abs_diff(low));
    let goes_down = match (up, down) {
        (_, 0) => false,
        (0, _) => true,
        _ => choices.draw(1) == 1,
    };
    match goes_down {
        true => origin.wrapping_sub(choices.draw(down).cast_signed()),
        false => origin.wrapping_add(choices.draw(up).cast_signed()),
    }
}

/// Is there another element?
pub(super) fn more(choices: &mut Choices, count: i64, least: i64, most: i64) -> bool {
    count < most && (choices.draw(7) != 0 || count < least)
}

/// A finite number, integers before fractions.
fn finite(choices: &mut Choices, size: u64) -> f64 {
    let whole = integer(choices, size) as f64;
    match choices.draw(1) {
        0 => whole,
        _ => whole / (1 + choices.draw(size.max(1))) as f64,
    }
}

/// Any number.
pub(super) fn any_f64(choices: &mut Choices, size: u64) -> f64 {
    match choices.draw(9) {
        0..=7 => finite(choices, size),
        8 => f64::from_bits(choices.draw(u64::MAX)),
        _ => {
            const SPECIAL: [f64; 6] = [
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                -0.0,
                f64::MIN_POSITIVE / 2.0,
                f64::MAX,
            ];
            SPECIAL[choices.draw(5) as usize % SPECIAL.len()]
        }
    }
}

/// A character: a letter, then ASCII, then any.
fn character(choices: &mut Choices) -> char {
    let code = match choices.draw(9) {
        0..=6 => u64::from(b'a') + choices.draw(LETTERS - 1),
        7 | 8 => choices.draw(127),
        _ => match choices.draw(0x10_FFFF - 0x800) {
            // Surrogates are no characters.
            code if code >= 0xD800 => code + 0x800,
            code => code,
        },
    };
    u32::try_from(code)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or('a')
}

fn string(choices: &mut Choices, size: u64) -> String {
    let mut found = String::new();
    let mut count = 0;
    while more(choices, count, 0, size.cast_signed()) {
        found.push(character(choices));
        count += 1;
    }
    found
}

/// A text of these characters.
pub(super) fn string_of(choices: &mut Choices, alphabet: &[char], most: i64) -> String {
    let mut found = String::new();
    let most = if alphabet.is_empty() { 0 } else { most };
    let mut count = 0;
    while more(choices, count, 0, most) {
        found.push(alphabet[choices.draw(alphabet.len() as u64 - 1) as usize]);
        count += 1;
    }
    found
}

/// The text of a keyword, with its colon: at least a letter.
fn keyword(choices: &mut Choices, size: u64) -> String {
    let mut found = String::from(":");
    let mut count = 0;
    while more(choices, count, 1, size.clamp(1, 8).cast_signed()) {
        let letter = choices.draw(LETTERS - 1) as u8;
        found.push(char::from(b'a' + letter));
        count += 1;
    }
    found
}

/// Makes values.
pub(super) struct Generator<'c, 's> {
    pub(super) choices: &'c mut Choices,
    pub(super) shapes: Shapes<'s>,
    /// What is known of the least heights of values, by the addresses of their types.
    pub(super) heights: FxHashMap<usize, Height>,
}

/// Between which bounds the least height of the values of a type lies.
#[derive(Clone, Copy)]
pub(super) struct Height {
    /// There are values of this height.
    most: Option<u32>,
    /// Below this there is none.
    least: u32,
}

impl Generator<'_, '_> {
    /// A value of a type that has generators: the analysis has made sure of that.
    pub(super) fn value(&mut self, desc: &'static Desc, size: u64) -> Slot {
        match desc.repr {
            Repr::Nil | Repr::Fn | Repr::Any => 0,
            Repr::Bool => self.choices.draw(1),
            Repr::I64 => integer(self.choices, size).cast_unsigned(),
            Repr::U8 => self.choices.draw(255),
            Repr::F64 => finite(self.choices, size).to_bits(),
            Repr::Duration => integer(self.choices, size)
                .unsigned_abs()
                .min(i64::MAX as u64),
            Repr::Str => make_string(&string(self.choices, size)),
            Repr::Keyword => make_keyword(&keyword(self.choices, size)),
            Repr::Form => make_form(leaf(integer(self.choices, size))),
            Repr::Holon => make_holon(leaf(integer(self.choices, size))),
            Repr::Vector => {
                let mut slots = Vec::new();
                while more(self.choices, slots.len() as i64, 0, size.cast_signed()) {
                    slots.push(self.value(desc.parts[0], size));
                }
                vector::from_slots(desc, &slots)
            }
            Repr::HashMap | Repr::HashSet => self.entries(desc, size),
            Repr::Option if size == 0 => make_variant(desc, 0, &[]),
            Repr::Option => match self.choices.draw(1) {
                0 => make_variant(desc, 0, &[]),
                _ => {
                    let payload = self.value(desc.parts[0], size);
                    make_variant(desc, 1, &[payload])
                }
            },
            Repr::Result => {
                let variant = self.variant(desc, 2, size);
                let payload = self.value(desc.parts[variant], size);
                make_variant(desc, variant as u32, &[payload])
            }
            Repr::Tuple => self.fields(desc, 0, &desc.parts, size),
            Repr::Nominal => self.nominal(desc, size),
        }
    }

    fn entries(&mut self, desc: &'static Desc, size: u64) -> Slot {
        let mut out = map::empty(desc);
        let mut count = 0;
        while more(self.choices, count, 0, size.cast_signed()) {
            let key = self.value(desc.parts[0], size);
            let value = match desc.repr {
                Repr::HashMap => self.value(desc.parts[1], size),
                _ => 0,
            };
            // SAFETY: the collection, the key and the value are live, and ours to give away.
            out = unsafe { map::insert(out, key, value) };
            count += 1;
        }
        out
    }

    fn fields(
        &mut self,
        desc: &'static Desc,
        variant: u32,
        fields: &[&'static Desc],
        size: u64,
    ) -> Slot {
        let slots: Vec<Slot> = fields.iter().map(|field| self.value(field, size)).collect();
        make_variant(desc, variant, &slots)
    }

    fn nominal(&mut self, desc: &'static Desc, size: u64) -> Slot {
        self.shapes.resolve(desc);
        match desc.decl.as_ref().map(|decl| (&*decl.path, decl.kind)) {
            Some((":wat::core::Uuid", _)) => {
                let high = u128::from(self.choices.draw(u64::MAX));
                let low = u128::from(self.choices.draw(u64::MAX));
                return make_uuid(desc, Uuid((high << 64 | low).to_be_bytes()));
            }
            Some((":wat::time::Instant", _)) => {
                let seconds = between(self.choices, 0, SECONDS);
                let nanoseconds = self.choices.draw(999_999_999) as u32;
                let instant = Instant::new(seconds, nanoseconds).unwrap_or(Instant::MAX);
                return make_instant(desc, instant);
            }
            Some((_, DeclKind::Enum)) => {}
            _ => {
                let fields = desc.variants().first().map_or(&[][..], |it| &it.fields);
                return self.fields(desc, 0, fields, size / 2);
            }
        }
        let all = desc.variants().len();
        let variant = self.variant(desc, all, size);
        let fields = &desc.variants()[variant].fields;
        self.fields(desc, variant as u32, fields, size / 2)
    }

    /// One of so many variants of a type.
    fn variant(&mut self, desc: &'static Desc, all: usize, size: u64) -> usize {
        let mut open: Vec<usize> = (0..all).collect();
        if size == 0 {
            let plain = open.iter().filter(|&&at| !self.leads_to(desc, at));
            let plain: Vec<usize> = plain.copied().collect();
            open = match plain.is_empty() {
                true => self.lowest(desc, all),
                false => plain,
            };
        }
        open[self.choices.draw(open.len() as u64 - 1) as usize]
    }

    /// The variants whose values end first.
    fn lowest(&mut self, desc: &'static Desc, all: usize) -> Vec<usize> {
        for height in 0..HIGHEST {
            let ends = |at: &usize| {
                let mut parts = parts_of(desc, *at).iter();
                parts.all(|part| self.ends_within(part, height))
            };
            let found: Vec<usize> = (0..all).filter(ends).collect();
            if !found.is_empty() {
                return found;
            }
        }
        // The analysis has made sure that the type has values.
        (0..all).collect()
    }

    /// Are there values of a type, at size 0, that are no higher?
    fn ends_within(&mut self, desc: &'static Desc, height: u32) -> bool {
        self.shapes.resolve(desc);
        let variants = match desc.repr {
            Repr::Result => 2,
            Repr::Tuple => 1,
            Repr::Nominal => desc.variants().len(),
            // Simple values, and collections, which are empty.
            _ => return true,
        };
        // A type of the machine without fields.
        if variants == 0 {
            return true;
        }
        let key = std::ptr::from_ref(desc).addr();
        let known = self.heights.get(&key);
        let mut known = known.copied().unwrap_or(Height {
            most: None,
            least: 0,
        });
        if known.most.is_some_and(|most| most <= height) {
            return true;
        }
        if height < known.least || height == 0 {
            return false;
        }
        let found = (0..variants).any(|at| {
            let mut parts = parts_of(desc, at).iter();
            parts.all(|part| self.ends_within(part, height - 1))
        });
        match found {
            true => known.most = Some(height),
            false => known.least = height + 1,
        }
        self.heights.insert(key, known);
        found
    }

    /// Does a variant of a type hold, at any depth, a value of the type?
    fn leads_to(&mut self, desc: &'static Desc, variant: usize) -> bool {
        let mut seen: Vec<&'static Desc> = Vec::new();
        let mut work: Vec<&'static Desc> = parts_of(desc, variant).to_vec();
        while let Some(part) = work.pop() {
            if std::ptr::eq(part, desc) {
                return true;
            }
            // Empty at size 0.
            let is_empty = matches!(
                part.repr,
                Repr::Vector | Repr::HashMap | Repr::HashSet | Repr::Option
            );
            if is_empty || seen.iter().any(|other| std::ptr::eq(*other, part)) {
                continue;
            }
            // Declarations that hold ever larger instances of themselves lead back.
            if let Some(path) = part.decl.as_ref().map(|decl| &*decl.path) {
                let same = |it: &Desc| it.decl.as_ref().is_some_and(|it| *it.path == *path);
                if seen.iter().filter(|it| same(it)).count() >= INSTANCES {
                    return true;
                }
            }
            seen.push(part);
            self.shapes.resolve(part);
            let inner = part.parts.iter().copied();
            work.extend(inner.filter(|_| part.repr != Repr::Nominal));
            let variants = part.variants().iter();
            work.extend(variants.flat_map(|it| it.fields.iter().copied()));
        }
        false
    }
}

/// What a variant holds.
fn parts_of(desc: &'static Desc, variant: usize) -> &'static [&'static Desc] {
    match desc.repr {
        Repr::Result => std::slice::from_ref(&desc.parts[variant]),
        Repr::Tuple => &desc.parts,
        _ => &desc.variants()[variant].fields,
    }
}

fn leaf(number: i64) -> Syntax {
    Syntax::new(Shape::Int(number), Origin::NONE)
}
