//! An image: a cheap, immutable handle on a node of the graph.

use crate::codec::{DynLoader, DynTileLoader, Loader, TileLoader};
use crate::declare::Value;
use crate::operator::{DynOperator, Kernel, Operator, Whole};
use crate::progress::Progress;
use crate::{BandFormat, Header, Pixels, Rect};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use windlass_io::{Error, ErrorKind, Result};

/// An image: header, metadata, and how its pixels are made. Nothing is computed before a sink
/// asks. Cheap to clone; `Send` and `Sync`.
#[derive(Clone)]
pub struct Image(Arc<Inner>);

struct Inner {
    identity: u64,
    header: Header,
    node: Arc<Node>,
    origin: OnceLock<Origin>,
    progress: Mutex<Option<Arc<Progress>>>,
}

/// The call that made an image, so that a pipeline can be printed, hashed and made anew.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "read by the faces")]
pub struct Origin {
    /// The operation
    pub nickname: &'static str,
    /// What was said, in the order of declaration
    pub args: Vec<(&'static str, Value)>,
    /// Which output of the operation it is
    pub output: &'static str,
}

impl Image {
    /// The image that a point operation makes of inputs of the same width and height.
    pub fn point(header: Header, inputs: &[&Self], kernel: impl Kernel) -> Result<Self> {
        let size = (header.width, header.height);
        debug_assert!(inputs.iter().all(|i| (i.header().width, i.header().height) == size));
        Self::node(header, inputs, name_of(&kernel), Work::Point(Box::new(kernel)))
    }

    /// The image that an area operation makes.
    pub fn area(header: Header, inputs: &[&Self], operator: impl Operator) -> Result<Self> {
        Self::node(header, inputs, name_of(&operator), Work::Area(Box::new(operator)))
    }

    /// The image that an operation on complete pixels makes.
    pub fn whole(header: Header, inputs: &[&Self], whole: impl Whole) -> Result<Self> {
        Self::node(header, inputs, name_of(&whole), Work::Whole(Box::new(whole)))
    }

    /// The image that a decoder of rows makes.
    pub fn loader(loader: impl Loader) -> Result<Self> {
        let header = loader.header().clone();
        Self::node(header, &[], name_of(&loader), Work::Rows(Box::new(loader)))
    }

    /// The image that a decoder of tiles makes.
    pub fn tile_loader(loader: impl TileLoader) -> Result<Self> {
        let header = loader.header().clone();
        Self::node(header, &[], name_of(&loader), Work::Tiles(Box::new(loader)))
    }

