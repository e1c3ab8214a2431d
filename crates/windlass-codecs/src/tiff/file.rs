//! The bytes of a file: its header, directories and their values.
//!
//! Reads are few and large: what lies near a directory comes with it. Counts are checked against the
//! length of the file and the limits before anything is allocated.

use super::{malformed, tags};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use windlass_core::{Error, ErrorKind, Limits, Result};
use windlass_io::{SourceReader, alloc};

/// Bytes read at the start of a file, and around what lies elsewhere.
const FIRST: u64 = 64 << 10;
const FURTHER: u64 = 16 << 10;
/// Pieces of the file that are kept at a time.
const WINDOWS: usize = 8;
/// Most entries of a directory.
const MAX_ENTRIES: u64 = 4096;
/// Bytes of metadata that one entry may have.
const MAX_BLOB: u64 = 256 << 20;

/// The order of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order of this machine.
    pub(super) const NATIVE: Self =
        if cfg!(target_endian = "little") { Self::Little } else { Self::Big };

    /// An unsigned number of up to eight bytes.
    pub(super) fn unsigned(self, bytes: &[u8]) -> u64 {
        let join = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, join),
            Self::Big => bytes.iter().fold(0, join),
        }
    }
}

/// A value of a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    place: Place,
    order: Order,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Inline([u8; 8]),
    At(u64),
}

/// Bytes of a value of a type.
fn size(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

impl Entry {
    /// Bytes of a value.
    pub(super) fn size(&self) -> u64 {
        size(self.kind).unwrap_or(1)
    }

    /// Where its values lie, if not in the directory itself.
    pub(super) fn position(&self) -> Option<u64> {
        match self.place {
            Place::Inline(_) => None,
            Place::At(offset) => Some(offset),
        }
    }

    /// Values that lie in the directory itself.
    pub(super) fn inline(&self) -> Option<&[u8]> {
        match &self.place {
            Place::Inline(bytes) => bytes.get(..(self.count * self.size()) as usize),
            Place::At(_) => None,
        }
    }

    /// A value as a whole number.
    pub(super) fn integer(&self, bytes: &[u8]) -> u64 {
        let bits = self.order.unsigned(bytes);
        match self.kind {
            6 => bits as i8 as u64,
            8 => bits as i16 as u64,
            9 => bits as i32 as u64,
            5 | 10..=12 => self.real(bytes) as u64,
            _ => bits,
        }
    }

    /// A value as a real number.
    pub(super) fn real(&self, bytes: &[u8]) -> f64 {
        let order = self.order;
        let ratio = |signed: bool| {
            let (above, below) = bytes.split_at(bytes.len() / 2);
            let (above, below) = (order.unsigned(above) as u32, order.unsigned(below) as u32);
            match (below, signed) {
                (0, _) => 0.0,
                (_, false) => f64::from(above) / f64::from(below),
                (_, true) => f64::from(above as i32) / f64::from(below as i32),
            }
        };
        match self.kind {
            5 => ratio(false),
            10 => ratio(true),
            11 => f64::from(f32::from_bits(order.unsigned(bytes) as u32)),
            12 => f64::from_bits(order.unsigned(bytes)),
            6 | 8 | 9 | 17 => self.integer(bytes) as i64 as f64,
            _ => self.integer(bytes) as f64,
        }
    }
}

/// A directory.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
}

impl Directory {
    /// The first entry with a tag.
    pub(super) fn get(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

/// A file whose directories are being read.
pub(super) struct File<'a> {
    reader: &'a SourceReader,
    pub(super) order: Order,
    big: bool,
    first: u64,
    length: Option<u64>,
    windows: RefCell<Vec<(u64, Rc<Vec<u8>>)>>,
}

impl<'a> File<'a> {
    /// Reads the header.
    pub(super) fn open(reader: &'a SourceReader) -> Result<Self> {
        let mut file = Self {
            reader,
            order: Order::Little,
            big: false,
            first: 0,
            length: reader.len()?,
            windows: RefCell::default(),
        };
        let head = file.bytes(0, 8)?;
        file.order = if head.starts_with(b"MM") { Order::Big } else { Order::Little };
        let number = |bytes: &[u8]| file.order.unsigned(bytes);
        match number(&head[2..4]) {
            42 => file.first = number(&head[4..8]),
            43 if number(&head[4..8]) == number(&file.wide_offsets()) => {
                file.first = number(&file.bytes(8, 8)?);
                file.big = true;
            }
            _ => return Err(malformed("not a TIFF file")),
        }
        Ok(file)
    }

