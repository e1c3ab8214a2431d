//! Deprecated arguments and aliases of the reference, as a table.

#![forbid(unsafe_code)]
