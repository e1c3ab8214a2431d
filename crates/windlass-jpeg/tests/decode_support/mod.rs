//! A small encoder of coefficients, so that tests know what a file holds.

#![allow(dead_code, clippy::allow_attributes, reason = "each test takes what it needs")]

use windlass_jpeg::Result;
use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut};

/// Natural place of each coefficient in the order of the file.
pub(crate) const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Numbers that look random and are the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// A number between `-bound` and `bound`.
    pub(crate) fn around(&mut self, bound: i32) -> i32 {
        self.below(2 * bound as usize + 1) as i32 - bound
    }
}

/// A component: its name, its sampling factors and its blocks, coefficients in natural order.
#[derive(Clone)]
pub(crate) struct Component {
    pub(crate) id: u8,
    pub(crate) horizontal: usize,
    pub(crate) vertical: usize,
    pub(crate) blocks: Vec<[i32; 64]>,
    /// Blocks side by side.
    pub(crate) stride: usize,
}

/// A picture in coefficients.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) components: Vec<Component>,
    pub(crate) quantisation: [u8; 64],
    pub(crate) restart: usize,
    /// Bits of a sample.
    pub(crate) precision: u8,
    /// Segments after the start of the image, markers and lengths included.
    pub(crate) extra: Vec<u8>,
}

impl Picture {
    /// A picture of random blocks. `sampling` has the factors of each component.
    pub(crate) fn random(
        width: usize,
        height: usize,
        sampling: &[(usize, usize)],
        seed: u64,
    ) -> Self {
        let mut random = Random(seed);
        let widest = sampling.iter().map(|s| s.0).max().expect("a component");
        let tallest = sampling.iter().map(|s| s.1).max().expect("a component");
        let across = width.div_ceil(8 * widest);
        let down = height.div_ceil(8 * tallest);
        let components = sampling.iter().zip(1..).map(|(&(horizontal, vertical), id)| {
            let count = across * horizontal * down * vertical;
            Component {
                id,
                horizontal,
                vertical,
                blocks: (0..count).map(|_| block(&mut random)).collect(),
                stride: across * horizontal,
            }
        });
        Self {
            width,
            height,
            components: components.collect(),
            quantisation: std::array::from_fn(|i| 3 + (i as u8) / 4),
            restart: 0,
            precision: 8,
            extra: Vec::new(),
        }
    }

    fn widest(&self) -> usize {
        self.components.iter().map(|c| c.horizontal).max().expect("a component")
    }

    fn tallest(&self) -> usize {
        self.components.iter().map(|c| c.vertical).max().expect("a component")
    }

    /// Everything up to the first scan.
    fn head(&self, frame: u8, height: usize) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        out.extend(&self.extra);
        out.extend([0xFF, 0xDB, 0, 67, 0]);
        out.extend(ZIGZAG.map(|place| self.quantisation[place]));
        let frame = if frame == 0xC0 && self.precision > 8 { 0xC1 } else { frame };
        out.extend([0xFF, frame, 0, 8 + 3 * self.components.len() as u8, self.precision]);
        out.extend((height as u16).to_be_bytes());
        out.extend((self.width as u16).to_be_bytes());
        out.push(self.components.len() as u8);
        for c in &self.components {
            out.extend([c.id, (c.horizontal << 4 | c.vertical) as u8, 0]);
        }
        for class in [0, 0x10] {
            // All symbols with codes of 9 bits: simple, and longer than some look-ups.
            let count = if class == 0 { 12u16 } else { 256 };
            out.extend([0xFF, 0xC4]);
            out.extend((19 + count).to_be_bytes());
            out.push(class);
            let mut counts = [0u8; 16];
            if class == 0 {
                counts[3] = 12;
            } else {
                // 0 and 1 to 3 bits of no run are short, the rest long.
                counts[2] = 4;
                counts[8] = 252;
            }
            out.extend(counts);
            if class == 0 {
                out.extend(0..12);
            } else {
                out.extend(0..=255);
            }
        }
        if self.restart > 0 {
            out.extend([0xFF, 0xDD, 0, 4]);
            out.extend((self.restart as u16).to_be_bytes());
        }
        out
    }

    /// A sequential file in one scan.
    pub(crate) fn sequential(&self) -> Vec<u8> {
        let mut out = self.head(0xC0, self.height);
        self.scan(&mut out, &(0..self.components.len()).collect::<Vec<_>>(), &Pass::ALL);
        out.extend([0xFF, 0xD9]);
        out
    }

    /// A sequential file that tells its height after the scan.
    pub(crate) fn with_late_height(&self) -> Vec<u8> {
        let mut out = self.head(0xC0, 0);
        self.scan(&mut out, &(0..self.components.len()).collect::<Vec<_>>(), &Pass::ALL);
        out.extend([0xFF, 0xDC, 0, 4]);
        out.extend((self.height as u16).to_be_bytes());
        out.extend([0xFF, 0xD9]);
        out
    }

    /// A sequential file with a scan for each component.
    pub(crate) fn separate(&self) -> Vec<u8> {
        let mut out = self.head(0xC0, self.height);
        for component in 0..self.components.len() {
            self.scan(&mut out, &[component], &Pass::ALL);
        }
        out.extend([0xFF, 0xD9]);
        out
    }

    /// A progressive file: first coefficients in two passes, others in two bands.
    pub(crate) fn progressive(&self) -> Vec<u8> {
        let mut out = self.head(0xC2, self.height);
        let all: Vec<usize> = (0..self.components.len()).collect();
        self.scan(&mut out, &all, &Pass { start: 0, end: 0, high: 0, low: 1 });
        for &component in &all {
            self.scan(&mut out, &[component], &Pass { start: 1, end: 5, high: 0, low: 0 });
        }
        self.scan(&mut out, &all, &Pass { start: 0, end: 0, high: 1, low: 0 });
        for &component in &all {
            self.scan(&mut out, &[component], &Pass { start: 6, end: 63, high: 0, low: 0 });
        }
        out.extend([0xFF, 0xD9]);
        out
    }

    fn scan(&self, out: &mut Vec<u8>, components: &[usize], pass: &Pass) {
        out.extend([0xFF, 0xDA, 0, 6 + 2 * components.len() as u8, components.len() as u8]);
        for &c in components {
            out.extend([self.components[c].id, 0]);
        }
        out.extend([pass.start as u8, pass.end as u8, (pass.high << 4 | pass.low) as u8]);
        let mut bits = Bits::default();
        let mut last = [0; 4];
        for (index, unit) in self.units(components).iter().enumerate() {
            if self.restart > 0 && index > 0 && index % self.restart == 0 {
                out.extend(bits.finish());
                out.extend([0xFF, 0xD0 + (index / self.restart - 1) as u8 % 8]);
                last = [0; 4];
            }
            for &(c, place) in unit {
                pass.block(&self.components[c].blocks[place], &mut last[c], &mut bits);
            }
        }
        out.extend(bits.finish());
    }

    /// The blocks of each unit of a scan, as component and place.
    fn units(&self, components: &[usize]) -> Vec<Vec<(usize, usize)>> {
        let mut units = Vec::new();
        if let &[only] = components {
            let c = &self.components[only];
            let across = (self.width * c.horizontal).div_ceil(8 * self.widest());
            let down = (self.height * c.vertical).div_ceil(8 * self.tallest());
            for y in 0..down {
                units.extend((0..across).map(|x| vec![(only, y * c.stride + x)]));
            }
            return units;
        }
        for y in 0..self.height.div_ceil(8 * self.tallest()) {
            for x in 0..self.width.div_ceil(8 * self.widest()) {
                let mut unit = Vec::new();
                for &index in components {
                    let c = &self.components[index];
                    for v in 0..c.vertical {
                        let row = (y * c.vertical + v) * c.stride;
                        unit.extend((0..c.horizontal).map(|h| (index, row + x * c.horizontal + h)));
                    }
                }
                units.push(unit);
            }
        }
        units
    }
}

