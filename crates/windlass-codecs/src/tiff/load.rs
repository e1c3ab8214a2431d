//! Loading TIFF.

use super::convert::Convert;
use super::file::{Directory, File, Order};
use super::page::{Layout, Page};
use super::stream::Strips;
use super::tiles::Tiles;
use super::{malformed, metadata, pages};
use crate::convert::cast;
use windlass_core::declare::image_operation;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{Context, Error, ErrorKind, Header, Image, Limits, Meta, Result, Source};
use windlass_macros::{ArgGroup, Load};

/// Load tiff
///
/// Strips and tiles in any order, decoded in parallel; pages, pyramids and pictures below pages;
/// classic and BigTIFF. Samples of 1 to 64 bits, uncompressed or in LZW, deflate, `PackBits`, CCITT,
/// JPEG and Zstandard.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "tiffload")]
#[non_exhaustive]
pub struct TiffLoad {
    /// First page to load
    #[arg(default = 0, min = 0, max = 100_000)]
    pub page: i32,
    /// Number of pages to load, -1 for all
    #[arg(default = 1, min = -1, max = 100_000)]
    pub n: i32,
    /// Rotate image using orientation tag
    #[arg(default = false)]
    pub autorotate: bool,
    /// Subifd index
    #[arg(default = -1, min = -1, max = 100_000)]
    pub subifd: i32,
    /// Remove all denial of service limits
    #[arg(default = false)]
    pub unlimited: bool,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for TiffLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let reader = source.open_random()?.with_tick(Context::current().tick);
        let file = File::open(&reader)?;
        let (chain, broken) = file.chain()?;
        let level = self.common.level();
        if let (Some(text), FailOn::Warning) = (broken, level) {
            return Err(malformed(text));
        }
        let mut found = Vec::new();
        for (number, offset) in self.wanted(&chain)? {
            let directory = self.directory(&file, offset)?;
            // all pages are converted as the first one
            let page = Page::read(&file, &directory, found.is_empty())?;
            self.check(
                &page,
                number,
                found.first().map(|(_, first): &(Directory, Page)| &first.layout),
            )?;
            found.push((directory, page));
        }
        let Some((directory, first)) = found.first() else {
            return Err(malformed(format!("bad number of pages {}", self.n)));
        };
        let convert = Convert::of(first)?;
        let mut header = self.header(&file, directory, first, &convert)?;
        header.metadata.set("n-pages", Meta::Int(i32::try_from(chain.len()).unwrap_or(i32::MAX)));
        self.common.note_access(&mut header.metadata);
        let mut images = Vec::new();
        for (_, page) in &found {
            let image = self.image(source, &header, page, file.order, &convert)?;
            images.push(self.upright(image, page, &convert)?);
        }
        Self::joined(&images, &first.layout)
    }

    fn flags(&self, image: &Image) -> ForeignFlags {
        match image.header().metadata.int("tile-width") {
            Some(_) => ForeignFlags::PARTIAL,
            None => ForeignFlags::SEQUENTIAL,
        }
    }
}

impl TiffLoad {
    /// The numbers and offsets of the pages to load.
    fn wanted(&self, chain: &[u64]) -> Result<Vec<(usize, u64)>> {
        if self.n == 0 || self.n < -1 {
            return Err(malformed(format!("bad number of pages {}", self.n)));
        }
        let first = self.page.max(0) as usize;
        let end = match usize::try_from(self.n) {
            Ok(count) => first + count,
            Err(_) => chain.len().max(first + 1),
        };
        if end > chain.len() {
            let missing = first.max(chain.len());
            return Err(malformed(format!("TIFF does not contain page {missing}")));
        }
        Ok((first..end).map(|number| (number, chain[number])).collect())
    }

