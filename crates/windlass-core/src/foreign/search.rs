//! Which loader a source wants, and which saver a suffix.

use super::{FormatSpec, SNIFF};
use crate::declare::Registry;
use crate::{Context, Result, Source};
use std::sync::OnceLock;

/// The format that reads `source`, by its first bytes, among those that `allowed` takes.
///
/// Those of high priority come first.
pub fn find_load(
    source: &Source,
    allowed: impl Fn(&FormatSpec) -> bool,
) -> Result<Option<&'static FormatSpec>> {
    let head = source.sniff_with(SNIFF, &Context::current().tick)?;
    let known = formats()
        .iter()
        .copied()
        .filter(|format| format.loader.is_some() && allowed(format) && (format.sniff)(&head));
    // of equal priorities the last maximum would be taken, and the first is wanted
    Ok(known.rev().max_by_key(|format| format.priority))
}

/// The format that saves files whose name ends as `name` does, in any case, among those that
/// `allowed` takes.
pub fn find_save(name: &str, allowed: impl Fn(&FormatSpec) -> bool) -> Option<&'static FormatSpec> {
    let name = name.to_ascii_lowercase();
    let ends = |format: &FormatSpec| format.suffixes.iter().any(|suffix| name.ends_with(suffix));
    let savers = formats().iter().copied().filter(|format| format.saver.is_some());
    savers.filter(|format| allowed(format)).find(|format| ends(format))
}

/// Says which operations the program lets run, by nickname; the first that is said holds.
pub fn install_filter(allowed: fn(&str) -> bool) {
    let _said_before = FILTER.set(allowed);
}

static FILTER: OnceLock<fn(&str) -> bool> = OnceLock::new();

/// Whether the program lets the loader of a format run.
pub fn may_load(format: &FormatSpec) -> bool {
    let allowed = |loader| FILTER.get().is_none_or(|allowed| allowed(loader));
    format.loader.is_some_and(allowed)
}

/// The formats of the installed table, in the order in which savers are looked for; none before.
pub fn formats() -> &'static [&'static FormatSpec] {
    Registry::installed().map_or(&[], Registry::formats)
}
