//! Inverse DCT, upsampling and colour conversion of JPEG.
//!
//! All of it is the integer arithmetic that decoders agree on, so that pixels are equal whatever the
//! instructions: the inverse DCT of Loeffler, Ligtenberg and Moschytz with 13-bit constants in 16-bit
//! lanes, triangle ("fancy") upsampling, and the colour equations of JFIF in 16-bit fixed point.

pub mod colour;
pub mod idct;
pub mod upsample;
