//! The table of operations and the call by name.

use super::{Args, OpSpec, Value};
use crate::Image;
use crate::cache;
use crate::foreign::FormatSpec;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use windlass_io::{Error, ErrorKind, Result};

/// A name and how to get its declaration; cheap enough to be a constant.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct Entry {
    /// The name users call it by
    pub nickname: &'static str,
    /// Its declaration, made at the first call
    pub spec: fn() -> &'static OpSpec,
}

/// Operations by name, and the formats that files are known by.
#[derive(Debug)]
pub struct Registry {
    operations: BTreeMap<&'static str, Entry>,
    formats: &'static [&'static FormatSpec],
}

impl Registry {
    /// The table of `lists`, with `formats` in the order in which savers are looked for.
    ///
    /// # Panics
    /// Where a name appears twice: a mistake of ours that every start would show.
    pub fn new(lists: &[&[Entry]], formats: &'static [&'static FormatSpec]) -> Self {
        let mut table = BTreeMap::new();
        for entry in lists.iter().copied().flatten() {
            let old = table.insert(entry.nickname, *entry);
            assert!(old.is_none(), "two operations are called {}", entry.nickname);
        }
        Self { operations: table, formats }
    }

    /// The declaration of `name`, in any case; `crop` is `extract_area`.
    pub fn get(&self, name: &str) -> Result<&'static OpSpec> {
        let find = |name: &str| self.operations.get(name).map(|entry| (entry.spec)());
        find(name)
            .or_else(|| {
                self.operations
                    .values()
                    .find(|e| e.nickname.eq_ignore_ascii_case(name))
                    .map(|e| (e.spec)())
            })
            .or_else(|| if name == "crop" { find("extract_area") } else { None })
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::UnknownOperation,
                    format!("VipsOperation: class \"{name}\" not found"),
                )
            })
    }

    /// All declarations, by name.
    pub fn iter(&self) -> impl Iterator<Item = &'static OpSpec> + '_ {
        self.operations.values().map(|entry| (entry.spec)())
    }

    /// Whether there is an operation of exactly this name.
    pub fn contains(&self, name: &str) -> bool {
        self.operations.contains_key(name)
    }

    /// Calls an operation: outputs by name, in the order of declaration, optional ones included.
    pub fn call(&self, args: &Args) -> Result<Vec<(&'static str, Value)>> {
        cache::call(args)
    }

    /// Calls an operation by name with named arguments.
    pub fn call_named<'a>(
        &self,
        name: &str,
        named: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Result<Vec<(&'static str, Value)>> {
        let mut args = Args::new(self.get(name)?);
        for (name, value) in named {
            args.set(name, value)?;
        }
        self.call(&args)
    }

    /// The formats, in the order in which savers are looked for.
    pub fn formats(&self) -> &'static [&'static FormatSpec] {
        self.formats
    }

    /// Makes this the table that [`operation`] looks in; the first one stays.
    pub fn install(&'static self) {
        let _installed = INSTALLED.get_or_init(|| self);
    }

    /// The table that was installed.
    pub fn installed() -> Option<&'static Self> {
        INSTALLED.get().copied()
    }
}

/// The first output of the operation called `name`, outside the cache.
///
/// Formats and operations are crates beside each other, and yet savers convert colours and loaders
/// turn pictures. They reach the operations by name, through the table that the facade installs.
pub fn operation<'a>(
    name: &str,
    named: impl IntoIterator<Item = (&'a str, Value)>,
) -> Result<Value> {
    let registry = Registry::installed().ok_or_else(|| {
        Error::new(ErrorKind::UnknownOperation, format!("no table of operations to find {name} in"))
    })?;
    let mut args = Args::new(registry.get(name)?);
    for (name, value) in named {
        args.set(name, value)?;
    }
    let first = (args.spec().call)(&args)?.into_iter().next();
    first
        .map(|(_, value)| value)
        .ok_or_else(|| Error::new(ErrorKind::Internal, format!("{name} gives nothing")))
}

/// The image that the operation called `name` makes; see [`operation`].
pub fn image_operation<'a>(
    name: &str,
    named: impl IntoIterator<Item = (&'a str, Value)>,
) -> Result<Image> {
    match operation(name, named)? {
        Value::Image(image) => Ok(image),
        other => Err(Error::new(ErrorKind::Internal, format!("{name} gives {}", other.kind()))),
    }
}

static INSTALLED: OnceLock<&'static Registry> = OnceLock::new();
