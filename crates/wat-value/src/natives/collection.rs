//! Vectors, maps and sets.

use super::support::{Outcome, discard, invalid, native, option, share};
use crate::cells::make_variant;
use crate::compare::{canonical, order};
use crate::heap::{Slot, immediate, release};
use crate::native::{Instance, Native, Trap};
use crate::text::text;
use crate::words::counted;
use crate::{map, vector};

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::Vector/empty?", "b", vector_is_empty),
    native(":wat::core::Vector/get", "bb", vector_get),
    native(":wat::core::__internal/get-or", "bbo", vector_get_or),
    native(":wat::core::Vector/conj", "oo", vector_conj),
    native(":wat::core::Vector/assoc", "obo", vector_assoc),
    native(":wat::core::Vector/concat", "oo", vector_concat),
    native(":wat::core::Vector/contains?", "bb", vector_contains),
    native(":wat::core::last", "b", vector_last),
    native(":wat::core::rest", "o", vector_rest),
    native(":wat::core::__internal/rest-of", "bo", vector_rest_of),
    native(":wat::core::take", "ob", vector_take),
    native(":wat::core::drop", "ob", vector_drop),
    native(":wat::core::reverse", "b", vector_reverse),
    native(":wat::core::__internal/sorted", "b", vector_sort),
    native(":wat::core::__internal/range", "bbb", range),
    native(":wat::core::HashMap/length", "b", map_length),
    native(":wat::core::HashMap/empty?", "b", map_is_empty),
    native(":wat::core::HashMap/get", "bb", map_get),
    native(":wat::core::__internal/value-or", "bbo", map_get_or),
    native(":wat::core::HashMap/contains-key?", "bb", map_contains),
    native(":wat::core::HashMap/assoc", "ooo", map_assoc),
    native(":wat::core::HashMap/dissoc", "ob", map_remove),
    native(":wat::core::HashMap/entries", "b", map_entries),
    native(":wat::core::keys", "b", map_keys),
    native(":wat::core::values", "b", map_values),
    native(":wat::core::HashSet/length", "b", map_length),
    native(":wat::core::HashSet/empty?", "b", map_is_empty),
    native(":wat::core::HashSet/contains?", "bb", map_contains),
    native(":wat::core::HashSet/conj", "oo", set_conj),
    native(":wat::core::__internal/without", "ob", map_remove),
    native(":wat::core::__internal/elements", "b", map_keys),
    native(":wat::core::__internal/put-all", "oo", map_unite),
    native(":wat::core::union", "oo", map_unite),
    native(":wat::core::intersection", "ob", set_intersect),
    native(":wat::core::difference", "ob", set_subtract),
    native(":wat::std::list::insert-at", "obo", vector_insert),
    native(":wat::std::list::remove-at", "ob", vector_remove),
    native(":wat::std::list::__internal/starts", "bb", starts),
];

/// A range of more elements is refused.
const MAX_RANGE: i128 = (1 << 31) - 1;

unsafe fn vector_is_empty(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: here and below: the caller of a native says that its arguments are live values of the declared types.
    Ok(u64::from(unsafe { vector::len(args[0]) } == 0))
}

unsafe fn vector_get(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the index is checked against the length.
    unsafe {
        if args[1] >= vector::len(args[0]) as u64 {
            return Ok(immediate(0));
        }
        let value = share(instance.types[0], vector::get(args[0], args[1] as usize));
        Ok(make_variant(instance.ret, 1, &[value]))
    }
}

unsafe fn vector_get_or(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the index is checked against the length; the default is owned.
    unsafe {
        if args[1] >= vector::len(args[0]) as u64 {
            return Ok(args[2]);
        }
        discard(instance.types[0], args[2]);
        let value = vector::get(args[0], args[1] as usize);
        Ok(share(instance.types[0], value))
    }
}

unsafe fn vector_conj(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: both arguments are owned.
    Ok(unsafe { vector::push(args[0], args[1]) })
}

