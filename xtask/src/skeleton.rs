//! The skeleton of a new operation.

use crate::generated::root;
use anyhow::{Context, Result, bail, ensure};

/// Writes `crates/windlass-ops/src/FAMILY/NAME.rs`.
pub(crate) fn write(path: &str) -> Result<()> {
    let (family, name) = path.split_once('/').context("say FAMILY/NAME")?;
    let folder = root().join("crates/windlass-ops/src").join(family);
    ensure!(folder.is_dir(), "there is no family {family}: {}", folder.display());
    let file = folder.join(name).with_extension("rs");
    if file.exists() {
        bail!("{} exists", file.display());
    }
    let camel: String = name.split('_').map(capitalised).collect();
    std::fs::write(&file, skeleton(family, &camel))?;
    println!("wrote {}", file.display());
    println!(
        "add to {}/mod.rs: mod {name}; pub use {name}::{camel}; {camel}::ENTRY",
        folder.display()
    );
    Ok(())
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

fn skeleton(family: &str, name: &str) -> String {
    format!(
        r#"use windlass_core::point::{{self, RowKernel}};
use windlass_core::{{Build, Image, Result, Sample, dispatch}};
use windlass_macros::Operation;

/// What it does, in one line.
#[derive(Operation)]
#[operation(family = "{family}")]
pub struct {name} {{
    /// Input image
    pub input: Image,
}}

impl Build for {name} {{
    type Output = Image;

    fn build(&self) -> Result<Image> {{
        let input = &self.input;
        dispatch!(input.header().format, T => point::rows::<T, _>(input, Rows))
    }}
}}

struct Rows;

impl<T: Sample> RowKernel<T> for Rows {{
    type Out = T;

    fn row(&self, input: &[T], output: &mut [T]) {{
        output.copy_from_slice(input);
    }}
}}
"#
    )
}
