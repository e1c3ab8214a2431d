//! Where evaluations end: memory, a reduction, a file.

use super::cone::Row;
use super::context::with_context;
use super::plan::{Parts, Plan, Unit};
use super::run::{self, Maker, Sink};
use crate::codec::{Part, Saver, Wants};
use crate::operator::Reducer;
use crate::pixels::Block;
use crate::{Image, Pixels, RegionMut};
use std::sync::{Arc, Mutex, PoisonError};
use windlass_io::{Error, ErrorKind, Result, Target};
use windlass_sys::{Fresh, Strip};

const STRIPS: Parts = Parts::Strips { step: 1, above: 0 };

impl Image {
    /// All pixels, in memory.
    pub fn pixels(&self) -> Result<Pixels> {
        if let Some(pixels) = super::prepare::peek(self.graph()) {
            return Ok(pixels);
        }
        let plan = Plan::new(std::slice::from_ref(self), STRIPS)?;
        let pixel = self.header().pixel_size();
        let blocks = Mutex::default();
        run::run(&plan, &Blocks { pixel, blocks: &blocks }, self.progress())?;
        let blocks = blocks.into_inner().unwrap_or_else(PoisonError::into_inner);
        let header = self.header();
        Ok(Pixels::from_blocks(header.width, header.height, pixel, blocks))
    }

    /// All pixels as bytes, rows without gaps, samples in machine order.
    pub fn to_memory(&self) -> Result<Vec<u8>> {
        let size = usize::try_from(self.header().image_size()).unwrap_or(usize::MAX);
        let room = windlass_io::alloc::try_with_capacity(size)?;
        let written = windlass_sys::vec_with(room, size, |memory| self.write_into(memory))?;
        written.ok_or_else(|| Error::new(ErrorKind::Internal, "some pixels were not written"))
    }

    /// Writes all pixels into `memory`, which has exactly the image's size: rows without gaps, samples
    /// in machine order.
    pub fn write_into(&self, mut memory: Fresh<'_>) -> Result<()> {
        let header = self.header();
        if memory.len() as u64 != header.image_size() {
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!("{} bytes for an image of {}", memory.len(), header.image_size()),
            ));
        }
        if memory.as_ptr().align_offset(header.format.size().min(8)) != 0 {
            // rows are written as samples: through memory of our own
            let row = header.row_size().max(1);
            let pixels = self.pixels()?;
            let bytes = memory.strip(usize::MAX).clear();
            bytes.chunks_mut(row).zip(0..).for_each(|(to, y)| to.copy_from_slice(pixels.row(y)));
            return Ok(());
        }
        let plan = Plan::new(std::slice::from_ref(self), STRIPS)?;
        let row = header.row_size();
        let strip = |unit: &Unit| memory.strip(unit.rect.height as usize * row);
        let units = plan.units.iter().map(strip).map(Some).map(Mutex::new).collect();
        let pixel = header.pixel_size();
        run::run(&plan, &Memory { row, pixel, units }, self.progress())
    }

    /// The same image with its pixels at hand, computed now.
    pub fn hold(&self) -> Result<Self> {
        Self::from_pixels(self.header().clone(), self.pixels()?)
    }

    /// What `reducer` makes of all pixels.
    pub fn reduce<R: Reducer>(&self, reducer: &R) -> Result<R::Out> {
        let plan = Plan::new(std::slice::from_ref(self), STRIPS)?;
        let sink = Reduction { reducer, all: Mutex::new(None) };
        run::run(&plan, &sink, self.progress())?;
        let all = sink.all.into_inner().unwrap_or_else(PoisonError::into_inner);
        reducer.finish(all.unwrap_or_else(|| reducer.part()))
    }

    /// Writes the image through `saver` to `target`, which is committed at the end, or aborted.
    pub fn save<S: Saver>(&self, saver: &S, target: &Target) -> Result<()> {
        let outputs = saver.outputs(self)?;
        let parts = match saver.wants() {
            Wants::Rows { step, above } => Parts::Strips { step: step.max(1), above },
            Wants::Tiles { width, height } => Parts::Tiles { width, height, before: 0, after: 0 },
            Wants::Overlapping { width, height, before, after } => {
                Parts::Tiles { width, height, before, after }
            }
            Wants::Pages => Parts::Pages { height: self.header().page_height() },
        };
        let plan = Plan::new(&outputs, parts)?;
        let stop = run::Stop::new(&plan);
        let state = with_context(stop.context(), || saver.begin(&outputs, target))?;
        let sink = Saving {
            saver,
            needs_caller: target.needs_caller(),
            state: Mutex::new(state),
            spare: Mutex::default(),
        };
        run::run_until(&plan, &sink, self.progress(), &stop)?;
        saver.finish(sink.state.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Pixels of our own.
struct Blocks<'a> {
    pixel: usize,
    blocks: &'a Mutex<Vec<Arc<Block>>>,
}

impl Sink for Blocks<'_> {
    type Piece = Block;

    fn unit(&self, _: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<Block> {
        let mut block = Block::zeroed(unit.rect, self.pixel)?;
        maker.fill(&mut block.region_mut(self.pixel))?;
        Ok(block)
    }

    fn commit(&self, _: &Unit, block: Block) -> Result<()> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(block));
        Ok(())
    }

    fn needs_caller(&self) -> bool {
        false
    }
}

