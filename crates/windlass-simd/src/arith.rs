//! Arithmetic, casts and reductions.
