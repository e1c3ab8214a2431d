//! Inverse DCT, upsampling and colour conversion of JPEG.
//!
//! All of it is the integer arithmetic that decoders agree on, so that pixels are equal whatever the
//! instructions: the inverse DCT of Loeffler, Ligtenberg and Moschytz with 13-bit constants in 16-bit
//! lanes, triangle ("fancy") upsampling, and the colour equations of JFIF in 16-bit fixed point.

pub mod colour;
pub mod idct;
pub mod upsample;

/// Every kind of instructions that this machine has.
#[cfg(test)]
fn levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::{Level, Simd};
    let best = Level::new();
    let mut levels = vec![best, Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend([
        best.as_sse4_2().map_or(best, Simd::level),
        best.as_avx2().map_or(best, Simd::level),
    ]);
    levels
}
