//! Image formats of windlass: one folder a format.
//!
//! A format is a struct of options for loading, one for saving, and a [`FormatSpec`] for the search
//! by content and by suffix. The options that all formats share stand in `windlass_core::foreign`.

#![forbid(unsafe_code)]

pub mod bmp;
mod convert;
pub mod csv;
pub mod dzsave;
pub mod exif;
pub mod gif;
pub mod ico;
pub mod jpeg;
pub mod matrix;
mod metadata;
mod mime;
mod pages;
pub mod png;
pub mod ppm;
pub mod pyramid;
pub mod qoi;
mod quantise;
pub mod rad;
pub mod raw;
mod row_saver;
mod rows;
pub mod shrink;
mod text;
pub mod tga;
pub mod tiff;
pub mod vips;
pub mod webp;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// The formats, in the order in which savers are looked for.
pub const FORMATS: &[&FormatSpec] = &[
    &csv::FORMAT,
    &matrix::FORMAT,
    &raw::FORMAT,
    &vips::FORMAT,
    &ppm::FORMAT,
    &ppm::PBM,
    &ppm::PGM,
    &ppm::PFM,
    &ppm::PNM,
    &rad::FORMAT,
    &gif::FORMAT,
    &dzsave::FORMAT,
    &png::FORMAT,
    &jpeg::FORMAT,
    &webp::FORMAT,
    &tiff::FORMAT,
    &bmp::FORMAT,
    &ico::FORMAT,
    &tga::FORMAT,
    &qoi::FORMAT,
];

/// All loaders and savers, by format.
pub const OPERATIONS: &[&[Entry]] = &[
    csv::OPERATIONS,
    matrix::OPERATIONS,
    raw::OPERATIONS,
    vips::OPERATIONS,
    ppm::OPERATIONS,
    rad::OPERATIONS,
    gif::OPERATIONS,
    dzsave::OPERATIONS,
    png::OPERATIONS,
    jpeg::OPERATIONS,
    webp::OPERATIONS,
    tiff::OPERATIONS,
    bmp::OPERATIONS,
    ico::OPERATIONS,
    tga::OPERATIONS,
    qoi::OPERATIONS,
    exif::OPERATIONS,
];
