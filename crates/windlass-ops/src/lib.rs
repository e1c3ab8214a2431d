//! Operations of windlass.

#![forbid(unsafe_code)]
