//! The Python module of windlass.

#![forbid(unsafe_code)]
