//! Image formats of windlass.

#![forbid(unsafe_code)]
