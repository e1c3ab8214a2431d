//! What holds for the whole process: cache, threads, blocked operations, formats.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use windlass::{block, cache, foreign, options, settings};

/// The limits of the cache of operations: `max`, `max_mem` or `max_files`.
#[pyfunction]
pub(crate) fn cache_get(what: &str) -> PyResult<u64> {
    match what {
        "max" => Ok(cache::max() as u64),
        "max_mem" => Ok(cache::max_memory()),
        "max_files" => Ok(cache::max_files() as u64),
        _ => Err(PyValueError::new_err(format!("no limit {what}"))),
    }
}

/// Sets a limit of the cache of operations: `max`, `max_mem` or `max_files`.
#[pyfunction]
pub(crate) fn cache_set(py: Python<'_>, what: &str, value: u64) -> PyResult<()> {
    // what leaves the cache may own Python objects, which are released later
    py.detach(|| match what {
        "max" => cache::set_max(value as usize),
        "max_mem" => cache::set_max_memory(value),
        "max_files" => cache::set_max_files(value as usize),
        _ => {}
    });
    cache_get(what).map(drop)
}

/// Calls that the cache holds now.
#[pyfunction]
pub(crate) fn cache_size() -> usize {
    cache::size()
}

/// Threads of an evaluation.
#[pyfunction]
pub(crate) fn concurrency_get() -> usize {
    settings::concurrency()
}

/// Sets the threads of an evaluation; less than 1 is ignored.
#[pyfunction]
pub(crate) fn concurrency_set(threads: i64) {
    settings::set_concurrency(usize::try_from(threads).unwrap_or(0));
}

/// Blocks a class of operations, or frees it.
#[pyfunction]
pub(crate) fn block_class(name: &str, blocked: bool) {
    block::set_class(name, blocked);
}

/// Blocks what may not be trusted with files of strangers, or frees it.
#[pyfunction]
pub(crate) fn block_untrusted(blocked: bool) {
    block::set_untrusted(blocked);
}

/// The suffixes of files that can be saved.
#[pyfunction]
pub(crate) fn suffixes() -> Vec<&'static str> {
    foreign::suffixes()
}

/// The nickname of the saver for a name with this suffix.
#[pyfunction]
pub(crate) fn find_save(name: &str) -> Option<&'static str> {
    foreign::find_save(name).and_then(|format| format.saver)
}

/// A name and the options in brackets at its end.
#[pyfunction]
pub(crate) fn split_options(text: &str) -> (&str, &str) {
    let (name, options) = options::split(text);
    (name, options.unwrap_or_default())
}

/// The options of a text, as pairs.
#[pyfunction]
pub(crate) fn parse_options(text: &str) -> Vec<(String, Option<String>)> {
    options::parse(text)
}
