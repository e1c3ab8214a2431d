//! The engine against the naive evaluator: any split, any number of threads, any cut, same bytes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use windlass_core::point::{self, RowKernel, RowKernel2};
use windlass_core::testing::{self, Grain};
use windlass_core::{
    Ask, BandFormat, Context, Error, ErrorKind, Header, Image, Loader, Operator, Order, Rect,
    Reducer, Region, RegionMut, Result, Rows, Shape, Tick, TileLoader, Traits, with_context,
};

/// A loader of a known pattern that fails when it is read out of order.
struct Pattern {
    header: Header,
    step: i32,
    opened: Arc<AtomicUsize>,
    broken_at: i32,
}

impl Pattern {
    fn image(width: i32, height: i32, bands: i32) -> Image {
        Self::broken(width, height, bands, i32::MAX)
    }

    fn broken(width: i32, height: i32, bands: i32, broken_at: i32) -> Image {
        let header = Header::new(width, height, bands, BandFormat::U8);
        Image::loader(Self { header, step: 3, opened: Arc::default(), broken_at }).unwrap()
    }
}

impl Loader for Pattern {
    type Session = i32;
    type Raw = Rows2;

    fn header(&self) -> &Header {
        &self.header
    }
    fn order(&self) -> Order {
        Order::Rows { step: self.step }
    }
    fn needs_caller(&self) -> bool {
        false
    }
    fn open(&self) -> Result<i32> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(0)
    }
    fn read(&self, next: &mut i32, rows: Rows, raw: &mut Rows2, _: &Tick) -> Result<()> {
        assert_eq!(*next, rows.top, "rows are read in order");
        *next += rows.height;
        if *next > self.broken_at {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("row {} is broken", self.broken_at),
            ));
        }
        raw.0 = rows.top;
        Ok(())
    }
    fn finish(&self, raw: &mut Rows2, out: &mut RegionMut<'_>) -> Result<()> {
        assert_eq!(raw.0, out.rect().top);
        for (y, row) in out.rows::<u8>() {
            for (x, value) in row.iter_mut().enumerate() {
                *value = (x as i32 * 7 + y * 13 + (x as i32 * y) % 31) as u8;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Rows2(i32);

struct Add(u8);

impl RowKernel<u8> for Add {
    type Out = u8;
    fn row(&self, input: &[u8], output: &mut [u8]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = x.wrapping_add(self.0));
    }
}

struct Xor;

impl RowKernel2<u8, u8> for Xor {
    type Out = u8;
    fn row(&self, a: &[u8], b: &[u8], output: &mut [u8]) {
        output
            .iter_mut()
            .zip(a.iter().zip(b))
            .for_each(|(out, (a, b))| *out = a ^ b.rotate_left(3));
    }
}

/// Sums a window of `across` by `down` around each sample.
struct Window {
    across: i32,
    down: i32,
    cost: f32,
}

impl Operator for Window {
    type Scratch = Vec<u32>;

    fn scratch(&self) -> Vec<u32> {
        Vec::new()
    }
    fn traits(&self) -> Traits {
        Traits { cost: self.cost, ..Traits::DEFAULT }
    }
    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (across, down) = (self.across, self.down);
        ask.read(
            0,
            Rect::new(
                out.left - across,
                out.top - down,
                out.width + 2 * across,
                out.height + 2 * down,
            ),
        );
    }
    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        sums: &mut Vec<u32>,
    ) -> Result<()> {
        let bands = out.pixel_size();
        for (y, row) in out.rows::<u8>() {
            sums.clear();
            sums.resize(row.len(), 0);
            for v in y - self.down..=y + self.down {
                let line = inputs[0].row::<u8>(v);
                for h in 0..=2 * self.across as usize {
                    sums.iter_mut()
                        .zip(&line[h * bands..])
                        .for_each(|(sum, x)| *sum += u32::from(*x) + 1);
                }
            }
            row.iter_mut().zip(sums.iter()).for_each(|(out, sum)| *out = (*sum % 251) as u8);
        }
        Ok(())
    }
}

/// Turns an image upside down, or moves it.
enum Move {
    Flip,
    Shift(i32, i32),
    Turn,
}

