//! Saving matrices.

use crate::convert::{Colours, prepare};
use crate::csv::text;
use crate::metadata::double;
use crate::text::number;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{BandFormat, Build, Image, Result, Target};
use windlass_macros::{ArgGroup, Operation, Save};

/// Save image to matrix
///
/// A line with the size, and with `scale` and `offset` where the image has them; then a line a row.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "matrixsave", only = "file, target")]
#[non_exhaustive]
pub struct MatrixSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for MatrixSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::Mono, |_| BandFormat::F64, &self.common)?;
        let header = image.header();
        let mut first = format!("{} {}", header.width, header.height);
        let scale = double(header, "scale").unwrap_or(1.0);
        let offset = double(header, "offset").unwrap_or(0.0);
        if (scale, offset) != (1.0, 0.0) {
            first.push_str(&format!(" {} {}", number(scale), number(offset)));
        }
        first.push('\n');
        image.save(&text(&image, first.into_bytes(), b" ".to_vec()), target)
    }
}

/// Print matrix
///
/// Writes to standard output what `matrixsave` would write to a file.
#[derive(Operation, Clone, Debug)]
#[operation(family = "foreign", name = "matrixprint", sequential, nocache)]
#[non_exhaustive]
pub struct MatrixPrint {
    /// Image to save
    pub input: Image,
    /// How to save
    #[arg(flatten)]
    pub options: MatrixSave,
}

impl Build for MatrixPrint {
    type Output = ();

    fn build(&self) -> Result<()> {
        self.options.save(&self.input, &Target::to_descriptor(1)?)
    }
}
