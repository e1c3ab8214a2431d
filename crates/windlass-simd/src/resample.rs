//! Convolution, reduction and interpolation: plain loops compiled for every instruction set.
//!
//! Fixed-point kernels that need more than the compiler finds by itself stand in the modules
//! `resample_*`; everything else goes through [`wide`].

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use fearless_simd::{Simd, dispatch};

/// Runs `work` compiled for the widest vectors of this machine.
///
/// The closure and all that it calls should be `#[inline(always)]`, else the callee is compiled for
/// the baseline. Results never depend on the width: nothing is fused or reassociated.
#[inline]
pub fn wide<R>(work: impl FnOnce() -> R) -> R {
    dispatch!(crate::level(), simd => simd.vectorize(work))
}

/// A 16-bit pair of weights as the multiply-add instructions take it.
#[inline(always)]
pub(crate) fn pair(low: i16, high: i16) -> i32 {
    i32::from(low) & 0xffff | i32::from(high) << 16
}
