//! Which loader a source wants, and which saver a suffix.

use crate::FORMATS;
use windlass_core::foreign::{FormatSpec, SNIFF};
use windlass_core::{Context, Result, Source};

/// The format that reads `source`, by its first bytes, among those that `allowed` takes.
///
/// Those of high priority come first.
pub fn find_load(
    source: &Source,
    allowed: impl Fn(&FormatSpec) -> bool,
) -> Result<Option<&'static FormatSpec>> {
    let head = source.sniff_with(SNIFF, &Context::current().tick)?;
    let known = FORMATS
        .iter()
        .copied()
        .filter(|format| format.loader.is_some() && allowed(format) && (format.sniff)(&head));
    // of equal priorities the last maximum would be taken, and the first is wanted
    Ok(known.rev().max_by_key(|format| format.priority))
}

/// The format that saves files whose name ends as `name` does, in any case.
pub fn find_save(name: &str) -> Option<&'static FormatSpec> {
    let name = name.to_ascii_lowercase();
    let ends = |format: &FormatSpec| format.suffixes.iter().any(|suffix| name.ends_with(suffix));
    FORMATS.iter().copied().find(|format| format.saver.is_some() && ends(format))
}

/// The suffixes of files that can be saved, in the order of formats.
pub fn suffixes() -> impl Iterator<Item = &'static str> {
    let savers = FORMATS.iter().filter(|format| format.saver.is_some());
    savers.flat_map(|format| format.suffixes).copied()
}
