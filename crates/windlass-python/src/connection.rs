//! Sources and targets, and the Python functions that serve them.

use crate::convert::{self, no_pointer, type_name};
use crate::memory::Exported;
use crate::{error, evaluate};
use pyo3::exceptions::{PyException, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyType};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use windlass::foreign;
use windlass_core::{Context, Error, ErrorKind, Result, Source, Target};
use windlass_io::{Handlers, TargetHandlers, Timeouts, shown};

/// What the class `Source` of the package derives from.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct SourceBase {
    source: Source,
    callbacks: Arc<Callbacks>,
}

/// What the class `Target` of the package derives from.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct TargetBase {
    target: Target,
    callbacks: Arc<Callbacks>,
}

/// The source of a handle, or of whatever else gives bytes.
pub(crate) fn source_of(value: &Bound<'_, PyAny>) -> PyResult<Source> {
    if let Ok(source) = value.cast::<SourceBase>() {
        return Ok(source.get().source.clone());
    }
    let made = adapted(value, "source_of")?;
    match made.cast::<SourceBase>() {
        Ok(source) => Ok(source.get().source.clone()),
        Err(_) => Err(no_pointer(value)),
    }
}

/// The target of a handle, or of whatever else takes bytes.
pub(crate) fn target_of(value: &Bound<'_, PyAny>) -> PyResult<Target> {
    if let Ok(target) = value.cast::<TargetBase>() {
        return Ok(target.get().target.clone());
    }
    let made = adapted(value, "target_of")?;
    match made.cast::<TargetBase>() {
        Ok(target) => Ok(target.get().target.clone()),
        Err(_) => Err(no_pointer(value)),
    }
}

fn adapted<'py>(value: &Bound<'py, PyAny>, how: &str) -> PyResult<Bound<'py, PyAny>> {
    value.py().import("windlass._adapt")?.call_method1(how, (value,))
}

/// Timeouts from seconds; a step is one read or one write.
fn timeouts(step: Option<f64>, total: Option<f64>) -> PyResult<Timeouts> {
    let duration = |seconds: Option<f64>| {
        let bad = || PyValueError::new_err("a timeout is a number of seconds above 0");
        let positive = |seconds| if seconds > 0.0 { Ok(seconds) } else { Err(bad()) };
        let seconds = seconds.map(positive).transpose()?;
        seconds.map(|s| Duration::try_from_secs_f64(s).map_err(|_| bad())).transpose()
    };
    Ok(Timeouts { step: duration(step)?, total: duration(total)? })
}

#[pymethods]
impl SourceBase {
    /// `kind` is file, descriptor, memory or custom.
    #[new]
    fn new(kind: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let callbacks = Arc::new(Callbacks::default());
        let source = match kind {
            "file" => {
                let name = convert::text(value)?;
                Source::from_name(&name).map_err(|error| {
                    let text = format!("can't create source from filename {}", shown(&name));
                    error::to_python(py, &text, &error)
                })?
            }
            "descriptor" => {
                let (descriptor, offset, length): (i32, u64, Option<u64>) = value.extract()?;
                let source = if offset == 0 && length.is_none() {
                    Source::from_descriptor(descriptor)
                } else {
                    Source::from_descriptor_range(descriptor, offset, length)
                };
                source.map_err(|error| {
                    let text = format!("can't create source from descriptor {descriptor}");
                    error::to_python(py, &text, &error)
                })?
            }
            // bytes never change; what may change is held and read piece by piece
            "memory" => match convert::constant(value)? {
                Some(bytes) => Source::from_memory(bytes),
                None => Source::from_reader("source", Exported::new(value)?),
            },
            "custom" => Source::custom(Reading(Arc::clone(&callbacks))),
            other => return Err(PyValueError::new_err(format!("no source of kind {other}"))),
        };
        Ok(Self { source, callbacks })
    }

    /// The name of the file; None of other sources.
    fn filename(&self) -> Option<String> {
        self.source.filename().map(|name| name.to_string_lossy().into_owned())
    }

