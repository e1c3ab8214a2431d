//! The bytes of a block: directories of entries, read and written (TIFF 6.0 §2, Exif 2.32 §4.5).

use super::tags::{self, Fix};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// What a JPEG puts before the block.
pub(super) const PREFIX: &[u8; 6] = b"Exif\0\0";

/// Directories of a block: 0 main, 1 thumbnail, 2 Exif, 3 GPS, 4 interoperability.
pub(super) const DIRECTORIES: usize = 5;

const EXIF_POINTER: u16 = 0x8769;
const GPS_POINTER: u16 = 0x8825;
const INTEROPERABILITY_POINTER: u16 = 0xA005;
const THUMBNAIL_OFFSET: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
const MAKER_NOTE: u16 = 0x927C;

/// Bytes before the first directory.
const HEADER: usize = 8;

/// The type of the values of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Byte = 1,
    Ascii = 2,
    Short = 3,
    Long = 4,
    Rational = 5,
    SByte = 6,
    Undefined = 7,
    SShort = 8,
    SLong = 9,
    SRational = 10,
    Float = 11,
    Double = 12,
}

impl Kind {
    fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            1 => Self::Byte,
            2 => Self::Ascii,
            3 => Self::Short,
            4 => Self::Long,
            5 => Self::Rational,
            6 => Self::SByte,
            7 => Self::Undefined,
            8 => Self::SShort,
            9 => Self::SLong,
            10 => Self::SRational,
            11 => Self::Float,
            12 => Self::Double,
            _ => return None,
        })
    }

    /// Bytes of a value.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Byte | Self::Ascii | Self::SByte | Self::Undefined => 1,
            Self::Short | Self::SShort => 2,
            Self::Long | Self::SLong | Self::Float => 4,
            Self::Rational | Self::SRational | Self::Double => 8,
        }
    }

    /// How the reference calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Byte => "Byte",
            Self::Ascii => "ASCII",
            Self::Short => "Short",
            Self::Long => "Long",
            Self::Rational => "Rational",
            Self::SByte => "SByte",
            Self::Undefined => "Undefined",
            Self::SShort => "SShort",
            Self::SLong => "SLong",
            Self::SRational => "SRational",
            Self::Float => "Float",
            Self::Double => "Double",
        }
    }
}

/// The order of the bytes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(*bytes),
            Self::Big => u16::from_be_bytes(*bytes),
        })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(*bytes),
            Self::Big => u32::from_be_bytes(*bytes),
        })
    }

    pub(super) fn put_u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    pub(super) fn put_u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

/// A number of an entry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Number {
    Whole(i64),
    /// Numerator and denominator
    Fraction(i64, i64),
}

impl Number {
    /// The number as a real; none where the denominator is 0.
    pub(super) fn real(self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(value as f64),
            Self::Fraction(_, 0) => None,
            Self::Fraction(n, d) => Some(n as f64 / d as f64),
        }
    }
}