/// An index that is no place of a vector.
#[cold]
pub fn out_of_range(index: i64, len: usize) -> Box<Trap> {
    let elements = counted(len, "element");
    Trap::error(
        8405,
        format!("index {index} is out of range: the vector has {elements}"),
    )
}

unsafe fn vector_assoc(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: vector and value are owned; the index is checked against the length.
    unsafe {
        let len = vector::len(args[0]);
        if args[1] >= len as u64 {
            release(args[0]);
            discard(instance.types[0], args[2]);
            let index = args[1] as i64;
            return Err(out_of_range(index, len));
        }
        Ok(vector::set(args[0], args[1] as usize, args[2]))
    }
}

unsafe fn vector_insert(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: vector and value are owned; the index is checked against the length.
    unsafe {
        let len = vector::len(args[0]);
        if args[1] > len as u64 {
            release(args[0]);
            discard(instance.types[0], args[2]);
            let index = args[1] as i64;
            return Err(out_of_range(index, len));
        }
        Ok(vector::insert(args[0], args[1] as usize, args[2]))
    }
}

unsafe fn vector_remove(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the vector is owned; the index is checked against the length.
    unsafe {
        if args[1] >= vector::len(args[0]) as u64 {
            return Ok(args[0]);
        }
        Ok(vector::remove(args[0], args[1] as usize))
    }
}

unsafe fn starts(instance: &Instance, args: &[Slot]) -> Outcome {
    let size = args[1] as i64;
    if size <= 0 {
        return Err(invalid(format!(
            "the length of the runs is {size}; it must be positive"
        )));
    }
    // Lengths of vectors and their sums with a positive `i64` fit the unsigned type.
    let slots: Vec<Slot> = (0..args[0]).step_by(size as usize).collect();
    Ok(vector::from_slots(instance.ret, &slots))
}

unsafe fn vector_concat(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: both arguments are owned.
    Ok(unsafe { vector::concat(args[0], args[1]) })
}

unsafe fn vector_contains(instance: &Instance, args: &[Slot]) -> Outcome {
    let desc = instance.types[0];
    // SAFETY: elements of a live vector are live.
    let found = unsafe { vector::iter(args[0]) }
        .any(|item| unsafe { canonical(desc, item, args[1]) }.is_eq());
    Ok(u64::from(found))
}

unsafe fn vector_last(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the index is below the length.
    unsafe {
        let len = vector::len(args[0]);
        let last = len
            .checked_sub(1)
            .map(|index| share(instance.types[0], vector::get(args[0], index)));
        Ok(option(instance, last))
    }
}

unsafe fn vector_rest(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the vector is owned.
    unsafe { rest(args[0], "rest") }
}

unsafe fn vector_rest_of(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the first argument is a live string, the second an owned vector.
    unsafe { rest(args[1], text(args[0])) }
}

/// # Safety
/// The slot holds a live vector whose reference the caller gives up.
unsafe fn rest(slot: Slot, who: &str) -> Outcome {
    // SAFETY: the caller says so.
    unsafe {
        if vector::len(slot) == 0 {
            release(slot);
            return Err(Trap::error(
                8404,
                format!("`{who}` of an empty collection; test it with `empty?` first"),
            ));
        }
        Ok(vector::drop_front(slot, 1))
    }
}

fn count(slot: Slot) -> usize {
    usize::try_from((slot as i64).max(0)).unwrap_or(usize::MAX)
}

unsafe fn vector_take(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the vector is owned.
    Ok(unsafe { vector::take_front(args[0], count(args[1])) })
}

unsafe fn vector_drop(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the vector is owned.
    Ok(unsafe { vector::drop_front(args[0], count(args[1])) })
}

/// All elements, each with a reference of its own.
unsafe fn shared_items(instance: &Instance, slot: Slot) -> Vec<Slot> {
    // SAFETY: elements of a live vector are live.
    unsafe {
        vector::iter(slot)
            .map(|item| share(instance.types[0], item))
            .collect()
    }
}

unsafe fn vector_reverse(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let mut items = unsafe { shared_items(instance, args[0]) };
    items.reverse();
    Ok(vector::from_slots(instance.ret, &items))
}