/// Somebody else's memory, cut into the units; each is taken once.
struct Memory<'a> {
    row: usize,
    pixel: usize,
    units: Vec<Mutex<Option<Strip<'a>>>>,
}

impl Sink for Memory<'_> {
    type Piece = ();

    fn unit(&self, number: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<()> {
        let strip = self.units[number].lock().unwrap_or_else(PoisonError::into_inner).take();
        let strip = strip.ok_or_else(|| Error::new(ErrorKind::Internal, "a strip made twice"))?;
        if let Some(rows) = maker.at_hand(unit.rect) {
            let rows = rows?;
            // a copy that writes each byte once, not zeros before it
            strip.write(rows.iter().flat_map(Row::pieces).copied());
            return Ok(());
        }
        let rows = strip.clear().chunks_exact_mut(self.row.max(1)).collect();
        maker.fill(&mut RegionMut::new(unit.rect, self.pixel, rows))
    }

    fn commit(&self, _: &Unit, (): ()) -> Result<()> {
        Ok(())
    }

    fn needs_caller(&self) -> bool {
        false
    }
}

/// A value: parts for units where any order is exact, else for rows, merged from top to bottom.
struct Reduction<'a, R: Reducer> {
    reducer: &'a R,
    all: Mutex<Option<R::Part>>,
}

impl<R: Reducer> Sink for Reduction<'_, R> {
    type Piece = Vec<R::Part>;

    fn unit(&self, _: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<Vec<R::Part>> {
        let mut parts = Vec::new();
        if self.reducer.exact() {
            parts.push(self.reducer.part());
        }
        maker.each(unit.rect, &mut |pixels| {
            if let (true, Some(part)) = (self.reducer.exact(), parts.last_mut()) {
                self.reducer.add(part, pixels);
                return Ok(());
            }
            let rect = pixels.rect();
            let mut rows = Vec::new();
            for y in rect.top..rect.bottom() {
                let mut part = self.reducer.part();
                let row = crate::Rect { top: y, height: 1, ..rect };
                self.reducer.add(&mut part, &pixels.crop(row, &mut rows));
                parts.push(part);
            }
            Ok(())
        })?;
        Ok(parts)
    }

    fn commit(&self, _: &Unit, parts: Vec<R::Part>) -> Result<()> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            match &mut *all {
                Some(all) => self.reducer.merge(all, part),
                None => *all = Some(part),
            }
        }
        Ok(())
    }

    fn needs_caller(&self) -> bool {
        false
    }
}

/// A file.
struct Saving<'a, S: Saver> {
    saver: &'a S,
    needs_caller: bool,
    state: Mutex<S::State>,
    spare: Mutex<Vec<Box<S::Piece>>>,
}

impl<S: Saver> Sink for Saving<'_, S> {
    /// In a box: there is room for one for each unit
    type Piece = Box<S::Piece>;

    fn unit(&self, _: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<Box<S::Piece>> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut piece = spare.unwrap_or_default();
        let (output, rect) = (unit.output, unit.rect);
        maker.whole(unit.seen, |region| {
            self.saver.encode(&Part { output, rect, region: *region }, &mut piece)
        })?;
        Ok(piece)
    }

    fn commit(&self, _: &Unit, mut piece: Box<S::Piece>) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.saver.commit(&mut state, &mut piece)?;
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        Ok(())
    }

    fn passes(&self) -> bool {
        self.saver.verbatim().is_some()
    }

    fn pass(&self, number: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<()> {
        let Some(append) = self.saver.verbatim() else {
            let piece = self.unit(number, unit, maker)?;
            return self.commit(unit, piece);
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        maker.each(unit.rect, &mut |region| {
            let rect = region.rect();
            (rect.top..rect.bottom()).try_for_each(|y| append(&mut state, region.bytes(y)))
        })
    }

    fn needs_caller(&self) -> bool {
        self.needs_caller
    }
}
