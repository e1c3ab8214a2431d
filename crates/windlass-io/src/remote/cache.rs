//! Blocks of an object far away: fetched by threads of the connection, in few large requests.
//!
//! Reads that follow each other make the requests larger, from one block to 2 MiB, and three of
//! them stay under way, so that a long read is bound by the bandwidth. Reads here and there fetch
//! the blocks that they touch and no more.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Tick, alloc};

/// An object of which parts can be had.
pub(crate) trait Fetch: Send + Sync + 'static {
    /// Hands the bytes of `range` to `sink`, in order, until that answers false. Blocks, and
    /// tries again what is worth it. Never hands over too few without an error.
    fn fetch(&self, range: Range<u64>, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<()>;

    /// Makes the requests that are going on fail soon, since nobody waits for them.
    fn stop(&self);
}

/// An object with its blocks. Reads may come from any number of threads.
pub(crate) struct Cache {
    shared: Arc<Shared>,
    process: u32,
}

struct Shared {
    fetch: Box<dyn Fetch>,
    len: u64,
    counters: Arc<Counters>,
    state: Mutex<State>,
    /// A block has come, or the error instead of it.
    arrived: Condvar,
    /// There is work for a thread.
    queued: Condvar,
}

#[derive(Default)]
struct State {
    /// By number.
    blocks: BTreeMap<u64, Block>,
    ready: usize,
    /// Memory of blocks that went, for those that come. Were it given back to the allocator, it
    /// would stay with the thread that had asked for it, and the others would take as much again.
    spare: Vec<Vec<u8>>,
    clock: u64,
    runs: Vec<Run>,
    /// Ranges of blocks to fetch.
    queue: VecDeque<Range<u64>>,
    threads: usize,
    idle: usize,
    closed: bool,
}

enum Block {
    Coming,
    /// When it came or was read last, and whether it was read.
    Ready {
        bytes: Bytes,
        used: u64,
        read: bool,
    },
    Failed(Error),
}

/// Reads that follow each other.
struct Run {
    /// Where the next read is expected.
    next: u64,
    /// Bytes that were read in a row.
    len: u64,
    /// The block up to which blocks were asked for.
    ahead: u64,
    /// Blocks of the last request.
    size: u64,
    used: u64,
}

impl Cache {
    /// An object of `len` bytes, of which `head` are here already.
    pub(crate) fn new(fetch: impl Fetch, len: u64, counters: Arc<Counters>, head: &Bytes) -> Self {
        let shared = Shared {
            fetch: Box::new(fetch),
            len,
            counters,
            state: Mutex::default(),
            arrived: Condvar::new(),
            queued: Condvar::new(),
        };
        let mut state = lock(&shared.state);
        for start in (0..head.len()).step_by(BLOCK as usize) {
            let end = (start + BLOCK as usize).min(head.len());
            if end as u64 == len || end - start == BLOCK as usize {
                state.put(start as u64 / BLOCK, head.slice(start..end));
            }
        }
        drop(state);
        Self { shared: Arc::new(shared), process: process::id() }
    }

    /// Reads from `offset` on until `buffer` is full (but for more than 2 MiB) or the
    /// object ends.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        let shared = &self.shared;
        let most = buffer.len().min((LARGEST_REQUEST * BLOCK) as usize);
        let count = shared.len.saturating_sub(offset).min(most as u64) as usize;
        if count == 0 {
            return Ok(0);
        }
        let wanted = offset / BLOCK..(offset + count as u64).div_ceil(BLOCK);
        let ahead = lock(&shared.state).follow(offset, count as u64);
        let mut done = 0;
        let mut waited = false;
        for number in wanted.clone() {
            let rest = number..wanted.end;
            let (bytes, hit) = shared.block(rest, ahead, tick)?;
            waited |= !hit;
            let skip = (offset + done as u64 - number * BLOCK) as usize;
            let part = bytes.len().saturating_sub(skip).min(count - done);
            buffer[done..done + part].copy_from_slice(&bytes[skip..skip + part]);
            done += part;
        }
        if !waited {
            shared.counters.hit();
        }
        shared.read_ahead(offset + count as u64);
        Ok(count)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // In a child the threads are not there, and the lock may be held by one of them.
        if self.process == process::id() {
            lock(&self.shared.state).closed = true;
            self.shared.queued.notify_all();
            self.shared.fetch.stop();
        }
    }
}

