//! Running a plan: tasks, picked so that none waits for another.
//!
//! A task starts only when all that it reads is there. The caller works on its own evaluation;
//! helpers join it while the process has threads to spare, and end with it. Whatever calls a
//! handler of the user is picked by the caller alone.

use super::cone::{Cone, Inputs, Row, State};
use super::context::{self, Context};
use super::pieces::{Next, Pieces, Raw};
use super::plan::{BlockId, Make, Plan, Read, Store, Unit};
use super::spill::SpillFile;
use super::store::Held;
use crate::codec::{DynLoader, DynTileLoader, Lead};
use crate::image::{self, Node, Work};
use crate::pixels::{Block, Buffer};
use crate::progress::{Meter, Progress};
use crate::{Rect, Region, RegionMut, Rows};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use windlass_io::{CancelGuard, Error, ErrorKind, Result, Tick, settings};

/// Where the units of an evaluation go.
pub(crate) trait Sink: Sync {
    /// What a unit hands from its task to its commit.
    type Piece: Send;

    /// Makes a unit, on any thread.
    fn unit(&self, number: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<Self::Piece>;

    /// Takes a unit that was made, in order, one at a time.
    fn commit(&self, unit: &Unit, piece: Self::Piece) -> Result<()>;

    /// Whether less is to be done where a unit whose turn it is is made and taken at once.
    fn passes(&self) -> bool {
        false
    }

    /// Makes a unit and takes it, in order, one at a time.
    fn pass(&self, number: usize, unit: &Unit, maker: &mut Maker<'_>) -> Result<()> {
        let piece = self.unit(number, unit, maker)?;
        self.commit(unit, piece)
    }

    /// Whether `commit` calls a handler of the user.
    fn needs_caller(&self) -> bool;
}

/// Makes the pixels of a unit, by the worker that runs its task.
pub(crate) struct Maker<'a> {
    cone: &'a Cone,
    state: &'a mut State,
    /// For units that are handed over in one piece
    memory: &'a mut Option<Buffer>,
    inputs: Inputs<'a>,
}