impl Operator for Move {
    type Scratch = ();

    fn scratch(&self) {}
    fn traits(&self) -> Traits {
        match self {
            Self::Turn => Traits { shape: Shape::Tiles, ..Traits::DEFAULT },
            _ => Traits::DEFAULT,
        }
    }
    fn needs(&self, out: Rect, ask: &mut Ask) {
        match self {
            Self::Flip => ask.read(0, Rect { top: H - out.bottom(), ..out }),
            Self::Shift(dx, dy) => ask.same(0, *dx, *dy),
            Self::Turn => ask.read(0, Rect::new(out.top, out.left, out.height, out.width)),
        }
    }
    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let pixel = out.pixel_size();
        for (y, row) in out.rows::<u8>() {
            match self {
                Self::Flip => row.copy_from_slice(inputs[0].row(H - 1 - y)),
                Self::Shift(..) => unreachable!("it is the same"),
                Self::Turn => {
                    let top = inputs[0].rect().top;
                    for (x, to) in (top..).zip(row.chunks_exact_mut(pixel)) {
                        to.copy_from_slice(inputs[0].pixel(y, x));
                    }
                }
            }
        }
        Ok(())
    }
}

/// An image within another one of the same size, the rest one colour.
struct Inset(i32, i32);

impl Operator for Inset {
    type Scratch = ();
    fn scratch(&self) {}
    fn needs(&self, out: Rect, ask: &mut Ask) {
        let seen = out.intersect(&Rect::new(self.0, self.1, W, H));
        if !seen.is_empty() {
            ask.place(0, seen.translate(-self.0, -self.1), seen.left, seen.top);
        }
        if seen == out {
            ask.covered();
        }
    }
    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let ink = vec![77; out.pixel_size()];
        for part in out.rect().minus(&Rect::new(self.0, self.1, W, H)) {
            out.fill(part, &ink);
        }
        Ok(())
    }
}

/// Takes every pixel from where the values of another image point to.
struct Lookup;

impl Operator for Lookup {
    type Scratch = ();
    fn scratch(&self) {}
    fn traits(&self) -> Traits {
        Traits { shape: Shape::Tiles, cost: 4.0, rounds: 2 }
    }
    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, out);
        ask.maybe(1, Rect::new(0, 0, W, H));
    }
    fn refine(&self, out: Rect, seen: &[Region<'_>], ask: &mut Ask) {
        let furthest = (out.top..out.bottom()).flat_map(|y| seen[0].row::<u8>(y)).max();
        ask.read(1, Rect::new(0, 0, W, i32::from(*furthest.unwrap()).min(H - 1) + 1));
    }
    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let left = out.rect().left as usize;
        for (y, row) in out.rows::<u8>() {
            for (x, value) in row.iter_mut().enumerate() {
                let there = i32::from(inputs[0].row::<u8>(y)[x]).min(H - 1);
                *value = inputs[1].row::<u8>(there)[left + x];
            }
        }
        Ok(())
    }
}

const W: i32 = 53;
const H: i32 = 53;

fn area(input: &Image, operator: impl Operator) -> Image {
    Image::area(input.header().clone(), &[input], operator).unwrap()
}

/// A random graph over loaders and memory, all of one size.
fn graph(mut seed: u64) -> Image {
    let mut random = move |n: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % n
    };
    let mut images = vec![Pattern::image(W, H, 1), Pattern::image(W, H, 1)];
    images.push(
        Image::from_pixels(images[0].header().clone(), testing::pixels(&images[0]).unwrap())
            .unwrap(),
    );
    for _ in 0..3 + random(9) {
        let a = images[random(images.len() as u64) as usize].clone();
        let b = images[images.len() - 1].clone();
        let header = a.header().clone();
        images.push(match random(9) {
            0 | 1 => point::rows::<u8, _>(&b, Add(random(256) as u8)).unwrap(),
            2 => point::rows2::<u8, u8, _>(header, &a, &b, Xor).unwrap(),
            3 => area(
                &b,
                Window {
                    across: random(4) as i32,
                    down: random(9) as i32,
                    cost: random(60) as f32,
                },
            ),
            4 => area(&b, Move::Flip),
            5 => area(&a, Move::Turn),
            6 => area(&b, Inset(random(60) as i32 - 30, random(60) as i32 - 30)),
            7 => {
                let wide = Header { width: 2 * W, height: 2 * H, ..header.clone() };
                let doubled = Image::area(wide, &[&b], Tile).unwrap();
                let (dx, dy) = (random(W as u64) as i32, random(H as u64) as i32);
                Image::area(header, &[&doubled], Move::Shift(dx, dy)).unwrap()
            }
            _ => Image::area(header, &[&a, &b], Lookup).unwrap(),
        });
    }
    images.pop().unwrap()
}

