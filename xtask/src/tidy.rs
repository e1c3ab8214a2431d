//! Facts about the sources that a search can check.

use crate::generated::root;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Crates that exist to say `unsafe`, block by block.
const UNSAFE: [&str; 2] = ["windlass-sys", "windlass-webp"];

/// Fails where a crate root lacks its promise, or something that was put off is left in the sources.
pub(crate) fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for file in sources(&root().join("crates")) {
        let text = std::fs::read_to_string(&file)?;
        let is_root = file.ends_with("src/lib.rs") || file.ends_with("src/main.rs");
        let may = UNSAFE.iter().any(|name| file.components().any(|part| part.as_os_str() == *name));
        if is_root && !may && !text.contains("#![forbid(unsafe_code)]") {
            wrong.push(format!("{}: no #![forbid(unsafe_code)]", file.display()));
        }
        let put_off = ["todo!", "unimplemented!", "FIXME"];
        wrong.extend(
            put_off
                .iter()
                .filter(|word| text.contains(**word))
                .map(|w| format!("{}: {w}", file.display())),
        );
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