unsafe fn vector_sort(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let mut items = unsafe { shared_items(instance, args[0]) };
    let desc = instance.types[0];
    // What `<` does not order, NaN, goes where the total order puts it, so that sorting cannot fail.
    // SAFETY: the elements are live.
    items.sort_by(|a, b| unsafe { order(desc, *a, *b).unwrap_or_else(|| canonical(desc, *a, *b)) });
    Ok(vector::from_slots(instance.ret, &items))
}

unsafe fn range(instance: &Instance, args: &[Slot]) -> Outcome {
    let [start, end, step] = [args[0], args[1], args[2]].map(|slot| i128::from(slot as i64));
    if step == 0 {
        return Err(invalid("the step of `range` is 0; it must not be 0"));
    }
    let count = if step > 0 {
        (end - start + step - 1) / step
    } else {
        (start - end - step - 1) / -step
    }
    .max(0);
    if count > MAX_RANGE {
        return Err(invalid(format!(
            "a `range` of {count} elements; it may have at most {MAX_RANGE}"
        )));
    }
    let mut out = vector::empty(instance.ret);
    for index in 0..count {
        // SAFETY: the vector is ours.
        out = unsafe { vector::push(out, (start + index * step) as i64 as Slot) };
    }
    Ok(out)
}

unsafe fn map_length(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(unsafe { map::len(args[0]) } as Slot)
}

unsafe fn map_is_empty(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(u64::from(unsafe { map::len(args[0]) } == 0))
}

unsafe fn map_get(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: a value of a live map is live.
    unsafe {
        let found = map::get(args[0], args[1]).map(|value| share(instance.types[1], value));
        Ok(option(instance, found))
    }
}

unsafe fn map_get_or(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: a value of a live map is live; the default is owned.
    unsafe {
        let Some(value) = map::get(args[0], args[1]) else {
            return Ok(args[2]);
        };
        discard(instance.types[1], args[2]);
        Ok(share(instance.types[1], value))
    }
}

unsafe fn map_contains(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(u64::from(unsafe { map::get(args[0], args[1]) }.is_some()))
}

unsafe fn map_assoc(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: all arguments are owned.
    Ok(unsafe { map::insert(args[0], args[1], args[2]) })
}

unsafe fn map_remove(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the map is owned.
    Ok(unsafe { map::remove(args[0], args[1]) })
}

unsafe fn map_entries(instance: &Instance, args: &[Slot]) -> Outcome {
    let pair = instance.ret.parts[0];
    // SAFETY: keys and values of a live map are live; each pair gets references of its own.
    let items: Vec<Slot> = unsafe { map::entries(args[0]) }
        .into_iter()
        .map(|(key, value)| unsafe {
            make_variant(
                pair,
                0,
                &[
                    share(instance.types[0], key),
                    share(instance.types[1], value),
                ],
            )
        })
        .collect();
    Ok(vector::from_slots(instance.ret, &items))
}

unsafe fn map_keys(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let items: Vec<Slot> = unsafe { map::keys(args[0]) }
        .into_iter()
        .map(|key| unsafe { share(instance.types[0], key) })
        .collect();
    Ok(vector::from_slots(instance.ret, &items))
}

unsafe fn map_values(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let items: Vec<Slot> = unsafe { map::entries(args[0]) }
        .into_iter()
        .map(|(_, value)| unsafe { share(instance.types[1], value) })
        .collect();
    Ok(vector::from_slots(instance.ret, &items))
}

unsafe fn map_unite(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: both arguments are owned.
    Ok(unsafe { map::unite(args[0], args[1]) })
}

unsafe fn set_intersect(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the first set is owned.
    Ok(unsafe { map::intersect(args[0], args[1]) })
}

unsafe fn set_subtract(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(unsafe { map::subtract(args[0], args[1]) })
}

unsafe fn set_conj(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: both arguments are owned.
    Ok(unsafe { map::insert(args[0], args[1], 0) })
}
