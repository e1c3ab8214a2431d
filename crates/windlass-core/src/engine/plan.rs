//! The plan of an evaluation, made from geometry before any pixel: where the graph is cut, in which
//! units the outputs are made, and which blocks each of them reads.

use super::cone::{Builder, Cone, Feed};
use super::context::Grain;
use super::prepare;
use super::store::Grid;
use crate::codec::Order;
use crate::image::{Node, Work};
use crate::operator::{Ask, Shape, Want};
use crate::{Image, Pixels, Rect};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result, settings};

/// Bytes that a unit should read at once at most.
const DEMAND: u64 = 2 << 20;
/// What a sample costs that passes through a store, in point operations.
const STORE_PRICE: f64 = 1.5;

/// Everything that is decided before the first pixel.
pub(crate) struct Plan {
    pub(crate) nodes: Vec<Arc<Node>>,
    pub(crate) memory: Vec<Pixels>,
    pub(crate) stores: Vec<Store>,
    pub(crate) outputs: Vec<Cone>,
    pub(crate) units: Vec<Unit>,
    /// Pixels that the outputs have together.
    pub(crate) pixels: u64,
    /// Bytes of blocks alive at once, at most, as simulated.
    pub(crate) live: u64,
    /// What was asked of the steps of each cone: outputs first, then stores that are cones.
    pub(crate) asked: Vec<Vec<Asked>>,
}

/// The blocks of a node.
pub(crate) struct Store {
    pub(crate) node: Arc<Node>,
    /// Its blocks wait for their readers in a file
    pub(crate) spilled: bool,
    pub(crate) grid: Grid,
    pub(crate) make: Make,
    pub(crate) blocks: Vec<BlockPlan>,
}

impl Store {
    /// Bytes of a block of a file that is read in order, and 0 of all else.
    pub(crate) fn block_size(&self) -> usize {
        match &self.node.work {
            Work::Rows(loader) if self.grid.height < self.node.height => {
                loader.raw_row_size().max(self.node.row_size()) * self.grid.height as usize
            }
            _ => 0,
        }
    }
}

/// How blocks are made.
pub(crate) enum Make {
    Rows,
    Tiles,
    Cone(Cone),
}

/// A block of a store.
#[derive(Default, Clone)]
pub(crate) struct BlockPlan {
    /// Tasks that read it.
    pub(crate) readers: u32,
    /// What its own task reads.
    pub(crate) reads: Vec<Read>,
    /// The first and last unit for which it is needed.
    pub(crate) first: Option<usize>,
    last: usize,
}

/// A block: its store and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct BlockId {
    pub(crate) store: usize,
    pub(crate) block: usize,
}

/// Blocks of a store that follow each other, and the columns that a task reads of them.
///
/// A plan has some for each of its units: a list of single blocks would take more memory than the
/// pixels that wait.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Read {
    store: u32,
    first: u32,
    end: u32,
    pub(crate) left: i32,
    pub(crate) right: i32,
}

impl Read {
    fn new(store: usize, blocks: &Range<usize>, left: i32, right: i32) -> Self {
        Self {
            store: store as u32,
            first: blocks.start as u32,
            end: blocks.end as u32,
            left,
            right,
        }
    }

    /// The blocks, in order.
    pub(crate) fn blocks(self) -> impl Iterator<Item = BlockId> {
        let store = self.store as usize;
        (self.first as usize..self.end as usize).map(move |block| BlockId { store, block })
    }

    /// The store whose blocks these are.
    pub(crate) fn store(self) -> usize {
        self.store as usize
    }

    /// What is left of `reads` without the first `skip` blocks.
    pub(crate) fn after(reads: &[Self], skip: usize) -> impl Iterator<Item = Self> {
        let mut skip = skip as u32;
        reads.iter().map(move |read| {
            let past = skip.min(read.end - read.first);
            skip -= past;
            Self { first: read.first + past, ..*read }
        })
    }

