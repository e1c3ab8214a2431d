//! Pictures that are small enough to be encoded by one task: the tiles of a pyramid.

use super::save::{JpegSave, segments};
use super::{codec, error};
use codec::encode::{Colour, Encoder, Piece, Segments, Settings, Writer};
use std::sync::{Arc, Mutex, PoisonError};
use windlass_core::{Error, ErrorKind, Header, Rect, Region, Result};

/// Encodes regions of 8-bit pixels, each as a file of its own.
pub(crate) struct TileEncoder {
    settings: Settings,
    segments: Segments,
    bands: i32,
    /// Encoders of the sizes that were last asked for
    encoders: Mutex<Vec<OfSize>>,
    pieces: Mutex<Vec<Piece>>,
}

/// The encoder of a size.
type OfSize = ((usize, usize), Arc<Encoder>);

/// Encoders that are kept: whole tiles, those at the edges, the corner.
const KEPT: usize = 9;

impl TileEncoder {
    /// An encoder for tiles of an image with `header`, whose metadata go into each.
    pub(crate) fn new(options: &JpegSave, header: &Header) -> Self {
        Self {
            settings: options.settings(),
            segments: segments(header),
            bands: header.bands,
            encoders: Mutex::default(),
            pieces: Mutex::default(),
        }
    }

    /// The file of a region.
    pub(crate) fn encode(&self, region: &Region<'_>) -> Result<Vec<u8>> {
        let Rect { top, height, .. } = region.rect();
        let encoder = self.encoder(region.rect())?;
        let pieces = |pieces: &Mutex<Vec<Piece>>| {
            pieces.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
        };
        let mut piece = pieces(&self.pieces);
        let rows: Vec<&[u8]> = (top..top + height).map(|y| region.bytes(y)).collect();
        encoder.encode_rows(&rows, 0, &mut piece).map_err(error)?;
        let mut writer = Writer::new(encoder, Vec::new(), &self.segments).map_err(error)?;
        writer.commit(&mut piece).map_err(error)?;
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        writer.finish().map_err(error)
    }

    fn encoder(&self, rect: Rect) -> Result<Arc<Encoder>> {
        let (width, height) = (rect.width as usize, rect.height as usize);
        let mut encoders = self.encoders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = encoders.iter().find(|(size, _)| *size == (width, height));
        if let Some((_, encoder)) = known {
            return Ok(Arc::clone(encoder));
        }
        let colour = match self.bands {
            1 => Colour::Grey,
            3 => Colour::Rgb,
            4 => Colour::Cmyk,
            bands => {
                let text = format!("a JPEG of {bands} bands");
                return Err(Error::new(ErrorKind::Unsupported, text));
            }
        };
        let encoder = Encoder::new(width, height, colour, self.settings.clone()).map_err(error)?;
        let encoder = Arc::new(encoder);
        if encoders.len() >= KEPT {
            encoders.remove(0);
        }
        encoders.push(((width, height), Arc::clone(&encoder)));
        Ok(encoder)
    }
}
