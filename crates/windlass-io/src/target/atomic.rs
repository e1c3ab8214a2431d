//! Files by name: the old one or the new one, whole.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{
    FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown,
};
use std::path::{Path, PathBuf};
use std::{process, thread};

use rustix::fs::{Access, OFlags, access};
use rustix::io::Errno;
use rustix::process::geteuid;
use windlass_sys::start_writing_back;

use super::sinks::{DescriptorSink, report_close, write_error};
use super::{Caps, Sink, quoted};
use crate::error::reason;
use crate::source::unique_id;
use crate::{Error, ErrorKind, Result, Tick};

/// A file that is created at the first write, under a hidden name until the commit.
pub(super) struct AtomicFile {
    path: PathBuf,
    sync: bool,
    open: Option<Open>,
}

enum Open {
    Hidden(Hidden),
    Direct(DescriptorSink),
}

/// A hidden file that will take the place of another one; removed when dropped.
struct Hidden {
    file: File,
    name: PathBuf,
    path: PathBuf,
    /// Up to where the disk has it, or is getting it; none where no file is replaced.
    written_back: Option<u64>,
    renamed: bool,
}

/// What a name stands for, links followed.
enum Place {
    /// A regular file, or none yet.
    File(PathBuf, Option<Metadata>),
    /// A pipe, a device, or the name of a descriptor.
    Other,
}

/// Bytes that are written with one call.
///
/// A system that keeps them in pages as large as the write takes these from memory that nothing has used
/// for long; a virtual machine may have to fetch it from its host, which took as long as all the rest.
const PIECE: u64 = 64 << 10;
/// Bytes after which the disk gets them, where a file is replaced.
///
/// File systems see to it that a file which takes the place of another is on its way to the disk by then
/// (`auto_da_alloc` of ext4): renaming 240 MB took 100 ms, in which nobody could do anything else.
const WRITE_BACK: u64 = 8 << 20;

impl AtomicFile {
    pub(super) fn new(path: PathBuf, sync: bool) -> Self {
        Self { path, sync, open: None }
    }

    fn open(&mut self, tick: &Tick) -> Result<&mut Open> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.create(tick)?,
        };
        Ok(self.open.insert(open))
    }

    fn create(&self, tick: &Tick) -> Result<Open> {
        match resolve(&self.path)? {
            Place::Other => Ok(Open::Direct(open_directly(&self.path, tick)?)),
            Place::File(path, existing) => match Hidden::create(&path, existing.as_ref()) {
                Ok(hidden) => Ok(Open::Hidden(hidden)),
                // A file may be writable in a folder that is not.
                Err(error) if existing.is_some() && is_denied(&error) => {
                    Ok(Open::Direct(open_directly(&path, tick)?))
                }
                Err(error) => Err(open_error(&path, error)),
            },
        }
    }
}

/// Writes all of `bytes`, cut at multiples of [`PIECE`] in the file.
fn write_pieces(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let room = (PIECE - offset % PIECE) as usize;
        let (piece, rest) = bytes.split_at(room.min(bytes.len()));
        file.write_all_at(piece, offset)?;
        offset = offset.saturating_add(piece.len() as u64);
        bytes = rest;
    }
    Ok(())
}

impl Sink for AtomicFile {
    fn caps(&mut self, tick: &Tick) -> Result<Caps> {
        match self.open(tick)? {
            Open::Hidden(_) => Ok(Caps::ALL),
            Open::Direct(sink) => sink.caps(tick),
        }
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        match self.open(tick)? {
            Open::Hidden(hidden) => hidden.write_at(offset, bytes),
            Open::Direct(sink) => sink.write_at(offset, bytes, tick),
        }
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        match self.open(tick)? {
            Open::Hidden(hidden) => loop {
                match hidden.file.read_at(buffer, offset) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => return Ok(result?),
                }
            },
            Open::Direct(sink) => sink.read_at(offset, buffer, tick),
        }
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        let sync = self.sync;
        match self.open(tick)? {
            Open::Hidden(hidden) => hidden.commit(sync)?,
            Open::Direct(sink) => sink.commit(tick)?,
        }
        self.open = None;
        Ok(())
    }

    fn abort(&mut self, _: &Error) {
        self.open = None;
    }
}

impl Hidden {
    /// Creates the hidden file, in the folder of `path`, with the mode and owner that the file
    /// under `path` has.
    fn create(path: &Path, existing: Option<&Metadata>) -> io::Result<Self> {
        if existing.is_some() {
            // Renaming would get round the protection of the old file.
            access(path, Access::WRITE_OK)?;
        }
        let mode = existing.map_or(NEW_MODE, |old| old.mode() & MODE_BITS);
        let (file, name) = create_hidden(path, mode)?;
        let written_back = existing.map(|_| 0);
        let this = Self { file, name, path: path.to_owned(), written_back, renamed: false };
        if let Some(old) = existing {
            this.take_after(old);
        }
        Ok(this)
    }

    /// Takes owner, group and the bits of the mode that the umask took, as far as we may. The
    /// file was made with no more rights than the old one has.
    fn take_after(&self, old: &Metadata) {
        drop(fchown(&self.file, Some(old.uid()), Some(old.gid())));
        drop(self.file.set_permissions(Permissions::from_mode(old.mode() & MODE_BITS)));
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        write_pieces(&self.file, bytes, offset).map_err(write_error)?;
        let end = offset.saturating_add(bytes.len() as u64);
        if let Some(done) = self.written_back
            && end.saturating_sub(done) >= WRITE_BACK
        {
            start_writing_back(&self.file, done, end - done);
            self.written_back = Some(end);
        }
        Ok(())
    }

