//! What holds for every operation, whoever wrote it: any split of an output and any number of
//! threads give the same bytes as the naive evaluator, and no arguments make it panic.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "how much was tested is told")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use windlass_core::declare::{ArgSpec, ArgType, Args, OpSpec, Registry, Value};
use windlass_core::testing::{self, Grain};
use windlass_core::{
    BandFormat, Context, ErrorKind, Image, Interpolator, Loader, Order, RegionMut, Result, Rows,
    Tick, with_context,
};
use windlass_ops::OPERATIONS;

/// Rounds of each test for each operation; `make soak` raises it.
fn rounds() -> u64 {
    let set = windlass_io::settings::variable("WINDLASS_TEST_ROUNDS");
    set.and_then(|n| n.to_str()?.parse().ok()).unwrap_or(40)
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn int(&mut self, arg: &ArgSpec, wild: bool) -> i64 {
        let (min, max) = (arg.min.unwrap_or(-1e9), arg.max.unwrap_or(1e9));
        let wanted = if wild && self.below(3) == 0 {
            self.of(&[
                -1e10,
                f64::from(i32::MIN),
                -1.0,
                0.0,
                f64::from(i32::MAX),
                1e10,
                min - 1.0,
                max + 1.0,
            ])
        } else {
            self.of(&[
                0.0_f64, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 11.0, 16.0, 23.0, 40.0, -1.0, -3.0, -9.0,
            ])
            .clamp(min, max)
        };
        wanted as i64
    }

    fn double(&mut self, arg: &ArgSpec, wild: bool) -> f64 {
        if wild && self.below(4) == 0 {
            return self.of(&[f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300, -1e300, 0.0, 1e-300]);
        }
        let (min, max) = (arg.min.unwrap_or(-1e9), arg.max.unwrap_or(1e9));
        self.of(&[0.0_f64, 0.5, 1.0, 1.5, 2.0, 3.3, -0.7, 7.25, 60.0, 200.0]).clamp(min, max)
    }

    fn bytes(&mut self, format: BandFormat, samples: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..samples {
            let value = match self.below(4) {
                0 => self.below(4) as f64,
                1 => self.below(256) as f64,
                2 => self.below(1000) as f64 / 7.0 - 30.0,
                _ => self.below(70_000) as f64 - 3000.0,
            };
            let parts = if format.is_complex() { 2 } else { 1 };
            for _ in 0..parts {
                match format {
                    BandFormat::F32 | BandFormat::C64 => bytes.extend((value as f32).to_ne_bytes()),
                    BandFormat::F64 | BandFormat::C128 => bytes.extend(value.to_ne_bytes()),
                    _ => bytes.extend(&(value as i64).to_ne_bytes()[..format.size()]),
                }
            }
        }
        bytes
    }

    fn image(&mut self, size: (i32, i32)) -> Image {
        let format = self.of(&BandFormat::ALL);
        let bands = self.of(&[1, 1, 1, 2, 3, 3, 4, 5]);
        let bytes = self.bytes(format, (size.0 * size.1 * bands) as usize);
        let image = Image::from_memory(size.0, size.1, bands, format, bytes).unwrap();
        // half of them come from a decoder in order, in strips
        if self.below(2) == 0 { image } else { Image::loader(Strips { image }).unwrap() }
    }

    fn value(&mut self, arg: &ArgSpec, size: (i32, i32), wild: bool) -> Option<Value> {
        Some(match arg.kind {
            ArgType::Bool => Value::Bool(self.below(2) == 0),
            ArgType::Int => Value::Int(self.int(arg, wild)),
            ArgType::UInt64 => Value::Int(self.below(1 << 40) as i64),
            ArgType::Double => Value::Double(self.double(arg, wild)),
            ArgType::Enum(spec) => Value::Int(i64::from(
                spec.members[self.below(spec.members.len() as u64) as usize].value,
            )),
            ArgType::Flags(spec) => Value::Int(i64::from(
                spec.members[self.below(spec.members.len() as u64) as usize].value,
            )),
            ArgType::Image if matches!(arg.name, "mask" | "matrix") => {
                let side = self.of(&[1, 3, 5]);
                let rows =
                    (0..side).map(|_| (0..side).map(|_| self.below(9) as f64 - 2.0).collect());
                Value::Image(Image::from_matrix(&rows.collect::<Vec<_>>()).unwrap())
            }
            ArgType::Image => {
                let other = self.of(&[size, size, size, (5, 9)]);
                Value::Image(self.image(other))
            }
            ArgType::Images => {
                let count = 1 + self.below(4);
                Value::Images((0..count).map(|_| self.image(size)).collect())
            }
            ArgType::Ints => {
                Value::Ints((0..self.below(5)).map(|_| self.below(6) as i32).collect())
            }
            ArgType::Doubles => {
                let count = self.of(&[1, 1, 3, 3, 2, 4, 5, 0]);
                Value::Doubles((0..count).map(|_| self.double(arg, wild)).collect())
            }
            ArgType::Interpolate => Value::Interpolate(
                Interpolator::new(self.of(&["nearest", "bilinear", "bicubic"])).unwrap(),
            ),
            ArgType::String => Value::String(self.of(&["srgb", "none", "some text"]).into()),
            // connections have tests of their own
            ArgType::Blob | ArgType::Source | ArgType::Target => return None,
            _ => return None,
        })
    }

    /// Arguments for an operation; none where it takes what can't be made up.
    fn args(&mut self, spec: &'static OpSpec, wild: bool) -> Option<(Args, String)> {
        let size = (1 + self.below(45) as i32, 1 + self.below(35) as i32);
        let mut args = Args::new(spec);
        let mut said = format!("{} {size:?}", spec.nickname);
        for arg in &spec.args {
            if !arg.required && self.below(3) != 0 {
                continue;
            }
            let value = self.value(arg, size, wild);
            if value.is_none() && arg.required {
                return None;
            }
            if let Some(value) = value {
                said.push_str(&format!(" {}={value:?}", arg.name));
                if args.set(arg.name, value).is_err() && arg.required {
                    return None;
                }
            }
        }
        Some((args, said))
    }
}

