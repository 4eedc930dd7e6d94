//! How long a flash lasts.

/// How many saves one erase cycle of the flash's sectors allows: the two slots take turns.
pub const SAVES_PER_ERASE_CYCLE: u32 = 2;

/// How many saves a flash allows whose sectors can be erased `endurance` times.
pub const fn lifetime_saves(endurance: u32) -> u32 {
    endurance.saturating_mul(SAVES_PER_ERASE_CYCLE)
}