    /// The name for messages.
    fn nick(&self) -> &str {
        self.source.nick()
    }

    /// What was read so far, by all who read.
    fn stats(&self) -> Stats {
        Stats::new(self.source.stats())
    }

    /// Sets how many seconds a read and all reads may take.
    fn _set_timeout(&self, py: Python<'_>, step: Option<f64>, total: Option<f64>) -> PyResult<()> {
        let set = self.source.set_timeouts(timeouts(step, total)?);
        set.map_err(|error| error::to_python(py, "unable to set timeout", &error))
    }

    /// Sets what serves `role`: read or seek.
    fn _handle(&self, role: &str, handler: Py<PyAny>) -> PyResult<()> {
        self.callbacks.set(role, handler)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // of a source that images hold too, the functions are not this object's alone
        if self.source.is_shared() { Ok(()) } else { self.callbacks.visit(visit) }
    }

    fn __clear__(&self) {
        self.callbacks.clear();
    }
}

#[pymethods]
impl TargetBase {
    /// `kind` is file, descriptor, memory or custom.
    #[new]
    fn new(kind: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let callbacks = Arc::new(Callbacks::default());
        let target = match kind {
            "file" => {
                let name = convert::text(value)?;
                Target::to_name(&name).map_err(|error| {
                    let text = format!("can't create output target from filename {}", shown(&name));
                    error::to_python(value.py(), &text, &error)
                })?
            }
            "descriptor" => {
                let descriptor = value.extract()?;
                Target::to_descriptor(descriptor).map_err(|error| {
                    let text = format!("can't create output target from descriptor {descriptor}");
                    error::to_python(value.py(), &text, &error)
                })?
            }
            "memory" => Target::to_memory(),
            "custom" => Target::custom(Writing(Arc::clone(&callbacks))),
            other => return Err(PyValueError::new_err(format!("no target of kind {other}"))),
        };
        Ok(Self { target, callbacks })
    }

    /// The name of the file; None of other targets.
    fn filename(&self) -> Option<String> {
        self.target.filename().map(|name| name.to_string_lossy().into_owned())
    }

    /// The name for messages.
    fn nick(&self) -> &str {
        self.target.nick()
    }

    /// What a memory target was given.
    #[getter]
    fn blob<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.target.bytes())
    }

    /// What was written so far.
    fn stats(&self) -> Stats {
        Stats::new(self.target.stats())
    }

    /// Sets how many seconds a write and the whole save may take.
    fn _set_timeout(&self, py: Python<'_>, step: Option<f64>, total: Option<f64>) -> PyResult<()> {
        let set = self.target.set_timeouts(timeouts(step, total)?);
        set.map_err(|error| error::to_python(py, "unable to set timeout", &error))
    }

    /// Makes saves wait for `_commit`.
    fn _hold(&self) {
        self.target.hold();
    }

    /// Commits the save that waits; where none does, what was attached for aborts is told.
    fn _commit(&self, py: Python<'_>) -> PyResult<()> {
        let target = self.target.clone();
        evaluate::detached(py, || {
            if target.is_waiting() {
                return target.commit(&Context::current().tick);
            }
            target.abort(&Error::new(ErrorKind::Cancelled, "nothing was saved"));
            Ok(())
        })
        .map_err(|error| error::to_python(py, "unable to write to target", &error))
    }

    /// Gives up the save that waits, for the sake of what was raised.
    fn _abort(&self, py: Python<'_>, raised: &Bound<'_, PyAny>) {
        let reason = error::from_python(py, PyErr::from_value(raised.clone()));
        let target = self.target.clone();
        py.detach(|| target.abort(&reason));
    }

    /// Sets what serves `role`: write, read, seek, finish, end or abort.
    fn _handle(&self, role: &str, handler: Py<PyAny>) -> PyResult<()> {
        self.callbacks.set(role, handler)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if self.target.is_shared() { Ok(()) } else { self.callbacks.visit(visit) }
    }

    fn __clear__(&self) {
        self.callbacks.clear();
    }
}