    /// The image of pixels in memory.
    pub fn from_pixels(header: Header, pixels: Pixels) -> Result<Self> {
        let fits = (pixels.width(), pixels.height(), pixels.pixel_size())
            == (header.width, header.height, header.pixel_size());
        if !fits {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("{pixels:?} for a header of {:?}", header.rect()),
            ));
        }
        Self::node(header, &[], "memory", Work::Memory(pixels))
    }

    /// The image of `bytes`: rows without gaps, samples in machine order. Interpreted by its bands.
    pub fn from_memory(
        width: i32,
        height: i32,
        bands: i32,
        format: BandFormat,
        bytes: impl Into<bytes::Bytes>,
    ) -> Result<Self> {
        let header = Header::new(width, height, bands, format);
        let pixels = Pixels::from_bytes(&header, bytes.into())?;
        Self::from_pixels(header, pixels)
    }

    /// The matrix of `rows`: one band of doubles.
    pub fn from_matrix(rows: &[Vec<f64>]) -> Result<Self> {
        let width = rows.first().map_or(0, Vec::len);
        let mut header = Header::new(width as i32, rows.len() as i32, 1, BandFormat::F64);
        header.interpretation = crate::Interpretation::Matrix;
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
        let pixels = Pixels::from_bytes(&header, bytes.into())?;
        Self::from_pixels(header, pixels)
    }

    fn node(header: Header, inputs: &[&Self], name: &'static str, work: Work) -> Result<Self> {
        header.check()?;
        let node = Node {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            name,
            operation: crate::cache::current_operation(),
            width: header.width,
            height: header.height,
            bands: header.bands,
            format: header.format,
            work,
            inputs: inputs.iter().map(|input| Arc::clone(&input.0.node)).collect(),
            kept: Mutex::default(),
            passes: AtomicU32::new(0),
            killed: AtomicBool::new(false),
        };
        let progress = inputs.iter().find_map(|input| input.progress().filter(|p| p.is_enabled()));
        Ok(Self::of(header, Arc::new(node), progress))
    }

    fn of(header: Header, node: Arc<Node>, progress: Option<Arc<Progress>>) -> Self {
        Self(Arc::new(Inner {
            identity: IDS.fetch_add(1, Ordering::Relaxed),
            header,
            node,
            origin: OnceLock::new(),
            progress: Mutex::new(progress),
        }))
    }

    /// The image of a node alone: its geometry, nothing else is known.
    pub(crate) fn of_node(node: Arc<Node>) -> Self {
        let header = Header::new(node.width, node.height, node.bands, node.format);
        Self::of(header, node, None)
    }

    /// The same pixels under another header, whose rows have as many bytes and which has as many rows.
    pub fn with_header(&self, header: Header) -> Result<Self> {
        header.check()?;
        let old = self.header();
        let same_geometry = (old.width, old.height) == (header.width, header.height)
            && old.pixel_size() == header.pixel_size();
        if !same_geometry {
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!(
                    "{} x {} pixels of {} bytes can't be read as {} x {} of {}",
                    old.width,
                    old.height,
                    old.pixel_size(),
                    header.width,
                    header.height,
                    header.pixel_size()
                ),
            ));
        }
        let progress = self.progress().filter(|p| p.is_enabled());
        Ok(Self::of(header, Arc::clone(&self.0.node), progress))
    }

    /// Size, bands, format, meaning, metadata.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// All pixels.
    pub fn rect(&self) -> Rect {
        self.0.header.rect()
    }

    /// Whether both are one image, not merely equal pixels.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A number that no other image has.
    pub fn identity(&self) -> u64 {
        self.0.identity
    }

    /// Whether both show the same pixels of the same node.
    pub fn same_pixels(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.node, &other.0.node)
    }

    /// The call that made it, where it came through the table of operations.
    pub fn origin(&self) -> Option<&Origin> {
        self.0.origin.get()
    }

    pub(crate) fn set_origin(&self, origin: impl FnOnce() -> Origin) {
        self.0.origin.get_or_init(origin);
    }

    /// Bytes of pixels that this image itself keeps in memory.
    pub(crate) fn memory_size(&self) -> u64 {
        match &self.0.node.work {
            Work::Memory(pixels) => pixels.size(),
            _ => 0,
        }
    }

    pub(crate) fn graph(&self) -> &Arc<Node> {
        &self.0.node
    }

    /// Says that the memory behind this image has changed: nothing that was kept or cached of what is
    /// made from it counts any more.
    pub fn invalidate(&self) {
        crate::engine::invalidate();
        crate::cache::clear();
    }

    /// Asks for the next evaluation that touches this image to fail, or takes that back.
    pub fn set_kill(&self, kill: bool) {
        self.0.node.killed.store(kill, Ordering::Relaxed);
        KILLS.fetch_add(1, Ordering::Relaxed);
    }

    /// True while somebody else holds this image too, such as one that is made from it.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Who is told of evaluations of this image.
    pub fn progress(&self) -> Option<Arc<Progress>> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says who is told of evaluations of this image and of images made from it from now on.
    pub fn set_progress(&self, progress: Option<Arc<Progress>>) {
        *self.0.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

static IDS: AtomicU64 = AtomicU64::new(1);
static KILLS: AtomicU64 = AtomicU64::new(0);

/// How often `set_kill` was called in the process.
pub(crate) fn kills() -> u64 {
    KILLS.load(Ordering::Relaxed)
}

impl From<&Self> for Image {
    fn from(image: &Self) -> Self {
        image.clone()
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header { width, height, bands, format, interpretation, .. } = self.header();
        let node = &self.0.node;
        write!(f, "{width}x{height} {format}, {bands} bands, {interpretation:?} ({})", node.name)
    }
}

/// A node of the graph: its geometry and its work. Nodes are made after their inputs, so the
/// order of their numbers is an order of dependency.
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// The operation that was being called when it was made
    pub(crate) operation: Option<&'static str>,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) bands: i32,
    pub(crate) format: BandFormat,
    pub(crate) work: Work,
    pub(crate) inputs: Vec<Arc<Node>>,
    /// Pixels kept from an earlier evaluation, with the epoch they belong to.
    pub(crate) kept: Mutex<Option<(u64, Pixels)>>,
    /// Evaluations that read this loader.
    pub(crate) passes: AtomicU32,
    pub(crate) killed: AtomicBool,
}

pub(crate) enum Work {
    Memory(Pixels),
    Point(Box<dyn Kernel>),
    Area(Box<dyn DynOperator>),
    Whole(Box<dyn Whole>),
    Rows(Box<dyn DynLoader>),
    Tiles(Box<dyn DynTileLoader>),
}

impl Node {
    /// What users know it by.
    pub(crate) fn label(&self) -> &'static str {
        self.operation.unwrap_or(self.name)
    }

    pub(crate) fn rect(&self) -> Rect {
        Rect::new(0, 0, self.width, self.height)
    }

    pub(crate) fn pixel(&self) -> usize {
        self.bands as usize * self.format.size()
    }

    pub(crate) fn row_size(&self) -> usize {
        self.width as usize * self.pixel()
    }
}

impl Drop for Node {
    /// Drops long chains without recursion.
    fn drop(&mut self) {
        let mut orphans = std::mem::take(&mut self.inputs);
        while let Some(node) = orphans.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                orphans.append(&mut node.inputs);
            }
        }
    }
}

/// The name of a type without its path and parameters.
fn name_of<T>(_: &T) -> &'static str {
    let full = std::any::type_name::<T>();
    let path = full.split('<').next().unwrap_or(full);
    // a typed kernel says more than the wrapper around it
    let inner = full.strip_prefix("windlass_core::point::Erased<").unwrap_or(path);
    let inner = inner.split(['<', '>']).next().unwrap_or(inner);
    inner.rsplit("::").next().unwrap_or(inner)
}