impl Maker<'_> {
    /// Writes the pixels of `out`.
    pub(crate) fn fill(&mut self, out: &mut RegionMut<'_>) -> Result<()> {
        self.cone.fill(self.state, self.inputs, out)
    }

    /// The rows of `rect` from where they lie, if they are at hand.
    pub(crate) fn at_hand(&self, rect: Rect) -> Option<Result<Vec<Row<'_>>>> {
        self.cone.at_hand(self.inputs, rect)
    }

    /// Hands the pixels of `rect` over, a few rows at a time.
    pub(crate) fn each(
        &mut self,
        rect: Rect,
        take: &mut dyn FnMut(&Region<'_>) -> Result<()>,
    ) -> Result<()> {
        self.cone.each(self.state, self.inputs, rect, take)
    }

    /// Hands the pixels of `rect` over in one piece, from where they lie if they are at hand.
    pub(crate) fn whole<R>(
        &mut self,
        rect: Rect,
        take: impl FnOnce(&Region<'_>) -> Result<R>,
    ) -> Result<R> {
        let mut take = Some(take);
        let direct = self.cone.direct(self.inputs, rect, |region| match take.take() {
            Some(take) => take(region),
            None => Err(Error::new(ErrorKind::Internal, "a region is handed over once")),
        });
        if let Some(result) = direct {
            return result;
        }
        let mut block = Block::over(rect, self.cone.pixel, self.memory.take())?;
        self.fill(&mut block.region_mut(self.cone.pixel))?;
        let rows: Vec<_> = (rect.top..rect.bottom()).map(|y| block.row(y)).collect();
        let taken = match take.take() {
            Some(take) => take(&Region::new(rect, self.cone.pixel, &rows)),
            None => Err(Error::new(ErrorKind::Internal, "a region is handed over once")),
        };
        drop(rows);
        *self.memory = block.into_buffer();
        taken
    }
}

/// What ends one evaluation and nothing else: its caller, or that an image of it is killed.
///
/// Looked at wherever somebody waits, so that a read or a write that blocks ends too.
pub(crate) struct Stop {
    context: Context,
    tick: Tick,
    _link: CancelGuard,
    /// Calls of `set_kill` in the process when it began.
    kills: u64,
}

impl Stop {
    /// For an evaluation of `plan`, run by this thread.
    pub(crate) fn new(plan: &Plan) -> Self {
        let (context, kills, nodes) = (context::current(), image::kills(), plan.nodes.clone());
        let tick = context.tick.inner(move || killed_since(kills, &nodes));
        let inner = tick.clone();
        let link = context.tick.on_cancel(move || inner.cancel());
        Self { context, tick, _link: link, kills }
    }

    /// The context for what belongs to the evaluation.
    pub(crate) fn context(&self) -> Context {
        Context { tick: self.tick.clone(), ..self.context.clone() }
    }
}

/// Runs `plan` into `sink`.
pub(crate) fn run<S: Sink>(plan: &Plan, sink: &S, progress: Option<Arc<Progress>>) -> Result<()> {
    run_until(plan, sink, progress, &Stop::new(plan))
}

/// Runs `plan` into `sink`, unless `stop` ends it.
pub(crate) fn run_until<S: Sink>(
    plan: &Plan,
    sink: &S,
    progress: Option<Arc<Progress>>,
    stop: &Stop,
) -> Result<()> {
    killed(&plan.nodes)?;
    let mut meter = Meter::start(progress, plan.pixels)?;
    let result = evaluate(plan, sink, stop, &mut meter);
    let told = meter.finish(result.is_ok());
    result.and(told)?;
    // who is told of the end may still kill
    killed_since(stop.kills, &plan.nodes)
}

fn evaluate<S: Sink>(plan: &Plan, sink: &S, stop: &Stop, meter: &mut Meter) -> Result<()> {
    let Stop { context, tick, kills, .. } = stop;
    windlass_sys::keep_freed_memory();
    let threads = context.threads.unwrap_or_else(settings::concurrency).max(1);
    let alone = plan.units.len() == 1 && plan.stores.is_empty();
    let tasks = plan.units.len() + plan.stores.iter().map(|s| s.blocks.len()).sum::<usize>();
    let helpers = Helpers::take(if alone { 0 } else { threads.min(tasks) - 1 });
    let spills = plan.stores.iter().map(SpillFile::of_store).collect::<Result<_>>()?;
    let crew = Crew {
        plan,
        sink,
        stop: tick.clone(),
        ahead: most_units(plan, threads),
        kills: *kills,
        columns: plan.columns(),
        pieces: most_pieces(plan, helpers.0),
        board: Mutex::new(Board::new(plan)),
        news: Condvar::new(),
        sessions: plan.stores.iter().map(|_| Mutex::default()).collect(),
        spare: plan.stores.iter().map(|_| Mutex::default()).collect(),
        spills,
    };
    if alone {
        return crew.alone(context);
    }
    std::thread::scope(|scope| {
        for _ in 0..helpers.0 {
            // where no thread is to be had the caller does the work
            let builder = std::thread::Builder::new().name("windlass".into());
            let _handle = builder.spawn_scoped(scope, || crew.work(None));
        }
        crew.work(Some((context, meter)));
        drop(helpers);
    });
    let board = crew.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    board.error.map_or(Ok(()), |(_, error)| Err(error))
}

/// Units that may be begun before the first of them is done: two more than there are threads keep
/// all of them busy. Where a block waits in a file, or a file is so wide that one step of it takes
/// megabytes, memory counts for more.
fn most_units(plan: &Plan, threads: usize) -> usize {
    let is_large = |store: &Store| store.spilled || store.block_size() > LARGE_BLOCK;
    if plan.stores.iter().any(is_large) { threads } else { threads + 2 }
}

/// Bytes of a block that a few more of would be felt.
const LARGE_BLOCK: usize = 2 << 20;

/// Pieces of a file that may be decoded before their turn; none where nobody helps.
///
/// Where the caller alone may read, there have to be enough of them that the helpers do not run
/// out of work while it does something else: with as few as otherwise they waited a hundred
/// times for a picture of 25 MP, and an eighth of the time was lost.
fn most_pieces(plan: &Plan, helpers: usize) -> usize {
    let needs_caller =
        |store: &Store| matches!(&store.node.work, Work::Rows(loader) if loader.needs_caller());
    match helpers {
        0 => 0,
        _ if plan.stores.iter().any(needs_caller) => 2 * helpers + 8,
        _ => helpers + 3,
    }
}

/// Looks at the flags of the images where somebody set one since there were `kills` calls.
fn killed_since(kills: u64, nodes: &[Arc<Node>]) -> Result<()> {
    if image::kills() == kills { Ok(()) } else { killed(nodes) }
}

/// Fails where somebody asked for one of these images to be killed, and takes that back.
fn killed(nodes: &[Arc<Node>]) -> Result<()> {
    for node in nodes {
        if node.killed.swap(false, Ordering::Relaxed) {
            return Err(Error::new(
                ErrorKind::Cancelled,
                format!("VipsImage: killed for image \"temp-{}\"", node.id),
            ));
        }
    }
    Ok(())
}

/// Threads that help evaluations, counted over the process: a hundred pipelines at once are a
/// hundred single-threaded ones.
struct Helpers(usize);

/// The process in the upper half, its helpers in the lower: a fork takes no threads along.
static HELPING: AtomicU64 = AtomicU64::new(0);

impl Helpers {
    fn take(wanted: usize) -> Self {
        let most = settings::concurrency().max(wanted + 1) - 1;
        let mut got = 0;
        Self::count(|busy| {
            got = most.saturating_sub(busy).min(wanted);
            busy + got
        });
        Self(got)
    }

    /// Changes the count of this process.
    fn count(mut change: impl FnMut(usize) -> usize) {
        let process = u64::from(std::process::id()) << 32;
        let _old = HELPING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
            let busy = if old >> 32 << 32 == process { old as u32 as usize } else { 0 };
            Some(process | change(busy) as u64)
        });
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        Self::count(|busy| busy.saturating_sub(self.0));
    }
}

/// Everybody who works on one evaluation.
struct Crew<'a, S: Sink> {
    plan: &'a Plan,
    sink: &'a S,
    /// Ends everybody: cancelled by the caller, or by an error after which nothing counts.
    stop: Tick,
    /// Units that may be under way beyond the first that is not committed.
    ahead: usize,
    /// Calls of `set_kill` in the process when it began.
    kills: u64,
    /// Of each store the columns that are read of it.
    columns: Vec<(i32, i32)>,
    /// Pieces of a file that may be decoded before their turn; none where nobody helps.
    pieces: usize,
    board: Mutex<Board<S::Piece>>,
    news: Condvar,
    /// The session of each loader in order.
    sessions: Vec<Mutex<Option<Box<dyn Any + Send>>>>,
    /// What was read into before, of each loader in order; apart, since whoever reads may wait.
    spare: Vec<Mutex<Vec<Raw>>>,
    /// The files of the stores that are spilled.
    spills: Vec<Option<SpillFile>>,
}

