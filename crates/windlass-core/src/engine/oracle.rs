//! The naive evaluator: every node whole, one after the other, in order of dependency. It is what
//! the engine is compared with, and the least code that defines what a graph means.

use crate::codec::{DynLoader, DynTileLoader, Rows};
use crate::image::{Node, Work};
use crate::operator::{Ask, DynOperator, Kernel, Run, Want};
use crate::pixels::Block;
use crate::{Image, Pixels, Rect, Region, RegionMut};
use std::collections::BTreeMap;
use std::sync::Arc;
use windlass_io::{Result, Tick};

/// All pixels of `image`, in one piece.
pub fn pixels(image: &Image) -> Result<Pixels> {
    let mut nodes = BTreeMap::new();
    let mut open = vec![Arc::clone(image.graph())];
    while let Some(node) = open.pop() {
        if nodes.insert(node.id, Arc::clone(&node)).is_none() {
            open.extend(node.inputs.iter().cloned());
        }
    }
    let mut done: BTreeMap<u64, Pixels> = BTreeMap::new();
    for (id, node) in &nodes {
        let inputs: Vec<_> = node.inputs.iter().map(|input| done[&input.id].clone()).collect();
        done.insert(*id, whole(node, &inputs)?);
    }
    Ok(done[&image.graph().id].clone())
}

fn whole(node: &Node, inputs: &[Pixels]) -> Result<Pixels> {
    match &node.work {
        Work::Memory(pixels) => return Ok(pixels.clone()),
        Work::Whole(whole) => return whole.run(inputs, &Tick::never()),
        Work::Point(_) | Work::Area(_) | Work::Rows(_) | Work::Tiles(_) => {}
    }
    let mut block = Block::zeroed(node.rect(), node.pixel())?;
    let mut out = RegionMut::new(node.rect(), node.pixel(), block.rows_mut().collect());
    match &node.work {
        Work::Point(kernel) => point(&**kernel, inputs, &mut out),
        Work::Area(operator) => area(&**operator, node, inputs, &mut out)?,
        Work::Rows(loader) => rows(&**loader, &mut out)?,
        Work::Tiles(loader) => tiles(&**loader, &mut out)?,
        Work::Memory(_) | Work::Whole(_) => {}
    }
    drop(out);
    Ok(Pixels::from_blocks(node.width, node.height, node.pixel(), vec![Arc::new(block)]))
}

fn point(kernel: &dyn Kernel, inputs: &[Pixels], out: &mut RegionMut<'_>) {
    let rect = out.rect();
    for y in 0..rect.height {
        let rows: Vec<&[u8]> = inputs.iter().map(|input| input.row(y)).collect();
        kernel.run(&rows, out.bytes(y), Run { x: 0, y, pixels: rect.width as usize });
    }
}

fn area(
    operator: &dyn DynOperator,
    node: &Node,
    inputs: &[Pixels],
    out: &mut RegionMut<'_>,
) -> Result<()> {
    let mut ask = Ask::default();
    operator.needs(node.rect(), &mut ask);
    let mut reads = Vec::new();
    for want in &ask.wants {
        match *want {
            Want::Read { input, part } => reads.push(gather(&inputs[input], part)),
            Want::Same { input, dx, dy } => {
                let part = out.rect().translate(dx, dy);
                gather(&inputs[input], part).view(|from| out.place(&from, 0, 0));
                return Ok(());
            }
            Want::Place { input, part, left, top } => {
                gather(&inputs[input], part).view(|from| out.place(&from, left, top));
            }
            Want::Maybe { .. } => {}
        }
    }
    if ask.covered {
        return Ok(());
    }
    if operator.traits().rounds == 2 {
        let more = with_regions(&reads, |regions| {
            let mut more = Ask::default();
            operator.refine(node.rect(), regions, &mut more);
            more
        });
        for want in more.wants {
            if let Want::Read { input, part } = want {
                reads.push(gather(&inputs[input], part));
            }
        }
    }
    let mut scratch = operator.scratch();
    with_regions(&reads, |regions| operator.compute(regions, out, &mut *scratch))
}

/// Pixels of a rectangle that may stick out, edges repeated.
struct Gathered {
    rect: Rect,
    pixel: usize,
    rows: Vec<Vec<u64>>,
}

fn gather(input: &Pixels, rect: Rect) -> Gathered {
    let pixel = input.pixel_size();
    let inside = Rect::new(0, 0, input.width(), input.height());
    let rows = (rect.top..rect.bottom()).map(|y| {
        // words of eight bytes: aligned for every format
        let mut row = vec![0_u64; (rect.width as usize * pixel).div_ceil(8)];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut row);
        for (x, out) in (rect.left..rect.right()).zip(bytes.chunks_exact_mut(pixel)) {
            let (x, y) = inside.nearest(x, y);
            out.copy_from_slice(&input.row(y)[x as usize * pixel..][..pixel]);
        }
        row
    });
    Gathered { rect, pixel, rows: rows.collect() }
}

impl Gathered {
    fn slices(&self) -> Vec<&[u8]> {
        let length = self.rect.width.max(0) as usize * self.pixel;
        self.rows.iter().map(|row| &bytemuck::cast_slice(row)[..length]).collect()
    }

    fn view<R>(&self, work: impl FnOnce(Region<'_>) -> R) -> R {
        work(Region::new(self.rect, self.pixel, &self.slices()))
    }
}

fn with_regions<R>(reads: &[Gathered], work: impl FnOnce(&[Region<'_>]) -> R) -> R {
    let slices: Vec<_> = reads.iter().map(Gathered::slices).collect();
    let regions: Vec<_> = reads
        .iter()
        .zip(&slices)
        .map(|(read, rows)| Region::new(read.rect, read.pixel, rows))
        .collect();
    work(&regions)
}

fn rows(loader: &dyn DynLoader, out: &mut RegionMut<'_>) -> Result<()> {
    let mut session = loader.open()?;
    let mut raw = loader.raw();
    let all = Rows { top: 0, height: out.rect().height };
    loader.read(&mut session, all, &mut raw, &Tick::never())?;
    loader.finish(&mut raw, out)
}

fn tiles(loader: &dyn DynTileLoader, out: &mut RegionMut<'_>) -> Result<()> {
    let (width, height) = loader.tile();
    let all = out.rect();
    let mut raw = loader.raw();
    for top in (0..all.height).step_by(height as usize) {
        for left in (0..all.width).step_by(width as usize) {
            let tile = Rect::new(left, top, width, height).intersect(&all);
            loader.read(tile, &mut raw, &Tick::never())?;
            let mut block = Block::zeroed(tile, out.pixel_size())?;
            loader.finish(
                &mut raw,
                &mut RegionMut::new(tile, out.pixel_size(), block.rows_mut().collect()),
            )?;
            let rows: Vec<_> = (tile.top..tile.bottom()).map(|y| block.row(y)).collect();
            out.place(&Region::new(tile, out.pixel_size(), &rows), left, top);
        }
    }
    Ok(())
}