/// One entry of a directory.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    pub(super) kind: Kind,
    /// The values, in the byte order of the block
    pub(super) data: Cow<'a, [u8]>,
    /// Where the values lie in the block that they were read from, if outside the entry
    place: Option<usize>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(tag: u16, kind: Kind, data: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { tag, kind, data: data.into(), place: None }
    }

    /// An entry of `numbers`; those that do not fit the type are clipped.
    pub(super) fn of_numbers(tag: u16, kind: Kind, numbers: &[Number], order: Order) -> Self {
        let data: Vec<u8> = numbers.iter().flat_map(|&n| number_bytes(kind, n, order)).collect();
        Self::new(tag, kind, data)
    }

    /// Values.
    pub(super) fn count(&self) -> usize {
        self.data.len() / self.kind.size()
    }

    /// Value `i`, if it is a number.
    pub(super) fn number(&self, i: usize, order: Order) -> Option<Number> {
        let (data, at) = (&self.data, i.checked_mul(self.kind.size())?);
        let whole = |value: Option<i64>| value.map(Number::Whole);
        match self.kind {
            Kind::Byte => whole(data.get(at).map(|&v| v.into())),
            Kind::SByte => whole(data.get(at).map(|&v| (v as i8).into())),
            Kind::Short => whole(order.u16(data, at).map(Into::into)),
            Kind::SShort => whole(order.u16(data, at).map(|v| (v as i16).into())),
            Kind::Long => whole(order.u32(data, at).map(Into::into)),
            Kind::SLong => whole(order.u32(data, at).map(|v| (v as i32).into())),
            Kind::Rational => Some(Number::Fraction(
                order.u32(data, at)?.into(),
                order.u32(data, at.checked_add(4)?)?.into(),
            )),
            Kind::SRational => Some(Number::Fraction(
                (order.u32(data, at)? as i32).into(),
                (order.u32(data, at.checked_add(4)?)? as i32).into(),
            )),
            Kind::Ascii | Kind::Undefined | Kind::Float | Kind::Double => None,
        }
    }

    /// All values, if they are numbers.
    pub(super) fn numbers(&self, order: Order) -> impl Iterator<Item = Number> + '_ {
        (0..self.count()).map_while(move |i| self.number(i, order))
    }

    /// Gives the entry the type that its tag has in the standard, where many write another.
    fn fix(&mut self, fix: Fix, order: Order) {
        let mask = match (fix, self.kind) {
            (Fix::Comment, _) => return self.fix_comment(),
            (Fix::Short, Kind::Byte | Kind::SByte) => 0xFF,
            (Fix::Short, Kind::SShort | Kind::Long | Kind::SLong) => 0xFFFF,
            (Fix::Rational, Kind::SRational) => return self.kind = Kind::Rational,
            (Fix::SRational, Kind::Rational) => return self.kind = Kind::SRational,
            _ => return,
        };
        let numbers = self.numbers(order).map(|number| match number {
            Number::Whole(value) => Number::Whole(value & mask),
            fraction @ Number::Fraction(..) => fraction,
        });
        let numbers: Vec<Number> = numbers.collect();
        *self = Self::of_numbers(self.tag, Kind::Short, &numbers, order);
    }

    /// A comment is of undefined type and begins with the name of its coding.
    fn fix_comment(&mut self) {
        const CODES: [&[u8; 8]; 5] =
            [b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", b"\0\0\0\0\0\0\0\0", b"        "];
        self.kind = Kind::Undefined;
        if !CODES.iter().any(|code| self.data.starts_with(&code[..])) {
            self.data = [b"ASCII\0\0\0", &*self.data].concat().into();
        }
    }
}

fn number_bytes(kind: Kind, number: Number, order: Order) -> Vec<u8> {
    let (n, d) = match number {
        Number::Whole(n) => (n, 1),
        Number::Fraction(n, d) => (n, d),
    };
    let unsigned = |v: i64| order.put_u32(v.clamp(0, u32::MAX.into()) as u32);
    let signed = |v: i64| order.put_u32(v.clamp(i32::MIN.into(), i32::MAX.into()) as i32 as u32);
    match kind {
        Kind::Short => order.put_u16(n.clamp(0, u16::MAX.into()) as u16).into(),
        Kind::SShort => order.put_u16(n.clamp(i16::MIN.into(), i16::MAX.into()) as u16).into(),
        Kind::Long => unsigned(n).into(),
        Kind::SLong => signed(n).into(),
        Kind::Rational => [unsigned(n), unsigned(d)].concat(),
        Kind::SRational => [signed(n), signed(d)].concat(),
        Kind::Byte | Kind::Ascii | Kind::Undefined => vec![n.clamp(0, 255) as u8],
        Kind::SByte => vec![n.clamp(-128, 127) as u8],
        Kind::Float | Kind::Double => vec![0; kind.size()],
    }
}