    /// The blocks of `reads`, in order, but for the first `skip`.
    pub(crate) fn blocks_after(reads: &[Self], skip: usize) -> impl Iterator<Item = BlockId> {
        Self::after(reads, skip).flat_map(Self::blocks)
    }

    /// Takes `next`, which does not start before it, in: where they overlap, or go on in the same columns.
    fn join(&mut self, next: &Self) -> bool {
        let columns = (self.left, self.right) == (next.left, next.right);
        let joins = self.store == next.store
            && (next.first < self.end || next.first == self.end && columns);
        if joins {
            self.end = self.end.max(next.end);
            self.left = self.left.min(next.left);
            self.right = self.right.max(next.right);
        }
        joins
    }
}

/// A part of an output, made by one task, delivered in order.
pub(crate) struct Unit {
    pub(crate) output: usize,
    pub(crate) rect: Rect,
    /// The part and the rows above it that the sink wants to see again.
    pub(crate) seen: Rect,
    pub(crate) reads: Vec<Read>,
}

/// The parts in which a sink takes its outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parts {
    /// Strips of a multiple of `step` rows, each with up to `above` rows before it
    Strips { step: i32, above: i32 },
    /// Tiles, each with so many columns and rows of its neighbours before and behind it
    Tiles { width: i32, height: i32, before: i32, after: i32 },
    /// Pages of this height
    Pages { height: i32 },
}

impl Parts {
    /// A part and what the sink wants to see around it.
    fn seen(self, part: Rect) -> Rect {
        let (left, top, right, bottom) = match self {
            Self::Strips { above, .. } => (0, above, 0, 0),
            Self::Tiles { before, after, .. } => (before, before, after, after),
            Self::Pages { .. } => (0, 0, 0, 0),
        };
        Rect::new(
            part.left.saturating_sub(left),
            part.top.saturating_sub(top),
            part.width.saturating_add(left).saturating_add(right),
            part.height.saturating_add(top).saturating_add(bottom),
        )
    }
}

impl Plan {
    /// The plan that makes `outputs` in `parts`.
    pub(crate) fn new(outputs: &[Image], parts: Parts) -> Result<Self> {
        let graph = Graph::collect(outputs)?;
        let grain = super::context::current().grain;
        let plan = graph.improved(outputs, parts, grain);
        let most = settings::disc_threshold();
        if plan.live <= most {
            return Ok(plan);
        }
        // what is read again from a file is cut so that its readers take columns of it
        let mut plan = graph.improved(outputs, parts, Grain { rows: grain.rows.max(64), ..grain });
        plan.spill(most)?;
        Ok(plan)
    }

    /// Moves the largest stores to files, until the others fit.
    fn spill(&mut self, most: u64) -> Result<()> {
        while self.live > most {
            let sizes = (0..self.stores.len())
                .filter(|store| !self.stores[*store].spilled)
                .map(|store| (self.live_bytes([&self.stores[store]]), store));
            let Some((bytes, store)) = sizes.max() else { return Ok(()) };
            self.check_spill(store, bytes, most)?;
            self.stores[store].spilled = true;
            self.live = self.live_bytes(self.stores.iter().filter(|store| !store.spilled));
        }
        Ok(())
    }

    /// Under sequential access nothing goes to a file.
    fn check_spill(&self, store: usize, bytes: u64, most: u64) -> Result<()> {
        let Store { node, .. } = &self.stores[store];
        let is_sequential = |node: &Node| match &node.work {
            Work::Rows(loader) => loader.header().metadata.int("vips-sequential") == Some(1),
            Work::Memory(_) | Work::Point(_) | Work::Area(_) | Work::Whole(_) | Work::Tiles(_) => {
                false
            }
        };
        if !self.nodes.iter().any(|node| is_sequential(node)) {
            return Ok(());
        }
        let rows = bytes / node.row_size().max(1) as u64;
        let reader = self.reader(store).map_or("the output", |node| node.label());
        Err(Error::new(
            ErrorKind::Limit,
            format!(
                "{reader} needs {rows} rows of {} held, {bytes} bytes: more than {most}, and \
                 access is sequential",
                node.label()
            ),
        ))
    }

