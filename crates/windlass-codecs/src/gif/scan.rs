//! The blocks of a file, without its pixels.

use std::ops::Range;

/// What a file holds.
#[derive(Debug)]
pub(super) struct File {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) global: Option<Table>,
    pub(super) background: u8,
    /// How often it runs, 0 for ever
    pub(super) loops: i32,
    pub(super) frames: Vec<Frame>,
    /// Entries of the largest table
    pub(super) colours: usize,
    /// Why looking for frames ended, unless it was the end
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It ends early
    Truncated,
    /// Something is where a frame should be
    Frame,
    /// It is no GIF
    Header,
}

/// Colours: a range of bytes of the file, three a colour.
pub(super) type Table = Range<usize>;

/// A picture, and how it becomes part of the animation.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) interlaced: bool,
    pub(super) local: Option<Table>,
    /// Index of the colour that leaves what is there
    pub(super) transparent: Option<u8>,
    /// Whether the file is said to have transparent parts because of it
    pub(super) translucent: bool,
    pub(super) disposal: Disposal,
    /// Hundredths of a second
    pub(super) delay: i32,
    /// Where the codes are: the size of a code, and blocks
    pub(super) data: Range<usize>,
}

/// What becomes of a frame before the next is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Disposal {
    /// It stays
    #[default]
    Keep,
    /// Its rectangle gets the background
    Background,
    /// What was there before comes back
    Previous,
}

/// Frames that are looked for at most.
const MAX_FRAMES: usize = 4097;
/// Hundredths of a second that a frame is shown of which nothing is said.
const USUAL_DELAY: i32 = 10;

impl File {
    /// Looks through a file as far as it can be read; none only where there is no header.
    pub(super) fn scan(bytes: &[u8]) -> Result<Self, Fault> {
        let mut blocks = Blocks { bytes, at: 0 };
        let mut file = header(&mut blocks)?;
        loop {
            let mut frame = Frame { delay: USUAL_DELAY, ..Frame::default() };
            match read_frame(&mut blocks, &mut file, &mut frame) {
                Ok(true) => file.frames.push(frame),
                Ok(false) => break,
                Err(fault) => {
                    // a frame that was begun is shown as far as it goes
                    if fault == Fault::Truncated && frame.data.len() > 1 {
                        frame.translucent |= file.frames.is_empty();
                        if file.frames.is_empty() {
                            file.fault = Some(fault);
                        }
                        file.frames.push(frame);
                    } else if fault != Fault::Truncated || file.frames.is_empty() {
                        file.fault = Some(fault);
                    }
                    break;
                }
            }
            if file.frames.len() >= MAX_FRAMES {
                file.fault = Some(Fault::Frame);
                break;
            }
        }
        Ok(file)
    }
}

/// The logical screen and the global table.
fn header(blocks: &mut Blocks<'_>) -> Result<File, Fault> {
    if !blocks.take(6)?.starts_with(b"GIF") {
        return Err(Fault::Header);
    }
    let screen = blocks.take(7)?;
    let size = (u32::from(le16(screen)), u32::from(le16(&screen[2..])));
    let (flags, background) = (screen[4], screen[5]);
    let global = if flags & 0x80 == 0 { None } else { Some(blocks.table(flags)?) };
    let colours = global.as_ref().map_or(2, |table| table.len() / 3);
    let (width, height) = if is_screen(size) { (1, 1) } else { size };
    let (frames, fault) = (Vec::new(), None);
    Ok(File { width, height, global, background, loops: 1, frames, colours, fault })
}

/// Whether a size is more likely that of a screen than of a picture.
fn is_screen(size: (u32, u32)) -> bool {
    let screens = [(640, 480), (640, 512), (800, 600), (1024, 768), (1280, 1024), (1600, 1200)];
    let (width, height) = size;
    screens.contains(&size) || width == 0 || height == 0 || width > 2048 || height > 2048
}

