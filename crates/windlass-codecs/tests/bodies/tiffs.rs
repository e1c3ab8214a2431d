//! TIFF files of all compressions and layouts.

use super::seeds::{filled, interpreted, pages, saved};
use windlass_codecs::tiff::{TiffCompression as Compression, TiffPredictor, TiffSave};
use windlass_core::{BandFormat, Interpretation, Meta};

/// The files, and what each of them is.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let mut files = written();
    files.extend(made());
    files
}

/// What the saver writes.
fn written() -> Vec<(String, Vec<u8>)> {
    let colour = interpreted(&filled(40, 30, 3, BandFormat::U8), Interpretation::Srgb);
    let grey = filled(40, 30, 1, BandFormat::U8);
    let strips = TiffSave::default().tile_height(8);
    let tiles = TiffSave::default().tile(true).tile_width(16).tile_height(16);
    let mut files = Vec::new();
    let mut add = |name: &str, file| files.push((name.to_owned(), file));
    for (name, compression) in [
        ("none", Compression::None),
        ("jpeg", Compression::Jpeg),
        ("deflate", Compression::Deflate),
        ("packbits", Compression::Packbits),
        ("lzw", Compression::Lzw),
        #[cfg(feature = "webp")]
        ("webp", Compression::Webp),
        ("zstd", Compression::Zstd),
    ] {
        add(&format!("{name} strips"), saved(&colour, &strips.clone().compression(compression)));
        add(&format!("{name} tiles"), saved(&colour, &tiles.clone().compression(compression)));
    }
    let fax = strips.clone().bitdepth(1).compression(Compression::Ccittfax4);
    add("group 4", saved(&grey, &fax));
    add("two bits", saved(&grey, &strips.clone().bitdepth(2).miniswhite(true)));
    for (name, format) in [("float", BandFormat::F32), ("double", BandFormat::F64)] {
        let floats = tiles.clone().compression(Compression::Lzw).predictor(TiffPredictor::Float);
        add(name, saved(&filled(20, 18, 2, format), &floats));
    }
    let words = strips.clone().compression(Compression::Deflate);
    add("words", saved(&filled(20, 18, 3, BandFormat::U16), &words));
    let pyramid = tiles.clone().pyramid(true).compression(Compression::Deflate);
    add("pyramid", saved(&colour, &pyramid));
    let below = pyramid.bigtiff(true).subifd(true).compression(Compression::Jpeg);
    add("pictures below a BigTIFF", saved(&colour, &below));
    add("BigTIFF", saved(&colour, &strips.clone().bigtiff(true)));
    add("pages", saved(&pages(3), &strips.compression(Compression::Lzw)));
    let mut header = grey.header().clone();
    for (name, length) in [("xmp-data", 40), ("iptc-data", 45), ("icc-profile-data", 130)] {
        header.metadata.set(name, Meta::Blob(vec![3; length].into()));
    }
    let described = grey.with_header(header).expect("a small picture");
    add("metadata", saved(&described, &tiles));
    files
}

/// What it does not.
fn made() -> Vec<(String, Vec<u8>)> {
    let noise =
        |length: usize| -> Vec<u8> { (0..length).map(|at| (at * 167 / 13) as u8).collect() };
    let group3 = [0x00, 0x1D, 0xA8, 0xC1, 0x00, 0x1A, 0xA5, 0x30, 0x01, 0x94, 0xD4, 0x50];
    let mut files = Vec::new();
    let mut add = |name: &str, form: Form, tags: Vec<Tag>, chunks: &[Vec<u8>]| {
        files.push((name.to_owned(), form.file(tags, chunks)));
    };
    let planes: Vec<_> = (0..9).map(|_| noise(20 * 4)).collect();
    let planar = [(PLANAR, 2), (SAMPLES, 3), (BITS, 8), (PHOTOMETRIC, 2), (ROWS, 4)];
    add("planar", Form::CLASSIC, sized(20, 12, &planar), &planes);
    let planes: Vec<_> = (0..6).map(|_| noise(16 * 16 * 2)).collect();
    let planar =
        [(PLANAR, 2), (SAMPLES, 3), (BITS, 16), (PHOTOMETRIC, 2), (TILE.0, 16), (TILE.1, 16)];
    add("planar tiles", Form::BIG, sized(20, 12, &planar), &planes);
    add("planar tiles", Form::REVERSED, sized(20, 12, &planar), &planes);
    for compression in [2, 3, 4] {
        let facsimile =
            [(COMPRESSION, compression), (PHOTOMETRIC, 0), (T4, u64::from(compression == 3))];
        add("facsimile", Form::CLASSIC, sized(24, 6, &facsimile), &[group3.repeat(3)]);
    }
    let thunder = [(COMPRESSION, 32809), (BITS, 4), (PHOTOMETRIC, 1)];
    add("ThunderScan", Form::CLASSIC, sized(16, 5, &thunder), &[noise(60)]);
    for (compression, photometric, bits) in
        [(34676, 32845, 16), (34677, 32845, 16), (34676, 32844, 16)]
    {
        let samples = if photometric == 32845 { 3 } else { 1 };
        let log = [
            (COMPRESSION, compression),
            (PHOTOMETRIC, photometric),
            (BITS, bits),
            (SAMPLES, samples),
            (FORMAT, 2),
        ];
        add("logarithms", Form::CLASSIC, sized(9, 5, &log), &[noise(150)]);
    }
    for (across, down) in [(2, 2), (4, 1), (1, 2)] {
        let mut tags = sized(13, 7, &[(PHOTOMETRIC, 6), (BITS, 8), (SAMPLES, 3), (ROWS, 4)]);
        tags.push((SUBSAMPLING, vec![across, down]));
        add("chroma", Form::REVERSED, tags, &[noise(200), noise(200)]);
    }
    for bits in [1, 4, 8, 16] {
        let mut tags = sized(10, 6, &[(PHOTOMETRIC, 3), (BITS, bits)]);
        tags.push((COLOURS, (0..3_u64 << bits).map(|at| at * 257 % 65536).collect()));
        add("palette", Form::CLASSIC, tags, &[noise(120)]);
    }
    for (bits, format, photometric, samples) in [
        (8, 1, 8, 3),
        (16, 1, 8, 3),
        (16, 3, 1, 1),
        (64, 1, 1, 2),
        (64, 6, 1, 1),
        (128, 6, 1, 1),
        (32, 2, 5, 4),
    ] {
        let tags = [
            (BITS, bits),
            (FORMAT, format),
            (PHOTOMETRIC, photometric),
            (SAMPLES, samples),
            (PREDICTOR, 2),
        ];
        add(
            "samples",
            Form::REVERSED,
            sized(6, 4, &tags),
            &[noise(24 * (bits * samples / 8) as usize)],
        );
    }
    files
}