    /// A node that reads a store.
    fn reader(&self, store: usize) -> Option<&Node> {
        let steps = self.cones().flat_map(|cone| &cone.steps);
        let mut readers = steps.filter(|step| step.feeds.contains(&Feed::Store(store)));
        readers.next().map(|step| &*step.node)
    }

    /// The columns of each store that are read, from the first to behind the last; all where what is read
    /// depends on pixels.
    pub(crate) fn columns(&self) -> Vec<(i32, i32)> {
        let by_pixels = self.nodes.iter().any(|node| match &node.work {
            Work::Area(operator) => operator.traits().rounds == 2,
            _ => false,
        });
        if by_pixels {
            return self.stores.iter().map(|store| (0, store.node.width)).collect();
        }
        let mut columns = vec![(i32::MAX, 0); self.stores.len()];
        let blocks = self.stores.iter().flat_map(|store| &store.blocks);
        let reads = self.units.iter().map(|unit| &unit.reads);
        for read in reads.chain(blocks.map(|block| &block.reads)).flatten() {
            let (left, right) = &mut columns[read.store as usize];
            (*left, *right) = ((*left).min(read.left.max(0)), (*right).max(read.right));
        }
        columns
    }

    /// The cones of the outputs, then those of the stores.
    pub(crate) fn cones(&self) -> impl Iterator<Item = &Cone> {
        self.outputs.iter().chain(self.stores.iter().filter_map(|store| match &store.make {
            Make::Cone(cone) => Some(cone),
            Make::Rows | Make::Tiles => None,
        }))
    }

    /// Pushes every unit down to the blocks that it reads; for each cone and step, what was asked.
    fn simulate(&mut self) -> Vec<Vec<Asked>> {
        let mut asked: Vec<Vec<Asked>> =
            self.cones().map(|cone| vec![Asked::default(); cone.steps.len()]).collect();
        let mut cone_of_store = BTreeMap::new();
        for (number, store) in self.stores.iter().enumerate() {
            if matches!(store.make, Make::Cone(_)) {
                cone_of_store.insert(number, self.outputs.len() + cone_of_store.len());
            }
        }
        for number in 0..self.units.len() {
            let Unit { output, seen, .. } = self.units[number];
            let reads = reads_of(&self.stores, &self.outputs[output], seen, &mut asked[output]);
            let mut open = self.read(&reads, number);
            self.units[number].reads = reads;
            while let Some(BlockId { store, block }) = open.pop() {
                let Make::Cone(cone) = &self.stores[store].make else { continue };
                let rect = self.stores[store].grid.rect(block);
                let reads = reads_of(&self.stores, cone, rect, &mut asked[cone_of_store[&store]]);
                open.extend(self.read(&reads, number));
                self.stores[store].blocks[block].reads = reads;
            }
        }
        self.hasten();
        self.set_last();
        asked
    }

    /// Has the blocks between outputs made as soon as all that they read is there.
    ///
    /// The levels of a pyramid are outputs that are made from each other. Were a level made only when
    /// its own units ask, twice as many rows of the level before would wait for that.
    fn hasten(&mut self) {
        if self.outputs.len() < 2 {
            return;
        }
        for store in 0..self.stores.len() {
            if !matches!(self.stores[store].make, Make::Cone(_)) {
                continue;
            }
            for block in 0..self.stores[store].blocks.len() {
                let BlockPlan { first, reads, .. } = &self.stores[store].blocks[block];
                let firsts = reads
                    .iter()
                    .flat_map(|read| read.blocks())
                    .map(|id| self.stores[id.store].blocks[id.block].first.unwrap_or(usize::MAX));
                let (Some(first), Some(there)) = (*first, firsts.max()) else { continue };
                if there < first {
                    let read = Read::new(store, &(block..block + 1), 0, 1);
                    self.units[there].reads.push(read);
                    let plan = &mut self.stores[store].blocks[block];
                    plan.first = Some(there);
                    plan.readers += 1;
                }
            }
        }
    }

