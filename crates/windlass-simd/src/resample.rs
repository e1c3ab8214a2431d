//! Convolution, reduction and interpolation.