    fn commit(&mut self, sync: bool) -> Result<()> {
        if sync {
            self.file.sync_all().map_err(write_error)?;
        }
        report_close(&self.file)?;
        fs::rename(&self.name, &self.path).map_err(write_error)?;
        self.renamed = true;
        if sync {
            open_folder(&self.path).and_then(|folder| folder.sync_all()).map_err(write_error)?;
        }
        Ok(())
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !self.renamed {
            // There is nobody left to tell, and the next save under this name takes it over.
            drop(fs::remove_file(&self.name));
        }
    }
}

/// A new hidden file, locked for as long as it is open.
///
/// Its name follows from that of the file, so that what a killed process left is removed by the
/// next save. Saves at the same time find different names.
fn create_hidden(path: &Path, mode: u32) -> io::Result<(File, PathBuf)> {
    for number in 0..HIDDEN_NAMES {
        let hidden = hidden_path(path, &format!(".windlass{number}"));
        let file = match create_new(&hidden, mode) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !remove_abandoned(&hidden) {
                    continue;
                }
                create_new(&hidden, mode)
            }
            result => result,
        };
        match file {
            Ok(file) if is_held(&file, &hidden) => return Ok((file, hidden)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let hidden = hidden_path(path, &format!(".windlass-{}-{}", process::id(), unique_id()));
    Ok((create_new(&hidden, mode)?, hidden))
}

/// Locks a new hidden file; false if somebody took it for abandoned before that.
///
/// Where the file system knows no locks nobody can take it for abandoned.
fn is_held(file: &File, hidden: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => is_same(file, hidden),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => true,
    }
}

/// Removes a hidden file that nobody has locked; false if there may be somebody.
fn remove_abandoned(hidden: &Path) -> bool {
    let Ok(file) = open_existing(hidden) else { return false };
    let locked = file.try_lock().is_ok();
    locked && is_same(&file, hidden) && fs::remove_file(hidden).is_ok()
}

/// True if the name still leads to this file, and the file is of our making.
fn is_same(file: &File, hidden: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(hidden)) else {
        return false;
    };
    let same = (open.dev(), open.ino()) == (named.dev(), named.ino());
    same && open.is_file() && open.uid() == geteuid().as_raw()
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn create_new(hidden: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(hidden)
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn open_existing(hidden: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    OpenOptions::new().read(true).custom_flags(flags).open(hidden)
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn open_folder(path: &Path) -> io::Result<File> {
    File::open(folder(path))
}

fn hidden_path(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let mut hidden = OsString::from(".");
    hidden.push(OsStr::from_bytes(&name[..name.len().min(LONGEST_NAME)]));
    hidden.push(suffix);
    folder(path).join(hidden)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Follows the links of `path` by hand, so that the file at their end is replaced, not a link.
fn resolve(path: &Path) -> Result<Place> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if is_descriptor_name(&path) {
            return Ok(Place::Other);
        }
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Place::File(path, None));
            }
            Err(error) => return Err(open_error(&path, error)),
        };
        if metadata.is_symlink() {
            let link = fs::read_link(&path).map_err(|error| open_error(&path, error))?;
            path = folder(&path).join(link);
        } else if metadata.is_dir() {
            let message = format!("{} is a directory", quoted(&path));
            return Err(Error::new(ErrorKind::BadArgument, message));
        } else if metadata.is_file() {
            return Ok(Place::File(path, Some(metadata)));
        } else {
            return Ok(Place::Other);
        }
    }
    Err(open_error(&path, io::Error::other("too many symbolic links")))
}

/// `/dev/stdout` and the like may lead to a regular file, which must not be replaced under the
/// hands of those who have it open.
fn is_descriptor_name(path: &Path) -> bool {
    path.starts_with("/proc") || (path.starts_with("/dev") && !path.starts_with("/dev/shm"))
}

/// Opens what is no regular file; waits for the reader of a FIFO.
fn open_directly(path: &Path, tick: &Tick) -> Result<DescriptorSink> {
    loop {
        match open_for_write(path) {
            Ok(file) => return DescriptorSink::new(file),
            Err(error) if is_fifo_without_reader(path, &error) => {
                tick.check()?;
                thread::sleep(tick.slice());
            }
            Err(error) => return Err(open_error(path, error)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn open_for_write(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32;
    let mut options = OpenOptions::new();
    options.write(true).truncate(true).custom_flags(flags);
    let regular = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    // Only regular files are read back: a FIFO that we could read ourselves would never end.
    options
        .read(regular)
        .open(path)
        .or_else(|error| if regular { options.read(false).open(path) } else { Err(error) })
}

fn is_fifo_without_reader(path: &Path, error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NXIO.raw_os_error())
        && fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

fn is_denied(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn open_error(path: &Path, error: io::Error) -> Error {
    let not_found = error.kind() == io::ErrorKind::NotFound;
    let kind = if not_found { ErrorKind::NotFound } else { ErrorKind::Io };
    let message = format!("unable to open {} for write: {}", quoted(path), reason(&error));
    Error::new(kind, message).with_source(error)
}

/// Mode of a new file, before the umask.
const NEW_MODE: u32 = 0o644;
/// The bits of a mode that a file inherits from the one it replaces.
const MODE_BITS: u32 = 0o777;
/// Saves of one file at the same time that find a name which the next save would remove.
const HIDDEN_NAMES: u32 = 64;
/// Bytes of a name that its hidden twin repeats; names may have 255.
const LONGEST_NAME: usize = 200;
const MOST_LINKS: usize = 40;