    /// Tells every block the last unit for which it is needed: its own, or that for which a block is made.
    fn set_last(&mut self) {
        let mut last: Vec<_> =
            self.stores.iter().map(|store| vec![0; store.blocks.len()]).collect();
        let mut note = |reads: &[Read], unit: usize| {
            for id in reads.iter().flat_map(|read| read.blocks()) {
                let last = &mut last[id.store][id.block];
                *last = unit.max(*last);
            }
        };
        self.units.iter().enumerate().for_each(|(number, unit)| note(&unit.reads, number));
        for block in self.stores.iter().flat_map(|store| &store.blocks) {
            note(&block.reads, block.first.unwrap_or(0));
        }
        for (store, last) in self.stores.iter_mut().zip(last) {
            store.blocks.iter_mut().zip(last).for_each(|(block, last)| block.last = last);
        }
    }

    /// Counts a reader for each block; those that nobody had read before.
    fn read(&mut self, reads: &[Read], unit: usize) -> Vec<BlockId> {
        let mut fresh = Vec::new();
        for id in reads.iter().flat_map(|read| read.blocks()) {
            let block = &mut self.stores[id.store].blocks[id.block];
            if block.first.is_none() {
                block.first = Some(unit);
                fresh.push(id);
            }
            block.readers += 1;
        }
        fresh
    }

    /// The node at whose output a cut saves more than it costs, nearest to the outputs.
    fn improvement(&self, asked: &[Vec<Asked>]) -> Option<u64> {
        for (cone, asked) in self.cones().zip(asked) {
            let mut below = vec![0.0; cone.steps.len()];
            for (at, step) in cone.steps.iter().enumerate() {
                let feeds = step.feeds.iter().map(|feed| match feed {
                    Feed::Step(step) => below[*step],
                    Feed::Store(_) | Feed::Memory(_) => 0.0,
                });
                below[at] = step.cost() + feeds.sum::<f64>();
            }
            let Some(last) = cone.steps.len().checked_sub(1) else { continue };
            for at in (0..last).rev() {
                let distinct = asked[at].around.area() as f64;
                let again = asked[at].pixels as f64 - distinct;
                if again * below[at] > distinct * STORE_PRICE * 2.0 {
                    return Some(cone.steps[at].node.id);
                }
            }
        }
        None
    }

    /// The most bytes of blocks that live at once, if units are made one after the other.
    fn live_bytes<'a>(&self, stores: impl IntoIterator<Item = &'a Store>) -> u64 {
        let mut change = vec![0_i64; self.units.len() + 1];
        for store in stores {
            let mut first = None;
            for (number, block) in store.blocks.iter().enumerate().rev() {
                // a loader in order must have made a block before any below it
                first = match (first, block.first) {
                    (Some(a), Some(b)) if matches!(store.make, Make::Rows) => Some(b.min(a)),
                    (a, None) if matches!(store.make, Make::Rows) => a,
                    (_, b) => b,
                };
                let (Some(start), Some(_)) = (first, block.first) else { continue };
                let bytes = store.grid.rect(number).area() as i64 * store.node.pixel() as i64;
                change[start] += bytes;
                change[block.last + 1] -= bytes;
            }
        }
        let mut live = 0;
        let levels = change.iter().map(|c| {
            live += c;
            live
        });
        levels.max().unwrap_or(0) as u64
    }
}

/// How many pixels of a step were made, and around which rectangle.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked {
    pub(crate) pixels: u64,
    pub(crate) around: Rect,
}

/// The blocks that a task reads, and what it asks of the steps.
fn reads_of(stores: &[Store], cone: &Cone, rect: Rect, asked: &mut [Asked]) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    cone.simulate(
        rect,
        &mut |store, part| {
            let (left, right) = (part.left, part.right());
            let runs = stores[store].grid.runs(part);
            reads.extend(runs.map(|blocks| Read::new(store, &blocks, left, right)));
        },
        &mut |step, part| {
            asked[step].pixels += part.area();
            asked[step].around = asked[step].around.union(&part);
        },
    );
    reads.sort_unstable();
    reads.dedup_by(|next, first| first.join(next));
    reads
}