impl Shared {
    /// The first of the blocks `wanted`, and whether it was there. All that are missing are asked
    /// for, and as many as `ahead` from the first on.
    fn block(
        self: &Arc<Self>,
        wanted: Range<u64>,
        ahead: Option<u64>,
        tick: &Tick,
    ) -> Result<(Bytes, bool)> {
        let mut state = lock(&self.state);
        let number = wanted.start;
        if let Some(bytes) = state.take(number) {
            return Ok((bytes, true));
        }
        // An error that nobody waited for may be out of date.
        if matches!(state.blocks.get(&number), Some(Block::Failed(_))) {
            state.blocks.remove(&number);
        }
        let end = ahead.map_or(wanted.end, |count| wanted.end.max(number + count));
        self.ask(&mut state, number..end.min(self.blocks()), true);
        drop(state);
        let start = Instant::now();
        let result = self.wait(number, tick);
        self.counters.waited(start);
        result.map(|bytes| (bytes, false))
    }

    fn wait(self: &Arc<Self>, number: u64, tick: &Tick) -> Result<Bytes> {
        loop {
            let mut state = lock(&self.state);
            if let Some(bytes) = state.take(number) {
                return Ok(bytes);
            }
            match state.blocks.get(&number) {
                Some(Block::Failed(error)) => return Err(error.clone()),
                Some(Block::Ready { .. } | Block::Coming) => {}
                // It came and went, since others needed the room.
                None => self.ask(&mut state, number..number + 1, true),
            }
            if state.threads == 0 {
                // No thread was to be had: this one does the work.
                if let Some(range) = state.queue.pop_front() {
                    drop(state);
                    self.run(range);
                    continue;
                }
            }
            drop(self.arrived.wait_timeout(state, tick.slice()));
            // Without the lock: a watch may run foreign code.
            tick.check()?;
        }
    }

    /// Keeps requests under way for reads that follow each other.
    fn read_ahead(self: &Arc<Self>, position: u64) {
        let mut state = lock(&self.state);
        let here = position / BLOCK;
        let last = self.blocks();
        let largest = state.largest_request();
        while let Some(run) = state.runs.iter_mut().find(|run| run.next == position) {
            let far = run.ahead >= here.max(1) + AHEAD * run.size;
            if run.len < RUN || far || run.ahead >= last {
                return;
            }
            run.size = (run.size * 2).min(largest);
            let start = run.ahead.max(here);
            let end = (start + run.size).min(last);
            run.ahead = end;
            self.ask(&mut state, start..end, false);
        }
    }