/// What is done and what is not.
struct Board<P> {
    /// The first unit that is not committed
    committed: usize,
    units: Vec<Stage<P>>,
    /// Of each unit how many of the first blocks that it reads are ready, as far as somebody looked: a row
    /// of tiles can be thousands, which are not to be looked through for each of them
    ready: Vec<usize>,
    /// And how many of them are nothing to the caller any more, who alone may read them: they are no tiles
    /// of such a file, or somebody has begun them
    begun: Vec<usize>,
    stores: Vec<StoreBoard>,
    committing: bool,
    /// The lowest unit that failed, and how; units from there on are not started
    error: Option<(usize, Error)>,
    /// Tasks under way
    busy: usize,
    /// Workers that wait for news
    waiting: usize,
    pixels: u64,
}

enum Stage<P> {
    Waiting,
    Running,
    Made(P),
    Committed,
}

struct StoreBoard {
    blocks: Vec<BlockStage>,
    /// How many are still to be made, and memory for some of them
    left: usize,
    spare: Vec<Buffer>,
    /// Of a loader in order: the block that comes next, and whether somebody reads it
    next: usize,
    reading: bool,
    pieces: Pieces,
    /// Tiles that the caller has read, in that order, to be finished by anybody; some may be taken
    unfinished: VecDeque<usize>,
}

enum BlockStage {
    Waiting,
    Running,
    /// Read from a file by the caller, who left it to anybody to make pixels of it
    Read(Raw),
    Ready(Arc<Block>, u32),
    /// In the file of its store
    Spilled(u32),
    Gone,
}

impl BlockStage {
    /// What was read and is to be finished, by whoever takes it.
    fn take_read(&mut self) -> Option<Raw> {
        if !matches!(self, Self::Read(_)) {
            return None;
        }
        match std::mem::replace(self, Self::Running) {
            Self::Read(raw) => Some(raw),
            _ => None,
        }
    }
}

impl StoreBoard {
    /// What can be done now towards the next block of a loader in order, which `may_read` or not, of which
    /// `most` pieces may be decoded before their turn.
    fn pick_rows<P>(&mut self, store: usize, may_read: bool, most: usize) -> Option<Job<P>> {
        let next = self.pieces.next(may_read, most);
        self.job(store, next)
    }

    /// The same, but only what reads the file.
    fn pick_read<P>(&mut self, store: usize, most: usize) -> Option<Job<P>> {
        let next = self.pieces.read(most);
        self.job(store, next)
    }

    fn job<P>(&mut self, store: usize, next: Next) -> Option<Job<P>> {
        let block = self.next;
        match next {
            Next::Read => {
                self.reading = true;
                self.blocks[block] = BlockStage::Running;
                let (joined, out) = self.pieces.take();
                Some(Job::Rows { store, block, joined, out })
            }
            Next::Split => {
                self.reading = true;
                Some(Job::Split { store, block })
            }
            Next::Decode(raw) => Some(Job::Piece { store, raw }),
            Next::Nothing => None,
        }
    }

    /// Keeps a tile that the caller has read.
    fn leave(&mut self, block: usize, raw: Raw) {
        self.blocks[block] = BlockStage::Read(raw);
        self.unfinished.push_back(block);
    }

    /// The first tile that was left and that nobody has taken.
    fn take_unfinished(&mut self) -> Option<(usize, Raw)> {
        while let Some(block) = self.unfinished.pop_front() {
            if let Some(raw) = self.blocks[block].take_read() {
                return Some((block, raw));
            }
        }
        None
    }

    /// Memory for a block that is made now, if there is any.
    ///
    /// Were the memory given back to the allocator, it would stay with the thread that had asked for it,
    /// and another one that makes the next blocks would take as much again.
    fn memory(&mut self) -> Option<Buffer> {
        self.left = self.left.saturating_sub(1);
        let memory = self.spare.pop();
        self.spare.truncate(self.left);
        memory
    }

    /// Keeps the memory of a block that nobody reads any more, if there is use for it.
    fn recycle(&mut self, block: Block) {
        if self.spare.len() < self.left {
            self.spare.extend(block.into_buffer());
        }
    }

    /// Rows wait for pieces that are still out.
    fn postpone(&mut self, block: usize, lead: Option<Lead>) {
        self.blocks[block] = BlockStage::Waiting;
        self.reading = false;
        self.pieces.lead = lead;
    }

    /// Nobody splits off a piece any more; `raw` is one that others decode. Without an answer there was an
    /// error.
    fn end_split(&mut self, told: Option<(bool, Lead)>, raw: Option<Raw>) {
        let Some((taken, lead)) = told else { return };
        self.reading = false;
        self.pieces.split(taken, lead, raw);
    }
}

