//! Files by name: opened while they are read, closed while nobody does.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use rustix::fs::OFlags;

use crate::error::reason;
use crate::names::shown;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result};

/// What tells a file from another one, or from itself before it was changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    pub(crate) size: u64,
    changed: (i64, i64),
}

/// A regular file that gives its descriptor back while it is idle.
pub(crate) struct Named {
    path: PathBuf,
    pub(crate) identity: Identity,
    open: Mutex<Held>,
}

struct Held {
    /// The descriptor that the file was first opened with, until a reader takes it.
    first: Option<Arc<File>>,
    /// The descriptor of the readers there are.
    shared: Weak<File>,
}

/// What a name turned out to be.
pub(crate) enum Opened {
    /// A regular file, or a device that can be read at any position.
    Seekable(Named),
    /// A FIFO, a socket, a terminal.
    Pipe(File),
}

/// Opens a name for reading.
pub(crate) fn open(path: &Path) -> Result<Opened> {
    let file = open_file(path)?;
    let metadata = file.metadata().map_err(|error| open_error(path, error))?;
    check_readable(&metadata, || quoted(path))?;
    if is_pipe(&metadata) {
        return Ok(Opened::Pipe(file));
    }
    let identity = Identity::of(&metadata);
    let held = Held { first: Some(Arc::new(file)), shared: Weak::new() };
    Ok(Opened::Seekable(Named { path: path.to_owned(), identity, open: Mutex::new(held) }))
}

impl Named {
    /// The descriptor, shared with the readers there are, else opened by name.
    pub(crate) fn descriptor(&self) -> Result<Arc<File>> {
        let mut held = lock(&self.open);
        let file = match held.first.take().or_else(|| held.shared.upgrade()) {
            Some(file) => file,
            None => Arc::new(self.open_again()?),
        };
        held.shared = Arc::downgrade(&file);
        Ok(file)
    }

    fn open_again(&self) -> Result<File> {
        let file = open_file(&self.path)?;
        if Identity::of(&file.metadata().map_err(|error| open_error(&self.path, error))?)
            == self.identity
        {
            Ok(file)
        } else {
            Err(self.changed())
        }
    }

    /// The error for a file that is not what it was.
    pub(crate) fn changed(&self) -> Error {
        Error::new(
            ErrorKind::Io,
            format!("file changed: {} is not what it was", quoted(&self.path)),
        )
    }
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            changed: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// Refuses folders, which can be opened but not read.
pub(crate) fn check_readable(metadata: &Metadata, name: impl FnOnce() -> String) -> Result<()> {
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::BadArgument, format!("{} is a directory", name())));
    }
    Ok(())
}

/// True for what has no positions.
pub(crate) fn is_pipe(metadata: &Metadata) -> bool {
    let kind = metadata.file_type();
    kind.is_fifo() || kind.is_socket() || kind.is_char_device()
}

/// Close-on-exec comes from std. Without `O_NONBLOCK`, a FIFO without a writer would hang here;
/// regular files do not mind it.
#[expect(clippy::disallowed_methods, reason = "the place where files are opened for reading")]
fn open_file(path: &Path) -> Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    opened.map_err(|error| open_error(path, error))
}

fn open_error(path: &Path, error: io::Error) -> Error {
    let name = quoted(path);
    let ours = if error.kind() == io::ErrorKind::NotFound {
        Error::new(ErrorKind::NotFound, format!("file {name} does not exist"))
    } else {
        Error::new(ErrorKind::Io, format!("unable to open {name}: {}", reason(&error)))
    };
    ours.with_source(error)
}

/// A name for messages; one that was meant as an address may hold secrets.
pub(crate) fn quoted(path: &Path) -> String {
    format!("\"{}\"", shown(&path.to_string_lossy()))
}
