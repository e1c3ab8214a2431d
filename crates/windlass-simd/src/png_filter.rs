//! Row filters of PNG.