/// Reads a frame with the extensions before it; false at the end of the file.
fn read_frame(blocks: &mut Blocks<'_>, file: &mut File, frame: &mut Frame) -> Result<bool, Fault> {
    const TRAILER: u8 = 0x3B;
    if blocks.rest().first() == Some(&TRAILER) {
        return Ok(false);
    }
    while blocks.rest().first() == Some(&0x21) {
        extension(blocks, file, frame)?;
    }
    let descriptor = blocks.rest().get(..10).ok_or(Fault::Truncated)?;
    if descriptor[0] != 0x2C {
        return Err(Fault::Frame);
    }
    let number = |at: usize| u32::from(le16(&descriptor[at..]));
    (frame.left, frame.top) = (number(1), number(3));
    (frame.width, frame.height) = (number(5), number(7));
    let flags = descriptor[9];
    frame.interlaced = flags & 0x40 != 0;
    blocks.at += 10;
    if file.frames.is_empty() {
        file.width = file.width.max(frame.left + frame.width);
        file.height = file.height.max(frame.top + frame.height);
    }
    if flags & 0x80 != 0 {
        let table = blocks.table(flags)?;
        file.colours = file.colours.max(table.len() / 3);
        frame.local = Some(table);
    }
    codes(blocks, frame)?;
    Ok(true)
}

/// Passes over the codes of a picture; what there is of them is noted in the frame.
fn codes(blocks: &mut Blocks<'_>, frame: &mut Frame) -> Result<(), Fault> {
    const MAX_CODE: u8 = 12;
    let start = blocks.at;
    if blocks.take(1)?[0] >= MAX_CODE {
        return Err(Fault::Frame);
    }
    loop {
        let size = *blocks.rest().first().ok_or(Fault::Truncated)?;
        let left = blocks.rest().len();
        blocks.at += left.min(usize::from(size) + 1);
        frame.data = start..blocks.at;
        if usize::from(size) + 1 > left {
            return Err(Fault::Truncated);
        }
        if size == 0 {
            return Ok(());
        }
    }
}

/// Reads an extension: how a frame is drawn, how often all are shown, or something else.
fn extension(blocks: &mut Blocks<'_>, file: &mut File, frame: &mut Frame) -> Result<(), Fault> {
    const COMMENT: u8 = 0xFE;
    let rest = blocks.rest().get(1..).unwrap_or_default();
    match *rest.first().ok_or(Fault::Truncated)? {
        0xF9 => control(rest.get(..6).ok_or(Fault::Truncated)?, frame),
        0xFF => repeat(rest.get(..17).ok_or(Fault::Truncated)?, file),
        _ => {}
    }
    if rest[0] == COMMENT {
        blocks.at += 2;
    } else {
        let first = rest.get(1).ok_or(Fault::Truncated)?;
        blocks.at += 3 + usize::from(*first);
    }
    loop {
        let size = *blocks.bytes.get(blocks.at).ok_or(Fault::Truncated)?;
        blocks.at += usize::from(size) + 1;
        if size == 0 {
            return Ok(());
        }
    }
}

fn control(block: &[u8], frame: &mut Frame) {
    let flags = block[2];
    frame.delay = i32::from(le16(&block[3..]));
    if flags & 1 != 0 {
        frame.transparent = Some(block[5]);
        frame.translucent = true;
    }
    frame.disposal = match flags >> 2 & 7 {
        2 => Disposal::Background,
        // some programs write 4 where 3 is meant
        3 | 4 => Disposal::Previous,
        _ => Disposal::Keep,
    };
}

fn repeat(block: &[u8], file: &mut File) {
    let known = matches!(&block[2..13], b"NETSCAPE2.0" | b"ANIMEXTS1.0");
    if block[1] == 11 && known && block[13] == 3 && block[14] == 1 {
        let again = i32::from(le16(&block[15..]));
        file.loops = if again == 0 { 0 } else { again + 1 };
    }
}

fn le16(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

/// A place in a file.
struct Blocks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Blocks<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let taken = self.rest().get(..count).ok_or(Fault::Truncated)?;
        self.at += count;
        Ok(taken)
    }

    /// A table of as many colours as the flags say.
    fn table(&mut self, flags: u8) -> Result<Table, Fault> {
        let start = self.at;
        self.take(3 * (2 << (flags & 7)))?;
        Ok(start..self.at)
    }
}
