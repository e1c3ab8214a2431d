//! The Python module of windlass: handles, calls by name, evaluation without the interpreter's lock.
//!
//! What is mere convention (operators, slicing, NumPy and Pillow, the names of pyvips) is Python and
//! lies in `python/windlass`.

#![forbid(unsafe_code)]

mod call;
mod connection;
mod constant;
mod convert;
mod error;
mod evaluate;
mod image;
mod introspect;
mod memory;
mod metadata;
mod operation;
mod process;
mod progress;

/// The native half of the package `windlass`.
#[pyo3::pymodule(gil_used = false)]
mod _windlass {
    #[pymodule_export]
    use super::call::{call, call_class, hook_set};
    #[pymodule_export]
    use super::connection::{SourceBase, Stats, TargetBase, address_hint, find_load, name_parts};
    #[pymodule_export]
    use super::constant::constant_like;
    #[pymodule_export]
    use super::convert::InterpolateBase;
    #[pymodule_export]
    use super::evaluate::Cancellation;
    #[pymodule_export]
    use super::image::{ImageBase, Made, image_from_bytes, image_from_recipe, matrix};
    #[pymodule_export]
    use super::introspect::{class_table, describe, operation_names};
    #[pymodule_export]
    use super::operation::{Bound, Operation, operation};
    #[pymodule_export]
    use super::process::{
        block_class, block_untrusted, cache_get, cache_set, cache_size, concurrency_get,
        concurrency_set, find_save, parse_options, split_options, suffixes,
    };

    /// Python's module `sqlite3` has a copy of SQLite of its own.
    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "what PyO3 calls when the module is made")]
    fn init(_module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        windlass_io::settings::set_other_sqlite(true);
        Ok(())
    }

    /// The version of windlass.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
