//! Calls by name: arguments from Python, results to Python.

use crate::convert::{Converter, first_image, to_python};
use crate::{error, evaluate};
use pyo3::exceptions::PyRuntimeWarning;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use windlass::{block, cache, options, registry};
use windlass_compat::{Rewrite, classes};
use windlass_core::declare::{Args, OpSpec, Value};

type Output = (&'static str, Value);

/// Calls the operation called `name`.
#[pyfunction]
#[pyo3(signature = (name, /, *args, **kwargs))]
pub(crate) fn call<'py>(
    name: &str,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let spec = find(args.py(), name)?;
    call_shown(spec, shown(name, spec), None, args, kwargs)
}

/// Calls a loader or saver that was chosen by content or suffix: errors say its class, as in the
/// reference.
#[pyfunction]
#[pyo3(signature = (name, /, *args, **kwargs))]
pub(crate) fn call_class<'py>(
    name: &str,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let spec = find(args.py(), name)?;
    let class = classes::of_operation(spec.nickname).map_or(spec.nickname, |class| class.name);
    call_shown(spec, class, None, args, kwargs)
}

/// Sets the function that is told of each call, `hook(nickname, is_never_cached, is_new)`, or takes it away.
#[pyfunction]
pub(crate) fn hook_set(hook: Option<Py<PyAny>>) {
    HOOKED.store(hook.is_some(), Ordering::Relaxed);
    let old = std::mem::replace(&mut *HOOK.lock().unwrap_or_else(PoisonError::into_inner), hook);
    drop(old);
}

static HOOKED: AtomicBool = AtomicBool::new(false);
static HOOK: Mutex<Option<Py<PyAny>>> = Mutex::new(None);

fn tell_hook(py: Python<'_>, spec: &OpSpec, grew: bool) -> PyResult<()> {
    let hook = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = hook.as_ref().map(|hook| hook.clone_ref(py));
    match hook {
        Some(hook) => hook.call1(py, (spec.nickname, spec.nocache, grew)).map(drop),
        None => Ok(()),
    }
}

/// The operation called `name`, in any case.
pub(crate) fn find(py: Python<'_>, name: &str) -> PyResult<&'static OpSpec> {
    registry()
        .get(name)
        .map_err(|error| error::to_python(py, &format!("no such operation {name}"), &error))
}

/// What a caller who says `name` calls an operation: its nickname, or the alias.
pub(crate) fn shown(name: &str, spec: &'static OpSpec) -> &'static str {
    if name == "crop" { "crop" } else { spec.nickname }
}

/// Calls an operation with `first` before `args`.
pub(crate) fn call_shown<'py>(
    spec: &'static OpSpec,
    shown: &'static str,
    first: Option<&Bound<'py, PyAny>>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = args.py();
    let mut call = Call::new(py, spec, shown, first, args);
    call.set_required(first, args)?;
    if let Some(kwargs) = kwargs {
        call.set_optional(kwargs)?;
    }
    let outputs = call.run()?;
    call.results(outputs)
}

struct Call<'py> {
    spec: &'static OpSpec,
    /// What it is called in messages.
    shown: &'static str,
    args: Args,
    converter: Converter<'py>,
    /// Optional outputs that were asked for.
    asked: Vec<&'static str>,
}

impl<'py> Call<'py> {
    fn new(
        py: Python<'py>,
        spec: &'static OpSpec,
        shown: &'static str,
        first: Option<&Bound<'py, PyAny>>,
        args: &Bound<'py, PyTuple>,
    ) -> Self {
        let image = first.and_then(first_image).or_else(|| first_image(args.as_any()));
        Self {
            spec,
            shown,
            args: Args::new(spec).lenient(),
            converter: Converter::new(py, image),
            asked: Vec::new(),
        }
    }