    /// Queues what is missing of `range`, in as few requests as that takes.
    fn ask(self: &Arc<Self>, state: &mut State, range: Range<u64>, urgent: bool) {
        let mut start = None;
        for number in range.start..=range.end {
            let missing = number < range.end && !state.blocks.contains_key(&number);
            match (missing, start) {
                (true, None) => start = Some(number),
                (false, Some(first)) => {
                    state.queue(first..number, urgent);
                    start = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
            if missing {
                state.blocks.insert(number, Block::Coming);
            }
        }
        self.employ(state);
    }

    /// Sees to it that there are threads for what is queued.
    fn employ(self: &Arc<Self>, state: &mut State) {
        self.queued.notify_all();
        if state.queue.len() <= state.idle || state.threads >= MOST_THREADS {
            return;
        }
        let shared = self.clone();
        let thread = thread::Builder::new().name("windlass-io".to_owned());
        if thread.spawn(move || shared.work()).is_ok() {
            state.threads += 1;
        }
    }

    /// What a thread does, until there was nothing to do for a while.
    fn work(self: Arc<Self>) {
        let mut state = lock(&self.state);
        while !state.closed {
            if let Some(range) = state.queue.pop_front() {
                drop(state);
                self.run(range);
                state = lock(&self.state);
                continue;
            }
            state.idle += 1;
            let (guard, timeout) = self.wait_for_work(state);
            state = guard;
            state.idle -= 1;
            if timeout && state.queue.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }

    fn wait_for_work<'a>(&self, state: MutexGuard<'a, State>) -> (MutexGuard<'a, State>, bool) {
        match self.queued.wait_timeout(state, IDLE) {
            Ok((guard, timeout)) => (guard, timeout.timed_out()),
            Err(poisoned) => (poisoned.into_inner().0, false),
        }
    }

    /// Fetches a range of blocks; each is there for the readers as soon as it is whole.
    fn run(&self, range: Range<u64>) {
        let bytes = range.start * BLOCK..(range.end * BLOCK).min(self.len);
        let mut next = range.start;
        let mut block = Vec::new();
        let mut failed = None;
        let mut sink = |piece: &[u8]| {
            let mut piece = piece;
            while !piece.is_empty() && next < range.end {
                if block.is_empty() {
                    match self.memory(next) {
                        Ok(memory) => block = memory,
                        Err(error) => {
                            failed = Some(error);
                            return false;
                        }
                    }
                }
                let room = self.block_len(next) - block.len();
                let (part, rest) = piece.split_at(piece.len().min(room));
                block.extend_from_slice(part);
                piece = rest;
                if block.len() == self.block_len(next) {
                    self.publish(next, Bytes::from(std::mem::take(&mut block)));
                    next += 1;
                }
            }
            !lock(&self.state).closed
        };
        let fetched = self.fetch.fetch(bytes, &mut sink);
        if next < range.end {
            let early = || Error::new(ErrorKind::Io, "the answer ended early");
            let error = failed.or(fetched.err()).unwrap_or_else(early);
            let mut state = lock(&self.state);
            for number in next..range.end {
                state.blocks.insert(number, Block::Failed(error.clone()));
            }
            self.arrived.notify_all();
        }
    }

    /// Memory for a block: that of one that went, if there is any.
    fn memory(&self, number: u64) -> Result<Vec<u8>> {
        let mut memory = lock(&self.state).spare.pop().unwrap_or_default();
        alloc::reserve(&mut memory, self.block_len(number))?;
        Ok(memory)
    }

    fn publish(&self, number: u64, bytes: Bytes) {
        lock(&self.state).put(number, bytes);
        self.arrived.notify_all();
    }

    fn blocks(&self) -> u64 {
        self.len.div_ceil(BLOCK)
    }

    fn block_len(&self, number: u64) -> usize {
        (self.len - number * BLOCK).min(BLOCK) as usize
    }
}

impl State {
    /// A block that is there.
    fn take(&mut self, number: u64) -> Option<Bytes> {
        self.clock += 1;
        let clock = self.clock;
        match self.blocks.get_mut(&number) {
            Some(Block::Ready { bytes, used, read }) => {
                *used = clock;
                *read = true;
                Some(bytes.clone())
            }
            Some(Block::Coming | Block::Failed(_)) | None => None,
        }
    }

    /// Keeps a block. If there are too many, the one that was not used for longest goes, of those
    /// first that do not wait for their first reader.
    fn put(&mut self, number: u64, bytes: Bytes) {
        self.clock += 1;
        let used = self.clock;
        self.blocks.insert(number, Block::Ready { bytes, used, read: false });
        self.ready += 1;
        while self.ready > MOST_BLOCKS {
            let age = |block: &Block| match block {
                Block::Ready { used: since, read, .. } => (!read && since + LONG > used, *since),
                Block::Coming | Block::Failed(_) => (true, u64::MAX),
            };
            let oldest = self.blocks.iter().min_by_key(|(_, block)| age(block));
            let Some(oldest) = oldest.map(|(&number, _)| number) else { return };
            if let Some(Block::Ready { bytes, .. }) = self.blocks.remove(&oldest) {
                self.ready -= 1;
                self.recycle(bytes);
            }
        }
    }

    /// Keeps the memory of a block, unless somebody still reads it or it is not of the usual size.
    fn recycle(&mut self, bytes: Bytes) {
        if bytes.is_unique() {
            let mut memory = Vec::from(bytes);
            if memory.capacity() == BLOCK as usize {
                memory.clear();
                self.spare.push(memory);
            }
        }
    }

    /// Notes a read. If it follows another one: how many blocks to ask for at once.
    fn follow(&mut self, offset: u64, count: u64) -> Option<u64> {
        self.clock += 1;
        let used = self.clock;
        let follows = |run: &&mut Run| (run.next..=run.next + GAP).contains(&offset);
        if let Some(run) = self.runs.iter_mut().find(follows) {
            run.len += count;
            run.next = offset + count;
            run.used = used;
            return (run.len >= RUN).then_some(run.size);
        }
        let oldest = self.runs.iter().enumerate().min_by_key(|(_, run)| run.used);
        if let Some(oldest) =
            oldest.map(|(index, _)| index).filter(|_| self.runs.len() >= MOST_RUNS)
        {
            self.runs.swap_remove(oldest);
        }
        let ahead = (offset + count).div_ceil(BLOCK);
        self.runs.push(Run { next: offset + count, len: count, ahead, size: 1, used });
        None
    }

    /// Blocks to ask for ahead, so that all who read in a row have their blocks until they want
    /// them.
    fn largest_request(&self) -> u64 {
        let recent = |run: &&Run| run.len >= RUN && run.used + RECENT > self.clock;
        let runs = self.runs.iter().filter(recent).count().max(1);
        (LARGEST_REQUEST / runs as u64).max(1)
    }

    /// Adds a request, to one that has not begun if it continues that.
    fn queue(&mut self, range: Range<u64>, urgent: bool) {
        for queued in &mut self.queue {
            let size = queued.end - queued.start + range.end - range.start;
            if queued.end == range.start && size <= LARGEST_REQUEST {
                queued.end = range.end;
                return;
            }
        }
        if urgent {
            self.queue.push_front(range);
        } else {
            self.queue.push_back(range);
        }
    }
}

/// Bytes of a block.
pub(crate) const BLOCK: u64 = 64 << 10;
/// Blocks that are kept: 8 MiB.
const MOST_BLOCKS: usize = 128;
/// Blocks of the largest request: 2 MiB.
const LARGEST_REQUEST: u64 = 32;
/// Requests that are under way ahead of a long read. With two of them, 20 ms of latency were more than
/// what they bring lasts.
const AHEAD: u64 = 3;
/// Bytes read in a row before more is asked for than is needed.
const RUN: u64 = 2 * BLOCK;
/// Bytes that reads in a row may leave out.
const GAP: u64 = 16 << 10;
/// Steps of the clock after which a run no longer counts.
const RECENT: u64 = 1000;
/// Steps of the clock after which nobody is expected to read a block any more.
const LONG: u64 = 4000;
/// Places that are read in a row at the same time.
const MOST_RUNS: usize = 16;
const MOST_THREADS: usize = 4;
/// How long a thread waits for work before it ends.
const IDLE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that tell where they are.
    struct Pattern;

    impl Fetch for Pattern {
        fn fetch(&self, range: Range<u64>, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
            for start in range.clone().step_by(10_000) {
                let bytes: Vec<u8> = (start..range.end.min(start + 10_000)).map(byte).collect();
                if !sink(&bytes) {
                    break;
                }
            }
            Ok(())
        }

        fn stop(&self) {}
    }

    fn byte(offset: u64) -> u8 {
        (offset ^ (offset >> 8) ^ (offset >> 16)) as u8
    }

    #[test]
    fn memory_of_blocks_is_used_again() {
        let len = 600 * BLOCK + 5;
        let cache = Cache::new(Pattern, len, Arc::default(), &Bytes::new());
        let (mut piece, mut offset) = (vec![0; 100_000], 0);
        while offset < len {
            let count = cache.read(offset, &mut piece, &Tick::default()).unwrap();
            let right = (offset..).zip(&piece[..count]).all(|(at, value)| *value == byte(at));
            assert!(right && count > 0, "at {offset}");
            offset += count as u64;
        }
        let state = lock(&cache.shared.state);
        assert_eq!(state.ready, MOST_BLOCKS);
        // Every thread may have asked for one block more than are kept.
        assert!((1..=MOST_THREADS).contains(&state.spare.len()), "{}", state.spare.len());
    }
}
