//! Which loader a file wants, and which saver a suffix.

use crate::{Result, Source, block, registry};
use windlass_core::foreign::{FormatSpec, search};

/// The format whose loader reads `source`, by its first bytes; none where no format knows it.
///
/// Blocked loaders are passed over.
pub fn find_load(source: &Source) -> Result<Option<&'static FormatSpec>> {
    registry();
    search::find_load(source, |format| free(format.loader))
}

/// The format that saves files whose name ends as `name` does, in any case.
///
/// Blocked savers are passed over.
pub fn find_save(name: &str) -> Option<&'static FormatSpec> {
    registry();
    search::find_save(name, |format| free(format.saver))
}

fn free(operation: Option<&str>) -> bool {
    operation.is_some_and(|nickname| !block::is_blocked(nickname))
}

/// The suffixes of files that can be saved, each once, in the order of formats.
pub fn suffixes() -> Vec<&'static str> {
    let mut found = Vec::new();
    for format in registry().formats().iter().filter(|format| format.saver.is_some()) {
        for suffix in format.suffixes {
            if !found.contains(suffix) {
                found.push(*suffix);
            }
        }
    }
    found
}