impl<P> Board<P> {
    fn new(plan: &Plan) -> Self {
        let stores = plan.stores.iter().map(|store| StoreBoard {
            blocks: store.blocks.iter().map(|_| BlockStage::Waiting).collect(),
            left: store.blocks.iter().filter(|block| block.readers > 0).count(),
            spare: Vec::new(),
            next: 0,
            reading: false,
            pieces: Pieces::default(),
            unfinished: VecDeque::new(),
        });
        Self {
            committed: 0,
            units: plan.units.iter().map(|_| Stage::Waiting).collect(),
            ready: vec![0; plan.units.len()],
            begun: vec![0; plan.units.len()],
            stores: stores.collect(),
            committing: false,
            error: None,
            busy: 0,
            waiting: 0,
            pixels: 0,
        }
    }

    /// Units from here on are not started.
    fn end(&self) -> usize {
        self.error.as_ref().map_or(self.units.len(), |(unit, _)| *unit)
    }

    fn is_ready(&self, id: BlockId) -> bool {
        let stage = &self.stores[id.store].blocks[id.block];
        matches!(stage, BlockStage::Ready(..) | BlockStage::Spilled(_))
    }

    /// The blocks `reads`, for a task that reads them.
    fn hold(&self, reads: &[Read]) -> Needs {
        let mut needs = Needs::default();
        for read in reads {
            for id in read.blocks() {
                match &self.stores[id.store].blocks[id.block] {
                    BlockStage::Ready(block, _) => needs.held.push((id.store, Arc::clone(block))),
                    BlockStage::Spilled(_) => needs.spilled.push((id, (read.left, read.right))),
                    BlockStage::Waiting
                    | BlockStage::Running
                    | BlockStage::Read(_)
                    | BlockStage::Gone => {}
                }
            }
        }
        needs
    }

    /// A task has read `reads`, and holds none of them any more: who was last lets them go.
    fn release(&mut self, reads: &[Read]) {
        for id in reads.iter().flat_map(|read| read.blocks()) {
            let store = &mut self.stores[id.store];
            let stage = &mut store.blocks[id.block];
            let (BlockStage::Ready(_, readers) | BlockStage::Spilled(readers)) = stage else {
                continue;
            };
            *readers -= 1;
            if *readers > 0 {
                continue;
            }
            if let BlockStage::Ready(block, _) = std::mem::replace(stage, BlockStage::Gone)
                && let Some(block) = Arc::into_inner(block)
            {
                store.recycle(block);
            }
        }
    }

    /// Whether all of `reads` can be read now.
    fn are_ready(&self, reads: &[Read]) -> bool {
        reads.iter().flat_map(|read| read.blocks()).all(|id| self.is_ready(id))
    }

    /// Nobody commits any more; the unit `number` is, unless that failed.
    fn end_commit(&mut self, number: usize, unit: &Unit, result: Result<()>) -> Result<()> {
        self.committing = false;
        result?;
        self.units[number] = Stage::Committed;
        self.committed += 1;
        self.pixels += unit.rect.area();
        Ok(())
    }

    /// Counts those of the first blocks of `reads`, of a unit that waits, that are ready: they stay so
    /// until the unit is made.
    fn count_ready(&mut self, unit: usize, reads: &[Read]) {
        let from = self.ready[unit];
        let more = Read::blocks_after(reads, from).take_while(|id| self.is_ready(*id)).count();
        self.ready[unit] = from + more;
    }

    fn fail(&mut self, unit: usize, error: Error) {
        if self.error.as_ref().is_none_or(|(first, _)| unit < *first) {
            self.error = Some((unit, error));
        }
    }
}

/// What a task reads: blocks, and parts of blocks that are in files.
#[derive(Default)]
struct Needs {
    held: Vec<(usize, Arc<Block>)>,
    /// Blocks and which columns of them
    spilled: Vec<(BlockId, (i32, i32))>,
}

/// Something to do, for the sake of `unit`.
struct Task<P> {
    unit: usize,
    job: Job<P>,
}

enum Job<P> {
    /// Reads the next block of a loader in order, and finishes it, unless it waits for pieces that
    /// are still out
    Rows { store: usize, block: usize, joined: Vec<Raw>, out: bool },
    /// Makes pixels of rows that the caller has read
    Finish { store: usize, block: usize, raw: Raw },
    /// Splits a piece off that is decoded before its turn, and does so if it may
    Split { store: usize, block: usize },
    /// Decodes a piece
    Piece { store: usize, raw: Raw },
    /// Makes a block at any place
    Block { id: BlockId, needs: Needs },
    /// Makes the unit
    Unit { needs: Needs },
    /// Makes the unit and commits it
    Pass { needs: Needs },
    /// Commits the unit
    Commit { piece: P },
}

/// What a worker keeps from task to task.
#[derive(Default)]
struct Worker {
    outputs: BTreeMap<usize, State>,
    stores: BTreeMap<usize, State>,
    memory: Option<Buffer>,
}

