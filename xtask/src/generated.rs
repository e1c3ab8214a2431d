//! The files that are generated, and where they lie.

use crate::{pages, stubs};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// All generated files with their contents.
fn files() -> BTreeMap<PathBuf, String> {
    let registry = windlass::registry();
    let mut files = BTreeMap::new();
    files.insert(root().join("python/windlass/_operations.pyi"), stubs::operations(registry));
    for (name, text) in pages::reference(registry) {
        files.insert(root().join("docs/reference").join(name), text);
    }
    files
}

/// Writes what differs.
pub(crate) fn write() -> Result<()> {
    for (path, text) in files() {
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails where a file is not what would be written.
pub(crate) fn check() -> Result<()> {
    let stale = files()
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(path).map_or(true, |old| old != *text));
    let stale: Vec<String> = stale.map(|(path, _)| path.display().to_string()).collect();
    if stale.is_empty() {
        println!("what is generated is current");
        return Ok(());
    }
    bail!("not current, run `cargo xtask gen`:\n  {}", stale.join("\n  "))
}
