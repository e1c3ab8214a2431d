//! Which loader a file wants, and which saver a suffix.

use crate::{Result, Source, block, codecs};
use windlass_codecs::search;
use windlass_core::foreign::FormatSpec;

/// The format whose loader reads `source`, by its first bytes; none where no format knows it.
///
/// Blocked loaders are passed over.
pub fn find_load(source: &Source) -> Result<Option<&'static FormatSpec>> {
    search::find_load(source, |format| {
        format.loader.is_some_and(|loader| !block::is_blocked(loader))
    })
}

/// The format that saves files whose name ends as `name` does, in any case.
pub fn find_save(name: &str) -> Option<&'static FormatSpec> {
    let name = name.to_ascii_lowercase();
    let ends = |format: &FormatSpec| format.suffixes.iter().any(|suffix| name.ends_with(suffix));
    codecs::FORMATS
        .iter()
        .copied()
        .find(|format| format.saver.is_some_and(|saver| !block::is_blocked(saver)) && ends(format))
}

/// The suffixes of files that can be saved, each once.
pub fn suffixes() -> Vec<&'static str> {
    let mut found = Vec::new();
    for suffix in search::suffixes() {
        if !found.contains(&suffix) {
            found.push(suffix);
        }
    }
    found
}