/// The part of the graph that an evaluation touches.
struct Graph {
    /// In order of dependency
    nodes: Vec<Arc<Node>>,
    /// Pixels at hand, by node
    memory: BTreeMap<u64, usize>,
    pixels: Vec<Pixels>,
}

impl Graph {
    fn collect(outputs: &[Image]) -> Result<Self> {
        let mut nodes = BTreeMap::new();
        let mut memory = BTreeMap::new();
        let mut pixels = Vec::new();
        let mut open: Vec<_> = outputs.iter().map(|image| Arc::clone(image.graph())).collect();
        while let Some(node) = open.pop() {
            if nodes.contains_key(&node.id) {
                continue;
            }
            match prepare::at_hand(&node)? {
                Some(kept) => {
                    memory.insert(node.id, pixels.len());
                    pixels.push(kept);
                }
                None => open.extend(node.inputs.iter().cloned()),
            }
            nodes.insert(node.id, node);
        }
        Ok(Self { nodes: nodes.into_values().collect(), memory, pixels })
    }

    /// Cuts that need no simulation: where columns are read, and where several outputs read.
    fn first_cuts(&self, outputs: &[Image]) -> BTreeSet<u64> {
        let mut cuts = BTreeSet::new();
        for node in &self.nodes {
            let Work::Area(operator) = &node.work else { continue };
            if self.memory.contains_key(&node.id) {
                continue;
            }
            let traits = operator.traits();
            if traits.rounds == 2 {
                let mut ask = Ask::default();
                operator.needs(node.rect(), &mut ask);
                cuts.extend(ask.wants.iter().filter_map(|want| match want {
                    Want::Maybe { input, .. } => Some(node.inputs[*input].id),
                    Want::Read { .. } | Want::Same { .. } | Want::Place { .. } => None,
                }));
            } else if traits.shape == Shape::Tiles {
                cuts.extend(node.inputs.iter().map(|input| input.id));
            }
        }
        if outputs.len() > 1 {
            let read: BTreeSet<u64> = self
                .nodes
                .iter()
                .flat_map(|node| node.inputs.iter().map(|input| input.id))
                .collect();
            cuts.extend(
                outputs.iter().map(|image| image.graph().id).filter(|id| read.contains(id)),
            );
        }
        cuts
    }

    /// The plan with the cuts that save more than they cost.
    fn improved(&self, outputs: &[Image], parts: Parts, grain: Grain) -> Plan {
        let mut cuts = self.first_cuts(outputs);
        let mut rounds = 0;
        loop {
            let mut plan = self.plan(outputs, parts, &cuts, grain);
            plan.asked = plan.simulate();
            plan.live = plan.live_bytes(&plan.stores);
            // each round cuts at one node more; a graph needs few
            rounds += 1;
            let better = plan.improvement(&plan.asked).filter(|_| rounds <= 16);
            if !better.is_some_and(|node| cuts.insert(node)) {
                return plan;
            }
        }
    }

