//! Saving GIF.

use super::frames::{Window, hide_unchanged, uncovers, window};
use super::table::Table;
use super::write;
use crate::convert::{Colours, prepare, to_space};
use crate::pages;
use crate::quantise::{Colour, rgba_row};
use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Limits, Meta, Part,
    Result, Saver, Target, Tick, Wants,
};
use windlass_io::{TargetWriter, alloc};
use windlass_macros::{ArgGroup, Save};

/// Save as gif
///
/// At most 256 colours a frame, chosen for it or taken over from the first or the one before. Of each
/// frame only what changed is written. Two frames at a time are in memory.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "gifsave")]
#[non_exhaustive]
pub struct GifSave {
    /// Amount of dithering
    #[arg(default = 1.0, min = 0.0, max = 1.0)]
    pub dither: f64,
    /// Quantisation effort
    #[arg(default = 7, min = 1, max = 10)]
    pub effort: i32,
    /// Number of bits per pixel
    #[arg(default = 8, min = 1, max = 8)]
    pub bitdepth: i32,
    /// Maximum inter-frame error for transparency
    #[arg(default = 0.0, min = 0.0, max = 32.0)]
    pub interframe_maxerror: f64,
    /// Reuse palette from input
    #[arg(default = false)]
    pub reuse: bool,
    /// Maximum inter-palette error for palette reusage
    #[arg(default = 3.0, min = 0.0, max = 256.0)]
    pub interpalette_maxerror: f64,
    /// Generate an interlaced (progressive) GIF
    #[arg(default = false)]
    pub interlace: bool,
    /// Reoptimise colour palettes
    #[arg(default = false, deprecated)]
    pub reoptimise: bool,
    /// Keep duplicate frames in the output instead of combining them
    #[arg(default = false)]
    pub keep_duplicate_frames: bool,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for GifSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::RgbAlpha, |_| BandFormat::U8, &self.common)?;
        let image = to_space(image, Interpretation::Srgb)?;
        let header = image.header();
        let size = (header.width as usize, header.page_height() as usize);
        if size.0.max(size.1) > MAX_SIDE || size.0 * size.1 > MAX_PIXELS {
            return Err(Error::new(ErrorKind::Unsupported, "gifsave: frame too large"));
        }
        // the frame and the one before, as colours and as indices, and what is tried
        let _bytes = Limits::current().whole_image(size.0 as u64, size.1 as u64, 15, 1)?;
        image.save(&GifSaver { options: self.clone(), size }, target)
    }
}

/// The longest side that the reference writes, and the most pixels.
const MAX_SIDE: usize = 65_535;
const MAX_PIXELS: usize = i32::MAX as usize / 4;

struct GifSaver {
    options: GifSave,
    size: (usize, usize),
}

/// A file on its way.
struct Writing {
    header: Header,
    writer: TargetWriter,
    tick: Tick,
    /// Bytes of the page that is being filled
    page: Vec<u8>,
    number: usize,
    tables: Option<Tables>,
    /// What the reader sees
    shown: Vec<Colour>,
    /// The frame before, which is written once it is known how it ends
    pending: Option<Pending>,
}

/// The table of the file and that of the frame before, the same at first.
struct Tables {
    global: Table,
    last: Option<Table>,
}

struct Pending {
    /// What it shows, without its neighbours
    rgba: Vec<Colour>,
    indices: Vec<u8>,
    colours: Vec<Colour>,
    local: bool,
    bits: u8,
    transparent: Option<u8>,
    /// Hundredths of a second
    delay: i32,
    window: Window,
}

