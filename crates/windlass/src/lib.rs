//! A streaming image engine: the facade.
//!
//! [`Image`] and the typed operations (`windlass::ops::…`) are the Rust face; [`registry`] is the
//! table by name that the Python module and the command line are made from.

#![forbid(unsafe_code)]

pub mod block;
mod files;
pub mod foreign;

pub use files::{open, open_source, save, save_to};
pub use windlass_codecs as codecs;
pub use windlass_core::foreign::names as options;
pub use windlass_core::{
    BandFormat, Build, Coding, Context, Error, ErrorKind, Header, Image, Interpolator,
    Interpretation, Limits, Meta, Metadata, Operation, Pixels, Rect, Result, ResultExt, Source,
    Target, Tick, cache, declare, with_context,
};
pub use windlass_io::settings;
pub use windlass_ops as ops;

use declare::Registry;
use std::sync::OnceLock;

/// What most programs need.
pub mod prelude {
    pub use crate::{BandFormat, Build, Error, Image, Interpretation, Result, Source, Target};
}

/// All operations, loaders and savers by name.
pub fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        let mut lists = ops::OPERATIONS.to_vec();
        lists.extend_from_slice(codecs::OPERATIONS);
        Registry::new(&lists, codecs::FORMATS)
    });
    registry.install();
    windlass_core::foreign::search::install_filter(|nickname| !block::is_blocked(nickname));
    registry
}