    fn plan(&self, outputs: &[Image], parts: Parts, cuts: &BTreeSet<u64>, grain: Grain) -> Plan {
        let mut feeds: BTreeMap<u64, Feed> =
            self.memory.iter().map(|(id, number)| (*id, Feed::Memory(*number))).collect();
        let mut stores: Vec<Store> = Vec::new();
        for node in &self.nodes {
            if feeds.contains_key(&node.id) {
                continue;
            }
            let (grid, make) = match &node.work {
                Work::Rows(loader) => (loader_grid(node, loader.order(), grain), Make::Rows),
                Work::Tiles(loader) => {
                    let (width, height) = loader.tile();
                    (Grid { image: node.rect(), width, height }, Make::Tiles)
                }
                Work::Point(_) | Work::Area(_) if cuts.contains(&node.id) => {
                    let builder = Builder { feeds: &|node| feeds.get(&node.id).copied(), grain };
                    let cone = builder.build(node, true);
                    let full = outputs.first().map_or(node.height, |image| image.header().height);
                    if let Some(grid) = level_grid(node, full, &cone, parts, grain) {
                        (grid, Make::Cone(cone))
                    } else {
                        // as a unit: so few rows that what they read fits as well
                        let strips = Grain { unit: 2 * grain.block, ..grain };
                        let rows = strip_height(&cone, &stores, 1, strips).max(grain.rows);
                        (Grid::strips(node.rect(), rows), Make::Cone(cone))
                    }
                }
                Work::Point(_) | Work::Area(_) | Work::Memory(_) | Work::Whole(_) => continue,
            };
            feeds.insert(node.id, Feed::Store(stores.len()));
            let blocks = vec![BlockPlan::default(); grid.count()];
            stores.push(Store { node: Arc::clone(node), spilled: false, grid, make, blocks });
        }
        let builder = Builder { feeds: &|node| feeds.get(&node.id).copied(), grain };
        let cones: Vec<_> =
            outputs.iter().map(|image| builder.build(image.graph(), false)).collect();
        let units = units(outputs, &cones, &stores, parts, grain);
        Plan {
            nodes: self.nodes.clone(),
            memory: self.pixels.clone(),
            stores,
            outputs: cones,
            units,
            pixels: outputs.iter().map(|image| image.rect().area()).sum(),
            live: 0,
            asked: Vec::new(),
        }
    }
}

/// Blocks of a level of a pyramid that is cut into tiles: some tiles wide, so that those on the left
/// are free before the next line of tiles asks for the ones on the right.
///
/// Where tiles overlap, the last row of a line lies in a block of rows that only the next line needs, each
/// made from several rows of the `full` first level: blocks of small levels are low. So are those of levels
/// that a tile or two cover: in one piece they would ask for all of the image as soon as the first line of
/// tiles is wanted. Only for nodes of one step, where pixels between blocks are not computed twice.
fn level_grid(node: &Node, full: i32, cone: &Cone, parts: Parts, grain: Grain) -> Option<Grid> {
    /// Rows of the first level that a block stands for, and of the block itself, at most.
    const SPAN: i64 = 64;
    const ROWS: i64 = 32;
    let Parts::Tiles { width: tile, height: line, .. } = parts else { return None };
    let suits = match &node.work {
        Work::Point(_) => true,
        Work::Area(operator) => {
            let traits = operator.traits();
            traits.shape == Shape::Any && traits.rounds == 1
        }
        Work::Memory(_) | Work::Whole(_) | Work::Rows(_) | Work::Tiles(_) => false,
    };
    let rows = (SPAN * i64::from(node.height) / i64::from(full.max(1))).clamp(1, ROWS) as i32;
    let rows = rows.max(grain.rows).min(node.height);
    let columns = grain.block / node.pixel().max(1) / rows as usize;
    let width = (columns / tile.max(1) as usize).max(1).saturating_mul(tile as usize);
    if !suits || cone.steps.len() != 1 || node.height <= line {
        return None;
    }
    Some(Grid { image: node.rect(), width: width.min(node.width as usize) as i32, height: rows })
}

/// Blocks of a loader in order: a few steps high, so that their pixels, and what is read before they are
/// made, stay in the cache of a core.
fn loader_grid(node: &Node, order: Order, grain: Grain) -> Grid {
    match order {
        Order::Whole => Grid::strips(node.rect(), node.height),
        Order::Rows { step } => {
            let step = step.max(1);
            let raw = if let Work::Rows(loader) = &node.work { loader.raw_row_size() } else { 0 };
            let row = node.row_size().max(raw).max(1);
            let steps = (grain.block / row / step as usize).clamp(1, 1 << 16) as i32;
            let least = if grain.rows >= 64 { (grain.rows + step - 1) / step } else { 1 };
            Grid::strips(node.rect(), step.saturating_mul(steps.max(least)))
        }
    }
}

