//! Arguments that the reference still takes but no longer documents.

/// What becomes of a deprecated argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "read by the faces alone")]
pub enum Rewrite {
    /// It has no effect
    Ignore,
    /// It is another name of this argument
    Rename(&'static str),
    /// A true value sets this argument to this nickname; a false one changes nothing
    WhenTrue(&'static str, &'static str),
    /// A false value sets this argument to this nickname; a true one changes nothing
    WhenFalse(&'static str, &'static str),
    /// A truth value that becomes that of this argument
    Truth(&'static str),
    /// A truth value whose opposite becomes that of this argument
    Not(&'static str),
}

/// What becomes of the argument `name` of `operation`; none where the reference has none such.
///
/// Names use `_`. The more special row comes first; families of operations are told by their ending.
pub fn deprecated(operation: &str, name: &str) -> Option<Rewrite> {
    let row = ROWS.iter().find(|(pattern, argument, _)| {
        *argument == name && pattern.split(' ').any(|pattern| matches(pattern, operation))
    });
    row.map(|(_, _, rewrite)| *rewrite)
}

/// The deprecated arguments of `operation`, each once.
pub fn deprecated_arguments(operation: &str) -> Vec<(&'static str, Rewrite)> {
    let mut found: Vec<(&str, Rewrite)> = Vec::new();
    for (patterns, argument, rewrite) in ROWS {
        let is_its_own = patterns.split(' ').any(|pattern| matches(pattern, operation));
        if is_its_own && !found.iter().any(|(name, _)| name == argument) {
            found.push((argument, *rewrite));
        }
    }
    found
}

/// Whether `operation` is `pattern`, or has it between or around its stars.
fn matches(pattern: &str, operation: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == operation,
        Some(("", middle)) => operation.contains(middle.trim_end_matches('*')),
        Some((start, _)) => operation.starts_with(start),
    }
}

/// Operations, argument, what becomes of it.
const ROWS: &[(&str, &str, Rewrite)] = &[
    // loaders and savers
    ("*load*", "fail", Rewrite::WhenTrue("fail_on", "warning")),
    ("*load*", "sequential", Rewrite::WhenTrue("access", "sequential")),
    ("*load*", "disc", Rewrite::Not("memory")),
    ("heifload*", "autorotate", Rewrite::Ignore),
    ("webpload*", "shrink", Rewrite::Ignore),
    ("*save*", "strip", Rewrite::WhenTrue("keep", "none")),
    ("dzsave*", "no_strip", Rewrite::WhenTrue("keep", "all")),
    ("dzsave*", "properties", Rewrite::Ignore),
    ("dzsave*", "basename", Rewrite::Rename("imagename")),
    ("dzsave*", "dirname", Rewrite::Ignore),
    ("dzsave*", "tile_width", Rewrite::Rename("tile_size")),
    ("dzsave*", "tile_height", Rewrite::Rename("tile_size")),
    ("gifsave*", "reoptimise", Rewrite::Not("reuse")),
    ("heifsave* avifsave*", "speed", Rewrite::Ignore),
    ("jpegsave*", "no_subsample", Rewrite::WhenTrue("subsample_mode", "off")),
    ("pngsave*", "colours", Rewrite::Ignore),
    ("tiffsave*", "rgbjpeg", Rewrite::Ignore),
    ("tiffsave*", "squash", Rewrite::WhenTrue("bitdepth", "1")),
    ("webpsave*", "reduction_effort", Rewrite::Rename("effort")),
    // operations
    ("copy", "swap", Rewrite::Ignore),
    ("gaussmat logmat", "integer", Rewrite::WhenFalse("precision", "float")),
    ("mosaic1", "bandno", Rewrite::Ignore),
    ("reduce reduceh reducev resize", "centre", Rewrite::Ignore),
    ("reduce reduceh shrink shrinkh", "xshrink", Rewrite::Rename("hshrink")),
    ("reduce reducev shrink shrinkv", "yshrink", Rewrite::Rename("vshrink")),
    ("resize", "idx", Rewrite::Ignore),
    ("resize", "idy", Rewrite::Ignore),
    ("resize", "interpolate", Rewrite::Ignore),
    ("sequential", "access", Rewrite::Ignore),
    ("sequential", "trace", Rewrite::Ignore),
    ("sharpen", "radius", Rewrite::Ignore),
    ("thumbnail*", "auto_rotate", Rewrite::Not("no_rotate")),
    ("thumbnail*", "import_profile", Rewrite::Rename("input_profile")),
    ("thumbnail*", "export_profile", Rewrite::Rename("output_profile")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_match_by_name_and_family() {
        assert_eq!(
            deprecated("jpegload_buffer", "fail"),
            Some(Rewrite::WhenTrue("fail_on", "warning"))
        );
        assert_eq!(deprecated("pngsave", "strip"), Some(Rewrite::WhenTrue("keep", "none")));
        assert_eq!(deprecated("dzsave_buffer", "basename"), Some(Rewrite::Rename("imagename")));
        assert_eq!(deprecated("reducev", "yshrink"), Some(Rewrite::Rename("vshrink")));
        assert_eq!(deprecated("reducev", "xshrink"), None);
        assert_eq!(deprecated("invert", "strip"), None);
    }
}
