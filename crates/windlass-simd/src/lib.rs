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
pub mod resample_points;
pub mod resample_quads;
pub mod resample_rank;
pub mod resample_taps;
pub mod table;
pub mod vp8;

/// The instructions in use, detected once.
pub fn level() -> fearless_simd::Level {
    static LEVEL: std::sync::LazyLock<fearless_simd::Level> =
        std::sync::LazyLock::new(fearless_simd::Level::new);
    *LEVEL
}

/// Every level of instructions that this machine has, the plainest first, each by its name: for tests,
/// which hold all of them against the scalar twins in one process.
pub fn levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;
    let mut levels = vec![Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    {
        let best = Level::new();
        levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        levels.extend(best.as_avx2().map(Level::Avx2));
        levels.extend(best.as_avx512().map(Level::Avx512));
    }
    levels
}

#[cfg(test)]
mod tests {
    /// What the processor says it has is what tests run through, AVX-512 too.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn levels_are_those_of_the_processor() {
        use fearless_simd::Level;
        let levels = super::levels();
        let has = |kind: fn(&Level) -> bool| levels.iter().any(kind);
        assert_eq!(has(|it| matches!(it, Level::Sse4_2(_))), is_x86_feature_detected!("sse4.2"));
        assert_eq!(has(|it| matches!(it, Level::Avx2(_))), is_x86_feature_detected!("avx2"));
        if is_x86_feature_detected!("avx512vbmi2") && is_x86_feature_detected!("avx512bitalg") {
            assert!(has(|it| matches!(it, Level::Avx512(_))));
        }
    }
}