/// The units of all outputs, interleaved by relative height.
fn units(
    outputs: &[Image],
    cones: &[Cone],
    stores: &[Store],
    parts: Parts,
    grain: Grain,
) -> Vec<Unit> {
    let mut units = Vec::new();
    for (output, (image, cone)) in outputs.iter().zip(cones).enumerate() {
        let all = image.rect();
        let (width, height) = match parts {
            Parts::Strips { step, .. } => (all.width, strip_height(cone, stores, step, grain)),
            Parts::Tiles { width, height, .. } => (width, height),
            Parts::Pages { height } => (all.width, height),
        };
        let grid = Grid { image: all, width, height };
        units.extend((0..grid.count()).map(|number| {
            let rect = grid.rect(number);
            let seen = parts.seen(rect).intersect(&all);
            Unit { output, rect, seen, reads: Vec::new() }
        }));
    }
    if outputs.len() > 1 {
        let relative = |unit: &Unit| {
            let height = i64::from(outputs[unit.output].header().height);
            i64::from(unit.rect.bottom()) * (1 << 30) / height
        };
        units.sort_by_key(|unit| (relative(unit), unit.output));
    }
    units
}

/// Rows of a unit: about 1 MiB, and so few that what they read fits as well.
fn strip_height(cone: &Cone, stores: &[Store], step: i32, grain: Grain) -> i32 {
    let all = cone.rect;
    let row = (all.width as usize * cone.pixel).max(1);
    let round = |rows: i32| (rows / step).max(1).saturating_mul(step);
    // were units of a loader's rows lower than its blocks, all that are begun could read the same one
    let block = cone.store().map(|number| &stores[number]).filter(|store| store.block_size() > 0);
    let block = block.map_or(1, |store| store.grid.height);
    let least = block.max(if grain.rows >= 64 { grain.rows } else { 1 });
    let mut height = round(((grain.unit / row).clamp(1, 1 << 24) as i32).max(least));
    let mut bytes = demand(cone, stores, height);
    while bytes > DEMAND && height > step.max(least) {
        let lower = round(height / 2);
        let fewer = demand(cone, stores, lower);
        // where the demand is mostly margin, lower strips only repeat work
        if fewer * 4 > bytes * 3 || lower == height {
            break;
        }
        (height, bytes) = (lower, fewer);
    }
    height
}

/// Bytes that a unit of `height` rows in the middle reads of stores, and they of others.
fn demand(cone: &Cone, stores: &[Store], height: i32) -> u64 {
    let all = cone.rect;
    let height = height.min(all.height);
    let rect = Rect { top: (all.height - height) / 2, height, ..all };
    let mut bytes = 0;
    let mut wanted = BTreeMap::new();
    want(cone, rect, &mut wanted);
    // a store reads only stores before it
    while let Some((number, part)) = wanted.pop_last() {
        let Store { node, grid, make, .. } = &stores[number];
        let width = if matches!(make, Make::Tiles) { part.width } else { node.width };
        bytes += width as u64 * part.height as u64 * node.pixel() as u64;
        if let Make::Cone(cone) = make {
            let blocks = grid.covering(part).map(|block| grid.rect(block));
            want(cone, blocks.fold(Rect::default(), |all, block| all.union(&block)), &mut wanted);
        }
    }
    bytes
}

/// Adds what `rect` of a cone reads to the rectangle around what is `wanted` of each store.
fn want(cone: &Cone, rect: Rect, wanted: &mut BTreeMap<usize, Rect>) {
    cone.simulate(
        rect,
        &mut |store, part| {
            let all = wanted.entry(store).or_default();
            *all = all.union(&part);
        },
        &mut |_, _| {},
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_blocks_of_several_reads_are_left_out() {
        let reads =
            [Read::new(0, &(3..5), 0, 9), Read::new(2, &(7..7), 0, 9), Read::new(1, &(0..3), 0, 9)];
        let all: Vec<_> = reads.iter().flat_map(|read| read.blocks()).collect();
        assert_eq!(all.len(), 5);
        for skip in 0..7 {
            let rest: Vec<_> = Read::blocks_after(&reads, skip).collect();
            assert_eq!(rest, all[skip.min(5)..]);
        }
    }
}
