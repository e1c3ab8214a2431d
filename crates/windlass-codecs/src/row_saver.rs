//! Files that are a head, the rows one after the other, and a tail.

use std::io::Write as _;
use windlass_core::{Append, Context, Image, Part, Result, Saver, Target, Wants};
use windlass_io::TargetWriter;

/// Writes such files; `row` appends a row of the image as the file has it.
pub(crate) struct RowSaver<F> {
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// None where it would be a copy
    pub(crate) row: Option<F>,
}

impl RowSaver<fn(&[u8], &mut Vec<u8>)> {
    /// Rows as they lie in memory.
    pub(crate) fn plain(before: Vec<u8>, after: Vec<u8>) -> Self {
        Self { before, after, row: None }
    }
}

impl<F: Fn(&[u8], &mut Vec<u8>) + Send + Sync + 'static> Saver for RowSaver<F> {
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
        piece.clear();
        piece.reserve(part.rect.height as usize * part.region.bytes(part.rect.top).len());
        for y in part.rect.top..part.rect.bottom() {
            let row = part.region.bytes(y);
            match &self.row {
                Some(append) => append(row, piece),
                None => piece.extend_from_slice(row),
            }
        }
        Ok(())
    }

    fn commit(&self, writer: &mut TargetWriter, piece: &mut Vec<u8>) -> Result<()> {
        Ok(writer.write_all(piece)?)
    }

    fn finish(&self, mut writer: TargetWriter) -> Result<()> {
        writer.write_all(&self.after)?;
        writer.commit()
    }

    fn verbatim(&self) -> Option<Append<TargetWriter>> {
        if self.row.is_some() {
            return None;
        }
        Some(|writer, row| Ok(writer.write_all(row)?))
    }
}