/// What a connection has done since it was made.
#[pyclass(module = "windlass", frozen, get_all)]
pub(crate) struct Stats {
    /// Bytes that came from the other side, or went there
    bytes: u64,
    /// Requests to the other side; of files and handlers, reads or writes
    requests: u64,
    /// Reads that were answered from the cache without a wait
    cache_hits: u64,
    /// Requests that were made again after a failure
    retries: u64,
    /// Seconds that were waited for the other side, summed over threads
    wait: f64,
}

impl Stats {
    fn new(stats: windlass_io::Stats) -> Self {
        Self {
            bytes: stats.bytes,
            requests: stats.requests,
            cache_hits: stats.cache_hits,
            retries: stats.retries,
            wait: stats.wait.as_secs_f64(),
        }
    }
}

#[pymethods]
impl Stats {
    fn __repr__(&self) -> String {
        format!(
            "Stats(bytes={}, requests={}, cache_hits={}, retries={}, wait={:.3})",
            self.bytes, self.requests, self.cache_hits, self.retries, self.wait
        )
    }
}

/// Whether a name is an address, not that of a file; the name that tells the format of what is
/// written to it; and what of it may stand in messages.
#[pyfunction]
pub(crate) fn name_parts(name: &str) -> (bool, &str, String) {
    (windlass_io::is_url(name), windlass_io::format_name(name), shown(name))
}

/// What a message adds where a name looks like an address and is none that is known.
#[pyfunction]
pub(crate) fn address_hint(name: &str) -> String {
    windlass_io::address_hint(name)
}