    /// The directory of a page, or of a picture below it.
    fn directory(&self, file: &File<'_>, offset: u64) -> Result<Directory> {
        let page = file.directory(offset)?;
        let Ok(number) = usize::try_from(self.subifd) else { return Ok(page) };
        let children = file.children(&page);
        if children.is_empty() {
            return Err(malformed("no SUBIFD tag"));
        }
        let child = children.get(number).ok_or_else(|| {
            let last = children.len() - 1;
            malformed(format!("subifd {number} out of range, only 0-{last} available"))
        })?;
        file.directory(*child)
    }

    /// Fails where a page is not as the first one, or larger than the limits allow.
    fn check(&self, page: &Page, number: usize, first: Option<&Layout>) -> Result<()> {
        if let (FailOn::Warning, Some(text)) = (self.common.level(), page.warnings.first()) {
            return Err(malformed(text));
        }
        if first.is_some_and(|first| *first != page.layout) {
            return Err(malformed(format!("page {number} differs from page {}", self.page)));
        }
        Ok(())
    }

    /// The header of a page.
    fn header(
        &self,
        file: &File<'_>,
        directory: &Directory,
        page: &Page,
        convert: &Convert,
    ) -> Result<Header> {
        let layout = &page.layout;
        let (width, height) = (layout.width as i32, layout.height as i32);
        let mut header = Header::new(width, height, convert.bands, convert.format);
        header.interpretation = convert.interpretation;
        header.coding = convert.coding;
        metadata::set(file, directory, layout, &mut header)?;
        if !self.unlimited {
            let (width, height) = (u64::from(layout.width), u64::from(layout.height));
            let (bands, size) = (convert.bands as u64, convert.format.size() as u64);
            let _bytes = Limits::current().image(width, height, bands, size)?;
        }
        Ok(header)
    }

    /// The pixels of a page.
    fn image(
        &self,
        source: &Source,
        header: &Header,
        page: &Page,
        order: Order,
        convert: &Convert,
    ) -> Result<Image> {
        let (source, header, convert) = (source.clone(), header.clone(), convert.clone());
        let level = self.common.level();
        if Tiles::suits(&page.layout) {
            return Image::tile_loader(Tiles::new(source, header, page, order, convert, level)?);
        }
        Image::loader(Strips::new(source, header, page, order, convert, level)?)
    }

    /// Colours without the alpha that they were multiplied with, and the picture turned upright.
    fn upright(&self, image: Image, page: &Page, convert: &Convert) -> Result<Image> {
        let mut image = image;
        if let Some(alpha) = page.layout.premultiplied.filter(|_| !page.layout.is_subsampled()) {
            let alpha = convert.bands - page.layout.samples as i32 + alpha as i32;
            let args = [("in", image.into()), ("alpha_band", alpha.into())];
            let straight = image_operation("unpremultiply", args)?;
            image = cast(straight, convert.format, false)?;
        }
        if !self.autorotate {
            return Ok(image);
        }
        let turned = image_operation("autorot", [("in", image.into())])?;
        let mut header = turned.header().clone();
        // a turned JPEG has its offsets, a TIFF has none
        (header.xoffset, header.yoffset) = (0, 0);
        let orientation = page.layout.orientation;
        if orientation <= 4 {
            // the reference leaves the orientation where it does not swap the sides
            header.metadata.set("orientation", Meta::Int(orientation.into()));
        }
        turned.with_header(header)
    }

    /// All pages as one image.
    fn joined(images: &[Image], layout: &Layout) -> Result<Image> {
        let [first, _, ..] = images else {
            return images.first().cloned().ok_or_else(|| malformed("no pages"));
        };
        let mut header = first.header().clone();
        let page = header.height;
        let height = page.checked_mul(images.len() as i32).ok_or_else(|| {
            let text = format!("{} pages of {} rows", images.len(), layout.height);
            Error::new(ErrorKind::Limit, text)
        })?;
        header.height = height;
        header.metadata.set("page-height", Meta::Int(page));
        pages::stack(header, images)
    }
}