/// A block, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    pub(super) order: Order,
    /// The entries of the directories, in the order of the file, no tag twice
    pub(super) directories: [Vec<Entry<'a>>; DIRECTORIES],
    pub(super) thumbnail: Option<Cow<'a, [u8]>>,
}

impl<'a> Block<'a> {
    pub(super) fn empty(order: Order) -> Self {
        Self { order, directories: Default::default(), thumbnail: None }
    }

    /// What can be read of a block; what can't be is left out.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let tiff = bytes.strip_prefix(&PREFIX[..]).unwrap_or(bytes);
        let order = match tiff.get(..4) {
            Some(b"II*\0") => Order::Little,
            Some(b"MM\0*") => Order::Big,
            _ => return Self::empty(Order::Little),
        };
        let mut walker = Walker {
            tiff,
            budget: tiff.len(),
            seen: BTreeSet::new(),
            read: [false; DIRECTORIES],
            block: Self::empty(order),
        };
        let second = order.u32(tiff, 4).and_then(|at| walker.directory(0, at));
        if let Some(at) = second {
            walker.directory(1, at);
        }
        walker.finish()
    }

    /// The entry of a tag.
    pub(super) fn get(&self, directory: usize, tag: u16) -> Option<&Entry<'a>> {
        self.directories[directory].iter().find(|entry| entry.tag == tag)
    }

    /// Puts an entry in the place of the one of its tag, or last.
    pub(super) fn set(&mut self, directory: usize, entry: Entry<'a>) {
        let entries = &mut self.directories[directory];
        match entries.iter_mut().find(|old| old.tag == entry.tag) {
            Some(old) => *old = entry,
            None => entries.push(entry),
        }
    }
}

/// Reads the directories; each at most once, so that none leads back into itself.
struct Walker<'a> {
    tiff: &'a [u8],
    /// Bytes of values that may still be taken: entries that share their bytes could have any sum
    budget: usize,
    /// Offsets of directories that were read
    seen: BTreeSet<u32>,
    read: [bool; DIRECTORIES],
    block: Block<'a>,
}

impl<'a> Walker<'a> {
    /// Reads a directory and those that it points to. Gives the offset of the next one.
    fn directory(&mut self, number: usize, at: u32) -> Option<u32> {
        if self.read[number] || !self.seen.insert(at) {
            return None;
        }
        self.read[number] = true;
        let (order, tiff) = (self.block.order, self.tiff);
        let start = at as usize;
        let count = usize::from(order.u16(tiff, start)?);
        let table = tiff.get(start.checked_add(2)?..)?;
        let mut tags = BTreeSet::new();
        for record in table.chunks_exact(12).take(count) {
            if let Some(entry) = self.entry(number, record)
                && tags.insert(entry.tag)
            {
                self.block.directories[number].push(entry);
            }
        }
        order.u32(table, count.checked_mul(12)?).filter(|&next| next != 0)
    }

