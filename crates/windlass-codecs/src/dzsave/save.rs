//! One pass over the image: all levels, cut into tiles.

use super::layout::Plan;
use super::manifest::{properties, scan_properties};
use super::options::{Angle, Container, DzSave, Layout};
use super::tile::{TileSaver, blank_png, ink, is_blank};
use super::zip::{Packed, Zip, pack};
use crate::convert::{Colours, decode, prepare};
use crate::exif;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use windlass_core::declare::{ArgEnum as _, Value, image_operation, operation};
use windlass_core::foreign::Save;
use windlass_core::foreign::names;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Coding, Context, Error, ErrorKind, Header, Image, Meta, Part, Result, Saver,
    Target, Wants,
};
use windlass_io::Tree;

impl Save for DzSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        self.write(image, target, Container::Fs)
    }

    fn save_to_target(&self, image: &Image, target: &Target) -> Result<()> {
        // an address takes many objects, as a name does
        let usual = if target.address().is_some() { Container::Fs } else { Container::Zip };
        self.write(image, target, usual)
    }
}

impl DzSave {
    /// Writes all levels; `usual` is the container where neither an option nor a suffix says which.
    fn write(&self, image: &Image, target: &Target, usual: Container) -> Result<()> {
        let place = Place::of(self, target, usual);
        let common = self.save_options();
        let mut image = image.clone();
        if self.angle != Angle::D0 {
            let angle = Value::Int(self.angle.number().into());
            image = image_operation("rot", [("in", image.into()), ("angle", angle)])?;
        }
        let image = self.suited(&image, &common)?;
        let header = image.header().clone();
        let (plan, levels) = Plan::new(self, &image, place.name.clone())?;
        let background = common.background.clone().unwrap_or_default();
        let tile = match &self.suffix {
            None => TileSaver::jpeg(self.q, &header),
            Some(suffix) => TileSaver::of_suffix(suffix, common.kept())?,
        };
        let level = match self.compression {
            -1 => 6,
            level => level.clamp(0, 9) as u32,
        };
        let tree = match &place.folder {
            Some(folder) => Some(Tree::to_name(folder)?.with_tick(Context::current().tick)),
            None => None,
        };
        let saver = DzSaver {
            id: self.id.clone(),
            written: AtomicU64::new(0),
            blank: self.blanks().map(|most| (ink(&header, &background), most)),
            level: if place.folder.is_some() { 0 } else { level },
            prefix: if place.szi { format!("{}/", plan.name) } else { String::new() },
            szi: place.szi,
            plan,
            levels,
            tile,
            tree,
            background,
        };
        saver.run(&image, target)
    }

    /// The image as tiles are cut from it, with all that its EXIF says.
    fn suited(&self, image: &Image, common: &SaveOptions) -> Result<Image> {
        let image = self.converted(image, common)?;
        let header = exif::described(image.header())?;
        image.with_header(header)
    }

    fn converted(&self, image: &Image, common: &SaveOptions) -> Result<Image> {
        if self.suffix.is_none() {
            return prepare(image, Colours::MonoRgbCmyk, |_| BandFormat::U8, common);
        }
        let real = |format| match format {
            BandFormat::C64 => BandFormat::F32,
            BandFormat::C128 => BandFormat::F64,
            other => other,
        };
        let image = if image.header().coding == Coding::Rad {
            decode(image.clone())?
        } else {
            image.clone()
        };
        prepare(&image, Colours::Any, real, common)
    }
}

/// Where everything goes.
struct Place {
    /// The name of the image
    name: String,
    /// The folder, or the address below which objects go; none for a zip
    folder: Option<PathBuf>,
    szi: bool,
}

impl Place {
    fn of(options: &DzSave, target: &Target, usual: Container) -> Self {
        let address =
            target.address().map(|address| address.split_once('?').unwrap_or((address, "")));
        let file = target.filename().or(address.map(|(plain, _)| Path::new(plain)));
        let text = file.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let text = text.map(|name| names::split(&name).0.to_owned());
        let ends = |suffix: &str| {
            text.as_ref().is_some_and(|name| name.to_ascii_lowercase().ends_with(suffix))
        };
        let by_name = if ends(".zip") {
            Container::Zip
        } else if ends(".szi") {
            Container::Szi
        } else {
            usual
        };
        let container = options.container.unwrap_or(by_name);
        let stem = text.as_ref().map(|name| {
            let known = [".zip", ".szi", ".dz"].into_iter().find(|suffix| ends(suffix));
            let end = name.len() - known.map_or(0, str::len);
            name.get(..end).unwrap_or(name).to_owned()
        });
        let name = options.imagename.clone().or_else(|| options.basename.clone()).or(stem);
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "untitled".into());
        let folder = file.filter(|_| container == Container::Fs).map(|file| {
            let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
            let said = options.dirname.as_ref().map(PathBuf::from);
            let mut folder = said.unwrap_or_else(|| parent.unwrap_or(Path::new(".")).to_owned());
            if let Some((_, query)) = address.filter(|(_, query)| !query.is_empty()) {
                folder.as_mut_os_string().push(format!("?{query}"));
            }
            folder
        });
        Self { name, folder, szi: container == Container::Szi }
    }
}

