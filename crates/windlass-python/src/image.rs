//! The handle of an image.

use crate::progress::{Handler, Watch};
use crate::{convert, error, evaluate, metadata};
use bytes::Bytes;
use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyString, PyType};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use windlass_core::declare::{ArgEnum, Recipe};
use windlass_core::progress::Progress;
use windlass_core::{BandFormat, Header, Image, Meta, Pixels, Result};
use windlass_sys::Fresh;
use windlass_sys::python::{bytearray_with, bytes_with};

/// What the class `Image` of the package derives from: an image of the engine.
///
/// The engine's images never change. Where Python changes one (metadata, `write`), the handle takes
/// another image.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct ImageBase {
    image: Mutex<Image>,
    /// The watchers that were attached to this image itself.
    progress: OnceLock<Arc<Progress>>,
    /// Their handlers, for the collector of cycles.
    handlers: Mutex<Vec<Arc<Handler>>>,
    /// The memory that it was made from, where that may change.
    lent: Mutex<Option<Py<PyAny>>>,
    unwritten: AtomicBool,
}

/// An image on its way into a handle.
#[pyclass(module = "windlass._windlass", frozen)]
pub(crate) struct Made {
    image: Image,
    lent: Mutex<Option<Py<PyAny>>>,
}

/// The image as an instance of the class `Image` of the package.
pub(crate) fn wrap(py: Python<'_>, image: Image) -> PyResult<Bound<'_, PyAny>> {
    wrap_lent(py, image, None)
}

fn wrap_lent(py: Python<'_>, image: Image, lent: Option<Py<PyAny>>) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let made = Made { image, lent: Mutex::new(lent) };
    CLASS.import(py, "windlass.vimage", "Image")?.call1((made,))
}

impl ImageBase {
    /// The image of the engine.
    pub(crate) fn image(&self) -> Image {
        self.image.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, image: Image) {
        // the old image is dropped after the lock: it may own Python objects
        let mut guard = self.image.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *guard, image);
        drop(guard);
        drop(old);
    }

    /// Another header for the same pixels and the same watchers.
    pub(crate) fn change(&self, py: Python<'_>, change: impl FnOnce(&mut Header)) -> PyResult<()> {
        let image = self.image();
        let mut header = image.header().clone();
        change(&mut header);
        let changed = image
            .with_header(header)
            .map_err(|error| error::to_python(py, "unable to set metadata", &error))?;
        changed.set_progress(image.progress());
        self.put(changed);
        Ok(())
    }
}

#[pymethods]
impl ImageBase {
    #[new]
    fn new(made: &Bound<'_, PyAny>) -> PyResult<Self> {
        let made = made.cast::<Made>().map_err(|_| {
            PyTypeError::new_err("images are made by Image.new_from_... and by operations")
        })?;
        let lent = made.get().lent.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(Self {
            image: Mutex::new(made.get().image.clone()),
            progress: OnceLock::new(),
            handlers: Mutex::default(),
            lent: Mutex::new(lent),
            unwritten: AtomicBool::new(false),
        })
    }

    /// Width in pixels.
    #[getter]
    fn width(&self) -> i32 {
        self.image().header().width
    }

    /// Height in pixels.
    #[getter]
    fn height(&self) -> i32 {
        self.image().header().height
    }

    /// Samples of a pixel.
    #[getter]
    fn bands(&self) -> i32 {
        self.image().header().bands
    }

