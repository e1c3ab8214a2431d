//! Loading PNG.

use super::adam7::{Pass, passes};
use super::expand::Expand;
use super::header::File;
use super::rows::Stream;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    Context, Header, Image, Limits, Loader, Order, RegionMut, Result, Rows, Source, Tick,
};
use windlass_io::alloc;
use windlass_macros::{ArgGroup, Load};

/// Load png
///
/// Every colour type and depth; palettes and transparent colours become samples. Streamed, unless the
/// file is interlaced. Checksums count from `fail_on="error"` on.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "pngload")]
#[non_exhaustive]
pub struct PngLoad {
    /// Remove all denial of service limits
    #[arg(default = false)]
    pub unlimited: bool,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for PngLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open()?.with_tick(Context::current().tick);
        let failure = reader.failure();
        let file = File::read(&mut reader, self.unlimited);
        failure.check()?;
        let file = file?;
        let header = file.header(&self.common)?;
        let limits = Limits::current();
        limits.image(
            file.ihdr.width.into(),
            file.ihdr.height.into(),
            header.bands as u64,
            header.format.size() as u64,
        )?;
        let expand = Expand::of(&file);
        let fail_on = self.common.level();
        Image::loader(PngLoader { source: source.clone(), file, header, expand, fail_on })
    }

    fn flags(&self, image: &Image) -> ForeignFlags {
        match image.header().metadata.int("interlaced") {
            Some(_) => ForeignFlags::PARTIAL,
            None => ForeignFlags::SEQUENTIAL,
        }
    }
}

struct PngLoader {
    source: Source,
    file: File,
    header: Header,
    expand: Expand,
    fail_on: FailOn,
}

/// Packed rows, each behind its filter, and how many of them are right.
#[derive(Default)]
struct Packed {
    rows: Vec<u8>,
    right: usize,
}

impl PngLoader {
    /// Reads all passes of an interlaced file.
    fn read_passes(&self, stream: &mut Stream, packed: &mut Packed) -> Result<()> {
        let ihdr = &self.file.ihdr;
        let stride = |pass: &Pass| ihdr.row_bytes(pass.width) + 1;
        let bytes = passes(ihdr).map(|pass| stride(&pass) as u64 * u64::from(pass.height)).sum();
        packed.rows = zeroed(bytes)?;
        packed.right = 0;
        let mut rest = &mut packed.rows[..];
        let last = passes(ihdr).count() - 1;
        for (number, pass) in passes(ihdr).enumerate() {
            let stride = stride(&pass);
            stream.begin();
            let height = pass.height as usize;
            let (rows, below) = rest.split_at_mut(stride * height);
            rest = below;
            // a few rows at a time: a file that ends early costs no more than it has
            let few = (PASS_PIECE / stride).max(1);
            for (piece, rows) in rows.chunks_mut(few * stride).enumerate() {
                let count = rows.len() / stride;
                let end = number == last && piece * few + count == height;
                let right = stream.rows(rows, stride - 1, end)?;
                packed.right += right;
                if right < count {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Puts the pixels of all passes in their places.
    fn place_passes(&self, packed: &Packed, out: &mut RegionMut<'_>) {
        let ihdr = &self.file.ihdr;
        let pixel = out.pixel_size();
        let mut right = packed.right;
        let mut rest = &packed.rows[..];
        let mut line = Vec::new();
        for pass in passes(ihdr) {
            let stride = ihdr.row_bytes(pass.width) + 1;
            let (rows, below) = rest.split_at(stride * pass.height as usize);
            rest = below;
            line.resize(pass.width as usize * pixel, 0);
            for (number, row) in rows.chunks_exact(stride).take(right).enumerate() {
                self.expand.row(&row[1..], &mut line);
                let out = out.bytes((pass.y + number * pass.dy) as i32);
                let places = out.chunks_exact_mut(pixel).skip(pass.x).step_by(pass.dx);
                for (out, value) in places.zip(line.chunks_exact(pixel)) {
                    out.copy_from_slice(value);
                }
            }
            right = right.saturating_sub(pass.height as usize);
        }
    }
}

impl Loader for PngLoader {
    type Session = Option<Stream>;
    type Raw = Packed;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        if self.file.ihdr.interlaced { Order::Whole } else { Order::Rows { step: 1 } }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Self::Session> {
        Ok(None)
    }

    fn read(
        &self,
        session: &mut Self::Session,
        rows: Rows,
        packed: &mut Packed,
        tick: &Tick,
    ) -> Result<()> {
        let stream = match session {
            Some(stream) => stream,
            none => {
                let reader = self.source.open()?.with_tick(tick.clone());
                none.insert(Stream::open(reader, &self.file, self.fail_on)?)
            }
        };
        if self.file.ihdr.interlaced {
            return self.read_passes(stream, packed);
        }
        let length = self.file.ihdr.row_bytes(self.file.ihdr.width);
        let bytes = (length + 1) * rows.height as usize;
        if packed.rows.len() < bytes {
            packed.rows = alloc::try_vec(bytes)?;
        }
        packed.rows.truncate(bytes);
        let last = rows.top + rows.height == self.header.height;
        packed.right = stream.rows(&mut packed.rows, length, last)?;
        Ok(())
    }

    fn finish(&self, packed: &mut Packed, out: &mut RegionMut<'_>) -> Result<()> {
        if self.file.ihdr.interlaced {
            self.place_passes(packed, out);
            packed.rows = Vec::new();
            return Ok(());
        }
        let stride = self.file.ihdr.row_bytes(self.file.ihdr.width) + 1;
        let mut rows = out.rows::<u8>();
        for (packed, (_, row)) in packed.rows.chunks_exact(stride).take(packed.right).zip(&mut rows)
        {
            self.expand.row(&packed[1..], row);
        }
        rows.for_each(|(_, row)| row.fill(0));
        Ok(())
    }
}

/// Memory that costs nothing before it is written.
fn zeroed(bytes: u64) -> Result<Vec<u8>> {
    let bytes = Limits::current().allocation(bytes)?;
    bytemuck::allocation::try_zeroed_vec(bytes).map_err(|()| {
        let text = format!("no memory for {bytes} bytes of an interlaced image");
        windlass_core::Error::new(windlass_core::ErrorKind::Limit, text)
    })
}

/// Bytes of a pass that are inflated at a time.
const PASS_PIECE: usize = 256 << 10;
