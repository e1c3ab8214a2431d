//! A streaming image engine: the facade.

#![forbid(unsafe_code)]
