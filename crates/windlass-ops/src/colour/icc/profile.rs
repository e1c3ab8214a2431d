//! ICC profiles (ICC.1:2022): header, tags, and the transforms they hold.
//!
//! Everything is checked where it is read: a damaged profile is no profile, or one that lacks a tag.
//! Floating-point transforms (`D2B0` and its kin) are not read; profiles that have them have the
//! integer ones too.

use super::bytes::{fixed, u16_at, u32_at};
use super::curve::Curve;
use super::lattice::Lattice;
use super::stage::{Pcs, Pipeline, Stage};
use super::{Intent, white::D50};
use bytes::Bytes;

/// A parsed profile.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    bytes: Bytes,
    tags: Vec<([u8; 4], usize, usize)>,
    /// First byte of the version
    pub(super) version: u8,
    class: [u8; 4],
    /// Signature of the device's space
    pub(super) space: [u8; 4],
    /// Bands of the device
    pub(super) bands: usize,
    /// The space that colours are connected in
    pub(super) pcs: Pcs,
    /// The intent of the header
    intent: u32,
}

/// To or from the device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    ToPcs,
    ToDevice,
}

impl Profile {
    /// Parses header and tags.
    pub(super) fn parse(bytes: &Bytes) -> Option<Self> {
        let header = bytes.get(..128)?;
        if header.get(36..40)? != b"acsp" {
            return None;
        }
        let space: [u8; 4] = *header.get(16..)?.first_chunk()?;
        let pcs = match header.get(20..24)? {
            b"Lab " => Pcs::Lab,
            b"XYZ " => Pcs::Xyz,
            _ => return None,
        };
        let count = u32_at(bytes, 128)?;
        if count > 100 {
            return None;
        }
        let tag = |i: usize| {
            let at = 132 + 12 * i;
            let name: [u8; 4] = *bytes.get(at..)?.first_chunk()?;
            Some((name, u32_at(bytes, at + 4)? as usize, u32_at(bytes, at + 8)? as usize))
        };
        Some(Self {
            tags: (0..count as usize).map(tag).collect::<Option<_>>()?,
            version: header[8],
            class: *header.get(12..)?.first_chunk()?,
            bands: bands_of(space)?,
            space,
            pcs,
            intent: u32_at(header, 64)?,
            bytes: bytes.clone(),
        })
    }

    /// The profile as it was given.
    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn tag(&self, name: [u8; 4]) -> Option<&[u8]> {
        let (_, at, size) = self.tags.iter().find(|(tag, ..)| *tag == name)?;
        self.bytes.get(*at..at.checked_add(*size)?)
    }

    /// Whether its space is a device's, not one that profiles are connected in.
    pub(super) fn is_device(&self) -> bool {
        !matches!(&self.space, b"Lab " | b"XYZ ")
    }

    /// Whether it is a printer's.
    pub(super) fn is_output(&self) -> bool {
        self.class == *b"prtr"
    }

    /// Whether it describes no device: black means nothing there.
    pub(super) fn is_abstract(&self) -> bool {
        matches!(&self.class, b"link" | b"abst" | b"nmcl")
    }

    /// The intent of the header, where it is one.
    pub(super) fn header_intent(&self) -> Option<Intent> {
        Intent::of_number(self.intent)
    }

    /// Whether it has a table for the intent.
    pub(super) fn has_table(&self, intent: Intent, direction: Direction) -> bool {
        self.tag(table_name(intent, direction)).is_some()
    }

