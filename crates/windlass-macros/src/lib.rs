//! Derives of the declarations of windlass.

#![forbid(unsafe_code)]