impl GifSaver {
    /// Takes in the page that is full.
    fn take_page(&self, state: &mut Writing) -> Result<()> {
        state.tick.check()?;
        let bands = state.header.bands as usize;
        let mut bytes: Vec<u8> = alloc::try_vec(self.size.0 * self.size.1 * 4)?;
        rgba_row(&state.page, bands, &mut bytes);
        state.page.clear();
        let mut rgba: Vec<Colour> = alloc::try_vec(self.size.0 * self.size.1)?;
        for (to, &from) in rgba.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *to = if from[3] < 128 { [0; 4] } else { [from[0], from[1], from[2], 255] };
        }
        let delay = delay(&state.header, state.number);
        state.number += 1;
        let same = state.pending.as_ref().is_some_and(|pending| pending.rgba == rgba);
        if let (true, false, Some(pending)) =
            (same, self.options.keep_duplicate_frames, &mut state.pending)
        {
            pending.delay += delay;
            return Ok(());
        }
        let frame = self.frame(state, rgba, delay)?;
        state.pending = Some(frame);
        Ok(())
    }

    /// Turns a picture into a frame; the one before it is written.
    fn frame(&self, state: &mut Writing, rgba: Vec<Colour>, delay: i32) -> Result<Pending> {
        let first = state.tables.is_none();
        let (local, mut indices) = self.paint(state, &rgba)?;
        let tables = state.tables.as_ref().expect("painting chooses a table");
        let table =
            if local { tables.last.as_ref().unwrap_or(&tables.global) } else { &tables.global };
        let (bits, mut transparent) = (table.bits(), table.transparent);
        let colours = table.colours.clone();
        let mut covered = Window::all(self.size);
        if first {
            state.shown.clone_from(&rgba);
        } else if uncovers(&state.shown, &rgba) {
            self.write_pending(state, true)?;
            state.shown.clone_from(&rgba);
        } else {
            let tolerance = self.options.interframe_maxerror;
            let (shown, width) = (&mut state.shown, self.size.0);
            // a table that is full of colours leaves an index behind it
            transparent = table.clear();
            hide_unchanged(&mut indices, shown, &rgba, width, transparent, tolerance)?;
            covered = window(&indices, self.size, transparent);
            self.write_pending(state, false)?;
        }
        Ok(Pending { rgba, indices, colours, local, bits, transparent, delay, window: covered })
    }

    /// Chooses the table of a picture and paints by it; whether the table is the frame's own.
    fn paint(&self, state: &mut Writing, rgba: &[Colour]) -> Result<(bool, Vec<u8>)> {
        let options = &self.options;
        let (bytes, size) = (rgba.as_flattened(), self.size);
        let most = (1 << options.bitdepth).min(255);
        let palette = match state.header.metadata.get("gif-palette") {
            Some(Meta::Ints(palette)) if options.reuse => Some(palette),
            _ => None,
        };
        if let Some(tables) = &mut state.tables {
            if palette.is_some() || options.interpalette_maxerror > 255.0 {
                return Ok((false, tables.global.paint(bytes, size, options.dither)?));
            }
            let own = Table::choose(bytes, most)?;
            let changed = changed(&state.shown, rgba);
            let table = tables.nearest(own, options.interpalette_maxerror, &changed);
            let local = matches!(table, Choice::Last);
            return Ok((local, tables.of(table).paint(bytes, size, options.dither)?));
        }
        let mut global = match palette {
            Some(palette) if palette.len() > 256 => {
                return Err(Error::new(ErrorKind::BadArgument, "gifsave: gif-palette too large"));
            }
            Some(palette) => Table::given(palette),
            None => Table::choose(bytes, most)?,
        };
        write::header(&mut state.writer, size, &global, loops(&state.header))?;
        let indices = global.paint(bytes, size, options.dither)?;
        state.tables = Some(Tables { global, last: None });
        Ok((false, indices))
    }

    /// Writes the frame before; `clears` where the next one shows less than it.
    fn write_pending(&self, state: &mut Writing, clears: bool) -> Result<()> {
        let Some(pending) = state.pending.take() else { return Ok(()) };
        let window = if clears { Window::all(self.size) } else { pending.window };
        // a frame that clears the canvas has to say that there is something transparent
        let unused = u8::try_from(pending.colours.len()).ok().filter(|_| clears);
        let frame = write::Finished {
            window,
            indices: &pending.indices,
            colours: &pending.colours,
            local: pending.local,
            bits: pending.bits,
            transparent: pending.transparent.or(unused),
            clears,
            delay: pending.delay.clamp(0, 0xFFFF) as u16,
            interlaced: self.options.interlace,
        };
        write::frame(&mut state.writer, self.size.0, &frame)
    }
}

/// Which of the two tables.
enum Choice {
    Global,
    Last,
}

impl Tables {
    /// The table for a picture whose own would be `own`: that of the file, that of the frame before, if its
    /// colours are near and those pixels that have changed are painted about as well, or its own, which
    /// is the last one then.
    fn nearest(&mut self, mut own: Table, threshold: f64, changed: &[Colour]) -> Choice {
        /// The part of the threshold that the error may grow by, in quadrature
        const GROWS: f64 = 0.25;
        let to_global = own.distance(&self.global);
        let to_last = self.last.as_ref().map_or(to_global, |last| own.distance(last));
        let most = own.error(changed) + (GROWS * threshold).powi(2);
        let fits = |table: &mut Table, far: f64| far < threshold && table.error(changed) <= most;
        if to_global <= to_last && fits(&mut self.global, to_global) {
            self.last = None;
            return Choice::Global;
        }
        if !self.last.as_mut().is_some_and(|last| fits(last, to_last)) {
            self.last = Some(own);
        }
        Choice::Last
    }

