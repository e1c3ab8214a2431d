//! The chunks of a file (RFC 9649 §2).
//!
//! A file is refused as a whole where the reference's parser refuses it: chunks that pass the end of
//! the file, frames outside the canvas, frames without a picture.

use super::malformed;
use std::ops::Range;
use windlass_core::{Limits, Result};

/// What a file holds; ranges are of its bytes.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Whether the header promises an alpha
    pub(super) alpha: bool,
    pub(super) animated: bool,
    /// How often the animation runs, 0 for ever
    pub(super) loops: i32,
    pub(super) frames: Vec<Frame>,
    pub(super) icc: Option<Range<usize>>,
    pub(super) exif: Option<Range<usize>>,
    pub(super) xmp: Option<Range<usize>>,
}

/// A picture and its place.
#[derive(Debug, Default, Clone)]
pub(super) struct Frame {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Milliseconds
    pub(super) duration: i32,
    /// Whether its rectangle is cleared before the next frame
    pub(super) dispose: bool,
    /// Whether it is laid over what is there
    pub(super) blend: bool,
    pub(super) has_alpha: bool,
    pub(super) lossless: bool,
    /// The payload of the chunk `ALPH`
    pub(super) alpha: Option<Range<usize>>,
    /// The payload of the chunk `VP8 ` or `VP8L`
    pub(super) image: Range<usize>,
}

pub(super) const ICC: u8 = 0x20;
pub(super) const ALPHA: u8 = 0x10;
pub(super) const EXIF: u8 = 0x08;
pub(super) const XMP: u8 = 0x04;
const ANIMATION: u8 = 0x02;
const KNOWN: u8 = ICC | ALPHA | EXIF | XMP | ANIMATION;

impl File {
    /// Reads the chunks of a whole file.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let file = parse(bytes).ok_or_else(|| malformed("webp: unable to parse image"))?;
        Limits::current().check_frames(file.frames.len() as u64)?;
        Ok(file)
    }

    /// Whether a frame leaves a part of the canvas as it was.
    pub(super) fn has_small_frames(&self) -> bool {
        self.frames.iter().any(|frame| (frame.width, frame.height) != (self.width, self.height))
    }
}

fn parse(bytes: &[u8]) -> Option<File> {
    let mut chunks = Chunks::open(bytes)?;
    let mut file = File { loops: 1, ..File::default() };
    if chunks.peek()? != *b"VP8X" {
        let frame = read_frame(&mut chunks)?;
        (file.width, file.height, file.alpha) = (frame.width, frame.height, frame.has_alpha);
        file.frames.push(frame);
        return Some(file);
    }
    let header = chunks.next_chunk()?.1;
    let flags = *bytes.get(header.start)?;
    let header = bytes.get(header)?.get(..10)?;
    (file.width, file.height) = (1 + le24(&header[4..]), 1 + le24(&header[7..]));
    (file.alpha, file.animated) = (flags & ALPHA != 0, flags & ANIMATION != 0);
    if u64::from(file.width) * u64::from(file.height) >= 1 << 32 || flags & !KNOWN != 0 {
        return None;
    }
    extended(&mut chunks, &mut file, flags)?;
    (!file.frames.is_empty() && file.frames.iter().all(|frame| file.holds(frame))).then_some(file)
}

/// The chunks behind an extended header.
fn extended(chunks: &mut Chunks<'_>, file: &mut File, flags: u8) -> Option<()> {
    let mut animation = false;
    loop {
        match &chunks.peek()? {
            b"VP8X" => return None,
            b"ALPH" | b"VP8 " | b"VP8L" => {
                if animation || file.animated || !file.frames.is_empty() {
                    return None;
                }
                let mut frame = read_frame(chunks)?;
                if !file.alpha {
                    (frame.alpha, frame.has_alpha) = (None, false);
                }
                file.frames.push(frame);
            }
            b"ANIM" => {
                let payload = chunks.next_chunk()?.1;
                let payload = chunks.bytes.get(payload)?.get(..6)?;
                if !animation {
                    file.loops = i32::from(u16::from_le_bytes([payload[4], payload[5]]));
                }
                animation = true;
            }
            b"ANMF" if !animation => return None,
            b"ANMF" => {
                let payload = chunks.next_chunk()?.1;
                let frame = animation_frame(chunks.bytes, payload)?;
                if file.animated {
                    file.frames.push(frame);
                }
            }
            _ => {
                let (name, payload) = chunks.next_chunk()?;
                let place = match &name {
                    b"ICCP" if flags & ICC != 0 => &mut file.icc,
                    b"EXIF" if flags & EXIF != 0 => &mut file.exif,
                    b"XMP " if flags & XMP != 0 => &mut file.xmp,
                    _ => &mut None,
                };
                place.get_or_insert(payload);
            }
        }
        if chunks.is_done() {
            return Some(());
        }
    }
}

