//! EXIF: the block of a camera, as metadata items and back (`reference/formats/common.md` §7).
//!
//! A block is a small TIFF file. [`decode`] shows every entry that has a name as an item
//! `exif-ifd<N>-<Name>`; [`encode`] starts from the stored block and patches what the items say
//! otherwise.
//!
//! Blocks are not to be trusted: what can't be read is left out, no directory is read twice, and the
//! values of all entries together can't be larger than the block.
//!
//! Where the reference loses something, we differ:
//! * Entries that have no name stay, and so do the notes of makers: at their old offset, for many
//!   count from the start of the block. A directory in which nothing named is left goes as a whole.
//! * Only the text that [`decode`] puts behind a value is cut off before writing; "Foo (bar)", set by
//!   the user, stays whole.
//! * Bytes can be set: an altitude below the sea, a version. So can text and numbers whose tags the
//!   reference makes without a type, such as `ImageUniqueID` and `ISOSpeed`.
//! * Text that is not Latin is written as UTF-8 instead of question marks.
//! * Whole numbers from 2^31 are shown as such, not as negative ones.
//! * An orientation outside 1 to 8 is written as 1, a resolution of a wrong type is written anew.
//! * No `ifd1` is written without a thumbnail, of which it would say something.

mod block;
mod gps;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod update;

pub use gps::RemoveGps;

use block::{Block, Entry, Kind, Number, Order};
use std::borrow::Cow;
use windlass_core::{Header, Meta, Operation};
use windlass_io::{Error, ErrorKind, Result};

/// The operations on blocks.
pub const OPERATIONS: &[windlass_core::declare::Entry] = &[RemoveGps::ENTRY];

const ORIENTATION: u16 = 0x0112;
const X_RESOLUTION: u16 = 0x011A;
const Y_RESOLUTION: u16 = 0x011B;
const RESOLUTION_UNIT: u16 = 0x0128;

const COMPRESSION: u16 = 0x0103;
const EXIF_VERSION: u16 = 0x9000;
const FLASHPIX_VERSION: u16 = 0xA000;
const COLOR_SPACE: u16 = 0xA001;
const YCBCR_POSITIONING: u16 = 0x0213;
const COMPONENTS_CONFIGURATION: u16 = 0x9101;
const PIXEL_X_DIMENSION: u16 = 0xA002;
const PIXEL_Y_DIMENSION: u16 = 0xA003;

/// Millimetres of an inch and of a centimetre.
const INCH: f64 = 25.4;
const CENTIMETRE: f64 = 10.0;

/// Sets what a block says of an image: resolution, `orientation`, the thumbnail, and an item
/// `exif-ifd<N>-<Name>` for every entry with a name.
///
/// Fails with a block of less than 4 bytes or more than 8 MiB; any other is read as far as it goes.
/// The block itself becomes no item here.
pub fn decode(block: &[u8], header: &mut Header) -> Result<()> {
    let mut block = parse(block)?;
    let known = read_resolution(&block, header);
    add_mandatory(&mut block);
    if !known {
        write_resolution(&mut block, header);
    }
    set_items(&block, header);
    if let Some(thumbnail) = &block.thumbnail {
        let thumbnail = Meta::Blob(thumbnail.to_vec().into());
        header.metadata.set("jpeg-thumbnail-data", thumbnail);
    }
    if let Some(entry) = block.get(0, ORIENTATION) {
        let orientation = orientation(&block, entry);
        header.metadata.set("orientation", Meta::Int(orientation));
    }
    Ok(())
}

/// The header with the items that its own block stands for: what is written of a header whose block was
/// made anew. Its resolution stays, which the block has only to a thousandth.
pub(crate) fn described(header: &Header) -> Result<Header> {
    let mut described = header.clone();
    if let Some(block) = header.metadata.blob("exif-data") {
        decode(block, &mut described)?;
        (described.xres, described.yres) = (header.xres, header.yres);
    }
    Ok(described)
}