    fn of(&mut self, choice: Choice) -> &mut Table {
        match (choice, &mut self.last) {
            (Choice::Last, Some(last)) => last,
            _ => &mut self.global,
        }
    }
}

/// The colours of pixels that differ from what is shown, evenly taken where they are many.
fn changed(shown: &[Colour], rgba: &[Colour]) -> Vec<Colour> {
    const TAKEN: usize = 1 << 16;
    let pixels = || shown.iter().zip(rgba).filter(|(shown, rgba)| shown != rgba);
    let step = pixels().count().div_ceil(TAKEN).max(1);
    pixels().step_by(step).map(|(_, &rgba)| rgba).collect()
}

/// How often it runs, 0 for ever.
fn loops(header: &Header) -> i32 {
    header.metadata.int("loop").unwrap_or(0)
}

/// Hundredths of a second that page `number` is shown.
fn delay(header: &Header, number: usize) -> i32 {
    let Some(Meta::Ints(delays)) = header.metadata.get("delay") else { return 0 };
    let delay = delays.get(number).copied().unwrap_or(0);
    (f64::from(delay) / 10.0).round_ties_even() as i32
}

impl Saver for GifSaver {
    type State = Writing;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<Writing> {
        let header = outputs.first().map(|image| image.header().clone());
        let header = header.ok_or_else(|| Error::new(ErrorKind::Internal, "nothing to save"))?;
        let tick = Context::current().tick;
        let writer = target.begin()?.with_tick(tick.clone());
        let page = alloc::try_with_capacity(self.size.0 * self.size.1 * header.bands as usize)?;
        let (tables, shown, pending) = (None, Vec::new(), None);
        Ok(Writing { header, writer, tick, page, number: 0, tables, shown, pending })
    }

    fn encode(&self, part: &Part<'_>, rows: &mut Vec<u8>) -> Result<()> {
        pages::copy_rows(part, rows);
        Ok(())
    }

    fn commit(&self, state: &mut Writing, rows: &mut Vec<u8>) -> Result<()> {
        let full = self.size.0 * self.size.1 * state.header.bands as usize;
        let mut rest = &rows[..];
        while pages::fill(&mut state.page, full, &mut rest) {
            self.take_page(state)?;
        }
        Ok(())
    }

    fn finish(&self, mut state: Writing) -> Result<()> {
        self.write_pending(&mut state, false)?;
        state.writer.write_all(&[0x3B])?;
        state.writer.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gif::GifLoad;
    use windlass_core::Source;
    use windlass_core::foreign::Load;

    const WIDTH: usize = 64;
    const HEIGHT: usize = 48;

    /// The file of pages with more colours than a table has, and a square that moves.
    fn saved(pages: usize) -> Result<bytes::Bytes> {
        let pixel = |at: usize| {
            let (x, y, page) = (at % WIDTH, at / WIDTH % HEIGHT, at / WIDTH / HEIGHT);
            let square = (10 * page..10 * page + 8).contains(&x) && y < 8;
            if square { [255, 0, 0] } else { [(4 * x) as u8, (5 * y) as u8, (x * y % 251) as u8] }
        };
        let pixels: Vec<u8> = (0..WIDTH * HEIGHT * pages).flat_map(pixel).collect();
        let size = (WIDTH as i32, (HEIGHT * pages) as i32);
        let image = Image::from_memory(size.0, size.1, 3, BandFormat::U8, pixels)?;
        let mut header = image.header().clone();
        header.interpretation = Interpretation::Srgb;
        header.metadata.set("page-height", Meta::Int(HEIGHT as i32));
        let target = Target::to_memory();
        GifSave::default().dither(0.0).save(&image.with_header(header)?, &target)?;
        Ok(target.bytes())
    }

    #[test]
    fn what_stays_is_hidden_behind_a_full_table() -> Result<()> {
        let (still, moving) = (saved(1)?, saved(3)?);
        let (one, three) = (still.len(), moving.len());
        assert!(three < 2 * one, "{three} bytes, {one} of one page");
        let load = GifLoad { n: -1, ..GifLoad::default() };
        let image = load.load(&Source::from_memory(moving))?;
        assert_eq!((image.header().height, image.header().bands), (144, 4));
        let pixels = image.to_memory()?;
        // opaque all over: what is hidden shows what was there
        assert!(pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255));
        let page = WIDTH * HEIGHT * 4;
        assert_eq!(pixels[page..][..4 * WIDTH * 8][4 * 60..4 * 64], pixels[4 * 60..4 * 64]);
        Ok(())
    }
}
