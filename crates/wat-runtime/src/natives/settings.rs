//! What a program can ask about its configuration.

use crate::Settings;
use wat_value::Slot;

/// Reads a setting.
pub(crate) type Read = fn(&Settings) -> Slot;

pub(super) const READERS: &[(&str, Read)] = &[
    (":wat::config::dim-count", |settings| {
        settings.dim_count as Slot
    }),
    (":wat::config::dim-capacity", |settings| {
        settings.dim_capacity() as Slot
    }),
    (":wat::config::global-seed", |settings| {
        settings.global_seed as Slot
    }),
    (":wat::config::noise-floor", |settings| {
        settings.noise_floor().to_bits()
    }),
    (":wat::config::__internal/panics?", |settings| {
        Slot::from(settings.capacity_panics)
    }),
];
