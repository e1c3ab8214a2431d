//! Connections of windlass: sources and targets, errors, limits, settings.

#![forbid(unsafe_code)]