    /// Whether it is made of curves, and for colour a matrix.
    pub(super) fn is_matrix(&self) -> bool {
        let all = |tags: &[&[u8; 4]]| tags.iter().all(|tag| self.tag(**tag).is_some());
        match &self.space {
            b"GRAY" => all(&[b"kTRC"]),
            b"RGB " => all(&[b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"]),
            _ => false,
        }
    }

    /// Whether the intent can be had.
    pub(super) fn supports(&self, intent: Intent, direction: Direction) -> bool {
        self.has_table(intent, direction) || self.is_matrix()
    }

    /// The white of the medium, as XYZ with Y of about 1.
    pub(super) fn media_white(&self) -> [f64; 3] {
        let display = self.version < 4 && self.class == *b"mntr";
        let white = self.tag(*b"wtpt").and_then(xyz).filter(|_| !display);
        white.unwrap_or(D50)
    }

    /// The curves and the matrix of a profile of three colorants, columns by colorant.
    pub(super) fn shaper(&self) -> Option<([Curve; 3], [[f64; 3]; 3])> {
        if self.space != *b"RGB " || self.pcs != Pcs::Xyz {
            return None;
        }
        let curve = |name| Some(Curve::parse(self.tag(name)?)?.0);
        let curves = [curve(*b"rTRC")?, curve(*b"gTRC")?, curve(*b"bTRC")?];
        let column = |name| xyz(self.tag(name)?);
        let columns = [column(*b"rXYZ")?, column(*b"gXYZ")?, column(*b"bXYZ")?];
        let rows = std::array::from_fn(|row| columns.map(|column| column[row]));
        Some((curves, rows))
    }

    /// Whether the intent is computed from curves and matrix, there being no table.
    pub(super) fn uses_matrix(&self, intent: Intent, direction: Direction) -> bool {
        self.table(intent, direction).is_none()
    }

    /// The pipeline from the device to the connection space.
    pub(super) fn to_pcs(&self, intent: Intent) -> Option<Pipeline> {
        if let Some(table) = self.table(intent, Direction::ToPcs) {
            return lut(table, self.bands, 3, self.pcs, Direction::ToPcs);
        }
        if self.space == *b"GRAY" {
            let curve = Curve::parse(self.tag(*b"kTRC")?)?.0;
            let spread = match self.pcs {
                Pcs::Lab => [100.0, 0.0, 0.0],
                Pcs::Xyz => D50.map(|x| x as f32),
            };
            return Some(Pipeline::new(1, vec![Stage::Curves(vec![curve]), Stage::Spread(spread)]));
        }
        let (curves, rows) = self.shaper()?;
        let stages = vec![Stage::Curves(curves.into()), Stage::matrix(rows)];
        Some(Pipeline::new(3, stages))
    }

    /// The pipeline from the connection space to the device.
    pub(super) fn to_device(&self, intent: Intent) -> Option<Pipeline> {
        if let Some(table) = self.table(intent, Direction::ToDevice) {
            let mut pipeline = lut(table, 3, self.bands, self.pcs, Direction::ToDevice)?;
            if self.pcs == Pcs::Lab {
                // tetrahedra do not suit lightness and two axes
                pipeline.set_trilinear();
            }
            return Some(pipeline);
        }
        if self.space == *b"GRAY" {
            let curve = Curve::parse(self.tag(*b"kTRC")?)?.0.inverse();
            let pick = match self.pcs {
                Pcs::Lab => Stage::Pick(0, 0.01),
                Pcs::Xyz => Stage::Pick(1, 1.0),
            };
            return Some(Pipeline::new(3, vec![pick, Stage::Inverses(vec![curve])]));
        }
        let (curves, rows) = self.shaper()?;
        let inverses = curves.iter().map(Curve::inverse).collect();
        Some(Pipeline::new(3, vec![Stage::matrix(inverted(rows)?), Stage::Inverses(inverses)]))
    }

    /// The table of the intent, else the perceptual one.
    fn table(&self, intent: Intent, direction: Direction) -> Option<&[u8]> {
        self.tag(table_name(intent, direction))
            .or_else(|| self.tag(table_name(Intent::Perceptual, direction)))
    }
}

fn table_name(intent: Intent, direction: Direction) -> [u8; 4] {
    let number = match intent {
        Intent::Perceptual => b'0',
        Intent::Saturation => b'2',
        _ => b'1',
    };
    match direction {
        Direction::ToPcs => [b'A', b'2', b'B', number],
        Direction::ToDevice => [b'B', b'2', b'A', number],
    }
}

/// Bands of a device space.
fn bands_of(space: [u8; 4]) -> Option<usize> {
    Some(match &space {
        b"GRAY" => 1,
        b"RGB " | b"Lab " | b"XYZ " => 3,
        b"CMYK" => 4,
        [n @ (b'2'..=b'9' | b'A'..=b'C'), b'C', b'L', b'R'] => {
            char::from(*n).to_digit(16)? as usize
        }
        _ => return None,
    })
}

fn xyz(tag: &[u8]) -> Option<[f64; 3]> {
    if tag.get(..4)? != b"XYZ " {
        return None;
    }
    Some([fixed(tag, 8)?, fixed(tag, 12)?, fixed(tag, 16)?])
}

/// The inverse of a matrix, where it has one.
pub(super) fn inverted(m: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let minor = |row: usize, column: usize| {
        let [a, b] = [(row + 1) % 3, (row + 2) % 3];
        let [c, d] = [(column + 1) % 3, (column + 2) % 3];
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let determinant = (0..3).map(|column| m[0][column] * minor(0, column)).sum::<f64>();
    (determinant.abs() > 1e-9).then(|| {
        std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))
    })
}

/// The pipeline of a table with curves around it, in any of the four encodings.
fn lut(
    tag: &[u8],
    inputs: usize,
    outputs: usize,
    pcs: Pcs,
    direction: Direction,
) -> Option<Pipeline> {
    let kind = tag.get(..4)?;
    let counts = (usize::from(*tag.get(8)?), usize::from(*tag.get(9)?));
    if counts != (inputs, outputs) {
        return None;
    }
    let mut stages = match kind {
        b"mft1" => plain(tag, inputs, outputs, 1)?,
        b"mft2" => plain(tag, inputs, outputs, 2)?,
        b"mAB " => staged(tag, inputs, outputs, Direction::ToPcs)?,
        b"mBA " => staged(tag, inputs, outputs, Direction::ToDevice)?,
        _ => return None,
    };
    let legacy = kind == b"mft2";
    match direction {
        Direction::ToPcs => stages.push(Stage::decode(pcs, legacy)),
        Direction::ToDevice => stages.insert(0, Stage::encode(pcs, legacy)),
    }
    Some(Pipeline::new(inputs, stages))
}

/// `lut8Type` and `lut16Type`.
fn plain(tag: &[u8], inputs: usize, outputs: usize, size: usize) -> Option<Vec<Stage>> {
    let points = usize::from(*tag.get(10)?);
    let (entries_in, entries_out, start) = match size {
        1 => (256, 256, 48),
        _ => (usize::from(u16_at(tag, 48)?), usize::from(u16_at(tag, 50)?), 52),
    };
    if entries_in < 2 || entries_out < 2 {
        return None;
    }
    let mut rest = tag.get(start..)?;
    let mut take = |values: usize| {
        let (taken, left) = rest.split_at_checked(values.checked_mul(size)?)?;
        rest = left;
        Some(taken)
    };
    let curve = if size == 1 { Curve::of_bytes } else { Curve::of_words };
    let curves = |bytes: &[u8], entries: usize| {
        Stage::Curves(bytes.chunks_exact(entries * size).map(curve).collect())
    };
    let mut stages = Vec::new();
    let mut matrix = [[0.0; 3]; 3];
    for (i, value) in matrix.as_flattened_mut().iter_mut().enumerate() {
        *value = fixed(tag, 12 + 4 * i)?;
    }
    if inputs == 3 && matrix != [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
        stages.push(Stage::matrix(matrix));
    }
    stages.push(curves(take(inputs.checked_mul(entries_in)?)?, entries_in));
    let grid = vec![points; inputs];
    let values = numbers(take(Lattice::places(&grid, outputs)?)?, size);
    stages.push(Stage::Lattice(Lattice::new(grid, outputs, values)?));
    stages.push(curves(take(outputs.checked_mul(entries_out)?)?, entries_out));
    Some(stages)
}

fn numbers(bytes: &[u8], size: usize) -> Vec<f32> {
    if size == 1 {
        return bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
    }
    let words = bytes.as_chunks::<2>().0.iter();
    words.map(|word| f32::from(u16::from_be_bytes(*word)) / 65535.0).collect()
}

/// `lutAToBType` and `lutBToAType`.
fn staged(tag: &[u8], inputs: usize, outputs: usize, direction: Direction) -> Option<Vec<Stage>> {
    let part = |at: usize| match u32_at(tag, at)? as usize {
        0 => Some(None),
        offset => Some(Some(tag.get(offset..)?)),
    };
    let (a, b) = match direction {
        Direction::ToPcs => (inputs, outputs),
        Direction::ToDevice => (outputs, inputs),
    };
    let curves = |at: usize, count: usize| match part(at)? {
        None => Some(None),
        Some(bytes) => Some(Some(Stage::Curves(several(bytes, count)?))),
    };
    let lattice = match part(24)? {
        None => None,
        Some(bytes) => Some(Stage::Lattice(clut(bytes, inputs, outputs)?)),
    };
    let matrix = match part(16)? {
        None => None,
        Some(bytes) => Some(affine(bytes)?),
    };
    // without a table there are as many bands on both sides, and nothing but the curves of B counts
    let mut stages = [curves(28, a)?, lattice, curves(20, 3)?, matrix, curves(12, b)?];
    if b != 3 || (stages[1].is_none() && inputs != outputs) {
        return None;
    }
    if direction == Direction::ToDevice {
        stages.reverse();
    }
    Some(stages.into_iter().flatten().collect())
}

/// Curves one after the other, each starting at a multiple of four bytes.
fn several(mut bytes: &[u8], count: usize) -> Option<Vec<Curve>> {
    let mut curves = Vec::new();
    for _ in 0..count {
        let (curve, size) = Curve::parse(bytes)?;
        curves.push(curve);
        bytes = bytes.get(size.next_multiple_of(4).min(bytes.len())..)?;
    }
    Some(curves)
}

fn clut(bytes: &[u8], inputs: usize, outputs: usize) -> Option<Lattice> {
    let grid: Vec<usize> = bytes.get(..inputs.min(16))?.iter().map(|n| usize::from(*n)).collect();
    let size = match bytes.get(16)? {
        1 => 1,
        2 => 2,
        _ => return None,
    };
    let places = Lattice::places(&grid, outputs)?;
    let values = bytes.get(20..20_usize.checked_add(places.checked_mul(size)?)?)?;
    Lattice::new(grid, outputs, numbers(values, size))
}

fn affine(bytes: &[u8]) -> Option<Stage> {
    let number = |i: usize| fixed(bytes, 4 * i);
    let mut rows = [[0.0; 3]; 3];
    for (i, value) in rows.as_flattened_mut().iter_mut().enumerate() {
        *value = number(i)?;
    }
    Some(Stage::affine(rows, [number(9)?, number(10)?, number(11)?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::profile_load::built_in;

    #[test]
    fn built_in_profiles_are_read() {
        for (name, bands, pcs) in [
            ("srgb", 3, Pcs::Xyz),
            ("p3", 3, Pcs::Xyz),
            ("sgrey", 1, Pcs::Xyz),
            ("cmyk", 4, Pcs::Lab),
        ] {
            let profile = Profile::parse(&built_in(name).unwrap()).unwrap();
            assert_eq!((profile.bands, profile.pcs), (bands, pcs));
            assert!(profile.to_pcs(Intent::Relative).is_some(), "{name}");
            assert!(profile.to_device(Intent::Relative).is_some(), "{name}");
            assert!(profile.supports(Intent::Saturation, Direction::ToDevice));
        }
    }

    /// Cut or changed anywhere, a profile is refused or loses a part; nothing worse.
    #[test]
    fn damage_does_no_harm() {
        let whole = built_in("cmyk").unwrap();
        for at in (0..220_000).step_by(317) {
            let cut = whole.slice(..at);
            let mut changed = whole[..110_000].to_vec();
            changed[at % 60_000] ^= 0xff;
            for bytes in [cut, changed.into()] {
                let Some(profile) = Profile::parse(&bytes) else { continue };
                let pipelines =
                    [profile.to_pcs(Intent::Relative), profile.to_device(Intent::Relative)];
                for pipeline in pipelines.into_iter().flatten() {
                    let out = pipeline.run(&[0.3; 16]);
                    assert!(out.iter().all(|x| x.is_finite()), "{at}: {out:?}");
                }
            }
        }
    }

    #[test]
    fn matrices_are_inverted() {
        let m = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        let back = inverted(inverted(m).unwrap()).unwrap();
        let same = m.as_flattened().iter().zip(back.as_flattened());
        assert!(same.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(inverted([[1.0; 3]; 3]).is_none());
    }
}
