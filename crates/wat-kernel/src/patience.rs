//! Whether it is of use to look a few times before waiting: whoever is to write often does so at once, and is awake.

/// Who looks in vain looks the less often the more often that was so: after the first time once is left out, then 3 times,
/// then 7, and so on up to 63. Who finds something looks each time.
#[derive(Clone, Debug, Default)]
pub struct Patience {
    /// How often nothing was found since something was.
    vain: u32,
    /// How often it is not looked yet.
    rest: u32,
    is_gone: bool,
}

impl Patience {
    /// How often to look, letting other threads go first in between.
    pub const LOOKS: usize = 3;
    const MOST: u32 = 6;

    /// Is it to be looked now?
    pub fn take(&mut self) -> bool {
        let looks = self.rest == 0 && !self.is_gone;
        self.rest = self.rest.saturating_sub(1);
        looks
    }

    /// Something was found.
    pub fn found(&mut self) {
        self.vain = 0;
        self.rest = 0;
    }

    /// Nothing was found, however often it was looked.
    pub fn missed(&mut self) {
        self.vain = (self.vain + 1).min(Patience::MOST);
        self.rest = (1 << self.vain) - 1;
    }

    /// It cannot be looked.
    pub fn give_up(&mut self) {
        self.is_gone = true;
    }

    /// Can it be looked at all?
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }
}

#[cfg(test)]
mod tests {
    use super::Patience;

    #[test]
    fn who_looks_in_vain_looks_less_often_and_who_finds_looks_again() {
        let mut patience = Patience::default();
        let mut looks_at = Vec::new();
        for at in 0..200 {
            if patience.take() {
                looks_at.push(at);
                patience.missed();
            }
        }
        assert_eq!(looks_at, [0, 2, 6, 14, 30, 62, 126, 190]);
        patience.found();
        assert!(patience.take() && patience.take());
        patience.give_up();
        assert!(!patience.take());
    }
}