/// The input four times.
struct Tile;

impl Operator for Tile {
    type Scratch = ();
    fn scratch(&self) {}
    fn needs(&self, out: Rect, ask: &mut Ask) {
        for (x, y) in [(0, 0), (W, 0), (0, H), (W, H)] {
            let part = out.intersect(&Rect::new(x, y, W, H));
            if !part.is_empty() {
                ask.place(0, part.translate(-x, -y), part.left, part.top);
            }
        }
        ask.covered();
    }
    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}

fn grains() -> [Grain; 3] {
    [
        Grain::default(),
        Grain { unit: 150, block: 400, roll: 0, rows: 1 },
        Grain { unit: 700, block: 170, roll: 300, rows: 3 },
    ]
}

#[test]
fn random_graphs_agree_with_the_naive_evaluator() {
    for seed in 1..150 {
        let image = graph(seed * 0x9e37_79b9);
        let expected = testing::pixels(&image).unwrap().to_vec().unwrap();
        for grain in grains() {
            for threads in [1, 2, 8] {
                let context = Context { threads: Some(threads), grain, ..Context::default() };
                let made = with_context(context, || image.to_memory()).unwrap();
                assert!(made == expected, "seed {seed}, {grain:?}, {threads} threads");
            }
        }
    }
}

struct Sum;

impl Reducer for Sum {
    type Part = u64;
    type Out = u64;
    fn exact(&self) -> bool {
        false
    }
    fn part(&self) -> u64 {
        0
    }
    fn add(&self, part: &mut u64, pixels: &Region<'_>) {
        let rect = pixels.rect();
        for y in rect.top..rect.bottom() {
            *part += pixels.row::<u8>(y).iter().map(|x| u64::from(*x)).sum::<u64>();
        }
    }
    fn merge(&self, into: &mut u64, next: u64) {
        *into = into.wrapping_mul(31).wrapping_add(next);
    }
    fn finish(&self, all: u64) -> Result<u64> {
        Ok(all)
    }
}

#[test]
fn reductions_merge_in_order() {
    let image = area(&Pattern::image(W, H, 1), Window { across: 2, down: 5, cost: 9.0 });
    let results = grains().map(|grain| {
        let context = Context { threads: Some(4), grain, ..Context::default() };
        with_context(context, || image.reduce(&Sum)).unwrap()
    });
    assert_eq!(results, [results[0]; 3]);
}

#[test]
fn an_error_is_the_lowest_and_the_same_every_time() {
    for _ in 0..20 {
        let image = point::rows::<u8, _>(&Pattern::broken(W, H, 1, 30), Add(1)).unwrap();
        let grain = Grain { unit: 100, block: 150, roll: 0, rows: 1 };
        let context = Context { threads: Some(3), grain, ..Context::default() };
        let error = with_context(context, || image.to_memory()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, "row 30 is broken"));
    }
}

struct Panics;

impl RowKernel<u8> for Panics {
    type Out = u8;
    fn row(&self, _: &[u8], _: &mut [u8]) {
        panic!("kernel");
    }
}

#[test]
fn a_panic_is_an_error_of_that_evaluation() {
    let image = point::rows::<u8, _>(&Pattern::image(W, H, 1), Panics).unwrap();
    let error = image.to_memory().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("kernel"), "{error}");
}

