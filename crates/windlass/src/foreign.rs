//! Which loader a file wants, and which saver a suffix.

use crate::{Result, Source, block, registry};
use windlass_core::foreign::{FormatSpec, search};

/// The format whose loader reads `source`, by its first bytes; none where no format knows it.
///
/// Blocked loaders are passed over. Of a file that no format of higher priority knows the suffix may
/// decide: nothing tells CSV by its content.
pub fn find_load(source: &Source) -> Result<Option<&'static FormatSpec>> {
    registry();
    let found = search::find_load(source, |format| free(format.loader))?;
    if found.is_none_or(|format| format.priority <= CSV.priority) && is_csv(source) {
        return Ok(Some(CSV));
    }
    Ok(found)
}

static CSV: &FormatSpec = &crate::codecs::csv::FORMAT;

fn is_csv(source: &Source) -> bool {
    let suffix = source.filename().and_then(|name| name.extension());
    suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("csv")) && free(CSV.loader)
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
