//! The configuration of a program as the machine sees it.

/// What the entry file of a program has set; frozen before anything is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The dimension of holon vectors, at least 1.
    pub dim_count: i64,
    /// The seed that they derive from.
    pub global_seed: i64,
    /// Is a bundle beyond the capacity a panic, as opposed to an error value?
    pub capacity_panics: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            dim_count: 10_000,
            global_seed: 42,
            capacity_panics: false,
        }
    }
}

impl Settings {
    /// How many parts a bundle can have: `max(1, ⌊√d⌋)`.
    pub fn dim_capacity(&self) -> i64 {
        (self.dim_count.max(1) as u64).isqrt() as i64
    }

    /// `1/√d`.
    pub fn noise_floor(&self) -> f64 {
        1.0 / (self.dim_count.max(1) as f64).sqrt()
    }
}
