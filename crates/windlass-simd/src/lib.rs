//! Vector kernels of windlass as safe functions on slices, with run-time dispatch.
//!
//! Every kernel has a scalar twin that is its oracle; [`level`] tells which instructions are used.

#![forbid(unsafe_code)]

pub mod arith;
pub mod colour;
pub mod jpeg_decode;
pub mod jpeg_encode;
pub mod png_filter;
pub mod resample;
pub mod resample_columns;
pub mod resample_rank;
pub mod resample_taps;
pub mod table;

/// The instructions in use, detected once.
pub fn level() -> fearless_simd::Level {
    static LEVEL: std::sync::LazyLock<fearless_simd::Level> =
        std::sync::LazyLock::new(fearless_simd::Level::new);
    *LEVEL
}
