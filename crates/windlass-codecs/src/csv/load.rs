//! Loading CSV.

use super::cells::{Cell, Cells, Letters};
use crate::rows::{InOrder, RowDecoder};
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Limits, Result, Source,
};
use windlass_io::SourceReader;
use windlass_macros::{ArgGroup, Load};

/// Load csv
///
/// One band of doubles. The text is read twice: once to count rows and columns, once for the numbers.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "csvload", only = "file, source")]
#[non_exhaustive]
pub struct CsvLoad {
    /// Skip this many lines at the start of the file
    #[arg(default = 0, min = 0, max = 10_000_000)]
    pub skip: i32,
    /// Read this many lines from the file
    #[arg(default = -1, min = -1, max = 10_000_000)]
    pub lines: i32,
    /// Set of whitespace characters
    #[arg(default = " ".to_owned())]
    pub whitespace: String,
    /// Set of separator characters
    #[arg(default = ";,\t".to_owned())]
    pub separator: String,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for CsvLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let settings = Settings {
            skip: self.skip,
            letters: Letters {
                whitespace: self.whitespace.clone().into_bytes(),
                separator: self.separator.clone().into_bytes(),
            },
            level: self.common.level(),
        };
        let (width, counted) = settings.size(source, self.lines < 0)?;
        let height = if self.lines < 0 { counted } else { self.lines };
        let mut header = Header::new(width, height.max(1), 1, BandFormat::F64);
        header.interpretation = Interpretation::BlackWhite;
        self.common.note_access(&mut header.metadata);
        let start = move |reader: SourceReader| {
            Ok(Box::new(settings.lines(reader, width as usize)?) as Box<dyn RowDecoder>)
        };
        let source = source.clone();
        let start = Box::new(start);
        InOrder { source, header, bottom_up: false, start, lenient: false }.image()
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::NONE
    }
}

#[derive(Clone)]
struct Settings {
    skip: i32,
    letters: Letters,
    level: FailOn,
}

impl Settings {
    /// Columns of the first row, and rows from it on.
    fn size(&self, source: &Source, count: bool) -> Result<(i32, i32)> {
        let reader = source.open_random()?.with_tick(Context::current().tick);
        let mut cells = self.skipped(reader)?;
        let most = Limits::current();
        let mut columns = 0_u64;
        loop {
            let (cell, parted) = cells.cell()?;
            columns += 1;
            most.check_elements(columns)?;
            let ended =
                !matches!(cell, Cell::Value(_)) || matches!(cells.peek()?, None | Some(b'\n'));
            if ended && !parted {
                break;
            }
        }
        // the first row counts, whatever is left of it
        let _rest = cells.pass_line()?;
        let mut rows = 1_u64;
        while count && cells.pass_line()? {
            rows += 1;
            most.check_elements(rows)?;
        }
        Ok((columns as i32, rows.min(i32::MAX as u64) as i32))
    }

    /// The cells behind the lines that are passed over.
    fn skipped(&self, reader: SourceReader) -> Result<Cells<SourceReader>> {
        let mut cells = Cells::new(reader, self.letters.clone());
        for _ in 0..self.skip {
            if !cells.pass_line()? {
                return Err(end_of_file());
            }
        }
        Ok(cells)
    }

    fn lines(&self, reader: SourceReader, width: usize) -> Result<Lines> {
        let cells = self.skipped(reader)?;
        Ok(Lines { cells, width, line: self.skip as usize + 1, level: self.level })
    }
}

fn end_of_file() -> Error {
    Error::new(ErrorKind::Truncated, "csvload: unexpected end of file")
}

struct Lines {
    cells: Cells<SourceReader>,
    width: usize,
    /// The line that the row is in
    line: usize,
    level: FailOn,
}

impl RowDecoder for Lines {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        out.fill(0);
        for (column, out) in (1..=self.width).zip(out.as_chunks_mut::<8>().0) {
            let (cell, parted) = self.cells.cell()?;
            let value = match cell {
                Cell::EndOfFile(_) if self.level >= FailOn::Truncated => {
                    return Err(end_of_file());
                }
                Cell::Value(value) | Cell::EndOfFile(value) => value,
                Cell::EndOfLine => 0.0,
            };
            *out = value.to_ne_bytes();
            if parted || column == self.width || self.cells.peek()? != Some(b'\n') {
                continue;
            }
            if self.level >= FailOn::Error {
                let text = format!("csvload: line {} has only {column} columns", self.line);
                return Err(Error::new(ErrorKind::Malformed, text));
            }
            break;
        }
        if self.cells.pass_end()? {
            self.line += 1;
        }
        Ok(())
    }
}