    /// What says that offsets have eight bytes.
    fn wide_offsets(&self) -> [u8; 4] {
        match self.order {
            Order::Little => [8, 0, 0, 0],
            Order::Big => [0, 8, 0, 0],
        }
    }

    /// The length in bytes, where it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// `count` bytes at `offset`.
    fn bytes(&self, offset: u64, count: u64) -> Result<Vec<u8>> {
        let end =
            offset.checked_add(count).ok_or_else(|| malformed("an offset beyond any file"))?;
        if self.length.is_some_and(|length| end > length) {
            let text = format!("bytes {offset} to {end} lie behind the end of the file");
            return Err(Error::new(ErrorKind::Truncated, format!("tiff2vips: {text}")));
        }
        let inside = |start: u64, bytes: &[u8]| {
            let from = usize::try_from(offset.checked_sub(start)?).ok()?;
            bytes.get(from..from.checked_add(usize::try_from(count).ok()?)?).map(<[u8]>::to_vec)
        };
        let known = self.windows.borrow().iter().find_map(|(start, bytes)| inside(*start, bytes));
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        // values often lie just before their directory
        let (start, ahead) = match offset {
            0 => (0, FIRST),
            _ => (offset.saturating_sub(FURTHER / 4), FURTHER),
        };
        let wanted = (end - start).max(ahead);
        let wanted = self.length.map_or(wanted, |length| wanted.min(length.saturating_sub(start)));
        let mut window = alloc::try_vec(Limits::current().allocation(wanted)?)?;
        let got = self.reader.read_full_at(start, &mut window)?;
        window.truncate(got);
        let bytes = inside(start, &window).ok_or_else(|| {
            let text = format!("tiff2vips: the file ends before byte {end}");
            Error::new(ErrorKind::Truncated, text)
        })?;
        let mut windows = self.windows.borrow_mut();
        if windows.len() == WINDOWS {
            let _oldest = windows.remove(1);
        }
        windows.push((start, Rc::new(window)));
        Ok(bytes)
    }

    fn number(&self, offset: u64, bytes: u64) -> Result<u64> {
        Ok(self.order.unsigned(&self.bytes(offset, bytes)?))
    }

    /// Entries of the directory at `offset`, where they start, and bytes of each.
    fn shape(&self, offset: u64) -> Result<(u64, u64, u64)> {
        let (counter, entry) = if self.big { (8, 20) } else { (2, 12) };
        let count = self.number(offset, counter)?;
        if count > MAX_ENTRIES {
            return Err(malformed(format!("a directory of {count} entries")));
        }
        // the counter was read, so this can't pass the largest offset
        Ok((count, offset.saturating_add(counter), entry))
    }

    /// The directory at `offset`.
    pub(super) fn directory(&self, offset: u64) -> Result<Directory> {
        let (count, start, size) = self.shape(offset)?;
        let bytes = self.bytes(start, count * size)?;
        let entries = bytes.chunks_exact(size as usize).filter_map(|bytes| self.entry(bytes));
        Ok(Directory { entries: entries.collect() })
    }

    /// An entry, if its type is known.
    fn entry(&self, bytes: &[u8]) -> Option<Entry> {
        let number = |bytes: &[u8]| self.order.unsigned(bytes);
        let (count, value) = bytes[4..].split_at(if self.big { 8 } else { 4 });
        let (tag, kind, count) = (number(&bytes[..2]), number(&bytes[2..4]), number(count));
        let total = count.checked_mul(size(kind as u16)?)?;
        let place = if total <= value.len() as u64 {
            let mut inline = [0; 8];
            inline[..value.len()].copy_from_slice(value);
            Place::Inline(inline)
        } else {
            Place::At(number(value))
        };
        Some(Entry { tag: tag as u16, kind: kind as u16, count, place, order: self.order })
    }