/// The block of an image that is to be written, with the six bytes `Exif\0\0` that a JPEG puts before
/// it.
///
/// Made from the block `exif-data`, or new; brought up to date with the items and the header. Fails
/// where [`decode`] does, and where the block would pass 4 GiB.
pub fn encode(header: &Header) -> Result<Vec<u8>> {
    let mut block = match header.metadata.blob("exif-data") {
        Some(stored) => {
            let mut block = parse(stored)?;
            add_mandatory(&mut block);
            update::forget(&mut block, header);
            block
        }
        None => fresh(),
    };
    update::apply(&mut block, header);
    mend_resolution(&mut block);
    write_resolution(&mut block, header);
    let size = [(PIXEL_X_DIMENSION, header.width), (PIXEL_Y_DIMENSION, header.height)];
    for (tag, pixels) in size {
        set_number(&mut block, 2, tag, pixels);
    }
    set_number(&mut block, 0, ORIENTATION, header.orientation());
    block.thumbnail =
        header.metadata.blob("jpeg-thumbnail-data").map(|blob| Cow::Borrowed(&**blob));
    block.write().ok_or_else(|| Error::new(ErrorKind::Limit, "exif: exif too large"))
}

/// The block of an image that had none (common.md §7.4).
fn fresh() -> Block<'static> {
    let mut block = Block::empty(Order::Little);
    add_mandatory(&mut block);
    add(&mut block, 0, YCBCR_POSITIONING, Number::Whole(1));
    add_initial(&mut block, 2, COMPONENTS_CONFIGURATION);
    block
}

/// Puts the usual resolution in the place of one that is missing or is no number.
fn mend_resolution(block: &mut Block<'_>) {
    let order = block.order;
    block.directories[0].retain(|entry| match entry.tag {
        X_RESOLUTION | Y_RESOLUTION => matches!(entry.number(0, order), Some(Number::Fraction(..))),
        RESOLUTION_UNIT => matches!(entry.number(0, order), Some(Number::Whole(_))),
        _ => true,
    });
    add(block, 0, X_RESOLUTION, Number::Fraction(72, 1));
    add(block, 0, Y_RESOLUTION, Number::Fraction(72, 1));
}

/// Sets an entry of one number, of the type that its tag has; a short one stays short.
fn set_number(block: &mut Block<'_>, directory: usize, tag: u16, value: i32) {
    let short = block.get(directory, tag).is_some_and(|old| old.kind == Kind::Short);
    let kind = match u16::try_from(value) {
        Ok(_) if short => Kind::Short,
        _ => kind_of(directory, tag),
    };
    let entry = Entry::of_numbers(tag, kind, &[Number::Whole(value.into())], block.order);
    block.set(directory, entry);
}

fn parse(bytes: &[u8]) -> Result<Block<'_>> {
    const MAX: usize = 8 << 20;
    match bytes.len() {
        0..4 => Err(Error::new(ErrorKind::Malformed, "exif: exif too small")),
        4..=MAX => Ok(Block::parse(bytes)),
        _ => Err(Error::new(ErrorKind::Limit, "exif: exif too large")),
    }
}

fn set_items(block: &Block<'_>, header: &mut Header) {
    for (number, entries) in block.directories.iter().enumerate() {
        for entry in entries {
            if let Some(tag) = tags::find(number, entry.tag) {
                let item = text::item(entry, tag, block.order);
                let name = item_name(number, tag.name);
                header.metadata.set(&name, Meta::String(item.into()));
            }
        }
    }
}

fn item_name(directory: usize, name: &str) -> String {
    format!("exif-ifd{directory}-{name}")
}

/// How the camera was held, 1 where the entry makes no sense.
fn orientation(block: &Block<'_>, entry: &Entry<'_>) -> i32 {
    let value = match entry.number(0, block.order) {
        Some(Number::Whole(value) | Number::Fraction(value, _)) if entry.count() < 10 => value,
        _ => 1,
    };
    if (1..=8).contains(&value) { value as i32 } else { 1 }
}

/// Sets the resolution where the block has both numbers of it and a unit that is known; whether so.
fn read_resolution(block: &Block<'_>, header: &mut Header) -> bool {
    let number = |tag| {
        let entry = block.get(0, tag)?;
        let single = entry.count() == 1 && matches!(entry.kind, Kind::Rational | Kind::SRational);
        let value = if single { entry.number(0, block.order)?.real() } else { return None };
        Some(value.unwrap_or(0.0).max(0.0))
    };
    let unit = match block.get(0, RESOLUTION_UNIT) {
        Some(entry) => entry.number(0, block.order),
        None => Some(Number::Whole(2)),
    };
    let (Some(x), Some(y), Some(Number::Whole(unit))) =
        (number(X_RESOLUTION), number(Y_RESOLUTION), unit)
    else {
        return false;
    };
    let (scale, name) = match unit {
        1 => (1.0, None),
        2 => (INCH, Some("in")),
        3 => (CENTIMETRE, Some("cm")),
        _ => return false,
    };
    (header.xres, header.yres) = (x / scale, y / scale);
    if let Some(name) = name {
        header.metadata.set("resolution-unit", Meta::String(name.into()));
    }
    true
}