/// A frame of an animation, from the payload of `ANMF`.
fn animation_frame(bytes: &[u8], payload: Range<usize>) -> Option<Frame> {
    let header = bytes.get(payload.clone())?.get(..16)?;
    let (width, height) = (1 + le24(&header[6..]), 1 + le24(&header[9..]));
    if u64::from(width) * u64::from(height) >= 1 << 32 {
        return None;
    }
    // what follows the picture in the frame is of no interest
    let mut chunks = Chunks { bytes, at: payload.start + 16, end: payload.end };
    let picture = read_frame(&mut chunks)?;
    Some(Frame {
        x: 2 * le24(header),
        y: 2 * le24(&header[3..]),
        duration: le24(&header[12..]) as i32,
        dispose: header[15] & 1 != 0,
        blend: header[15] & 2 == 0,
        ..picture
    })
}

/// A picture with the alpha before it. Its size is that of the picture.
fn read_frame(chunks: &mut Chunks<'_>) -> Option<Frame> {
    let mut frame = Frame::default();
    loop {
        let (name, payload) = match &chunks.peek()? {
            b"ALPH" if frame.alpha.is_none() => chunks.next_chunk()?,
            b"VP8 " | b"VP8L" => chunks.next_chunk()?,
            _ => return None,
        };
        if &name == b"ALPH" {
            frame.alpha = Some(payload);
            frame.has_alpha = true;
            continue;
        }
        frame.lossless = &name == b"VP8L";
        if frame.lossless && frame.alpha.is_some() {
            return None;
        }
        let picture = chunks.bytes.get(payload.clone())?;
        let size = if frame.lossless { lossless_size(picture)? } else { lossy_size(picture)? };
        (frame.width, frame.height) = (size.0, size.1);
        frame.has_alpha |= size.2;
        frame.image = payload;
        return (chunks.is_done() || chunks.end - chunks.at >= 8).then_some(frame);
    }
}

/// Width, height and whether there is an alpha (RFC 6386 §9.1).
fn lossy_size(picture: &[u8]) -> Option<(u32, u32, bool)> {
    let head = picture.first_chunk::<10>()?;
    let tag = le24(head);
    let key_frame = tag & 1 == 0 && (tag >> 1) & 7 <= 3 && (tag >> 4) & 1 == 1;
    let fits = ((tag >> 5) as usize) < picture.len();
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3FFF);
    let (width, height) = (side(6), side(8));
    let right = key_frame && fits && head[3..6] == [0x9D, 0x01, 0x2A] && width > 0 && height > 0;
    right.then_some((width, height, false))
}

/// Width, height and whether there is an alpha (RFC 9649 §3.4).
fn lossless_size(picture: &[u8]) -> Option<(u32, u32, bool)> {
    let head = picture.first_chunk::<5>()?;
    let bits = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let (width, height) = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
    (head[0] == 0x2F && bits >> 29 == 0).then_some((width, height, bits >> 28 & 1 == 1))
}

fn le24(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])
}

impl File {
    /// Whether a frame lies where it may: on the canvas, or, of a still, on all of it.
    fn holds(&self, frame: &Frame) -> bool {
        if self.animated {
            frame.x + frame.width <= self.width && frame.y + frame.height <= self.height
        } else {
            (frame.width, frame.height) == (self.width, self.height)
        }
    }
}

/// Chunks one after the other.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Chunks<'a> {
    /// The chunks of a file that is at least as long as it says.
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let head = bytes.first_chunk::<12>()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let right = head.starts_with(b"RIFF") && head.ends_with(b"WEBP");
        if !right || !(8..=MAX_PAYLOAD).contains(&size) {
            return None;
        }
        let end = size as usize + 8;
        (end <= bytes.len()).then_some(Self { bytes, at: 12, end })
    }

    fn is_done(&self) -> bool {
        self.at == self.end
    }

    /// The name of the chunk that comes.
    fn peek(&self) -> Option<[u8; 4]> {
        self.bytes.get(self.at..self.end)?.first_chunk::<8>().map(|&[a, b, c, d, ..]| [a, b, c, d])
    }

    /// A name, and where its payload is.
    fn next_chunk(&mut self) -> Option<([u8; 4], Range<usize>)> {
        let head = self.bytes.get(self.at..self.end)?.first_chunk::<8>()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if size > MAX_PAYLOAD {
            return None;
        }
        let start = self.at + 8;
        let next = start + size as usize + (size & 1) as usize;
        if next > self.end {
            return None;
        }
        self.at = next;
        Some(([head[0], head[1], head[2], head[3]], start..start + size as usize))
    }
}

const MAX_PAYLOAD: u32 = u32::MAX - 8 - 1;