/// A tag and its values.
type Tag = (u16, Vec<u64>);

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const STRIPS: (u16, u16) = (273, 279);
const SAMPLES: u16 = 277;
const ROWS: u16 = 278;
const PLANAR: u16 = 284;
const T4: u16 = 292;
const PREDICTOR: u16 = 317;
const COLOURS: u16 = 320;
const TILE: (u16, u16) = (322, 323);
const TILES: (u16, u16) = (324, 325);
const FORMAT: u16 = 339;
const SUBSAMPLING: u16 = 530;

/// The size of a picture, and tags of one value.
fn sized(width: u64, height: u64, tags: &[(u16, u64)]) -> Vec<Tag> {
    let size = [(WIDTH, width), (HEIGHT, height)];
    size.iter().chain(tags).map(|(tag, value)| (*tag, vec![*value])).collect()
}

/// How numbers are written.
#[derive(Clone, Copy)]
struct Form {
    big: bool,
    reversed: bool,
}

impl Form {
    /// The least byte of four first
    const CLASSIC: Self = Self { big: false, reversed: false };
    /// The greatest byte of four first
    const REVERSED: Self = Self { big: false, reversed: true };
    /// A BigTIFF, the greatest byte of eight first
    const BIG: Self = Self { big: true, reversed: true };

    fn number(self, value: u64, size: usize) -> Vec<u8> {
        if self.reversed {
            value.to_be_bytes()[8 - size..].to_vec()
        } else {
            value.to_le_bytes()[..size].to_vec()
        }
    }

    /// A file of one directory right behind the header, what does not fit it, and the chunks.
    fn file(self, mut tags: Vec<Tag>, chunks: &[Vec<u8>]) -> Vec<u8> {
        let tiled = tags.iter().any(|(tag, _)| *tag == TILE.0);
        let (offsets, counts) = if tiled { TILES } else { STRIPS };
        tags.push((offsets, vec![0; chunks.len()]));
        tags.push((counts, chunks.iter().map(|chunk| chunk.len() as u64).collect()));
        tags.sort();
        let (offset, entry) = if self.big { (8, 20) } else { (4, 12) };
        let mut file = if self.reversed { b"MM".to_vec() } else { b"II".to_vec() };
        let header: &[(u64, usize)] =
            if self.big { &[(43, 2), (8, 2), (0, 2), (16, 8)] } else { &[(42, 2), (8, 4)] };
        header.iter().for_each(|(value, size)| file.extend(self.number(*value, *size)));
        file.extend(self.number(tags.len() as u64, if self.big { 8 } else { 2 }));
        let size = |(tag, values): &Tag| {
            if *tag != offsets && values.iter().all(|value| *value < 65536) { 2 } else { 4 }
        };
        let behind = file.len() + tags.len() * entry + offset;
        let sizes = tags.iter().map(|tag| tag.1.len() * size(tag));
        let mut start = behind + sizes.filter(|bytes| *bytes > offset).sum::<usize>();
        let places = &mut tags.iter_mut().find(|(tag, _)| *tag == offsets).expect("it was added").1;
        for (place, chunk) in places.iter_mut().zip(chunks) {
            *place = start as u64;
            start += chunk.len();
        }
        let mut rest = Vec::new();
        for tag in &tags {
            let size = size(tag);
            let mut bytes =
                tag.1.iter().flat_map(|value| self.number(*value, size)).collect::<Vec<_>>();
            file.extend(self.number(tag.0.into(), 2));
            file.extend(self.number(if size == 2 { 3 } else { 4 }, 2));
            file.extend(self.number(tag.1.len() as u64, offset));
            if bytes.len() > offset {
                file.extend(self.number((behind + rest.len()) as u64, offset));
                rest.append(&mut bytes);
            } else {
                bytes.resize(offset, 0);
                file.extend(bytes);
            }
        }
        file.extend(vec![0; offset]);
        file.extend(rest);
        chunks.iter().for_each(|chunk| file.extend(chunk));
        file
    }
}