    /// The entry of a record of 12 bytes; reads the directory where it points to one.
    fn entry(&mut self, directory: usize, record: &[u8]) -> Option<Entry<'a>> {
        let order = self.block.order;
        let tag = order.u16(record, 0)?;
        let below = match (directory, tag) {
            (0, EXIF_POINTER) => Some(2),
            (0, GPS_POINTER) => Some(3),
            (2, INTEROPERABILITY_POINTER) => Some(4),
            _ => None,
        };
        if let Some(below) = below {
            self.directory(below, order.u32(record, 8)?);
            return None;
        }
        if matches!(tag, EXIF_POINTER | GPS_POINTER | INTEROPERABILITY_POINTER) {
            return None;
        }
        let kind = Kind::from_number(order.u16(record, 2)?)?;
        let count = order.u32(record, 4)? as usize;
        let size = count.checked_mul(kind.size()).filter(|&size| size > 0)?;
        let budget = self.budget.checked_sub(size)?;
        let mut entry = if size <= 4 {
            Entry::new(tag, kind, record.get(8..8 + size)?.to_vec())
        } else {
            let start = order.u32(record, 8)? as usize;
            let data = self.tiff.get(start..start.checked_add(size)?)?;
            Entry { place: Some(start), ..Entry::new(tag, kind, data) }
        };
        self.budget = budget;
        if let Some(row) = tags::find(directory, tag) {
            entry.fix(row.fix, order);
        }
        Some(entry)
    }

    /// Cuts out the thumbnail. Its directory is of no use without one.
    fn finish(mut self) -> Block<'a> {
        let order = self.block.order;
        let number = |tag| match self.block.get(1, tag)?.number(0, order)? {
            Number::Whole(value) => usize::try_from(value).ok(),
            Number::Fraction(..) => None,
        };
        let thumbnail = number(THUMBNAIL_OFFSET).zip(number(THUMBNAIL_LENGTH));
        let thumbnail = thumbnail.filter(|&(_, length)| length > 0).and_then(|(start, length)| {
            self.tiff.get(start..start.checked_add(length)?).map(Cow::Borrowed)
        });
        let entries = &mut self.block.directories[1];
        if thumbnail.is_some() {
            entries.retain(|entry| !matches!(entry.tag, THUMBNAIL_OFFSET | THUMBNAIL_LENGTH));
        } else {
            entries.clear();
        }
        self.block.thumbnail = thumbnail;
        self.block
    }
}

impl Block<'_> {
    /// The block as bytes, with [`PREFIX`]; the entries of a directory by rising tag.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let mut layout = Layout::around(self.directories[2].iter().find_map(Entry::anchor));
        let tables = self.tables();
        let places = tables.each_ref().map(|table| layout.table(table));
        let mut out = Output { bytes: Vec::new(), order: self.order };
        out.put(0, if self.order == Order::Little { b"II*\0" } else { b"MM\0*" });
        out.put(4, &self.order.put_u32(u32::try_from(places[0]?).ok()?));
        let thumbnail = self.thumbnail.as_deref();
        for (table, place) in tables.iter().zip(places) {
            let Some(place) = place else { continue };
            let mut at = place.checked_add(2)?;
            out.put(place, &self.order.put_u16(u16::try_from(table.len()).ok()?));
            for record in table {
                match *record {
                    Record::Entry(entry) => out.entry(at, entry, &mut layout)?,
                    Record::Pointer(tag, directory) => out.long(at, tag, places[directory]?)?,
                    Record::Thumbnail(bytes) => {
                        let start = layout.take(bytes.len())?;
                        out.put(start, bytes);
                        out.long(at, THUMBNAIL_OFFSET, start)?;
                    }
                    Record::ThumbnailLength(length) => out.long(at, THUMBNAIL_LENGTH, length)?,
                }
                at = at.checked_add(12)?;
            }
            out.put(at, &[0; 4]);
        }
        if let (Some(first), Some(second), Some(_)) = (places[0], places[1], thumbnail) {
            let link = first.checked_add(2 + tables[0].len() * 12)?;
            out.put(link, &self.order.put_u32(u32::try_from(second).ok()?));
        }
        u32::try_from(out.bytes.len()).ok()?;
        Some([&PREFIX[..], &out.bytes].concat())
    }

    /// What stands in the directories: their entries, and the links between them.
    fn tables(&self) -> [Vec<Record<'_>>; DIRECTORIES] {
        let entries = |directory: usize| {
            let entries = self.directories[directory].iter();
            entries.filter(|entry| !entry.data.is_empty()).map(Record::Entry).collect::<Vec<_>>()
        };
        let mut tables: [Vec<Record<'_>>; DIRECTORIES] = std::array::from_fn(entries);
        if !tables[4].is_empty() {
            tables[2].push(Record::Pointer(INTEROPERABILITY_POINTER, 4));
        }
        if !tables[2].is_empty() {
            tables[0].push(Record::Pointer(EXIF_POINTER, 2));
        }
        if !tables[3].is_empty() {
            tables[0].push(Record::Pointer(GPS_POINTER, 3));
        }
        match self.thumbnail.as_deref() {
            Some(bytes) => {
                tables[1].push(Record::Thumbnail(bytes));
                tables[1].push(Record::ThumbnailLength(bytes.len()));
            }
            None => tables[1].clear(),
        }
        for table in &mut tables {
            table.sort_by_key(Record::tag);
            table.truncate(usize::from(u16::MAX));
        }
        tables
    }
}

