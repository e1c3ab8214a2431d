//! Pixels from one end of a connection to the other.
//!
//! Between profiles of curves and a matrix, and the connection space, colours are computed ([`Shaped`]).
//! From other devices of three or four bands they are interpolated in a table of 33³ or 17⁴ points,
//! which is what the reference's engine does; from one band every level has its entry. What is left
//! (many inks, the connection space to tables) goes through the stages pixel by pixel.

use super::curve::Curve as Tone;
use super::link::{End, Wish, adjustment, connect};
use super::profile::{Direction, Profile, inverted};
use super::stage::{Colour, Pcs, Pipeline, Stage};
use super::white::{D50, TO_D50, TO_D65, product};
use crate::colour::wide::Planar;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use windlass_core::{BandFormat, Header, Image, Kernel, Result, Run, Sees};
use windlass_simd::colour::{self as simd, CHUNK, Cube, Curve, Planes};

/// What samples of a result are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Samples {
    /// Device levels of 8 bits
    Bytes,
    /// Device levels of 16 bits
    Words,
    /// CIE Lab
    Lab,
    /// XYZ under D65, Y of white being 100
    Xyz,
}

impl Samples {
    /// The format of a sample.
    pub(super) const fn format(self) -> BandFormat {
        match self {
            Self::Bytes => BandFormat::U8,
            Self::Words => BandFormat::U16,
            Self::Lab | Self::Xyz => BandFormat::F32,
        }
    }

    /// The levels of a colour, which are whole once they are rounded.
    fn levels(self, colour: &Colour) -> Colour {
        let [x, y, z, ..] = *colour;
        match self {
            Self::Bytes => colour.map(|x| limit(x * 255.0, 255.0)),
            Self::Words => colour.map(|x| limit(x * 65535.0, 65535.0)),
            Self::Lab => first(levels_of_lab([x, y, z])),
            Self::Xyz => first(levels_of_xyz([x, y, z])),
        }
    }
}

/// Limited to 0 to `most`; what is not a number becomes 0.
fn limit(x: f32, most: f32) -> f32 {
    if x > 0.0 { x.min(most) } else { 0.0 }
}

/// Levels of 16 bits of Lab, as profiles of version 4 say it.
fn levels_of_lab([l, a, b]: [f32; 3]) -> [f32; 3] {
    [l * 655.35, (a + 128.0) * 257.0, (b + 128.0) * 257.0].map(|x| limit(x, 65535.0))
}

/// Levels of 16 bits of XYZ, whose 1 is 32768.
fn levels_of_xyz(xyz: [f32; 3]) -> [f32; 3] {
    xyz.map(|x| limit(x * 32768.0, 65535.0))
}

/// Lab of whole levels of 16 bits.
fn lab_of_levels([l, a, b]: [f32; 3]) -> [f32; 3] {
    [l / 655.35, a / 257.0 - 128.0, b / 257.0 - 128.0]
}

/// XYZ under D65 of whole levels of 16 bits under D50.
fn xyz_of_levels(levels: [f32; 3]) -> [f32; 3] {
    let xyz = levels.map(|x| f64::from(x) * (100.0 / 32768.0));
    TO_D65.map(|row| (row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]) as f32)
}

/// The image of `header` that the connection makes of the colour bands of an image: bytes or words of
/// a device, or floats of a connection space. Nothing where the profiles lack what it takes.
pub(super) fn converted(
    image: &Image,
    from: End<'_>,
    to: End<'_>,
    wish: Wish,
    header: Header,
    samples: Samples,
) -> Option<Result<Image>> {
    let key =
        Key { from: end_key(from), to: end_key(to), wish, samples, input: image.header().format };
    let engine = cached(key, || Engine::new(from, to, wish, samples, image.header().format))?;
    let (inputs, outputs) = (image.header().bands as usize, header.bands as usize);
    Some(Image::point(header, &[image], Convert { engine, inputs, outputs, samples }))
}

/// How colours are made.
#[derive(Debug)]
enum Engine {
    Cube(Cube),
    /// The levels of each level of one band
    Levels(Vec<Colour>),
    Shaped(Shaped),
    Stages(Pipeline),
}

