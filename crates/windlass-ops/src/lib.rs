//! Operations of windlass: one file an operation (or one a tight family), one folder a family.

#![forbid(unsafe_code)]

pub mod arithmetic;
mod coding;
pub mod colour;
pub mod conversion;
pub mod convolution;
pub mod create;
pub mod draw;
pub mod freqfilt;
pub mod histogram;
mod ink;
pub mod morphology;
pub mod mosaicing;
pub mod resample;

use windlass_core::declare::Entry;

/// All operations, by family.
pub const OPERATIONS: &[&[Entry]] = &[
    arithmetic::OPERATIONS,
    colour::OPERATIONS,
    conversion::OPERATIONS,
    convolution::OPERATIONS,
    create::OPERATIONS,
    draw::OPERATIONS,
    freqfilt::OPERATIONS,
    histogram::OPERATIONS,
    morphology::OPERATIONS,
    mosaicing::OPERATIONS,
    resample::OPERATIONS,
];
