//! From packed rows to samples: depth, palette, transparent colours, byte order.

use super::header::{Colour, File};

/// How the rows of a file become pixels.
#[derive(Debug)]
pub(super) enum Expand {
    /// Bytes as they are
    Copy,
    /// 16 bits in machine order
    Swap,
    /// Grey of 1, 2 or 4 bits: what each byte of the row becomes
    Spread { depth: u32, bytes: Box<[[u8; 8]; 256]> },
    /// The same where a value is transparent: a grey and an alpha for each value
    Grey { depth: u32, table: Vec<u8>, bands: usize },
    /// Indices of 1, 2, 4 or 8 bits
    Palette { depth: u32, colours: Box<[[u8; 4]; 256]>, bands: usize },
    /// 8 bits with a transparent colour
    Key8 { key: Vec<u8> },
    /// 16 bits with a transparent colour
    Key16 { key: Vec<u16> },
}

impl Expand {
    pub(super) fn of(file: &File) -> Self {
        let depth = u32::from(file.ihdr.depth);
        let key = file.transparency.as_ref().map(|bytes| {
            let pairs = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            pairs.collect::<Vec<_>>()
        });
        match (file.ihdr.colour, depth, key) {
            (Colour::Palette, ..) => palette(file),
            (Colour::Grey, 1 | 2 | 4, key) => grey(depth, key.and_then(|key| key.first().copied())),
            (_, 16, Some(key)) => Self::Key16 { key },
            (_, 16, None) => Self::Swap,
            (_, _, Some(key)) => Self::Key8 { key: key.iter().map(|&value| value as u8).collect() },
            (_, _, None) => Self::Copy,
        }
    }

    /// Makes the pixels of a row.
    pub(super) fn row(&self, packed: &[u8], out: &mut [u8]) {
        match self {
            Self::Copy => out.copy_from_slice(&packed[..out.len()]),
            Self::Swap => {
                for (out, sample) in out.chunks_exact_mut(2).zip(packed.chunks_exact(2)) {
                    out.copy_from_slice(&u16::from_be_bytes([sample[0], sample[1]]).to_ne_bytes());
                }
            }
            Self::Spread { depth: 1, bytes } => spread::<8>(bytes, packed, out),
            Self::Spread { depth: 2, bytes } => spread::<4>(bytes, packed, out),
            Self::Spread { bytes, .. } => spread::<2>(bytes, packed, out),
            Self::Grey { depth, table, bands } => {
                for (out, value) in out.chunks_exact_mut(*bands).zip(values(packed, *depth)) {
                    out.copy_from_slice(&table[value * bands..][..*bands]);
                }
            }
            Self::Palette { depth: 8, colours, bands: 3 } => {
                for (out, &index) in out.chunks_exact_mut(3).zip(packed) {
                    let [r, g, b, _] = colours[usize::from(index)];
                    out.copy_from_slice(&[r, g, b]);
                }
            }
            Self::Palette { depth, colours, bands } => {
                for (out, index) in out.chunks_exact_mut(*bands).zip(values(packed, *depth)) {
                    out.copy_from_slice(&colours[index & 255][..*bands]);
                }
            }
            Self::Key8 { key } => {
                let bands = key.len();
                for (out, pixel) in out.chunks_exact_mut(bands + 1).zip(packed.chunks_exact(bands))
                {
                    out[..bands].copy_from_slice(pixel);
                    out[bands] = if pixel == &key[..] { 0 } else { 255 };
                }
            }
            Self::Key16 { key } => keyed(key, packed, out),
        }
    }
}

/// `N` samples from each byte; the last byte may have fewer that count.
fn spread<const N: usize>(bytes: &[[u8; 8]; 256], packed: &[u8], out: &mut [u8]) {
    let (whole, rest) = out.as_chunks_mut::<N>();
    for (out, &byte) in whole.iter_mut().zip(packed) {
        out.copy_from_slice(&bytes[usize::from(byte)][..N]);
    }
    if let Some(&byte) = packed.get(whole.len()) {
        rest.copy_from_slice(&bytes[usize::from(byte)][..rest.len()]);
    }
}

fn keyed(key: &[u16], packed: &[u8], out: &mut [u8]) {
    let bands = key.len();
    let pixels = packed.chunks_exact(2 * bands);
    for (out, pixel) in out.chunks_exact_mut(2 * bands + 2).zip(pixels) {
        let mut transparent = true;
        for ((out, sample), &key) in out.chunks_exact_mut(2).zip(pixel.chunks_exact(2)).zip(key) {
            let value = u16::from_be_bytes([sample[0], sample[1]]);
            transparent &= value == key;
            out.copy_from_slice(&value.to_ne_bytes());
        }
        out[2 * bands..].fill(if transparent { 0 } else { 255 });
    }
}

/// The values of `depth` bits in `packed`, most significant first.
fn values(packed: &[u8], depth: u32) -> impl Iterator<Item = usize> {
    let per_byte = 8 / depth;
    let mask = (1_u32 << depth) - 1;
    packed.iter().flat_map(move |&byte| {
        (0..per_byte).map(move |i| (u32::from(byte) >> (8 - depth * (i + 1)) & mask) as usize)
    })
}

fn grey(depth: u32, key: Option<u16>) -> Expand {
    let greatest = (1_u32 << depth) - 1;
    let bands = 1 + usize::from(key.is_some());
    let mut table = Vec::new();
    for value in 0..=greatest {
        table.push((value * 255 / greatest) as u8);
        if let Some(key) = key {
            table.push(if value == u32::from(key) & greatest { 0 } else { 255 });
        }
    }
    if key.is_some() {
        return Expand::Grey { depth, table, bands };
    }
    let mut bytes = Box::new([[0; 8]; 256]);
    for (out, byte) in bytes.iter_mut().zip(0..=255_u8) {
        for (out, value) in out.iter_mut().zip(values(&[byte], depth)) {
            *out = table[value];
        }
    }
    Expand::Spread { depth, bytes }
}

fn palette(file: &File) -> Expand {
    let mut colours = Box::new([[0, 0, 0, 255]; 256]);
    for (colour, entry) in colours.iter_mut().zip(file.palette.chunks_exact(3)) {
        colour[..3].copy_from_slice(entry);
    }
    for (colour, &alpha) in colours.iter_mut().zip(file.transparency.iter().flatten()) {
        colour[3] = alpha;
    }
    let bands = 3 + usize::from(file.transparency.is_some());
    Expand::Palette { depth: file.ihdr.depth.into(), colours, bands }
}