/// The nickname of the file loader for what a source gives; None where no format knows it.
#[pyfunction]
pub(crate) fn find_load(source: &Bound<'_, SourceBase>) -> PyResult<Option<&'static str>> {
    let py = source.py();
    let source = source.get().source.clone();
    evaluate::detached(py, || foreign::find_load(&source))
        .map(|format| format.and_then(|format| format.loader))
        .map_err(|error| error::to_python(py, "unable to load from source", &error))
}

/// The functions that serve a connection, by what they do; the last one attached counts.
#[derive(Default)]
struct Callbacks(Mutex<[Option<Py<PyAny>>; ROLES.len()]>);

const ROLES: [&str; 6] = ["read", "seek", "write", "finish", "end", "abort"];
const READ: usize = 0;
const SEEK: usize = 1;
const WRITE: usize = 2;
const FINISH: usize = 3;
const END: usize = 4;
const ABORT: usize = 5;

impl Callbacks {
    fn set(&self, role: &str, handler: Py<PyAny>) -> PyResult<()> {
        let Some(role) = ROLES.iter().position(|known| *known == role) else {
            return Err(PyValueError::new_err(format!("no handler {role}")));
        };
        let old = self.lock()[role].replace(handler);
        drop(old);
        Ok(())
    }

    fn get(&self, py: Python<'_>, role: usize) -> Option<Py<PyAny>> {
        self.lock()[role].as_ref().map(|handler| handler.clone_ref(py))
    }

    fn has(&self, role: usize) -> bool {
        self.lock()[role].is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, [Option<Py<PyAny>>; ROLES.len()]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // never waits: the collector may have stopped whoever holds the lock
        let Ok(handlers) = self.0.try_lock() else { return Ok(()) };
        handlers.iter().flatten().try_for_each(|handler| visit.call(handler))
    }

    fn clear(&self) {
        let handlers = std::mem::take(&mut *self.lock());
        drop(handlers);
    }

    /// Runs `work` with the interpreter; an exception becomes an error of the engine.
    fn attached<T>(work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T> {
        Python::try_attach(|py| work(py).map_err(|raised| error::from_python(py, raised)))
            .unwrap_or_else(|| Err(Error::new(ErrorKind::Cancelled, "the interpreter has ended")))
    }

    fn read(&self, count: usize) -> Result<Vec<u8>> {
        Self::attached(|py| match self.get(py, READ) {
            Some(handler) => bytes_of(&handler.bind(py).call1((count,))?),
            None => Ok(Vec::new()),
        })
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        Self::attached(|py| match self.get(py, SEEK) {
            Some(handler) => position(handler.bind(py), offset, whence),
            None => Ok(None),
        })
    }
}

/// The bytes that a read handler gave; None is the end.
fn bytes_of(answer: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if answer.is_none() {
        return Ok(Vec::new());
    }
    if let Ok(bytes) = answer.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    convert::copied(answer).map_err(|_| {
        let kind = type_name(answer);
        PyTypeError::new_err(format!("read handler returned {kind}, not bytes"))
    })
}

/// The new position that a seek handler answers; None where it can't seek.
fn position(handler: &Bound<'_, PyAny>, offset: i64, whence: i32) -> PyResult<Option<i64>> {
    static UNSUPPORTED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = handler.py();
    let answer = match handler.call1((offset, whence)) {
        Ok(answer) => answer,
        Err(raised) => {
            let unsupported = UNSUPPORTED.import(py, "io", "UnsupportedOperation")?;
            return if raised.is_instance(py, unsupported) { Ok(None) } else { Err(raised) };
        }
    };
    if answer.is_none() {
        // a bound method of an object that also tells where it is
        let owner = handler.getattr(intern!(py, "__self__"));
        return match owner.and_then(|owner| owner.call_method0(intern!(py, "tell"))) {
            Ok(told) => told.extract().map(Some),
            Err(_) => Err(PyTypeError::new_err("seek handler returned None, not a position")),
        };
    }
    let position: i64 = answer.extract().map_err(|_| {
        let kind = type_name(&answer);
        PyTypeError::new_err(format!("seek handler returned {kind}, not a position"))
    })?;
    Ok((position >= 0).then_some(position))
}

struct Reading(Arc<Callbacks>);

impl Handlers for Reading {
    fn read(&self, count: usize) -> Result<Vec<u8>> {
        self.0.read(count)
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        self.0.seek(offset, whence)
    }
}

struct Writing(Arc<Callbacks>);

impl TargetHandlers for Writing {
    fn write(&self, bytes: &[u8]) -> Result<i64> {
        if !self.0.has(WRITE) {
            return Err(Error::new(ErrorKind::Io, "target_custom: write error: no write handler"));
        }
        Callbacks::attached(|py| {
            let Some(handler) = self.0.get(py, WRITE) else { return Ok(0) };
            let answer = handler.bind(py).call1((PyBytes::new(py, bytes),))?;
            answer.extract().map_err(|_| {
                let kind = type_name(&answer);
                PyTypeError::new_err(format!("write handler returned {kind}, not a count of bytes"))
            })
        })
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        self.0.seek(offset, whence)
    }

    fn reads_back(&self) -> bool {
        self.0.has(READ)
    }

    fn read(&self, count: usize) -> Result<Vec<u8>> {
        self.0.read(count)
    }

    fn finish(&self) {
        Python::try_attach(|py| {
            if let Some(handler) = self.0.get(py, FINISH) {
                // the older form: what it raises and returns never counted
                drop(handler.bind(py).call0());
            }
        });
    }

    fn end(&self) -> Result<()> {
        let refused = Callbacks::attached(|py| {
            let Some(handler) = self.0.get(py, END) else { return Ok(false) };
            let answer = handler.bind(py).call0()?;
            Ok(!answer.is_none() && answer.extract::<i64>().is_ok_and(|code| code != 0))
        })?;
        if refused {
            return Err(Error::new(ErrorKind::Io, "target_custom: the end handler refused"));
        }
        Ok(())
    }

    fn abort(&self, error: &Error) {
        Python::try_attach(|py| {
            if let Some(handler) = self.0.get(py, ABORT) {
                let text = error.message();
                if let Err(raised) = handler.bind(py).call1((text,)) {
                    // the save's own error is what the caller gets
                    if raised.is_instance_of::<PyException>(py) {
                        raised.write_unraisable(py, Some(handler.bind(py)));
                    }
                }
            }
        });
    }
}
