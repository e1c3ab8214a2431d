//! Numbers that look random and depend on a seed and a place alone, on every platform
//! (`reference/ops/create.md` §0.2: the FNV-1a hash of Fowler, Noll and Vo, 32 bits).

use std::hash::{BuildHasher, Hasher, RandomState};

/// The hash `h` with the four bytes of `value` mixed in.
pub(super) fn mix(h: u32, value: i32) -> u32 {
    value.to_le_bytes().iter().fold(h, |h, byte| (h ^ u32::from(*byte)).wrapping_mul(16_777_619))
}

/// The number after `state`.
pub(super) fn next(state: u32) -> u32 {
    mix(2_166_136_261, state as i32)
}

/// The seed that was given, or one drawn from the system's randomness.
pub(super) fn seed(given: Option<i32>) -> u32 {
    given.map_or_else(|| RandomState::new().build_hasher().finish() as u32, |seed| seed as u32)
}