    fn py(&self) -> Python<'py> {
        self.converter.py()
    }

    fn set_required(
        &mut self,
        first: Option<&Bound<'py, PyAny>>,
        args: &Bound<'py, PyTuple>,
    ) -> PyResult<()> {
        let spec = self.spec;
        let needed = spec.required().count();
        let given = args.len() + usize::from(first.is_some());
        if needed != given {
            // a class is named only where the engine failed
            let name = if self.shown.starts_with("Vips") { spec.nickname } else { self.shown };
            let text = format!("{name} needs {needed} arguments, but {given} given");
            return Err(error::new(self.py(), &text, ""));
        }
        let mut required = spec.required();
        if let Some(value) = first
            && let Some(arg) = required.next()
        {
            self.set(arg, value)?;
        }
        for (arg, value) in required.zip(args.iter()) {
            self.set(arg, &value)?;
        }
        Ok(())
    }

    fn set(
        &mut self,
        arg: &'static windlass_core::declare::ArgSpec,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let value = self.converter.value(arg, value)?;
        self.put(arg.name, value)
    }

    fn put(&mut self, name: &str, value: Value) -> PyResult<()> {
        self.args.set(name, value).map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &windlass_core::Error) -> PyErr {
        error::to_python(self.py(), &format!("unable to call {}", self.shown), error)
    }

    fn set_optional(&mut self, kwargs: &Bound<'py, PyDict>) -> PyResult<()> {
        if let Some(text) = kwargs.get_item("string_options")? {
            for (name, value) in options::parse(&text.extract::<String>()?) {
                self.set_text(&name, value)?;
            }
        }
        for (name, value) in kwargs {
            let name = name.cast::<PyString>()?.to_str()?;
            if name != "string_options" {
                self.set_keyword(name, &value)?;
            }
        }
        Ok(())
    }

    fn set_keyword(&mut self, name: &str, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let spec = self.spec;
        match spec.arg(name) {
            Some((_, arg)) if !arg.required => return self.set(arg, value),
            _ => {}
        }
        if let Some(output) = spec.output(name).filter(|output| output.optional) {
            self.asked.push(output.name);
            return Ok(());
        }
        match windlass_compat::deprecated(spec.nickname, &name.replace('-', "_")) {
            Some(rewrite) => self.rewrite(rewrite, value),
            None => Err(self.unsupported(name)),
        }
    }

    fn unsupported(&self, name: &str) -> PyErr {
        // a class is named where the reference chose it
        let class = self.shown.starts_with("Vips");
        let called = if class { self.shown } else { self.spec.nickname };
        let text = format!("{called} does not support optional argument {name}");
        error::new(self.py(), &text, "")
    }

    /// An option written as text.
    fn set_text(&mut self, name: &str, value: Option<String>) -> PyResult<()> {
        let spec = self.spec;
        if spec.arg(name).is_some() {
            let value = value.map_or(Value::Bool(true), |text| Value::String(text.into()));
            return self.put(name, value);
        }
        let Some(rewrite) = windlass_compat::deprecated(spec.nickname, &name.replace('-', "_"))
        else {
            // a word alone would be a name that the loader lacks, and a loader has its name
            if value.is_none() && spec.nickname.contains("load") {
                return Ok(());
            }
            let text = format!("{}: no property named `{name}'", spec.nickname);
            return Err(error::new(self.py(), &format!("unable to call {}", self.shown), &text));
        };
        let text = value.unwrap_or_else(|| "true".to_owned());
        let truth = !matches!(&*text.to_ascii_lowercase(), "0" | "no" | "false");
        match rewrite {
            Rewrite::Rename(to) => self.put(to, Value::String(text.into())),
            other => self.rewrite_truth(other, truth),
        }
    }

    fn rewrite(&mut self, rewrite: Rewrite, value: &Bound<'py, PyAny>) -> PyResult<()> {
        match rewrite {
            Rewrite::Rename(to) => self.set_keyword(to, value),
            other => self.rewrite_truth(other, value.is_truthy()?),
        }
    }

    fn rewrite_truth(&mut self, rewrite: Rewrite, truth: bool) -> PyResult<()> {
        let text = |nick: &str| Value::String(nick.into());
        let (to, value) = match rewrite {
            Rewrite::WhenTrue(to, nick) if truth => (to, text(nick)),
            Rewrite::WhenFalse(to, nick) if !truth => (to, text(nick)),
            Rewrite::Truth(to) => (to, Value::Bool(truth)),
            Rewrite::Not(to) => (to, Value::Bool(!truth)),
            _ => return Ok(()),
        };
        // what was said in today's words holds
        match self.spec.arg(to) {
            Some((slot, _)) if self.args.given(slot).is_none() => self.put(to, value),
            _ => Ok(()),
        }
    }

    fn run(&self) -> PyResult<Vec<Output>> {
        for warning in self.args.warnings() {
            warn(self.py(), warning)?;
        }
        let args = &self.args;
        let hooked = HOOKED.load(Ordering::Relaxed);
        let kept = if hooked { cache::size() } else { 0 };
        let outputs = evaluate::detached(self.py(), || {
            block::check(args.spec().nickname)?;
            registry().call(args)
        })
        .map_err(|error| self.failure(&error))?;
        if hooked {
            let size = cache::size();
            tell_hook(self.py(), self.spec, size > kept || size == cache::max())?;
        }
        Ok(outputs)
    }

    /// Nothing, the one output, or a list; optional outputs that were asked for come last, in a
    /// dictionary.
    fn results(&self, outputs: Vec<Output>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py();
        let options = PyDict::new(py);
        let mut results = Vec::with_capacity(1);
        for (name, value) in outputs {
            match self.spec.output(name) {
                Some(output) if output.optional && !self.asked.contains(&output.name) => {}
                Some(output) if output.optional => {
                    let value = to_python(py, value, output.kind)?;
                    options.set_item(name.replace('-', "_"), value)?;
                }
                Some(output) => results.push(to_python(py, value, output.kind)?),
                None => {}
            }
        }
        if !self.asked.is_empty() {
            results.push(options.into_any());
        }
        match results.len() {
            0 => Ok(py.None().into_bound(py)),
            1 => Ok(results.swap_remove(0)),
            _ => Ok(PyList::new(py, results)?.into_any()),
        }
    }
}

fn warn(py: Python<'_>, text: &str) -> PyResult<()> {
    let category = py.get_type::<PyRuntimeWarning>();
    let text = std::ffi::CString::new(text)?;
    PyErr::warn(py, &category, &text, 1)
}