/// An image that comes as from a decoder: in order, a few rows at a time.
struct Strips {
    image: Image,
}

impl Loader for Strips {
    type Session = i32;
    type Raw = ();

    fn header(&self) -> &windlass_core::Header {
        self.image.header()
    }
    fn order(&self) -> Order {
        Order::Rows { step: 4 }
    }
    fn needs_caller(&self) -> bool {
        false
    }
    fn open(&self) -> Result<i32> {
        Ok(0)
    }
    fn read(&self, next: &mut i32, rows: Rows, (): &mut (), _: &Tick) -> Result<()> {
        assert_eq!(*next, rows.top, "rows are read in order");
        *next += rows.height;
        Ok(())
    }
    fn finish(&self, (): &mut (), out: &mut RegionMut<'_>) -> Result<()> {
        let pixels = testing::pixels(&self.image)?;
        let rect = out.rect();
        for y in rect.top..rect.bottom() {
            out.bytes(y).copy_from_slice(pixels.row(y));
        }
        Ok(())
    }
}

fn registry() -> Registry {
    Registry::new(OPERATIONS, &[])
}

fn images(outputs: Vec<(&'static str, Value)>) -> Vec<Image> {
    let images = outputs.into_iter().filter_map(|(_, value)| match value {
        Value::Image(image) => Some(image),
        _ => None,
    });
    images.collect()
}

/// How finely the engine may cut, and how many work on it: none of it changes a byte.
fn ways() -> Vec<Context> {
    let grains = [
        Grain::default(),
        Grain { unit: 90, block: 130, roll: 0, rows: 1 },
        Grain { unit: 900, block: 300, roll: 200, rows: 3 },
    ];
    let way =
        |grain: Grain, threads| Context { grain, threads: Some(threads), ..Context::default() };
    vec![way(grains[0], 1), way(grains[1], 2), way(grains[2], 8), way(grains[1], 1)]
}

#[test]
fn every_split_gives_the_same_bytes() {
    let mut made = BTreeMap::new();
    for spec in registry().iter() {
        for round in 0..rounds() {
            let mut random = Random(round * 7919 + spec.nickname.len() as u64 * 31 + 17);
            random.below(7);
            let Some((args, said)) = random.args(spec, false) else { break };
            let Ok(outputs) = (spec.call)(&args) else { continue };
            for image in images(outputs) {
                if image.header().image_size() > 400_000 {
                    continue;
                }
                let Ok(expected) = testing::pixels(&image) else { continue };
                let expected = expected.to_vec().unwrap();
                for way in ways() {
                    let told = format!("{said}: {way:?}");
                    let got = with_context(way, || image.to_memory());
                    let got = got.unwrap_or_else(|error| panic!("{told}: {error}"));
                    assert!(got == expected, "{told}");
                }
                *made.entry(spec.nickname).or_insert(0) += 1;
            }
        }
    }
    let total: u64 = made.values().sum();
    eprintln!("{total} pictures of {} operations", made.len());
    assert!(total > 100, "{made:?}");
}

#[test]
fn no_arguments_make_an_operation_panic() {
    let mut calls = 0;
    for spec in registry().iter() {
        for round in 0..rounds() {
            let mut random = Random(round * 104_729 + spec.nickname.len() as u64 * 131 + 5);
            random.below(7);
            let Some((args, said)) = random.args(spec, true) else { continue };
            let built = catch_unwind(AssertUnwindSafe(|| (spec.call)(&args)));
            let built = built.unwrap_or_else(|_| panic!("{said}: it panicked"));
            calls += 1;
            let outputs = match built {
                Ok(outputs) => outputs,
                Err(error) => {
                    assert_ne!(error.kind(), ErrorKind::Internal, "{said}: {error}");
                    continue;
                }
            };
            for image in images(outputs) {
                if image.header().image_size() > 400_000 {
                    continue;
                }
                if let Err(error) = image.to_memory() {
                    assert_ne!(error.kind(), ErrorKind::Internal, "{said}: {error}");
                }
            }
        }
    }
    eprintln!("{calls} calls");
}

#[test]
fn every_operation_and_argument_is_documented() {
    for spec in registry().iter() {
        assert!(!spec.summary.is_empty(), "{}", spec.nickname);
        for arg in &spec.args {
            assert!(!arg.doc.is_empty(), "{} {}", spec.nickname, arg.name);
        }
    }
}
