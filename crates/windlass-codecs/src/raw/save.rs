//! Saving raw pixels.

use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{Context, Image, Part, Result, Saver, Target, Wants};
use windlass_io::TargetWriter;
use windlass_macros::{ArgGroup, Save};

/// Save image to raw file
///
/// Pixels exactly as they lie in memory, without any header or conversion.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "rawsave")]
#[non_exhaustive]
pub struct RawSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for RawSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        image.save(&Plain { before: Vec::new(), after: Vec::new() }, target)
    }
}

/// Writes rows as they are, between what stands before and after them.
pub(crate) struct Plain {
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

impl Saver for Plain {
    type State = TargetWriter;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, _: &[Image], target: &Target) -> Result<TargetWriter> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        writer.write_all(&self.before)?;
        Ok(writer)
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Vec<u8>) -> Result<()> {
        crate::pages::copy_rows(part, piece);
        Ok(())
    }

    fn commit(&self, writer: &mut TargetWriter, piece: &mut Vec<u8>) -> Result<()> {
        Ok(writer.write_all(piece)?)
    }

    fn finish(&self, mut writer: TargetWriter) -> Result<()> {
        writer.write_all(&self.after)?;
        writer.commit()
    }
}