impl Engine {
    fn new(
        from: End<'_>,
        to: End<'_>,
        wish: Wish,
        samples: Samples,
        input: BandFormat,
    ) -> Option<Self> {
        if let Some(shaped) = Shaped::new(from, to, wish, samples, input) {
            return Some(Self::Shaped(shaped));
        }
        let pipeline = connect(from, to, wish)?;
        let End::Profile(profile) = from else {
            return Some(Self::Stages(from_floats(from, pipeline)));
        };
        let outputs = match to {
            End::Pcs(_) => 3,
            End::Profile(profile) => profile.bands,
        };
        match profile.bands {
            1 => {
                let last = if input == BandFormat::U16 { 65535 } else { 255 };
                let at = |level| rounded(run(&pipeline, samples, &[level as f32 / last as f32]));
                Some(Self::Levels((0..=last).map(at).collect()))
            }
            bands @ (3 | 4) => {
                let points = if bands == 3 { 33 } else { 17 };
                Cube::new(bands, points, outputs, &baked(&pipeline, points, outputs, samples))
                    .map(Self::Cube)
            }
            _ => Some(Self::Stages(pipeline)),
        }
    }
}

/// The stages from floats as images have them to the connection space, then `pipeline`.
fn from_floats(from: End<'_>, pipeline: Pipeline) -> Pipeline {
    let mut all = Pipeline::new(3, Vec::new());
    if let End::Pcs(Pcs::Xyz) = from {
        all.push(Stage::matrix(TO_D50.map(|row| row.map(|x| x / 100.0))));
    }
    all.extend(pipeline);
    all
}

fn run(pipeline: &Pipeline, samples: Samples, values: &[f32]) -> Colour {
    samples.levels(&pipeline.run(&first(values.iter().copied())))
}

fn rounded(levels: Colour) -> Colour {
    levels.map(f32::round_ties_even)
}

/// The levels at all points of a table, the last band running fastest.
fn baked(pipeline: &Pipeline, points: usize, outputs: usize, samples: Samples) -> Vec<f32> {
    let bands = pipeline.inputs;
    let last = (points - 1) as f32;
    let mut values = Vec::new();
    for place in 0..points.pow(bands as u32) {
        let mut at = [0.0; 4];
        let mut rest = place;
        for x in at[..bands].iter_mut().rev() {
            *x = (rest % points) as f32 / last;
            rest /= points;
        }
        values.extend_from_slice(&run(pipeline, samples, &at)[..outputs]);
    }
    values
}

/// The kernel: whatever the engine, pixels of one image to those of another.
struct Convert {
    engine: Arc<Engine>,
    inputs: usize,
    outputs: usize,
    samples: Samples,
}

impl Kernel for Convert {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        let input = inputs[0];
        match &*self.engine {
            Engine::Cube(cube) => self.look_up(cube, input, out),
            Engine::Levels(levels) => self.each(input, out, |pixel| {
                levels.get(pixel[0] as usize).copied().unwrap_or_default()
            }),
            Engine::Shaped(shaped) => return shaped.run(input, out),
            Engine::Stages(pipeline) => {
                let scale = match shape(input, out, self) {
                    1 => 255.0,
                    2 => 65535.0,
                    _ => 1.0,
                };
                self.each(input, out, |pixel| {
                    rounded(run(pipeline, self.samples, &pixel.map(|x| x / scale)))
                });
            }
        }
        decode(self.samples, out);
    }
}

/// Bytes of a sample of the input.
fn shape(input: &[u8], out: &[u8], convert: &Convert) -> usize {
    let pixels = out.len() / (convert.outputs * convert.samples.format().size());
    input.len() / (pixels * convert.inputs).max(1)
}

/// Levels of 16 bits as floats to what they say.
fn decode(samples: Samples, out: &mut [u8]) {
    let decode = match samples {
        Samples::Bytes | Samples::Words => return,
        Samples::Lab => lab_of_levels,
        Samples::Xyz => xyz_of_levels,
    };
    for pixel in bytemuck::cast_slice_mut::<_, f32>(out).as_chunks_mut::<3>().0 {
        *pixel = decode(*pixel);
    }
}

impl Convert {
    fn look_up(&self, cube: &Cube, input: &[u8], out: &mut [u8]) {
        match (shape(input, out, self), self.samples) {
            (1, Samples::Bytes) => simd::cube_to_bytes(cube, input, out),
            (1, Samples::Words) => simd::cube_to_words(cube, input, bytemuck::cast_slice_mut(out)),
            (1, _) => simd::cube_to_floats(cube, input, bytemuck::cast_slice_mut(out)),
            (_, samples) => {
                let input: &[u16] = bytemuck::cast_slice(input);
                match samples {
                    Samples::Bytes => simd::cube_to_bytes(cube, input, out),
                    Samples::Words => {
                        simd::cube_to_words(cube, input, bytemuck::cast_slice_mut(out));
                    }
                    _ => simd::cube_to_floats(cube, input, bytemuck::cast_slice_mut(out)),
                }
            }
        }
    }