impl<S: Sink> Crew<'_, S> {
    /// The one unit of a small evaluation, without a board.
    fn alone(&self, context: &Context) -> Result<()> {
        context.tick.check()?;
        let mut worker = Worker::default();
        let unit = &self.plan.units[0];
        guarded(|| self.sink.pass(0, unit, &mut self.maker(&mut worker, unit, &Held::default())))
    }

    /// Works until nothing is left; the caller also looks at its context and tells of progress.
    fn work(&self, mut caller: Option<(&Context, &mut Meter)>) {
        let mut worker = Worker::default();
        let is_caller = caller.is_some();
        let mut board = self.board();
        loop {
            if let Some((context, meter)) = &mut caller {
                let pixels = board.pixels;
                drop(board);
                let checked = context
                    .tick
                    .check()
                    .and_then(|()| killed_since(self.kills, &self.plan.nodes))
                    .and_then(|()| meter.step(pixels));
                board = self.board();
                if let Err(error) = checked {
                    self.end_all(&mut board, error);
                }
            }
            if board.committed >= board.end() && (!is_caller || board.busy == 0) {
                self.tell(&board);
                return;
            }
            let Some(task) = self.pick(&mut board, is_caller) else {
                if !is_caller && board.committed >= board.end() {
                    return;
                }
                // the caller looks up now and then; helpers wait for news
                board = self.wait(board);
                continue;
            };
            board.busy += 1;
            drop(board);
            let unit = self.first_reader(&task);
            let result = guarded(|| self.perform(&mut worker, task));
            board = self.board();
            board.busy -= 1;
            if let Err(error) = result {
                let ends_all = matches!(
                    error.kind(),
                    ErrorKind::Cancelled | ErrorKind::Timeout | ErrorKind::Io
                );
                if ends_all {
                    self.end_all(&mut board, error);
                } else {
                    board.fail(unit, error);
                }
            }
            self.tell(&board);
        }
    }

    /// The lowest unit that can't be made if `task` fails.
    fn first_reader(&self, task: &Task<S::Piece>) -> usize {
        let (store, blocks) = match &task.job {
            // what lies below in a file is lost too
            Job::Rows { store, block, .. } | Job::Split { store, block } => {
                (*store, *block..usize::MAX)
            }
            Job::Block { id, .. } => (id.store, id.block..id.block + 1),
            Job::Finish { store, block, .. } => (*store, *block..*block + 1),
            Job::Piece { .. } | Job::Unit { .. } | Job::Pass { .. } | Job::Commit { .. } => {
                return task.unit;
            }
        };
        let all = &self.plan.stores[store].blocks;
        let blocks = &all[blocks.start..blocks.end.min(all.len())];
        blocks.iter().filter_map(|block| block.first).min().unwrap_or(task.unit).min(task.unit)
    }

    /// Nothing that is still to do counts any more.
    fn end_all(&self, board: &mut Board<S::Piece>, error: Error) {
        // what others report once they are stopped is a consequence, not the reason, even if it comes first
        let known = board.error.as_ref().map(|(_, error)| Tick::is_consequence(error));
        let runs = board.committed < board.end() || known.is_none();
        let first = runs && (!self.stop.is_cancelled() || known.is_none());
        if first || (known == Some(true) && !Tick::is_consequence(&error)) {
            board.error = None;
            board.fail(board.committed, error);
        }
        self.stop.cancel();
    }

    fn board(&self) -> MutexGuard<'_, Board<S::Piece>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'b>(
        &self,
        mut board: MutexGuard<'b, Board<S::Piece>>,
    ) -> MutexGuard<'b, Board<S::Piece>> {
        board.waiting += 1;
        let (mut board, _) = self
            .news
            .wait_timeout(board, Duration::from_millis(20))
            .unwrap_or_else(PoisonError::into_inner);
        board.waiting -= 1;
        board
    }

    /// Tells who waits that something was done: to tell nobody is a call of the system too.
    fn tell(&self, board: &Board<S::Piece>) {
        if board.waiting > 0 {
            self.news.notify_all();
        }
    }

    /// The task that the lowest unit waits for, among those that can start now.
    fn pick(&self, board: &mut Board<S::Piece>, is_caller: bool) -> Option<Task<S::Piece>> {
        let first = board.committed;
        let end = board.end().min(first + self.ahead);
        let may_commit = !board.committing && (is_caller || !self.sink.needs_caller());
        if may_commit && first < end && matches!(board.units[first], Stage::Made(_)) {
            let Stage::Made(piece) = std::mem::replace(&mut board.units[first], Stage::Running)
            else {
                return None;
            };
            board.committing = true;
            return Some(Task { unit: first, job: Job::Commit { piece } });
        }
        if is_caller
            && self.pieces > 0
            && let Some(task) = self.pick_errand(board, first..end)
        {
            return Some(task);
        }
        for unit in first..end {
            if !matches!(board.units[unit], Stage::Waiting) {
                continue;
            }
            let reads = &self.plan.units[unit].reads;
            board.count_ready(unit, reads);
            let ready = board.ready[unit];
            if Read::blocks_after(reads, ready).next().is_none() {
                let passes = self.sink.passes() && unit == first && may_commit;
                if self.waits(unit) && !passes {
                    continue;
                }
                board.units[unit] = Stage::Running;
                let needs = board.hold(reads);
                board.committing |= passes;
                let job = if passes { Job::Pass { needs } } else { Job::Unit { needs } };
                return Some(Task { unit, job });
            }
            let task = Read::after(reads, ready)
                .find_map(|read| self.pick_towards(board, unit, read, is_caller));
            if task.is_some() {
                return task;
            }
        }
        None
    }

    /// What can be done now towards the blocks of `read`, which `unit` waits for.
    fn pick_towards(
        &self,
        board: &mut Board<S::Piece>,
        unit: usize,
        read: Read,
        is_caller: bool,
    ) -> Option<Task<S::Piece>> {
        let store = read.store();
        if self.leaves_tiles(store) {
            // those that still wait are errands: a row of them is not to be looked through each time
            let (block, raw) = board.stores[store].take_unfinished()?;
            let unit = self.plan.stores[store].blocks[block].first.unwrap_or(unit);
            return Some(Task { unit, job: Job::Finish { store, block, raw } });
        }
        let job = read.blocks().find_map(|id| self.pick_block(board, id, is_caller))?;
        Some(Task { unit, job })
    }

    /// Whether this is a file whose tiles the caller reads, and anybody finishes.
    fn leaves_tiles(&self, store: usize) -> bool {
        let work = &self.plan.stores[store].node.work;
        self.pieces > 0 && matches!(work, Work::Tiles(loader) if loader.needs_caller())
    }

    /// Whether a unit is made in its turn only: what lies at hand would merely be copied before.
    fn waits(&self, unit: usize) -> bool {
        let output = self.plan.units[unit].output;
        self.sink.passes() && self.plan.outputs[output].is_at_hand()
    }

    /// Reading that the caller alone may do, before anything that the others can do as well.
    fn pick_errand(
        &self,
        board: &mut Board<S::Piece>,
        units: Range<usize>,
    ) -> Option<Task<S::Piece>> {
        for unit in units {
            if matches!(board.units[unit], Stage::Waiting)
                && let Some(job) = self.pick_errand_of(board, unit)
            {
                return Some(Task { unit, job });
            }
        }
        None
    }

    /// The same for one unit; blocks that nothing can be read for any more are looked at once.
    fn pick_errand_of(&self, board: &mut Board<S::Piece>, unit: usize) -> Option<Job<S::Piece>> {
        let mut begun = board.begun[unit].max(board.ready[unit]);
        let mut all_begun = true;
        let mut job = None;
        for id in Read::blocks_after(&self.plan.units[unit].reads, begun) {
            let state = &mut board.stores[id.store];
            let waits = matches!(state.blocks[id.block], BlockStage::Waiting);
            match &self.plan.stores[id.store].node.work {
                Work::Rows(loader) if loader.needs_caller() => {
                    // rows may wait again, for pieces that are out
                    all_begun = false;
                    if waits && !state.reading {
                        let most = if loader.splits() { self.pieces } else { 0 };
                        job = state.pick_read(id.store, most);
                    }
                }
                Work::Tiles(loader) if waits && loader.needs_caller() => {
                    state.blocks[id.block] = BlockStage::Running;
                    job = Some(Job::Block { id, needs: Needs::default() });
                }
                _ => {}
            }
            begun += usize::from(all_begun);
            if job.is_some() {
                break;
            }
        }
        board.begun[unit] = begun;
        job
    }

    /// What can be done now towards a block.
    fn pick_block(
        &self,
        board: &mut Board<S::Piece>,
        id: BlockId,
        is_caller: bool,
    ) -> Option<Job<S::Piece>> {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let store = &self.plan.stores[id.store];
            let state = &mut board.stores[id.store];
            if let Some(raw) = state.blocks[id.block].take_read() {
                return Some(Job::Finish { store: id.store, block: id.block, raw });
            }
            if !matches!(state.blocks[id.block], BlockStage::Waiting) {
                continue;
            }
            match (&store.make, &store.node.work) {
                (Make::Rows, Work::Rows(loader)) => {
                    let may_read = !state.reading && (is_caller || !loader.needs_caller());
                    let most = if loader.splits() { self.pieces } else { 0 };
                    if let Some(job) = state.pick_rows(id.store, may_read, most) {
                        return Some(job);
                    }
                }
                (Make::Tiles, Work::Tiles(loader)) if loader.needs_caller() && !is_caller => {}
                _ => {
                    let reads = &store.blocks[id.block].reads;
                    if board.are_ready(reads) {
                        board.stores[id.store].blocks[id.block] = BlockStage::Running;
                        return Some(Job::Block { id, needs: board.hold(reads) });
                    }
                    let start = open.len();
                    open.extend(reads.iter().flat_map(|read| read.blocks()));
                    open[start..].reverse();
                }
            }
        }
        None
    }

    fn perform(&self, worker: &mut Worker, task: Task<S::Piece>) -> Result<()> {
        self.stop.check()?;
        match task.job {
            Job::Rows { store, block, joined, out } => self.read_rows(store, block, joined, out),
            Job::Finish { store, block, raw } => match &self.plan.stores[store].node.work {
                Work::Tiles(loader) => self.finish_tile(BlockId { store, block }, &**loader, raw),
                _ => self.finish_rows(store, block, raw),
            },
            Job::Split { store, block } => self.split(store, block),
            Job::Piece { store, raw } => self.decode_piece(store, raw),
            Job::Block { id, needs } => {
                let store = &self.plan.stores[id.store];
                if let (Make::Tiles, Work::Tiles(loader)) = (&store.make, &store.node.work) {
                    return self.read_tile(id, &**loader);
                }
                let held = self.load(needs)?;
                let block = self.make_block(worker, id, &held)?;
                drop(held);
                self.publish(id, block)?;
                let mut board = self.board();
                board.release(&self.plan.stores[id.store].blocks[id.block].reads);
                Ok(())
            }
            Job::Unit { needs } => {
                let held = self.load(needs)?;
                let unit = &self.plan.units[task.unit];
                let piece =
                    self.sink.unit(task.unit, unit, &mut self.maker(worker, unit, &held))?;
                drop(held);
                let mut board = self.board();
                board.release(&unit.reads);
                board.units[task.unit] = Stage::Made(piece);
                Ok(())
            }
            Job::Pass { needs } => {
                let unit = &self.plan.units[task.unit];
                let result = self.load(needs).and_then(|held| {
                    let mut maker = self.maker(worker, unit, &held);
                    guarded(|| self.sink.pass(task.unit, unit, &mut maker))
                });
                let mut board = self.board();
                board.end_commit(task.unit, unit, result)?;
                board.release(&unit.reads);
                Ok(())
            }
            Job::Commit { piece } => {
                let unit = &self.plan.units[task.unit];
                let result = guarded(|| self.sink.commit(unit, piece));
                self.board().end_commit(task.unit, unit, result)
            }
        }
    }

    /// The blocks that a task reads, those in files loaded as far as it needs them.
    fn load(&self, needs: Needs) -> Result<Held> {
        let Needs { mut held, spilled } = needs;
        for (id, columns) in spilled {
            let store = &self.plan.stores[id.store];
            let spill = self.spills[id.store].as_ref();
            let spill = spill.ok_or_else(|| Error::new(ErrorKind::Internal, "no spill file"))?;
            held.push((id.store, Arc::new(spill.load(store, id.block, columns)?)));
        }
        Ok(Held::new(held))
    }

    /// Makes a block known to its readers.
    fn publish(&self, id: BlockId, block: Block) -> Result<()> {
        let plan = &self.plan.stores[id.store];
        let readers = plan.blocks[id.block].readers;
        let (stage, spare) = match &self.spills[id.store] {
            _ if readers == 0 => (BlockStage::Gone, Some(block)),
            Some(spill) => {
                spill.save(plan, id.block, &block)?;
                (BlockStage::Spilled(readers), Some(block))
            }
            None => (BlockStage::Ready(Arc::new(block), readers), None),
        };
        let mut board = self.board();
        let store = &mut board.stores[id.store];
        store.blocks[id.block] = stage;
        spare.into_iter().for_each(|block| store.recycle(block));
        Ok(())
    }

    /// The loader of a store of rows.
    fn loader(&self, store: usize) -> Result<&dyn DynLoader> {
        match &self.plan.stores[store].node.work {
            Work::Rows(loader) => Ok(&**loader),
            _ => Err(Error::new(ErrorKind::Internal, "a store of rows without a loader")),
        }
    }

    /// The next block of a loader in order: read alone, finished beside others.
    fn read_rows(&self, store: usize, block: usize, joined: Vec<Raw>, out: bool) -> Result<()> {
        let loader = self.loader(store)?;
        let plan = &self.plan.stores[store];
        let rect = plan.grid.rect(block);
        let last = block + 1 == plan.grid.count();
        let mut session = self.session(store);
        let mut raw = self.spare(store).unwrap_or_else(|| loader.raw());
        let mut lead = None;
        let read = || {
            let state = opened(&mut session, loader)?;
            for mut piece in joined {
                loader.join(state, &mut piece)?;
                self.keep(store, piece);
            }
            if self.pieces > 0 && loader.splits() {
                let now = loader.lead(state, rows(rect), self.pieces)?;
                if !now.ready && (out || now.splits) {
                    lead = Some(now);
                    return Ok(false);
                }
            }
            loader.read(state, rows(rect), &mut raw, &self.stop)?;
            if self.pieces > 0 && !last {
                lead = Some(loader.lead(state, rows(plan.grid.rect(block + 1)), self.pieces)?);
            }
            Ok(true)
        };
        let read: Result<bool> = read();
        if matches!(read, Ok(false)) {
            drop(session);
            self.keep(store, raw);
            self.board().stores[store].postpone(block, lead);
            return Ok(());
        }
        if last || read.is_err() {
            *session = None;
        }
        drop(session);
        let mut board = self.board();
        // after an error nobody reads on
        board.stores[store].reading = read.is_err();
        board.stores[store].next += 1;
        board.stores[store].pieces.lead = lead;
        let left = loader.needs_caller() && self.pieces > 0 && read.is_ok();
        if left {
            board.stores[store].blocks[block] = BlockStage::Read(raw);
            return Ok(());
        }
        self.tell(&board);
        drop(board);
        read?;
        self.finish_rows(store, block, raw)
    }

    /// Makes the pixels of rows that were read.
    fn finish_rows(&self, store: usize, block: usize, mut raw: Raw) -> Result<()> {
        let loader = self.loader(store)?;
        let plan = &self.plan.stores[store];
        let made = if plan.blocks[block].readers == 0 {
            None
        } else {
            let rect = self.wanted(store, loader, plan.grid.rect(block));
            Some(self.filled(store, rect, |out| loader.finish(&mut raw, out))?)
        };
        if block + 1 < plan.grid.count() {
            self.keep(store, raw);
        }
        match made {
            Some(made) => self.publish(BlockId { store, block }, made)?,
            None => self.board().stores[store].blocks[block] = BlockStage::Gone,
        }
        Ok(())
    }

    /// A tile of a file: finished by anybody where the caller has to read it.
    fn read_tile(&self, id: BlockId, loader: &dyn DynTileLoader) -> Result<()> {
        let rect = self.plan.stores[id.store].grid.rect(id.block);
        let mut raw = self.spare(id.store).unwrap_or_else(|| loader.raw());
        if loader.needs_caller() && self.pieces > 0 {
            loader.read(rect, &mut raw, &self.stop)?;
            self.board().stores[id.store].leave(id.block, raw);
            return Ok(());
        }
        let made =
            self.filled(id.store, rect, |out| loader.make(rect, &mut raw, out, &self.stop))?;
        self.keep(id.store, raw);
        self.publish(id, made)
    }

    /// Makes the pixels of a tile that was read.
    fn finish_tile(&self, id: BlockId, loader: &dyn DynTileLoader, mut raw: Raw) -> Result<()> {
        let rect = self.plan.stores[id.store].grid.rect(id.block);
        let made = self.filled(id.store, rect, |out| loader.finish(&mut raw, out))?;
        self.keep(id.store, raw);
        self.publish(id, made)
    }

    /// The columns of a block of rows that are read, where the loader can make them alone.
    fn wanted(&self, store: usize, loader: &dyn DynLoader, rect: Rect) -> Rect {
        if self.spills[store].is_some() || !loader.narrows() {
            return rect;
        }
        let (left, right) = self.columns[store];
        let columns = Rect { left, width: right - left, ..rect };
        columns.intersect(&rect)
    }

    /// Takes a piece of a file that is decoded before its turn, for the rows from `block` on.
    fn split(&self, store: usize, block: usize) -> Result<()> {
        let loader = self.loader(store)?;
        let mut session = self.session(store);
        let mut raw = self.spare(store).unwrap_or_else(|| loader.raw());
        let mut split = || {
            let state = opened(&mut session, loader)?;
            let taken = loader.split(state, &mut raw, self.pieces, &self.stop)?;
            let rect = self.plan.stores[store].grid.rect(block);
            Ok::<_, Error>((taken, loader.lead(state, rows(rect), self.pieces)?))
        };
        let split = split();
        drop(session);
        if let Ok((false, _)) = split {
            self.keep(store, raw);
            self.board().stores[store].end_split(split.ok(), None);
            return Ok(());
        }
        let (told, raw) = match split {
            Ok(told) if loader.needs_caller() => (Ok(Some(told)), Some(raw)),
            Ok(told) => {
                let mut board = self.board();
                board.stores[store].end_split(Some(told), None);
                self.tell(&board);
                drop(board);
                return self.decode_piece(store, raw);
            }
            Err(error) => (Err(error), None),
        };
        // after an error nobody reads on
        self.board().stores[store].end_split(told.as_ref().ok().copied().flatten(), raw);
        told.map(|_| ())
    }

    /// Decodes a piece, for whoever reads the rows.
    fn decode_piece(&self, store: usize, mut raw: Raw) -> Result<()> {
        let loader = self.loader(store)?;
        let done = guarded(|| loader.work(&mut raw));
        self.board().stores[store].pieces.come_back(raw);
        done
    }

    fn session(&self, store: usize) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.sessions[store].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that was read into before.
    fn spare(&self, store: usize) -> Option<Raw> {
        self.spare[store].lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps what was read into for the next time.
    fn keep(&self, store: usize, raw: Raw) {
        self.spare[store].lock().unwrap_or_else(PoisonError::into_inner).push(raw);
    }

    fn make_block(&self, worker: &mut Worker, id: BlockId, held: &Held) -> Result<Block> {
        let store = &self.plan.stores[id.store];
        let Make::Cone(cone) = &store.make else {
            return Err(Error::new(ErrorKind::Internal, "a store that nobody can fill"));
        };
        let state = worker.stores.entry(id.store).or_default();
        let inputs = Inputs { memory: &self.plan.memory, held };
        self.filled(id.store, store.grid.rect(id.block), |out| cone.fill(state, inputs, out))
    }

    /// A block of a store with the pixels that `fill` writes, in the memory of one that nobody reads any
    /// more, if there is one.
    fn filled(
        &self,
        store: usize,
        rect: Rect,
        fill: impl FnOnce(&mut RegionMut<'_>) -> Result<()>,
    ) -> Result<Block> {
        let Store { node, make, .. } = &self.plan.stores[store];
        let memory = self.board().stores[store].memory();
        let used = memory.is_some();
        let mut block = Block::over(rect, node.pixel(), memory)?;
        // a loader may leave out what a damaged file lacks
        let fills = match &node.work {
            Work::Tiles(loader) => loader.fills(),
            _ => matches!(make, Make::Cone(_)),
        };
        if used && !fills {
            block.clear();
        }
        fill(&mut block.region_mut(node.pixel()))?;
        Ok(block)
    }

    fn maker<'a>(&'a self, worker: &'a mut Worker, unit: &Unit, held: &'a Held) -> Maker<'a> {
        Maker {
            cone: &self.plan.outputs[unit.output],
            state: worker.outputs.entry(unit.output).or_default(),
            memory: &mut worker.memory,
            inputs: Inputs { memory: &self.plan.memory, held },
        }
    }
}

/// The session that is open, or one that is opened now.
fn opened<'a>(
    state: &'a mut Option<Box<dyn Any + Send>>,
    loader: &dyn DynLoader,
) -> Result<&'a mut Box<dyn Any + Send>> {
    Ok(match state {
        Some(state) => state,
        none => none.insert(loader.open()?),
    })
}

fn rows(rect: Rect) -> Rows {
    Rows { top: rect.top, height: rect.height }
}

/// The result of `work`; a panic is an error of this evaluation alone.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".into());
        Err(Error::new(ErrorKind::Internal, format!("a task panicked: {text}")))
    })
}
