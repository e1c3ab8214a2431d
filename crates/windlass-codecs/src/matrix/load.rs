//! Loading matrices.

use super::header::{parse, value, words};
use crate::rows::{InOrder, RowDecoder, read_line};
use windlass_core::foreign::options::LoadOptions;
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Meta, Result, Source,
};
use windlass_io::SourceReader;
use windlass_macros::{ArgGroup, Load};

/// Load matrix
///
/// Numbers as text behind a line with the size: one band of doubles.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "matrixload", only = "file, source")]
#[non_exhaustive]
pub struct MatrixLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for MatrixLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open()?.with_tick(Context::current().tick);
        let mut line = Vec::new();
        if !read_line(&mut reader, &mut line, LONGEST_LINE)? {
            return Err(Error::new(ErrorKind::Truncated, "matrixload: invalid header"));
        }
        let first = parse(&line)?;
        let mut header = Header::new(first.width, first.height, 1, BandFormat::F64);
        header.interpretation = Interpretation::BlackWhite;
        header.metadata.set("scale", Meta::Double(first.scale));
        header.metadata.set("offset", Meta::Double(first.offset));
        self.common.note_access(&mut header.metadata);
        let start = |mut reader: SourceReader| {
            let mut line = Vec::new();
            let _first = read_line(&mut reader, &mut line, LONGEST_LINE)?;
            Ok(Box::new(Lines { reader, line, count: 0 }) as Box<dyn RowDecoder>)
        };
        let (source, start) = (source.clone(), Box::new(start));
        InOrder { source, header, bottom_up: false, start, lenient: false }.image()
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::NONE
    }
}

/// Bytes of the longest line.
const LONGEST_LINE: usize = 16 << 20;

struct Lines {
    reader: SourceReader,
    line: Vec<u8>,
    count: usize,
}

impl RowDecoder for Lines {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        let _more = read_line(&mut self.reader, &mut self.line, LONGEST_LINE)?;
        // nothing counts behind a semicolon
        let line = self.line.split(|byte| *byte == b';').next().unwrap_or_default();
        let mut words = words(line);
        for out in out.as_chunks_mut::<8>().0 {
            let word = words.next().ok_or_else(|| {
                let text = format!("matrixload: line {} too short", self.count);
                Error::new(ErrorKind::Truncated, text)
            })?;
            *out = value(word)?.to_ne_bytes();
        }
        self.count += 1;
        Ok(())
    }
}