/// Writes the resolution of an image into its block, where the block says otherwise.
fn write_resolution(block: &mut Block<'_>, header: &Header) {
    let (scale, unit) = match header.metadata.string("resolution-unit") {
        Some("cm") => (CENTIMETRE, 3),
        Some("none") => (1.0, 1),
        _ => (INCH, 2),
    };
    write_real(block, X_RESOLUTION, header.xres * scale);
    write_real(block, Y_RESOLUTION, header.yres * scale);
    write_first(block, 0, RESOLUTION_UNIT, Number::Whole(unit));
}

/// Sets the first fraction of an entry of the main directory unless it is as good as `value`.
fn write_real(block: &mut Block<'_>, tag: u16, value: f64) {
    const CLOSE: f64 = 0.0001;
    let stored = block.get(0, tag).and_then(|entry| entry.number(0, block.order));
    if stored.and_then(Number::real).is_none_or(|stored| (stored - value).abs() > CLOSE) {
        write_first(block, 0, tag, thousandths(value));
    }
}

/// A real as the reference stores it, cut after three digits; a large one after the point.
fn thousandths(value: f64) -> Number {
    const MAX: f64 = i32::MAX as f64 / 1000.0;
    if value.abs() > MAX {
        return Number::Fraction(value as i64, 1);
    }
    Number::Fraction((value * 1000.0) as i64, 1000)
}

/// Sets the first number of an entry, which is made if it is not there. One that is of something
/// else is left alone.
fn write_first(block: &mut Block<'_>, directory: usize, tag: u16, number: Number) {
    let order = block.order;
    let entry = match block.get(directory, tag) {
        Some(old) => {
            let mut numbers: Vec<Number> = old.numbers(order).collect();
            match numbers.first_mut() {
                Some(first) if same_sort(*first, number) => *first = number,
                _ => return,
            }
            Entry::of_numbers(tag, old.kind, &numbers, order)
        }
        None => Entry::of_numbers(tag, kind_of(directory, tag), &[number], order),
    };
    block.set(directory, entry);
}

fn same_sort(one: Number, other: Number) -> bool {
    matches!(one, Number::Whole(_)) == matches!(other, Number::Whole(_))
}

fn kind_of(directory: usize, tag: u16) -> Kind {
    tags::find(directory, tag).map_or(Kind::Undefined, |tag| tag.kind)
}

/// Adds the entries that every block has (common.md §7.4).
fn add_mandatory(block: &mut Block<'_>) {
    let resolution = [X_RESOLUTION, Y_RESOLUTION];
    let directories: &[usize] = if block.thumbnail.is_some() { &[0, 1] } else { &[0] };
    for &directory in directories {
        if directory == 1 {
            add(block, directory, COMPRESSION, Number::Whole(0));
        }
        for tag in resolution {
            add(block, directory, tag, Number::Fraction(72, 1));
        }
        add(block, directory, RESOLUTION_UNIT, Number::Whole(2));
    }
    add_initial(block, 2, EXIF_VERSION);
    add_initial(block, 2, FLASHPIX_VERSION);
    add(block, 2, COLOR_SPACE, Number::Whole(0xFFFF));
}

fn add(block: &mut Block<'_>, directory: usize, tag: u16, number: Number) {
    if block.get(directory, tag).is_none() {
        let kind = kind_of(directory, tag);
        block.set(directory, Entry::of_numbers(tag, kind, &[number], block.order));
    }
}

/// Adds an entry of bytes with what the standard says of a new one.
fn add_initial(block: &mut Block<'_>, directory: usize, tag: u16) {
    if let (None, Some(row)) = (block.get(directory, tag), tags::find(directory, tag)) {
        block.set(directory, Entry::new(tag, row.kind, row.initial));
    }
}