struct DzSaver {
    plan: Plan,
    levels: Vec<Image>,
    tile: TileSaver,
    /// The bytes of a pixel of the background, and how far a blank tile may be from it
    blank: Option<(Vec<u8>, i32)>,
    /// How well a zip is compressed
    level: u32,
    /// What all names in a zip begin with
    prefix: String,
    szi: bool,
    id: String,
    background: Vec<f64>,
    /// Folders take tiles from any thread, a zip one after the other
    tree: Option<Tree>,
    written: AtomicU64,
}

/// A tile on its way to a zip; without a name it went to a folder, or is not written.
#[derive(Default)]
struct Tile {
    name: Option<String>,
    packed: Packed,
}

impl Saver for DzSaver {
    type State = Option<Zip>;
    type Piece = Tile;

    fn outputs(&self, _: &Image) -> Result<Vec<Image>> {
        Ok(self.levels.clone())
    }

    fn wants(&self) -> Wants {
        let (before, after) = self.plan.around();
        let step = self.plan.step;
        Wants::Overlapping { width: step, height: step, before, after }
    }

    fn begin(&self, _: &[Image], target: &Target) -> Result<Option<Zip>> {
        if self.tree.is_some() {
            return Ok(None);
        }
        Ok(Some(Zip::new(target.begin()?.with_tick(Context::current().tick))))
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Tile) -> Result<()> {
        piece.name = None;
        if !self.plan.is_real(part.output, part.region.rect()) {
            return Ok(());
        }
        if let Some((ink, most)) = &self.blank
            && is_blank(&part.region, ink, *most)
        {
            return Ok(());
        }
        let bytes = self.tile.encode(self.levels[part.output].header(), part)?;
        let name = self.plan.tile_name(part.output, part.rect);
        self.written.fetch_add(1, Ordering::Relaxed);
        if let Some(tree) = &self.tree {
            return tree.put(&name, bytes);
        }
        piece.packed = pack(bytes, self.level)?;
        piece.name = Some(name);
        Ok(())
    }

    fn commit(&self, zip: &mut Option<Zip>, piece: &mut Tile) -> Result<()> {
        match (zip, &piece.name) {
            (Some(zip), Some(name)) => zip.put(&format!("{}{name}", self.prefix), &piece.packed),
            _ => Ok(()),
        }
    }

    fn finish(&self, mut zip: Option<Zip>) -> Result<()> {
        for (name, bytes) in self.last()? {
            match (&mut zip, &self.tree) {
                (Some(zip), _) => {
                    zip.put(&format!("{}{name}", self.prefix), &pack(bytes, self.level)?)?;
                }
                (None, Some(tree)) => tree.put_last(&name, bytes)?,
                (None, None) => {}
            }
        }
        zip.map_or(Ok(()), Zip::finish)
    }
}

impl DzSaver {
    fn run(mut self, image: &Image, target: &Target) -> Result<()> {
        image.save(&self, target)?;
        self.tree.take().map_or(Ok(()), Tree::commit)
    }

    /// What is written behind the tiles; in a folder the index comes last.
    fn last(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let header = self.levels[0].header();
        let mut last = Vec::new();
        let tiles = self.written.load(Ordering::Relaxed);
        let index = self.plan.index(&self.id, tiles).map(|(name, text)| (name, text.into_bytes()));
        let properties = (self.plan.properties_name(), properties(header).into_bytes());
        if self.tree.is_some() {
            last.push(properties);
            last.extend(index);
        } else {
            last.extend(index);
            last.push(properties);
        }
        if self.plan.layout == Layout::Google {
            let blank = blank_png(self.plan.tile, &self.background)?;
            last.insert(0, (format!("{}/blank.png", self.plan.name), blank));
        }
        if self.szi {
            last.push(("scan-properties.xml".into(), scan_properties(header).into_bytes()));
            last.extend(associated(header)?);
        }
        Ok(last)
    }
}

/// Pictures that belong to a scan, as JPEG.
fn associated(header: &Header) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for (name, value) in header.metadata.iter() {
        let (Some(name), Meta::Image(image)) = (name.strip_prefix("openslide.associated."), value)
        else {
            continue;
        };
        match operation("jpegsave_buffer", [("in", image.clone().into())])? {
            Value::Blob(bytes) => {
                found.push((format!("associated_images/{name}.jpg"), bytes.to_vec()));
            }
            other => return Err(Error::new(ErrorKind::Internal, other.kind())),
        }
    }
    Ok(found)
}
