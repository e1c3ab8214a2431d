//! What one input may ask for, checked before anything is allocated.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Error, ErrorKind, Result, settings};

/// Bounds on what a file, or a call, may make us spend.
///
/// The defaults of the process come from the environment (`WINDLASS_MAX_PIXELS` and so on, a
/// number with optional suffix k, m or g) and may be set by [`Limits::set_current`]. A call may
/// carry its own. `u64::MAX` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Pixels of an image: width × height over all its pages.
    pub pixels: u64,
    /// Bytes of one allocation whose size an input decides.
    pub bytes: u64,
    /// Bands of an image.
    pub bands: u64,
    /// Frames or pages of a file.
    pub frames: u64,
    /// Scans of a progressive image.
    pub scans: u64,
    /// Depth of nested things: boxes, groups, directories.
    pub nesting: u64,
    /// Elements of a list or tree: chunks, entries, nodes, attributes.
    pub elements: u64,
    /// Milliseconds that one evaluation may take.
    pub milliseconds: u64,
}

impl Limits {
    /// The limits that hold unless the environment or a call says otherwise.
    pub const DEFAULT: Self = Self {
        pixels: 1_000_000_000_000,
        bytes: 2 << 30,
        bands: 65_536,
        frames: 1_000_000,
        scans: 1_000,
        nesting: 256,
        elements: 10_000_000,
        milliseconds: u64::MAX,
    };

    /// No limits but those of the formats and of memory.
    pub const NONE: Self = Self {
        pixels: u64::MAX,
        bytes: u64::MAX,
        bands: u64::MAX,
        frames: u64::MAX,
        scans: u64::MAX,
        nesting: u64::MAX,
        elements: u64::MAX,
        milliseconds: u64::MAX,
    };

    /// The limits of the process.
    pub fn current() -> Self {
        let default = Self::DEFAULT;
        Self {
            pixels: PIXELS.value(default.pixels),
            bytes: BYTES.value(default.bytes),
            bands: BANDS.value(default.bands),
            frames: FRAMES.value(default.frames),
            scans: SCANS.value(default.scans),
            nesting: NESTING.value(default.nesting),
            elements: ELEMENTS.value(default.elements),
            milliseconds: MILLISECONDS.value(default.milliseconds),
        }
    }

    /// Makes these the limits of the process.
    pub fn set_current(self) {
        PIXELS.set(self.pixels);
        BYTES.set(self.bytes);
        BANDS.set(self.bands);
        FRAMES.set(self.frames);
        SCANS.set(self.scans);
        NESTING.set(self.nesting);
        ELEMENTS.set(self.elements);
        MILLISECONDS.set(self.milliseconds);
    }

    /// Sets the pixels of an image.
    pub fn with_pixels(mut self, pixels: u64) -> Self {
        self.pixels = pixels;
        self
    }

    /// Sets the bytes of one allocation.
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets the bands of an image.
    pub fn with_bands(mut self, bands: u64) -> Self {
        self.bands = bands;
        self
    }

    /// Sets the frames or pages of a file.
    pub fn with_frames(mut self, frames: u64) -> Self {
        self.frames = frames;
        self
    }

    /// Sets the scans of a progressive image.
    pub fn with_scans(mut self, scans: u64) -> Self {
        self.scans = scans;
        self
    }

    /// Sets the depth of nested things.
    pub fn with_nesting(mut self, nesting: u64) -> Self {
        self.nesting = nesting;
        self
    }

    /// Sets the elements of a list or tree.
    pub fn with_elements(mut self, elements: u64) -> Self {
        self.elements = elements;
        self
    }

    /// Sets the time of one evaluation; `None` is no limit.
    pub fn with_time(mut self, time: Option<Duration>) -> Self {
        self.milliseconds =
            time.map_or(u64::MAX, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// The time that one evaluation may take, if that is limited.
    pub fn time(&self) -> Option<Duration> {
        (self.milliseconds != u64::MAX).then(|| Duration::from_millis(self.milliseconds))
    }

    /// Checks the size of an image that is read in pieces; returns its bytes.
    pub fn image(&self, width: u64, height: u64, bands: u64, bytes_per_sample: u64) -> Result<u64> {
        let sides = [("width", width, MAX_SIDE), ("height", height, MAX_SIDE)];
        for (name, value, limit) in sides.into_iter().chain([("bands", bands, self.bands)]) {
            if value == 0 {
                return Err(Error::new(ErrorKind::Malformed, format!("{name} is 0")));
            }
            within(name, value, limit)?;
        }
        let pixels = product(width, height)?;
        within("pixels", pixels, self.pixels)?;
        product(product(pixels, bands)?, bytes_per_sample)
    }

    /// Checks the size of an image that has to be held in memory as a whole; returns its bytes.
    pub fn whole_image(
        &self,
        width: u64,
        height: u64,
        bands: u64,
        bytes_per_sample: u64,
    ) -> Result<usize> {
        let bytes = self.image(width, height, bands, bytes_per_sample)?;
        self.allocation(bytes)
    }

    /// Checks the bytes of one allocation; returns them.
    pub fn allocation(&self, bytes: u64) -> Result<usize> {
        within("bytes", bytes, self.bytes.min(isize::MAX as u64))?;
        Ok(bytes as usize)
    }

    /// Checks a number of frames or pages.
    pub fn check_frames(&self, frames: u64) -> Result<()> {
        within("frames", frames, self.frames)
    }

    /// Checks a number of scans.
    pub fn check_scans(&self, scans: u64) -> Result<()> {
        within("scans", scans, self.scans)
    }

    /// Checks a depth of nesting.
    pub fn check_nesting(&self, depth: u64) -> Result<()> {
        within("nesting", depth, self.nesting)
    }

    /// Checks a number of elements.
    pub fn check_elements(&self, elements: u64) -> Result<()> {
        within("elements", elements, self.elements)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::current()
    }
}

fn within(name: &str, value: u64, limit: u64) -> Result<()> {
    if value <= limit {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, format!("{name} is {value}, above the limit of {limit}")))
}

fn product(a: u64, b: u64) -> Result<u64> {
    a.checked_mul(b)
        .ok_or_else(|| Error::new(ErrorKind::Limit, format!("{a} × {b} is above every limit")))
}

/// One number of the process: from the environment at its first use, unless set before.
///
/// An atomic instead of a lock, so that a fork at any moment leaves it usable.
struct Cell {
    name: &'static str,
    value: AtomicU64,
}

impl Cell {
    const fn new(name: &'static str) -> Self {
        Self { name, value: AtomicU64::new(UNSET) }
    }