/// A record of 12 bytes in a directory.
#[derive(Clone, Copy)]
enum Record<'a> {
    Entry(&'a Entry<'a>),
    /// A tag that points to a directory
    Pointer(u16, usize),
    Thumbnail(&'a [u8]),
    ThumbnailLength(usize),
}

impl Record<'_> {
    fn tag(&self) -> u16 {
        match self {
            Self::Entry(entry) => entry.tag,
            Self::Pointer(tag, _) => *tag,
            Self::Thumbnail(_) => THUMBNAIL_OFFSET,
            Self::ThumbnailLength(_) => THUMBNAIL_LENGTH,
        }
    }
}

impl Entry<'_> {
    /// Where the notes of a maker lay, if they can stay there.
    fn anchor(&self) -> Option<Range<usize>> {
        let start = self.place.filter(|&start| self.tag == MAKER_NOTE && start >= HEADER)?;
        Some(start..start.checked_add(self.data.len())?)
    }
}

/// Gives out places in the block, before and behind a range that is taken.
struct Layout {
    taken: Range<usize>,
    before: usize,
    behind: usize,
}

impl Layout {
    fn around(taken: Option<Range<usize>>) -> Self {
        let taken = taken.unwrap_or(HEADER..HEADER);
        Self { before: HEADER, behind: taken.end, taken }
    }

    /// The place of a directory, if it is to be written.
    fn table(&mut self, table: &[Record<'_>]) -> Option<usize> {
        if table.is_empty() { None } else { self.take(2 + table.len() * 12 + 4) }
    }

    /// A place for `size` bytes, at an even offset.
    fn take(&mut self, size: usize) -> Option<usize> {
        let even = |place: usize| place.checked_next_multiple_of(2);
        let before = even(self.before)?;
        if before.checked_add(size)? <= self.taken.start {
            self.before = before + size;
            return Some(before);
        }
        let behind = even(self.behind)?;
        self.behind = behind.checked_add(size)?;
        Some(behind)
    }
}

/// The bytes of a block, written in any order; what is not written is 0.
struct Output {
    bytes: Vec<u8>,
    order: Order,
}

impl Output {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(bytes);
    }

    fn record(&mut self, at: usize, tag: u16, kind: Kind, count: usize) -> Option<()> {
        self.put(at, &self.order.put_u16(tag));
        self.put(at + 2, &self.order.put_u16(kind as u16));
        self.put(at + 4, &self.order.put_u32(u32::try_from(count).ok()?));
        Some(())
    }

    fn long(&mut self, at: usize, tag: u16, value: usize) -> Option<()> {
        self.record(at, tag, Kind::Long, 1)?;
        self.put(at + 8, &self.order.put_u32(u32::try_from(value).ok()?));
        Some(())
    }

    fn entry(&mut self, at: usize, entry: &Entry<'_>, layout: &mut Layout) -> Option<()> {
        self.record(at, entry.tag, entry.kind, entry.count())?;
        if entry.data.len() <= 4 {
            self.put(at + 8, &[0; 4]);
            self.put(at + 8, &entry.data);
            return Some(());
        }
        let start = match entry.anchor() {
            Some(range) => range.start,
            None => layout.take(entry.data.len())?,
        };
        self.put(at + 8, &self.order.put_u32(u32::try_from(start).ok()?));
        self.put(start, &entry.data);
        Some(())
    }
}