/// A block of a few coefficients, now and then of many.
fn block(random: &mut Random) -> [i32; 64] {
    let mut block = [0; 64];
    block[0] = random.around(60);
    let count = match random.below(8) {
        0 => 0,
        1 => 63,
        2 => 20,
        _ => random.below(6),
    };
    for _ in 0..count {
        block[1 + random.below(63)] = random.around(if count == 63 { 3 } else { 12 });
    }
    block
}

/// What a scan says about its blocks.
struct Pass {
    start: usize,
    end: usize,
    high: u32,
    low: u32,
}

impl Pass {
    const ALL: Self = Self { start: 0, end: 63, high: 0, low: 0 };

    fn block(&self, block: &[i32; 64], last: &mut i32, bits: &mut Bits) {
        if self.high > 0 {
            return bits.put((block[0] >> self.low) as u32 & 1, 1);
        }
        if self.start == 0 {
            let value = block[0] >> self.low;
            let difference = value - *last;
            *last = value;
            let size = size(difference);
            bits.put(size, 4);
            bits.value(difference, size);
        }
        if self.end == 0 {
            return;
        }
        let mut run = 0;
        for place in self.start.max(1)..=self.end {
            let value = block[ZIGZAG[place]];
            if value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                bits.symbol(0xF0);
                run -= 16;
            }
            let size = size(value);
            bits.symbol(run << 4 | size);
            bits.value(value, size);
            run = 0;
        }
        if run > 0 {
            bits.symbol(0);
        }
    }
}

fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    buffer: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.buffer = self.buffer << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.buffer >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// A symbol for a coefficient, in the table of [`Picture::head`].
    fn symbol(&mut self, symbol: u32) {
        if symbol < 4 {
            self.put(symbol, 3);
        } else {
            self.put((4 << 6) + symbol - 4, 9);
        }
    }

    fn value(&mut self, value: i32, size: u32) {
        if size > 0 {
            let value = if value < 0 { value - 1 } else { value };
            self.put(value as u32 & ((1 << size) - 1), size);
        }
    }

    fn finish(&mut self) -> Vec<u8> {
        if self.count > 0 {
            let count = 8 - self.count;
            self.put((1 << count) - 1, count);
        }
        std::mem::take(&mut self.bytes)
    }
}

/// The pixels of `file`, reading `step` rows of units at a time.
pub(crate) fn pixels(file: &[u8], options: Options, step: usize) -> Result<Vec<u8>> {
    let mut decoder = Decoder::new(file, options)?;
    let stride = decoder.header().width as usize * decoder.header().bands();
    let mut out = Vec::new();
    let mut raw = Raw::new();
    loop {
        decoder.read(step, &mut raw)?;
        if raw.rows() == 0 {
            return Ok(out);
        }
        let start = out.len();
        assert_eq!(start, raw.first_row() * stride);
        out.resize(start + raw.rows() * stride, 0);
        raw.finish(RowsMut::new(&mut out[start..], stride))?;
    }
}
