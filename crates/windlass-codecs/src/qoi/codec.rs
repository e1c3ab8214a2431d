//! What encoder and decoder remember of the pixels before.

/// Red, green, blue, alpha.
pub(super) type Pixel = [u8; 4];

/// Pixels seen before.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) last: Pixel,
    by_hash: [Pixel; 64],
}

impl Default for Seen {
    fn default() -> Self {
        Self { last: [0, 0, 0, 255], by_hash: [[0; 4]; 64] }
    }
}

impl Seen {
    /// The place of a pixel among those seen.
    pub(super) fn hash([r, g, b, a]: Pixel) -> usize {
        let [r, g, b, a] = [r, g, b, a].map(usize::from);
        (r * 3 + g * 5 + b * 7 + a * 11) % 64
    }

    pub(super) fn at(&self, hash: usize) -> Pixel {
        self.by_hash[hash % 64]
    }

    /// Remembers a pixel.
    pub(super) fn see(&mut self, pixel: Pixel) {
        self.by_hash[Self::hash(pixel)] = pixel;
        self.last = pixel;
    }
}

pub(super) const INDEX: u8 = 0x00;
pub(super) const DIFF: u8 = 0x40;
pub(super) const LUMA: u8 = 0x80;
pub(super) const RUN: u8 = 0xC0;
pub(super) const RGB: u8 = 0xFE;
pub(super) const RGBA: u8 = 0xFF;
/// The longest run; longer ones would look like [`RGB`] and [`RGBA`].
pub(super) const LONGEST_RUN: usize = 62;
/// Bytes of the header.
pub(super) const HEADER: usize = 14;
/// The last bytes of a file.
pub(super) const END: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];