    /// The offsets of the directories from the first on, until there is none, or one again.
    ///
    /// The second item tells why it ended, if that was not as it should be.
    pub(super) fn chain(&self) -> Result<(Vec<u64>, Option<String>)> {
        let most = Limits::current().frames;
        let (mut offsets, mut seen) = (vec![self.first], BTreeSet::from([self.first]));
        let mut at = self.first;
        loop {
            self.reader.tick().check()?;
            let next = self.next(at);
            at = match next {
                Ok(0) => return Ok((offsets, None)),
                Ok(next) if !seen.insert(next) => {
                    return Ok((offsets, Some("the directories form a loop".to_owned())));
                }
                Ok(next) => next,
                Err(error) if is_damage(&error) => {
                    return Ok((offsets, Some(error.message().to_owned())));
                }
                Err(error) => return Err(error),
            };
            // one whose own end can't be read does not count
            if let Err(error) = self.next(at) {
                if is_damage(&error) {
                    return Ok((offsets, Some(error.message().to_owned())));
                }
                return Err(error);
            }
            if offsets.len() as u64 >= most {
                return Err(Error::new(ErrorKind::Limit, format!("more than {most} directories")));
            }
            offsets.push(at);
        }
    }

    /// Where the directory after the one at `offset` lies; 0 if it is the last one.
    fn next(&self, offset: u64) -> Result<u64> {
        let (count, start, size) = self.shape(offset)?;
        self.number(start.saturating_add(count * size), if self.big { 8 } else { 4 })
    }

    /// Whether the values of an entry lie in the file, as far as its length is known.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        let bytes = entry.count.checked_mul(entry.size());
        let end = entry.position().map(|at| at.checked_add(bytes?));
        match (end, self.length) {
            (Some(Some(end)), Some(length)) => end <= length,
            (Some(None), _) => false,
            _ => true,
        }
    }

    /// The bytes of all values of an entry.
    pub(super) fn blob(&self, entry: &Entry) -> Result<Vec<u8>> {
        if let Some(bytes) = entry.inline() {
            return Ok(bytes.to_vec());
        }
        let bytes = entry.count.saturating_mul(entry.size());
        if bytes > MAX_BLOB {
            let text = format!("tiff2vips: {bytes} bytes of tag {}", entry.tag);
            return Err(Error::new(ErrorKind::Limit, text));
        }
        self.bytes(entry.position().unwrap_or(0), bytes)
    }

    /// Up to `most` values of a tag as whole numbers; none where it is missing or can't be read.
    pub(super) fn integers(&self, directory: &Directory, tag: u16, most: u64) -> Vec<u64> {
        self.values(directory, tag, most, Entry::integer)
    }

    /// Up to `most` values of a tag as real numbers; none where it is missing or can't be read.
    pub(super) fn reals(&self, directory: &Directory, tag: u16, most: u64) -> Vec<f64> {
        self.values(directory, tag, most, Entry::real)
    }

    fn values<T>(
        &self,
        directory: &Directory,
        tag: u16,
        most: u64,
        value: fn(&Entry, &[u8]) -> T,
    ) -> Vec<T> {
        let Some(entry) = directory.get(tag) else { return Vec::new() };
        let few = Entry { count: entry.count.min(most), ..*entry };
        let bytes = self.blob(&few).unwrap_or_default();
        bytes.chunks_exact(few.size() as usize).map(|bytes| value(&few, bytes)).collect()
    }

    /// The first value of a tag as a whole number.
    pub(super) fn integer(&self, directory: &Directory, tag: u16) -> Option<u64> {
        self.integers(directory, tag, 1).first().copied()
    }

    /// The first value of a tag as a real number.
    pub(super) fn real(&self, directory: &Directory, tag: u16) -> Option<f64> {
        self.reals(directory, tag, 1).first().copied()
    }

    /// The directories below one.
    pub(super) fn children(&self, directory: &Directory) -> Vec<u64> {
        self.integers(directory, tags::SUB_IFDS, Limits::current().nesting.max(1000))
    }
}

/// Whether an error is about the file, and not about the connection or the call.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated)
}
