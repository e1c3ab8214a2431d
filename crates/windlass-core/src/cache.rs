//! The cache of operations: the same call gives the same image, as in the reference.

use crate::declare::{Args, OpSpec, Value};
use crate::image::Origin;
use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::TryLockError::WouldBlock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use windlass_io::{Result, Source, SourceKey};

type Outputs = Vec<(&'static str, Value)>;

/// Calls the operation of `args`, or gives what the same call gave before.
pub(crate) fn call(args: &Args) -> Result<Outputs> {
    let spec = args.spec();
    let key = (!spec.nocache).then(|| Key::new(args)).flatten();
    if let Some(key) = &key
        && let Some(outputs) = lock().find(key)
    {
        return Ok(outputs);
    }
    let outer = OPERATION.replace(Some(spec.nickname));
    let outputs = (spec.call)(args);
    OPERATION.set(outer);
    let outputs = outputs.map_err(|error| located(error, spec))?;
    for (output, value) in &outputs {
        if let Value::Image(image) = value {
            image.set_origin(|| Origin {
                nickname: spec.nickname,
                args: args.iter().map(|(name, value)| (name, value.clone())).collect(),
                output,
            });
        }
    }
    if let Some(key) = key {
        let old = lock().insert(key, &outputs);
        // dropped without the lock: images may own foreign objects
        drop(old);
    }
    Ok(outputs)
}

thread_local! {
    static OPERATION: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// The operation being called on this thread.
pub(crate) fn current_operation() -> Option<&'static str> {
    OPERATION.get()
}

fn located(error: windlass_io::Error, spec: &OpSpec) -> windlass_io::Error {
    if error.context().iter().any(|(key, _)| *key == "operation") {
        return error;
    }
    error.with("operation", spec.nickname)
}

/// Operations kept at most (the reference's default is 100).
pub fn max() -> usize {
    MAX.load(Ordering::Relaxed)
}

/// Sets how many operations are kept; 0 empties and disables.
pub fn set_max(max: usize) {
    MAX.store(max, Ordering::Relaxed);
    trim();
}

/// Bytes of pixels that kept results may hold (default 100 MiB).
pub fn max_memory() -> u64 {
    MAX_MEMORY.load(Ordering::Relaxed)
}

/// Sets the bytes of pixels that kept results may hold.
pub fn set_max_memory(bytes: u64) {
    MAX_MEMORY.store(bytes, Ordering::Relaxed);
    trim();
}

/// Files that kept results may hold open (default 100).
pub fn max_files() -> usize {
    MAX_FILES.load(Ordering::Relaxed)
}

/// Sets the files that kept results may hold open; ours close theirs when idle.
pub fn set_max_files(files: usize) {
    MAX_FILES.store(files, Ordering::Relaxed);
}

fn trim() {
    let old = lock().trim();
    // dropped without the lock: images may own foreign objects
    drop(old);
}

/// Calls kept now.
pub fn size() -> usize {
    lock().entries.len()
}

/// Forgets all calls.
pub fn clear() {
    let mut cache = lock();
    let old = std::mem::take(&mut cache.entries);
    cache.memory = 0;
    drop(cache);
    drop(old);
}

struct Cache {
    entries: VecDeque<Entry>,
    memory: u64,
}

struct Entry {
    key: Key,
    outputs: Outputs,
    memory: u64,
}

/// The cache of this process.
///
/// In a child that was forked while another thread of its parent held the lock, nobody would ever
/// give it back. So each process remembers which of a few caches is its own, and a child takes
/// one that is free.
fn lock() -> MutexGuard<'static, Cache> {
    static CACHES: [Mutex<Cache>; FORKS] = [const { Mutex::new(Cache::EMPTY) }; FORKS];
    /// The process in the upper half, and which cache is its own in the lower
    static OWNER: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(std::process::id());
    let owner = OWNER.load(Ordering::Acquire);
    let mut own = owner as u32 as usize;
    if owner >> 32 != process {
        let is_free = |at: &usize| !matches!(CACHES[*at].try_lock(), Err(WouldBlock));
        let free = (own..own + FORKS).map(|at| at % FORKS).find(is_free).unwrap_or(own);
        let new = process << 32 | free as u64;
        let taken = OWNER.compare_exchange(owner, new, Ordering::AcqRel, Ordering::Acquire);
        // another thread of ours may have been first
        own = taken.map_or_else(|owner| owner as u32 as usize, |_| free);
    }
    CACHES[own].lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forks, each within the child of the one before, that may meet a held lock.
const FORKS: usize = 8;

static MAX: AtomicUsize = AtomicUsize::new(100);
static MAX_MEMORY: AtomicU64 = AtomicU64::new(100 << 20);
static MAX_FILES: AtomicUsize = AtomicUsize::new(100);

impl Cache {
    const EMPTY: Self = Self { entries: VecDeque::new(), memory: 0 };

    fn find(&mut self, key: &Key) -> Option<Outputs> {
        let at = self.entries.iter().position(|entry| entry.key == *key)?;
        let entry = self.entries.remove(at)?;
        let outputs = entry.outputs.clone();
        self.entries.push_front(entry);
        Some(outputs)
    }

    /// Keeps a call; returns what has to go for it.
    fn insert(&mut self, key: Key, outputs: &Outputs) -> Vec<Entry> {
        if max() == 0 {
            return Vec::new();
        }
        let memory = outputs.iter().map(|(_, value)| pixel_memory(value)).sum();
        self.memory += memory;
        self.entries.push_front(Entry { key, outputs: outputs.clone(), memory });
        self.trim()
    }

    /// Takes out what is too much, oldest first.
    fn trim(&mut self) -> Vec<Entry> {
        let mut old = Vec::new();
        while self.entries.len() > max() || self.memory > max_memory() {
            let Some(entry) = self.entries.pop_back() else { break };
            self.memory -= entry.memory;
            old.push(entry);
        }
        old
    }
}

/// Bytes of pixels that a value alone keeps in memory.
fn pixel_memory(value: &Value) -> u64 {
    match value {
        Value::Image(image) => image.memory_size(),
        Value::Blob(blob) => blob.len() as u64,
        _ => 0,
    }
}

/// What was called, and with what. Images count by identity: the entry keeps them alive.
struct Key {
    spec: &'static OpSpec,
    hash: u64,
    args: Vec<(&'static str, Value)>,
    file: Option<SourceKey>,
}

impl Key {
    /// The key of a call; none where an argument can't be compared.
    fn new(args: &Args) -> Option<Self> {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut file = None;
        let mut given = Vec::new();
        for (name, value) in args.iter() {
            if name == "filename"
                && let Value::String(path) = value
            {
                // a changed file is another file
                file = Some(Source::from_file(&**path).ok()?.key());
            }
            hash = mix(mix(hash, name.len() as u64), digest(value)?);
            given.push((name, value.clone()));
        }
        Some(Self { spec: args.spec(), hash, args: given, file })
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.spec, other.spec)
            && self.hash == other.hash
            && self.file == other.file
            && self.args.len() == other.args.len()
            && self.args.iter().zip(&other.args).all(|((a, x), (b, y))| a == b && same(x, y))
    }
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
}

/// A number that equal values share; none for values that are never equal.
fn digest(value: &Value) -> Option<u64> {
    let fold = |parts: &mut dyn Iterator<Item = u64>| Some(parts.fold(7, mix));
    match value {
        Value::Bool(b) => Some(u64::from(*b)),
        Value::Int(n) => Some(*n as u64),
        Value::Double(d) => Some(d.to_bits()),
        Value::String(s) => fold(&mut s.bytes().map(u64::from)),
        Value::Image(image) => Some(image.identity()),
        Value::Images(images) => fold(&mut images.iter().map(crate::Image::identity)),
        Value::Ints(n) => fold(&mut n.iter().map(|n| *n as u64)),
        Value::Doubles(d) => fold(&mut d.iter().map(|d| d.to_bits())),
        Value::Blob(blob) => Some(mix(blob.as_ptr() as u64, blob.len() as u64)),
        Value::Interpolate(i) => Some(*i as u64),
        Value::Source(_) | Value::Target(_) => None,
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Image(a), Value::Image(b)) => a.is(b),
        (Value::Images(a), Value::Images(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(b))
        }
        (Value::Ints(a), Value::Ints(b)) => a == b,
        (Value::Doubles(a), Value::Doubles(b)) => {
            a.iter().map(|d| d.to_bits()).eq(b.iter().map(|d| d.to_bits()))
        }
        // the entry keeps the bytes, so equal addresses are equal bytes
        (Value::Blob(a), Value::Blob(b)) => a.as_ptr() == b.as_ptr() && a.len() == b.len(),
        (Value::Interpolate(a), Value::Interpolate(b)) => a == b,
        _ => false,
    }
}
