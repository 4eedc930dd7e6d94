//! How long a flash lasts.

/// How many saves an erase cycle of the flash is good for: the two slots take turns.
pub const SAVES_PER_ERASE_CYCLE: u32 = 2;

/// How many saves a flash is good for whose sectors may be erased so often.
pub const fn lifetime_saves(endurance: u32) -> u32 {
    endurance.saturating_mul(SAVES_PER_ERASE_CYCLE)
}