    /// Pixel by pixel; `levels` makes whole levels of the samples of one.
    fn each(&self, input: &[u8], out: &mut [u8], levels: impl Fn(Colour) -> Colour) {
        let size = shape(input, out, self);
        let pixels = input.chunks_exact(self.inputs * size);
        let results = out.chunks_exact_mut(self.outputs * self.samples.format().size());
        for (pixel, result) in pixels.zip(results) {
            let values = match size {
                1 => first(pixel.iter().map(|x| f32::from(*x))),
                2 => first(bytemuck::cast_slice::<_, u16>(pixel).iter().map(|x| f32::from(*x))),
                _ => first(bytemuck::cast_slice::<_, f32>(pixel).iter().copied()),
            };
            let levels = levels(values);
            match self.samples {
                Samples::Bytes => put(result, &levels, |x| x as u8),
                Samples::Words => put(bytemuck::cast_slice_mut(result), &levels, |x| x as u16),
                _ => put(bytemuck::cast_slice_mut(result), &levels, |x| x),
            }
        }
    }
}

/// The colour of the first values.
fn first(values: impl IntoIterator<Item = f32>) -> Colour {
    let mut all = Colour::default();
    all.iter_mut().zip(values).for_each(|(out, value)| *out = value);
    all
}

fn put<T>(out: &mut [T], levels: &Colour, sample: fn(f32) -> T) {
    out.iter_mut().zip(levels).for_each(|(out, level)| *out = sample(*level));
}

/// Curves and matrices, computed over planes of floats.
#[derive(Debug)]
struct Shaped {
    source: Source,
    steps: Vec<Planar>,
    target: Target,
}

/// What pixels are read from.
#[derive(Debug)]
enum Source {
    Bytes([Vec<f32>; 3]),
    Floats,
    Words([Vec<f32>; 3]),
}

/// What pixels are written to.
#[derive(Debug)]
enum Target {
    Bytes([Curve; 3]),
    Lab,
    Words([Curve; 3]),
    Xyz,
}

/// Entries of the table of a curve from light to levels.
const ENTRIES: usize = 16385;

impl Shaped {
    fn new(
        from: End<'_>,
        to: End<'_>,
        wish: Wish,
        samples: Samples,
        input: BandFormat,
    ) -> Option<Self> {
        let adjustment = adjustment(from, to, wish);
        if adjustment.offset != [0.0; 3] {
            return None;
        }
        let (source, mut steps, mut matrix) = source_of(from, wish, input)?;
        for (row, scale) in matrix.iter_mut().zip(adjustment.scale) {
            for x in row {
                *x *= scale;
            }
        }
        let (target, last, to_device) = target_of(to, wish, samples)?;
        let matrix = product(to_device, matrix);
        steps.push(Planar::Matrix(matrix.map(|row| row.map(|x| x as f32))));
        steps.extend(last);
        Some(Self { source, steps, target })
    }

    fn run(&self, input: &[u8], out: &mut [u8]) {
        let mut planes = Planes::default();
        let from = match self.source {
            Source::Bytes(_) => 3,
            Source::Words(_) => 6,
            Source::Floats => 12,
        };
        let to = match self.target {
            Target::Bytes(_) => 3,
            Target::Words(_) => 6,
            Target::Lab | Target::Xyz => 12,
        };
        for (input, out) in input.chunks(CHUNK * from).zip(out.chunks_mut(CHUNK * to)) {
            self.source.read(input, &mut planes);
            self.steps.iter().for_each(|step| step.run(&mut planes));
            self.target.write(&mut planes, out);
        }
    }
}

/// How an end is read, and the way to XYZ under D50.
fn source_of(
    end: End<'_>,
    wish: Wish,
    input: BandFormat,
) -> Option<(Source, Vec<Planar>, [[f64; 3]; 3])> {
    match end {
        End::Pcs(Pcs::Lab) => {
            let steps = vec![Planar::Each(limited), Planar::LabToXyz(D50.map(|x| x as f32))];
            Some((Source::Floats, steps, UNIT))
        }
        End::Pcs(Pcs::Xyz) => {
            Some((Source::Floats, Vec::new(), TO_D50.map(|row| row.map(|x| x / 100.0))))
        }
        End::Profile(profile) => {
            let (curves, matrix) = shaper(profile, wish, Direction::ToPcs)?;
            let source = match input {
                BandFormat::U16 => Source::Words(curves.map(|curve| curve.tabulated(65536))),
                _ => Source::Bytes(curves.map(|curve| curve.tabulated(256))),
            };
            Some((source, Vec::new(), matrix))
        }
    }
}

