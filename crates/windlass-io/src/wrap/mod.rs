//! Wrappers of sources and targets, which can be put around each other.

#[cfg(feature = "age")]
mod age;
mod coded;
mod passing;
#[cfg(feature = "checksum")]
mod sha;

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};

#[cfg(feature = "age")]
pub use self::age::{AgeIdentity, AgeRecipient};
pub use self::passing::ProgressFn;
#[cfg(feature = "checksum")]
pub use self::sha::Checksum;
use crate::{Error, ErrorKind, Result, Source, Target};
pub(crate) use coded::{Again, Decoded, EncodeSink, Encoder, Out};

#[cfg(feature = "gzip")]
impl Source {
    /// What this source is when it is no longer compressed with gzip.
    ///
    /// Nothing is kept: what is read again is decompressed again.
    pub fn gunzip(&self) -> Self {
        self.decoded("gzip", |reader| Ok(Box::new(gunzip(reader))))
    }
}

/// A decoder of gzip, of as many members as there are.
#[cfg(feature = "gzip")]
pub(crate) fn gunzip(reader: impl Read + Send) -> impl Read + Send {
    flate2::bufread::MultiGzDecoder::new(io::BufReader::with_capacity(PIECE, reader))
}

#[cfg(feature = "gzip")]
impl Target {
    /// Compresses with gzip what goes to this target, at a level from 0 to 9.
    pub fn gzip(&self, level: u32) -> Result<Self> {
        check_level("gzip", i64::from(level), 0..=9)?;
        let level = flate2::Compression::new(level);
        Ok(self.encoded("gzip", move |out| Ok(Box::new(flate2::write::GzEncoder::new(out, level)))))
    }
}

#[cfg(feature = "gzip")]
impl Encoder for flate2::write::GzEncoder<Out> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish().map(|_| ())
    }
}

#[cfg(feature = "zstd")]
impl Source {
    /// What this source is when it is no longer compressed with Zstandard.
    ///
    /// Nothing is kept: what is read again is decompressed again.
    pub fn unzstd(&self) -> Self {
        self.decoded("zstd", |reader| {
            let reader = io::BufReader::with_capacity(PIECE, reader);
            Ok(Box::new(Unzstd { reader: Some(reader), decoder: None }))
        })
    }
}

/// The frames of Zstandard, one after the other.
#[cfg(feature = "zstd")]
struct Unzstd<R: Read> {
    /// Between frames.
    reader: Option<io::BufReader<R>>,
    /// Within a frame.
    decoder: Option<Box<Frame<R>>>,
}

#[cfg(feature = "zstd")]
type Frame<R> =
    ruzstd::decoding::StreamingDecoder<io::BufReader<R>, ruzstd::decoding::FrameDecoder>;

#[cfg(feature = "zstd")]
impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use io::BufRead;
        loop {
            if let Some(mut reader) = self.reader.take() {
                if reader.fill_buf()?.is_empty() {
                    self.reader = Some(reader);
                    return Ok(0);
                }
                let frame = ruzstd::decoding::StreamingDecoder::new(reader);
                self.decoder = Some(Box::new(frame.map_err(bad_frame)?));
            }
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.reader = self.decoder.take().map(|decoder| decoder.into_inner());
        }
    }
}

#[cfg(feature = "zstd")]
fn bad_frame(error: ruzstd::decoding::errors::FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(feature = "zstd")]
impl Target {
    /// Compresses with Zstandard what goes to this target, at a level from 1 to 22.
    pub fn zstd(&self, level: i32) -> Result<Self> {
        check_level("zstd", i64::from(level), 1..=22)?;
        Ok(self.encoded("zstd", move |out| Ok(Box::new(zstd::Encoder::new(out, level)?))))
    }
}

#[cfg(feature = "zstd")]
impl Encoder for zstd::Encoder<'static, Out> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        (*self).finish().map(|_| ())
    }
}

#[cfg(any(feature = "gzip", feature = "zstd"))]
fn check_level(what: &str, level: i64, range: std::ops::RangeInclusive<i64>) -> Result<()> {
    if range.contains(&level) {
        return Ok(());
    }
    let message = format!("{what} level is {level}, outside {}..={}", range.start(), range.end());
    Err(Error::new(ErrorKind::BadArgument, message))
}

impl Source {
    /// A source of what `decode` makes of this one. It is read again by decoding again.
    pub(crate) fn decoded(
        &self,
        what: &'static str,
        decode: impl Fn(Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>> + Send + Sync + 'static,
    ) -> Self {
        let source = self.clone();
        let open = move || Ok(Box::new(Decoded::of_source(&source, what, &decode)?) as _);
        Self::from_reader(self.nick(), Again::new(self.clone(), open))
    }
}

impl Target {
    /// A target that hands to this one what `encode` makes of the bytes.
    pub(crate) fn encoded(
        &self,
        what: &'static str,
        encode: impl Fn(Out) -> Result<Box<dyn Encoder>> + Send + Sync + 'static,
    ) -> Self {
        let inner = self.clone();
        let counters = self.counters();
        Self::from_sinks(self.nick(), counters, move || {
            let writer = Arc::new(Mutex::new(Some(inner.begin()?)));
            let encoder = encode(Out(writer.clone()))?;
            Ok(Box::new(EncodeSink::new(what, encoder, Out(writer))))
        })
    }
}

/// Only used by encoders that write straight on.
pub(crate) fn write_all(out: &mut Out, bytes: &[u8]) -> io::Result<usize> {
    out.write_all(bytes)?;
    Ok(bytes.len())
}

/// Bytes that decoders ask for at once.
const PIECE: usize = 64 << 10;