    fn value(&self, default: u64) -> u64 {
        let value = self.value.load(Ordering::Relaxed);
        if value != UNSET {
            return value;
        }
        let first = settings::size_from_environment(self.name).unwrap_or(default);
        match self.value.compare_exchange(UNSET, first, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => first,
            Err(earlier) => earlier,
        }
    }

    fn set(&self, value: u64) {
        self.value.store(if value == UNSET { u64::MAX } else { value }, Ordering::Relaxed);
    }
}

static PIXELS: Cell = Cell::new("WINDLASS_MAX_PIXELS");
static BYTES: Cell = Cell::new("WINDLASS_MAX_BYTES");
static BANDS: Cell = Cell::new("WINDLASS_MAX_BANDS");
static FRAMES: Cell = Cell::new("WINDLASS_MAX_FRAMES");
static SCANS: Cell = Cell::new("WINDLASS_MAX_SCANS");
static NESTING: Cell = Cell::new("WINDLASS_MAX_NESTING");
static ELEMENTS: Cell = Cell::new("WINDLASS_MAX_ELEMENTS");
static MILLISECONDS: Cell = Cell::new("WINDLASS_MAX_MILLISECONDS");

const UNSET: u64 = u64::MAX - 1;

/// Largest width or height of any image, that of the reference.
const MAX_SIDE: u64 = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_gives_its_bytes() {
        assert_eq!(Limits::DEFAULT.image(100, 10, 3, 2).unwrap(), 6_000);
    }

    #[test]
    fn zero_is_malformed() {
        for (width, height, bands) in [(0, 1, 1), (1, 0, 1), (1, 1, 0)] {
            let error = Limits::DEFAULT.image(width, height, bands, 1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed);
        }
    }

    #[test]
    fn errors_name_value_and_limit() {
        let limits = Limits::NONE.with_pixels(99);
        let error = limits.image(10, 10, 1, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert_eq!(error.message(), "pixels is 100, above the limit of 99");
        assert!(limits.image(11, 9, 1, 1).is_ok());
    }

    #[test]
    fn products_do_not_wrap() {
        let side = 100_000_000;
        assert_eq!(
            Limits::NONE.image(side, side, 1 << 32, 16).unwrap_err().kind(),
            ErrorKind::Limit
        );
    }

    #[test]
    fn whole_images_count_against_bytes() {
        let limits = Limits::NONE.with_bytes(1_000);
        assert_eq!(limits.whole_image(10, 10, 10, 1).unwrap(), 1_000);
        assert_eq!(limits.whole_image(10, 10, 10, 2).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn every_count_has_its_check() {
        let limits = Limits::NONE.with_frames(1).with_scans(2).with_nesting(3).with_elements(4);
        assert!(limits.check_frames(1).is_ok() && limits.check_frames(2).is_err());
        assert!(limits.check_scans(2).is_ok() && limits.check_scans(3).is_err());
        assert!(limits.check_nesting(3).is_ok() && limits.check_nesting(4).is_err());
        assert!(limits.check_elements(4).is_ok() && limits.check_elements(5).is_err());
    }

    #[test]
    fn time_is_optional() {
        assert_eq!(Limits::NONE.time(), None);
        let limits = Limits::NONE.with_time(Some(Duration::from_secs(2)));
        assert_eq!(limits.time(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_cell_is_read_once_and_can_be_set() {
        let cell = Cell::new("WINDLASS_NO_SUCH_LIMIT");
        assert_eq!(cell.value(7), 7);
        assert_eq!(cell.value(8), 7);
        cell.set(9);
        assert_eq!(cell.value(7), 9);
    }
}
