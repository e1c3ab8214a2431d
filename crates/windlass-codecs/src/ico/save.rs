//! Saving icons.

use super::directory::{ENTRY, HEADER};
use crate::convert::{Colours, prepare};
use crate::png::PngSave;
use std::io::Write;
use windlass_core::declare::image_operation;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{BandFormat, Context, Error, ErrorKind, Image, Result, Target};
use windlass_macros::{ArgGroup, Save};

/// Save image to ico file
///
/// PNGs of up to 256 by 256 pixels, one for each page.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "icosave")]
#[non_exhaustive]
pub struct IcoSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

const MAX_SIDE: i32 = 256;

impl Save for IcoSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::MonoRgbAlpha, |_| BandFormat::U8, &self.common)?;
        let (width, height) = (image.header().width, image.header().page_height());
        if width > MAX_SIDE || height > MAX_SIDE {
            let text = format!("icosave: {width} by {height} pixels are more than 256 by 256");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        let count = image.header().height / height;
        let count = u16::try_from(count).map_err(|_| {
            Error::new(ErrorKind::Unsupported, format!("icosave: {count} pages are too many"))
        })?;
        let pictures = (0..i32::from(count)).map(|page| self.picture(&image, page, height));
        let pictures = pictures.collect::<Result<Vec<_>>>()?;
        let mut out = vec![0, 0, 1, 0];
        out.extend(count.to_le_bytes());
        let mut offset = HEADER + ENTRY * usize::from(count);
        for picture in &pictures {
            // 256 is written as 0
            out.extend([width as u8, height as u8, 0, 0, 1, 0, 32, 0]);
            for word in [picture.len(), offset] {
                let word = u32::try_from(word)
                    .map_err(|_| Error::new(ErrorKind::Unsupported, "icosave: more than 4 GiB"))?;
                out.extend(word.to_le_bytes());
            }
            offset += picture.len();
        }
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        writer.write_all(&out)?;
        for picture in &pictures {
            writer.write_all(picture)?;
        }
        writer.commit()
    }
}

impl IcoSave {
    /// A page as PNG.
    fn picture(&self, image: &Image, page: i32, height: i32) -> Result<Vec<u8>> {
        let mut image = image.clone();
        if image.header().height > height {
            let area = [
                ("input", image.clone().into()),
                ("left", 0.into()),
                ("top", (page * height).into()),
                ("width", image.header().width.into()),
                ("height", height.into()),
            ];
            image = image_operation("extract_area", area)?;
        }
        let png = PngSave { common: self.common.clone(), ..PngSave::default() };
        let target = Target::to_memory();
        png.save(&image, &target)?;
        Ok(target.bytes().to_vec())
    }
}