#[test]
fn a_killed_image_fails_once() {
    let base = Pattern::image(W, H, 1);
    let image = point::rows::<u8, _>(&base, Add(1)).unwrap();
    base.set_kill(true);
    assert_eq!(image.to_memory().unwrap_err().kind(), ErrorKind::Cancelled);
    image.to_memory().unwrap();
}

#[test]
fn cancellation_ends_it() {
    let tick = Tick::new();
    tick.cancel();
    let context = Context { tick, ..Context::default() };
    let image = Pattern::image(W, H, 1);
    assert_eq!(
        with_context(context, || image.to_memory()).unwrap_err().kind(),
        ErrorKind::Cancelled
    );
}

#[test]
fn nested_sums_are_linear() {
    let mut image = Pattern::image(W, H, 1);
    for _ in 0..30 {
        let header = image.header().clone();
        image = point::rows2::<u8, u8, _>(header, &image, &image, Xor).unwrap();
        image = area(&image, Window { across: 0, down: 1, cost: 1.0 });
    }
    let grain = Grain { unit: 1000, ..Grain::default() };
    let context = Context { grain, ..Context::default() };
    let expected = testing::pixels(&image).unwrap().to_vec().unwrap();
    assert!(with_context(context, || image.to_memory()).unwrap() == expected);
}

#[test]
fn long_chains_build_run_and_drop() {
    let mut image = Pattern::image(8, 8, 1);
    for _ in 0..100_000 {
        image = point::rows::<u8, _>(&image, Add(1)).unwrap();
    }
    let first = image.to_memory().unwrap()[0];
    assert_eq!(first, (100_000_u32 % 256) as u8);
}

#[test]
fn what_outgrows_memory_waits_in_a_file() {
    let base = Pattern::image(W, H, 1);
    let turned = area(&area(&base, Move::Turn), Move::Flip);
    let expected = testing::pixels(&turned).unwrap().to_vec().unwrap();
    let before = windlass_io::settings::disc_threshold();
    windlass_io::settings::set_disc_threshold(1000);
    let plan = turned.explain().unwrap();
    let made = turned.to_memory();
    windlass_io::settings::set_disc_threshold(before);
    assert!(plan.contains("in a file"), "{plan}");
    assert!(made.unwrap() == expected);
}

#[test]
fn a_plan_is_explained() {
    let image = area(&Pattern::image(W, H, 1), Window { across: 1, down: 1, cost: 9.0 });
    let plan = image.explain().unwrap();
    assert!(plan.contains("Window") && plan.contains("store 0, Pattern"), "{plan}");
}

/// Tiles one pixel wide that the caller alone may read; counts how often somebody asks who may.
struct Narrow {
    header: Header,
    asked: Arc<AtomicUsize>,
}

impl TileLoader for Narrow {
    type Raw = i32;

    fn header(&self) -> &Header {
        &self.header
    }
    fn tile(&self) -> (i32, i32) {
        (1, self.header.height)
    }
    fn needs_caller(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        true
    }
    fn read(&self, tile: Rect, raw: &mut i32, _: &Tick) -> Result<()> {
        // so that the helpers look for work in between
        std::thread::sleep(Duration::from_micros(20));
        *raw = tile.left;
        Ok(())
    }
    fn finish(&self, raw: &mut i32, out: &mut RegionMut<'_>) -> Result<()> {
        out.rows::<u8>().for_each(|(_, row)| row.fill(*raw as u8));
        Ok(())
    }
}

#[test]
fn tiles_that_wait_for_the_caller_are_not_looked_through_for_each_of_them() {
    const TILES: i32 = 2000;
    let expected: Vec<u8> = (0..4 * TILES).map(|at| (at % TILES) as u8).collect();
    for threads in [1, 2, 4] {
        let asked = Arc::new(AtomicUsize::new(0));
        let header = Header::new(TILES, 4, 1, BandFormat::U8);
        let image = Image::tile_loader(Narrow { header, asked: asked.clone() }).unwrap();
        let context = Context { threads: Some(threads), ..Context::default() };
        assert!(with_context(context, || image.to_memory()).unwrap() == expected);
        let asked = asked.load(Ordering::Relaxed);
        assert!(asked <= 50 * TILES as usize, "{threads} threads ask {asked} times");
    }
}