    /// How a sample is stored: a member of `BandFormat`.
    #[getter]
    fn format<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.image().header().format.nick())
    }

    /// How a pixel is packed: a member of `Coding`.
    #[getter]
    fn coding<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.image().header().coding.nick())
    }

    /// What the bands mean: a member of `Interpretation`.
    #[getter]
    fn interpretation<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.image().header().interpretation.nick())
    }

    /// Pixels per millimetre across.
    #[getter]
    fn xres(&self) -> f64 {
        self.image().header().xres
    }

    /// Pixels per millimetre down.
    #[getter]
    fn yres(&self) -> f64 {
        self.image().header().yres
    }

    /// Where the origin of the image lies, a hint.
    #[getter]
    fn xoffset(&self) -> i32 {
        self.image().header().xoffset
    }

    /// Where the origin of the image lies, a hint.
    #[getter]
    fn yoffset(&self) -> i32 {
        self.image().header().yoffset
    }

    /// The name of the file that the image came from; `temp-…` of images that came from none, `None`
    /// of those that came from a buffer or source.
    #[getter]
    fn filename(&self) -> Option<String> {
        let image = self.image();
        if let Some(name) = &image.header().filename {
            return Some(name.to_string());
        }
        let loaded = image.origin().is_some_and(|origin| origin.nickname.contains("load_"));
        (!loaded).then(|| format!("temp-{}", image.identity()))
    }

    /// A number that tells images apart while they live.
    #[getter]
    fn pointer(&self) -> u64 {
        self.image().identity()
    }

    /// The metadata item `scale` of matrices; 1 where there is none.
    fn _scale(&self) -> f64 {
        metadata::double(&self.image(), "scale").unwrap_or(1.0)
    }

    /// The metadata item `offset` of matrices; 0 where there is none.
    fn _offset(&self) -> f64 {
        metadata::double(&self.image(), "offset").unwrap_or(0.0)
    }

    /// Names of the metadata items, without the fields of the header.
    fn _item_names(&self) -> Vec<String> {
        self.image().header().metadata.iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// The kind of a metadata item (`int`, `string`, …), and its value.
    fn _item<'py>(
        &self,
        py: Python<'py>,
        name: &str,
    ) -> PyResult<Option<(&str, Bound<'py, PyAny>)>> {
        match self.image().header().metadata.get(name) {
            Some(meta) => Ok(Some((metadata::kind(meta), metadata::to_python(py, meta)?))),
            None => Ok(None),
        }
    }

    /// The kind of a metadata item.
    fn _item_kind(&self, name: &str) -> Option<&str> {
        self.image().header().metadata.get(name).map(metadata::kind)
    }

    /// Sets a metadata item.
    fn _set_item(
        &self,
        py: Python<'_>,
        name: &str,
        kind: &str,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let meta = metadata::from_python(kind, value)?;
        self.change(py, |header| header.metadata.set(name, meta))
    }

    /// Removes a metadata item; whether it was there.
    fn _remove_item(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        let mut there = false;
        self.change(py, |header| there = header.metadata.remove(name))?;
        Ok(there)
    }

    /// All pixels as `bytes`, rows without gaps, samples in machine order.
    fn write_to_memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let image = self.image();
        bytes_with(py, size(&image)?, |memory| write_into(py, &image, memory))
    }

    /// All pixels as a `bytearray`, for arrays that can be written to.
    fn _write_to_bytearray<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let image = self.image();
        bytearray_with(py, size(&image)?, |memory| write_into(py, &image, memory))
    }

    /// The same image with its pixels in memory, computed now.
    fn copy_memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let image = self.image();
        let held = evaluate::detached(py, || {
            let held = image.hold()?;
            held.set_progress(image.progress());
            Ok(held)
        });
        wrap(py, held.map_err(|error| error::to_python(py, "unable to copy to memory", &error))?)
    }

    /// Becomes another image, once.
    fn _take(&self, other: &Bound<'_, Self>) {
        self.unwritten.store(false, Ordering::Relaxed);
        self.put(other.get().image());
    }

    /// Says that the image waits for its pixels, in which file.
    fn _set_unwritten(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.unwritten.store(true, Ordering::Relaxed);
        self.change(py, |header| header.filename = Some(name.into()))
    }

    /// Whether the image waits for its pixels.
    fn _is_unwritten(&self) -> bool {
        self.unwritten.load(Ordering::Relaxed)
    }

    /// Forgets what was computed from the image, and looks again at memory that changed.
    fn invalidate(&self, py: Python<'_>) -> PyResult<()> {
        let image = self.image();
        py.detach(|| image.invalidate());
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = lent.as_ref().map(|lent| lent.clone_ref(py));
        let Some(lent) = lent else { return Ok(()) };
        let header = self.image().header().clone();
        let bytes = convert::blob(lent.bind(py))?;
        let image = memory(header, bytes)
            .map_err(|error| error::to_python(py, "unable to make image from memory", &error))?;
        image.set_progress(self.image().progress());
        self.put(image);
        Ok(())
    }

    /// Makes the next evaluation that uses the image fail, or takes that back.
    fn set_kill(&self, kill: i32) {
        self.image().set_kill(kill != 0);
    }

    /// Says whether handlers of progress are called.
    fn set_progress(&self, progress: i32) {
        let image = self.image();
        let own = self.progress.get_or_init(Arc::default);
        own.enable(progress != 0);
        if progress == 0 {
            image.set_progress(None);
        } else if image.progress().is_none_or(|watched| !watched.is_enabled()) {
            image.set_progress(Some(Arc::clone(own)));
        }
    }

    /// Calls `handler(image, progress)` at each event of that name: preeval, eval, posteval.
    fn _watch(slf: &Bound<'_, Self>, event: &str, handler: Bound<'_, PyAny>) -> PyResult<()> {
        let this = slf.get();
        let handler = Arc::new(Handler::new(handler)?);
        let watch = Watch::new(slf, event, Arc::clone(&handler))?;
        let own = this.progress.get_or_init(Arc::default);
        own.watch(Arc::new(watch));
        this.handlers.lock().unwrap_or_else(PoisonError::into_inner).push(handler);
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        // never waits: the collector may have stopped whoever holds the lock
        if let Ok(lent) = self.lent.try_lock()
            && let Some(lent) = &*lent
        {
            visit.call(lent)?;
        }
        let (Ok(handlers), Ok(image)) = (self.handlers.try_lock(), self.image.try_lock()) else {
            return Ok(());
        };
        // those of images made from this one are not this object's alone
        let Some(own) = self.progress.get() else { return Ok(()) };
        let told = image.progress().is_some_and(|told| Arc::ptr_eq(&told, own));
        let ours = 1 + usize::from(told && !image.is_shared());
        if Arc::strong_count(own) > ours {
            return Ok(());
        }
        handlers.iter().try_for_each(|handler| handler.visit(&visit))
    }

    fn __clear__(&self) {
        let handlers =
            std::mem::take(&mut *self.handlers.lock().unwrap_or_else(PoisonError::into_inner));
        handlers.iter().for_each(|handler| handler.clear());
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(lent);
    }

    /// Whether the last band is an alpha.
    fn _has_alpha(&self) -> bool {
        self.image().header().has_alpha()
    }

    /// Pages in the file.
    fn _page_count(&self) -> i32 {
        self.image().header().page_count()
    }

    /// The height of a page.
    fn _page_height(&self) -> i32 {
        self.image().header().page_height()
    }

    /// How the pixels would be made: the plan, and the memory that it will take.
    fn explain(&self, py: Python<'_>) -> PyResult<String> {
        let image = self.image();
        evaluate::detached(py, || image.explain())
            .map_err(|error| error::to_python(py, "unable to explain", &error))
    }

    /// The calls that made the image, a line a step; `Image.new_from_recipe` makes it anew.
    fn recipe(&self, py: Python<'_>) -> PyResult<String> {
        let recipe = self.image().recipe();
        let recipe =
            recipe.map_err(|error| error::to_python(py, "unable to write recipe", &error))?;
        Ok(recipe.to_string())
    }
}