/// How an end is written, the steps before, and before these the matrix from XYZ under D50.
fn target_of(
    end: End<'_>,
    wish: Wish,
    samples: Samples,
) -> Option<(Target, Option<Planar>, [[f64; 3]; 3])> {
    match end {
        End::Pcs(Pcs::Lab) => {
            Some((Target::Lab, Some(Planar::XyzToLab(D50.map(|x| x as f32))), UNIT))
        }
        End::Pcs(Pcs::Xyz) => Some((Target::Xyz, None, UNIT)),
        End::Profile(profile) => {
            let (curves, matrix) = shaper(profile, wish, Direction::ToDevice)?;
            let most = if samples == Samples::Words { 65535.0 } else { 255.0 };
            let curves = curves.map(|curve| {
                let levels = curve.inverse().tabulated(ENTRIES);
                Curve::new(&levels.iter().map(|x| x * most).collect::<Vec<_>>())
            });
            let target = match samples {
                Samples::Words => Target::Words(curves),
                _ => Target::Bytes(curves),
            };
            Some((target, None, inverted(matrix)?))
        }
    }
}

/// Curves and matrix of a profile that has no table for the intent.
fn shaper(
    profile: &Profile,
    wish: Wish,
    direction: Direction,
) -> Option<([Tone; 3], [[f64; 3]; 3])> {
    profile.shaper().filter(|_| profile.uses_matrix(wish.intent, direction))
}

const UNIT: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Lab within what 16 bits can say.
fn limited([l, a, b]: [f32; 3]) -> [f32; 3] {
    let axis = |x: f32| x.clamp(-128.0, 127.0 + 255.0 / 256.0);
    [l.clamp(0.0, 100.0), axis(a), axis(b)]
}

impl Source {
    fn read(&self, input: &[u8], planes: &mut Planes) {
        match self {
            Self::Floats => simd::read_floats(bytemuck::cast_slice(input), planes),
            Self::Bytes(tables) => read(input, tables, planes),
            Self::Words(tables) => read::<u16>(bytemuck::cast_slice(input), tables, planes),
        }
    }
}

fn read<T: Copy + Into<usize>>(pixels: &[T], tables: &[Vec<f32>; 3], planes: &mut Planes) {
    for ((band, plane), table) in planes.bands.iter_mut().enumerate().zip(tables) {
        for (out, pixel) in plane.iter_mut().zip(pixels.as_chunks::<3>().0) {
            let level: usize = pixel[band].into();
            *out = table.get(level).copied().unwrap_or_default();
        }
    }
}

impl Target {
    fn write(&self, planes: &mut Planes, out: &mut [u8]) {
        match self {
            Self::Bytes([r, g, b]) => {
                simd::encode_each(planes, [r, g, b]);
                simd::write_bytes(planes, out);
            }
            Self::Words([r, g, b]) => {
                simd::encode_each(planes, [r, g, b]);
                simd::write_words(planes, bytemuck::cast_slice_mut(out));
            }
            Self::Lab => {
                planes.each(|lab| lab_of_levels(levels_of_lab(lab).map(f32::round_ties_even)));
                simd::write_floats(planes, bytemuck::cast_slice_mut(out));
            }
            Self::Xyz => {
                planes.each(|xyz| xyz_of_levels(levels_of_xyz(xyz).map(f32::round_ties_even)));
                simd::write_floats(planes, bytemuck::cast_slice_mut(out));
            }
        }
    }
}

/// What an engine depends on.
#[derive(Clone, PartialEq)]
struct Key {
    from: EndKey,
    to: EndKey,
    wish: Wish,
    samples: Samples,
    input: BandFormat,
}

#[derive(Clone, PartialEq)]
enum EndKey {
    Pcs(Pcs),
    Profile(Bytes),
}

fn end_key(end: End<'_>) -> EndKey {
    match end {
        End::Pcs(pcs) => EndKey::Pcs(pcs),
        End::Profile(profile) => EndKey::Profile(profile.bytes().clone()),
    }
}

/// The engine of `key`, among the last few that were made: baking a table takes a hundredth of a
/// second, and the next file has the same profile more often than not.
fn cached(key: Key, make: impl FnOnce() -> Option<Engine>) -> Option<Arc<Engine>> {
    const KEPT: usize = 8;
    static ENGINES: Mutex<Vec<(Key, Arc<Engine>)>> = Mutex::new(Vec::new());
    let lock = || ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, engine)) = lock().iter().find(|(other, _)| *other == key) {
        return Some(Arc::clone(engine));
    }
    let engine = Arc::new(make()?);
    let mut engines = lock();
    if engines.len() >= KEPT {
        engines.remove(0);
    }
    engines.push((key, Arc::clone(&engine)));
    Some(engine)
}