/// Bytes of all pixels.
fn size(image: &Image) -> PyResult<usize> {
    let size = image.header().image_size();
    usize::try_from(size).map_err(|_| PyMemoryError::new_err(format!("no room for {size} bytes")))
}

/// Computes all pixels straight into Python's memory.
fn write_into(py: Python<'_>, image: &Image, memory: Fresh<'_>) -> PyResult<()> {
    evaluate::detached(py, || image.write_into(memory))
        .map_err(|error| error::to_python(py, "unable to write to memory", &error))
}

/// An image of memory under a header.
fn memory(header: Header, bytes: Bytes) -> Result<Image> {
    let pixels = Pixels::from_bytes(&header, bytes)?;
    Image::from_pixels(header, pixels)
}

/// The image that a recipe makes.
#[pyfunction]
pub(crate) fn image_from_recipe<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let made = evaluate::detached(py, || text.parse::<Recipe>()?.make());
    wrap(py, made.map_err(|error| error::to_python(py, "unable to make recipe", &error))?)
}

/// The image of a buffer; `size` is width, height and bands, `format` a number.
#[pyfunction]
pub(crate) fn image_from_bytes<'py>(
    data: &Bound<'py, PyAny>,
    size: (i32, i32, i32),
    format: i32,
) -> PyResult<Bound<'py, PyAny>> {
    let py = data.py();
    let (width, height, bands) = size;
    let Some(format) = BandFormat::from_number(format) else {
        return Err(error::new(
            py,
            "unable to make image from memory",
            &format!("VipsImage: no band format {format}"),
        ));
    };
    let (bytes, lent) = match convert::constant(data)? {
        Some(bytes) => (bytes, None),
        // held, so that what `invalidate` looks at again can't be resized meanwhile
        None => (convert::blob(data)?, Some(convert::view(data)?.into_any().unbind())),
    };
    let image = memory(Header::new(width, height, bands, format), bytes)
        .map_err(|error| error::to_python(py, "unable to make image from memory", &error))?;
    wrap_lent(py, image, lent)
}

/// The matrix of a list of rows, with its scale and offset.
#[pyfunction]
pub(crate) fn matrix<'py>(
    rows: &Bound<'py, PyAny>,
    scale: f64,
    offset: f64,
) -> PyResult<Bound<'py, PyAny>> {
    let py = rows.py();
    let rows: Vec<Vec<f64>> = rows.extract()?;
    let image = make_matrix(&rows, scale, offset)
        .map_err(|error| error::to_python(py, "unable to make image from matrix", &error))?;
    wrap(py, image)
}

/// The matrix of `rows`, with its scale and offset as metadata.
pub(crate) fn make_matrix(rows: &[Vec<f64>], scale: f64, offset: f64) -> Result<Image> {
    let image = Image::from_matrix(rows)?;
    let mut header = image.header().clone();
    header.metadata.set("scale", Meta::Double(scale));
    header.metadata.set("offset", Meta::Double(offset));
    image.with_header(header)
}
