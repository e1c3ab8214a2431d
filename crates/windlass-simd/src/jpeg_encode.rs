//! Colour conversion, down-sampling, forward DCT, quantisation and Huffman coding of JPEG.
//!
//! The numbers are those of the "accurate integer" path that most files of the world were made
//! with: JFIF colour constants in 16 bit fixed point, the Loeffler, Ligtenberg and Moschytz DCT
//! with 13 bit constants (rows first, two more bits between the passes) and a quantiser that rounds
//! halves away from zero. All of it is linear or exact, so every level of instructions gives the
//! same bytes as the scalar twins in the tests.
//!
//! Blocks are transformed in pairs: sixteen samples of a row are one vector, and what belongs to
//! the left and to the right block never crosses the half. [`Pair`] is the layout of the result.
#![expect(
    clippy::inline_always,
    reason = "code outside of the dispatched function lacks its level"
)]

use fearless_simd::{
    Level, dispatch, i16x8, i16x16, i32x8, prelude::*, u8x16, u8x32, u16x16, u32x8,
};

/// Two blocks side by side: coefficient `(v, u)` of the left one is at `16 v + u`, of the right one
/// at `16 v + 8 + u`, with `u` the horizontal and `v` the vertical frequency.
pub type Pair = [i16; 128];

/// The natural place (`8 v + u`) of each coefficient in the zigzag order of ITU-T T.81 figure 5.
pub const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// How many samples the colour converters take at a time: lengths must be multiples of it.
pub const PIXELS: usize = 32;

/// Bytes that the colour converters read, but do not use, behind the last pixel.
pub const SLACK: usize = 4;

/// Convert interleaved RGB to full-size Y, Cb and Cr rows of equal length.
///
/// Does nothing behind the last whole group of [`PIXELS`], or where `rgb` lacks the [`SLACK`].
pub fn ycc_row(level: Level, rgb: &[u8], y: &mut [u8], cb: &mut [u8], cr: &mut [u8]) {
    dispatch!(level, simd => ycc_row_at(simd, rgb, y, cb, cr));
}

/// Convert two rows of interleaved RGB to two rows of Y and one row of half as many Cb and Cr,
/// each the mean of four, rounded down and up in turn.
///
/// Does nothing behind the last whole group of [`PIXELS`], or where `rgb` lacks the [`SLACK`].
pub fn ycc_halved_rows(
    level: Level,
    rgb: [&[u8]; 2],
    y: [&mut [u8]; 2],
    cb: &mut [u8],
    cr: &mut [u8],
) {
    dispatch!(level, simd => ycc_halved_rows_at(simd, rgb, y, cb, cr));
}

/// Transform one row of blocks: `plane` holds eight rows of `stride` samples, 16 for each pair.
///
/// The result is scaled by eight as the DCT leaves it; [`quantise`] takes that away again.
pub fn transform(level: Level, plane: &[u8], stride: usize, pairs: &mut [Pair]) {
    dispatch!(level, simd => {
        for (x, pair) in pairs.iter_mut().enumerate() {
            transform_pair(simd, plane, stride, 16 * x, pair);
        }
    });
}

/// Divide by the quantiser, in place; `masks` gets a bit for each coefficient that is not zero, in
/// zigzag order from bit 0, two numbers to a pair.
pub fn quantise(level: Level, quantiser: &Quantiser, pairs: &mut [Pair], masks: &mut [u64]) {
    dispatch!(level, simd => {
        for (pair, masks) in pairs.iter_mut().zip(masks.as_chunks_mut::<2>().0) {
            quantise_pair(quantiser, pair);
            *masks = significance(simd, pair);
        }
    });
}

/// The bits of [`quantise`] for coefficients that are quantised already.
pub fn significant(level: Level, pairs: &[Pair], masks: &mut [u64]) {
    dispatch!(level, simd => {
        for (pair, masks) in pairs.iter().zip(masks.as_chunks_mut::<2>().0) {
            *masks = significance(simd, pair);
        }
    });
}

/// A quantisation table prepared for exact division by multiplication.
///
/// With `d = 8 q`, `(|x| + d / 2) / d` rounded down is `(|x| + 4 q) / 2` divided by `4 q`. The
/// reciprocal of `4 q` is scaled to 16 significant bits, so that its error, times at most 17,000,
/// stays below one unit of the quotient's fraction; a second multiplication shifts it down.
#[derive(Clone, Debug)]
pub struct Quantiser {
    half: [u16; 128],
    reciprocal: [u16; 128],
    scale: [u16; 128],
}

impl Quantiser {
    /// Prepare `table`, in natural order. Entries are taken as at least 1 and at most 255.
    pub fn new(table: &[u16; 64]) -> Self {
        let mut new = Self { half: [0; 128], reciprocal: [0; 128], scale: [0; 128] };
        for (i, &q) in table.iter().enumerate() {
            let divisor = 4 * u32::from(q.clamp(1, 255));
            let bits = 32 - (divisor - 1).leading_zeros();
            let reciprocal = (1_u32 << (15 + bits)).div_ceil(divisor);
            for place in [16 * (i / 8) + i % 8, 16 * (i / 8) + 8 + i % 8] {
                new.half[place] = divisor as u16;
                new.reciprocal[place] = reciprocal as u16;
                new.scale[place] = 1 << (17 - bits);
            }
        }
        new
    }
}

/// Huffman codes laid out for the encoder, each `code << 5 | length`.
#[derive(Clone, Debug)]
pub struct Codes {
    /// Code of the size category of a DC difference.
    pub dc: [u32; 16],
    /// Code of an AC symbol, `16 run + size`.
    pub ac: [u32; 256],
    /// Code and value bits together of run `i >> 6` before the value `(i & 63) - 32`.
    small: Box<[u32; 1024]>,
}

impl Codes {
    /// Lay out the codes; a symbol without a code has length 0.
    pub fn new(dc: [u32; 16], ac: [u32; 256]) -> Self {
        let mut small = Box::new([0; 1024]);
        for (i, entry) in small.iter_mut().enumerate() {
            let value = (i & 63) as i32 - 32;
            let size = size(value);
            let code = ac[(i >> 6 << 4) + size as usize];
            *entry = joined(code, value, size);
        }
        Self { dc, ac, small }
    }
}

/// The coefficients of one component for a run of MCUs.
#[derive(Clone, Copy, Debug)]
pub struct Blocks<'a> {
    /// Quantised pairs, `pairs_across` to a row of blocks, `vertical` rows.
    pub pairs: &'a [Pair],
    /// Significance, two numbers to a pair.
    pub masks: &'a [u64],
    /// Pairs in a row of blocks.
    pub pairs_across: usize,
    /// Blocks of an MCU in a row.
    pub horizontal: usize,
    /// Rows of blocks of an MCU.
    pub vertical: usize,
    /// The codes of this component.
    pub codes: &'a Codes,
}

/// The state of the bit stream and of the DC predictors between calls of [`code`].
#[derive(Clone, Debug, Default)]
pub struct Coder {
    bits: u64,
    count: u32,
    /// The last DC value of each component.
    pub predictor: [i32; 4],
    /// Components whose next DC code is left out of the stream.
    pub open: [bool; 4],
    /// For each of those: how many bits the last call had written before it, and its value.
    pub left_out: [(usize, i32); 4],
}

impl Coder {
    /// Bits that wait for the rest of their byte, left aligned, and how many (0 to 7).
    pub fn rest(&self) -> (u8, u32) {
        ((self.bits << (8 - self.count)) as u8, self.count)
    }

    /// Forget the waiting bits.
    pub fn clear(&mut self) {
        self.count = 0;
    }
}

/// The most bytes that one block can take: 63 codes of 16 + 10 bits and one of 16 + 11.
pub const BLOCK_BYTES: usize = 212;

/// Huffman-code the MCUs `mcus` of `components` in baseline order and say how many whole bytes of
/// `out` they filled. `out` should hold [`BLOCK_BYTES`] for each block and eight more: what does
/// not fit is lost.
pub fn code(
    level: Level,
    components: &[Blocks<'_>],
    mcus: std::ops::Range<usize>,
    coder: &mut Coder,
    out: &mut [u8],
) -> usize {
    dispatch!(level, simd => code_at(simd, components, mcus, coder, out))
}

#[inline(always)]
fn code_at<S: Simd>(
    _: S,
    components: &[Blocks<'_>],
    mcus: std::ops::Range<usize>,
    coder: &mut Coder,
    out: &mut [u8],
) -> usize {
    let mut sink = Sink { bits: coder.bits, count: coder.count, place: 0, out };
    for mcu in mcus {
        for (component, blocks) in components.iter().enumerate() {
            for row in 0..blocks.vertical {
                for column in 0..blocks.horizontal {
                    let column = mcu * blocks.horizontal + column;
                    let index = row * blocks.pairs_across + column / 2;
                    let (Some(pair), Some(&mask)) =
                        (blocks.pairs.get(index), blocks.masks.get(2 * index + column % 2))
                    else {
                        continue;
                    };
                    let half = 8 * (column % 2);
                    code_dc(i32::from(pair[half]), component, blocks.codes, coder, &mut sink);
                    code_ac(pair, half, mask, blocks.codes, &mut sink);
                }
            }
        }
    }
    coder.bits = sink.bits;
    coder.count = sink.count;
    sink.place
}

#[inline(always)]
fn code_dc(value: i32, component: usize, codes: &Codes, coder: &mut Coder, sink: &mut Sink<'_>) {
    let component = component & 3;
    let difference = value - coder.predictor[component];
    coder.predictor[component] = value;
    if coder.open[component] {
        coder.open[component] = false;
        coder.left_out[component] = (8 * sink.place + sink.count as usize, value);
        return;
    }
    let size = size(difference);
    sink.put(joined(codes.dc[size as usize & 15], difference, size));
}

#[inline(always)]
fn code_ac(pair: &Pair, half: usize, mask: u64, codes: &Codes, sink: &mut Sink<'_>) {
    let mut mask = mask & !1;
    let mut last = 0;
    while mask != 0 {
        let k = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        let mut run = k.wrapping_sub(last).wrapping_sub(1);
        last = k;
        while run > 15 {
            sink.put(codes.ac[0xF0]);
            run -= 16;
        }
        let value = i32::from(pair[PLACE[k as usize & 63] as usize & 127 | half]);
        let small = value.wrapping_add(32) as u32;
        if small < 64 {
            sink.put(codes.small[(run << 6 | small) as usize & 1023]);
        } else {
            let size = size(value);
            sink.put(joined(codes.ac[(run << 4 | size & 15) as usize & 255], value, size));
        }
    }
    if last != 63 {
        sink.put(codes.ac[0]);
    }
}

/// A code followed by the value bits: those of `value`, or of `value - 1` where it is negative.
#[inline(always)]
fn joined(code: u32, value: i32, size: u32) -> u32 {
    let bits = (value.wrapping_add(value >> 31) as u32) & (1_u32 << size).wrapping_sub(1);
    ((code >> 5) << size | bits) << 5 | (code & 31).wrapping_add(size)
}

/// The size category of a value: how many bits its magnitude has.
#[inline(always)]
fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// A stream of bits: at most seven wait in `bits`, right aligned under older ones.
struct Sink<'a> {
    bits: u64,
    count: u32,
    place: usize,
    out: &'a mut [u8],
}

impl Sink<'_> {
    /// Append an entry of [`Codes`]. Stores whole words without a branch: what is behind the last
    /// whole byte is written again by the next call.
    #[inline(always)]
    fn put(&mut self, entry: u32) {
        let length = entry & 31;
        self.bits = self.bits << length | u64::from(entry >> 5);
        self.count = self.count.wrapping_add(length);
        let word = self.bits.wrapping_shl(64_u32.wrapping_sub(self.count));
        if let Some(out) = self.out.get_mut(self.place..).and_then(<[u8]>::first_chunk_mut) {
            *out = word.to_be_bytes();
        }
        self.place = self.place.wrapping_add((self.count >> 3) as usize);
        self.count &= 7;
    }
}

#[inline(always)]
fn ycc_row_at<S: Simd>(simd: S, rgb: &[u8], y: &mut [u8], cb: &mut [u8], cr: &mut [u8]) {
    let groups = y.as_chunks_mut::<PIXELS>().0.iter_mut();
    let groups = groups.zip(cb.as_chunks_mut::<PIXELS>().0).zip(cr.as_chunks_mut::<PIXELS>().0);
    for (i, ((y, cb), cr)) in groups.enumerate() {
        let Some(rgb) = group(rgb, i) else { return };
        let ycc: [[i16x16<S>; 3]; 2] = [sixteen(simd, &rgb[..52]), sixteen(simd, &rgb[48..])];
        bytes(ycc[0][0], ycc[1][0]).store_array(y);
        bytes(ycc[0][1], ycc[1][1]).store_array(cb);
        bytes(ycc[0][2], ycc[1][2]).store_array(cr);
    }
}

#[inline(always)]
fn ycc_halved_rows_at<S: Simd>(
    simd: S,
    rgb: [&[u8]; 2],
    y: [&mut [u8]; 2],
    cb: &mut [u8],
    cr: &mut [u8],
) {
    const HALF: usize = PIXELS / 2;
    let [upper, lower] = y;
    let groups = upper.as_chunks_mut::<PIXELS>().0.iter_mut();
    let groups = groups.zip(lower.as_chunks_mut::<PIXELS>().0);
    let groups = groups.zip(cb.as_chunks_mut::<HALF>().0).zip(cr.as_chunks_mut::<HALF>().0);
    for (i, (((upper, lower), cb), cr)) in groups.enumerate() {
        let (Some(above), Some(below)) = (group(rgb[0], i), group(rgb[1], i)) else { return };
        let a = [sixteen(simd, &above[..52]), sixteen(simd, &above[48..])];
        let b = [sixteen(simd, &below[..52]), sixteen(simd, &below[48..])];
        bytes(a[0][0], a[1][0]).store_array(upper);
        bytes(b[0][0], b[1][0]).store_array(lower);
        for (band, out) in [(1, cb), (2, cr)] {
            let left = halved(simd, a[0][band] + b[0][band]);
            let right = halved(simd, a[1][band] + b[1][band]);
            let means = left.saturating_narrow(right);
            let (narrow, _) = bytes(means, means).split();
            narrow.store_array(out);
        }
    }
}

/// The bytes of the `i`th group of pixels and the slack behind it.
#[inline(always)]
fn group(rgb: &[u8], i: usize) -> Option<&[u8; 3 * PIXELS + SLACK]> {
    rgb.get(3 * PIXELS * i..)?.first_chunk()
}

/// Sixteen numbers between 0 and 255 twice, as bytes.
#[inline(always)]
fn bytes<S: Simd>(low: i16x16<S>, high: i16x16<S>) -> u8x32<S> {
    low.bitcast::<u16x16<S>>().relaxed_narrow(high.bitcast::<u16x16<S>>())
}

/// Half of the sums of two neighbours, where the numbers are sums of two already.
#[inline(always)]
fn halved<S: Simd>(simd: S, sums: i16x16<S>) -> i32x8<S> {
    let bias = i32x8::load_array(simd, [1, 2, 1, 2, 1, 2, 1, 2]);
    (sums.pairwise_dot_product(i16x16::splat(simd, 1)) + bias) >> 2
}

/// Y, Cb and Cr of sixteen pixels (48 bytes, and four that are not used).
#[inline(always)]
fn sixteen<S: Simd>(simd: S, rgb: &[u8]) -> [i16x16<S>; 3] {
    let low = eight(simd, &rgb[..28]);
    let high = eight(simd, &rgb[24..52]);
    [
        low[0].saturating_narrow(high[0]),
        low[1].saturating_narrow(high[1]),
        low[2].saturating_narrow(high[2]),
    ]
}

/// Y, Cb and Cr of eight pixels. Each 32 bit lane gets (R, G) and (B, G) as 16 bit numbers; the
/// coefficients that do not fit 16 bits are split (0.587 = 0.337 + 0.25) or are a shift (0.5).
#[inline(always)]
fn eight<S: Simd>(simd: S, rgb: &[u8]) -> [i32x8<S>; 3] {
    let halves = u8x16::from_slice(simd, &rgb[..16]).combine(u8x16::from_slice(simd, &rgb[12..28]));
    let rg = picked(simd, halves, [0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11]);
    let bg = picked(simd, halves, [2, 0, 1, 3, 5, 3, 4, 6, 8, 6, 7, 9, 11, 9, 10, 12]);
    let centre = (128 << 16) + 32767;
    let y = rg.pairwise_dot_product(both(simd, [19595, 22086]))
        + bg.pairwise_dot_product(both(simd, [7471, 16384]))
        + 32768;
    let cb = rg.pairwise_dot_product(both(simd, [-11059, -21709])) + half(bg) + centre;
    let cr = bg.pairwise_dot_product(both(simd, [-5329, -27439])) + half(rg) + centre;
    [y >> 16, cb >> 16, cr >> 16]
}

/// Bytes of each half in another order, of which every second becomes a number.
#[inline(always)]
fn picked<S: Simd>(simd: S, halves: u8x32<S>, order: [u8; 16]) -> i16x16<S> {
    let order = u8x32::block_splat(u8x16::load_array(simd, order));
    let picked: u8x32<S> = halves.swizzle_dyn_within_blocks(order);
    (picked.bitcast::<u32x8<S>>() & 0x00FF_00FF).bitcast()
}

/// Half of the first number of each pair, times 65,536.
#[inline(always)]
fn half<S: Simd>(pairs: i16x16<S>) -> i32x8<S> {
    ((pairs.bitcast::<u32x8<S>>() << 16) >> 1).bitcast()
}

/// Two 16 bit numbers in turn.
#[inline(always)]
fn both<S: Simd>(simd: S, [first, second]: [i16; 2]) -> i16x16<S> {
    let lane = u32::from(first as u16) | (u32::from(second as u16) << 16);
    u32x8::splat(simd, lane).bitcast()
}

/// The forward DCT of two blocks.
///
/// Pass 1 is a matrix product: sums and differences of mirrored samples, as pairs in every lane,
/// times the coefficients of the four even or odd frequencies. It gives what the butterflies give,
/// since those are exact up to their last rounding. Pass 2 goes down the columns.
#[inline(always)]
fn transform_pair<S: Simd>(simd: S, plane: &[u8], stride: usize, x: usize, out: &mut Pair) {
    let mut rows = [i16x16::splat(simd, 0); 8];
    for (y, row) in rows.iter_mut().enumerate() {
        let Some(samples) = plane.get(y * stride + x..).and_then(<[u8]>::first_chunk::<16>) else {
            return;
        };
        *row = horizontal(simd, samples);
    }
    let columns = vertical(simd, rows);
    for (row, out) in columns.into_iter().zip(out.as_chunks_mut::<16>().0) {
        row.store_array(out);
    }
}

/// The eight frequencies of the rows of two blocks, times four.
#[inline(always)]
fn horizontal<S: Simd>(simd: S, samples: &[u8; 16]) -> i16x16<S> {
    let mut d = [0; 16];
    for (d, sample) in d.iter_mut().zip(samples) {
        *d = i16::from(*sample);
    }
    let d = i16x16::load_array(simd, d);
    let mirrored = shuffled(simd, d, [14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1]);
    let (sums, differences) = (d + mirrored, d - mirrored);
    let even = outer(simd, sums).pairwise_dot_product(block(simd, EVEN[0]))
        + inner(simd, sums).pairwise_dot_product(block(simd, EVEN[1]));
    let odd = outer(simd, differences).pairwise_dot_product(block(simd, ODD[0]))
        + inner(simd, differences).pairwise_dot_product(block(simd, ODD[1]));
    // The samples are centred on 128 here, once for all eight: it only moves frequency 0.
    let level = 1024 - 128 * 8 * 8192;
    let rounding = [level, 1024, 1024, 1024, level, 1024, 1024, 1024];
    let even = even + i32x8::load_array(simd, rounding);
    merged::<S, 11>(simd, even, odd + 1024)
}

/// What frequencies 0, 2, 4 and 6 take of the sums of samples 0 and 7, 1 and 6; 2 and 5, 3 and 4.
const EVEN: [[i16; 8]; 2] = [
    [8192, 8192, 10703, 4433, 8192, -8192, 4433, -10704],
    [8192, 8192, -4433, -10703, -8192, 8192, 10704, -4433],
];

/// What frequencies 1, 3, 5 and 7 take of the differences.
const ODD: [[i16; 8]; 2] = [
    [11363, 9633, 9633, -2259, 6437, -11362, 2260, -6436],
    [6437, 2260, -11362, -6436, 2261, 9633, 9633, -11363],
];

/// The first two numbers of each half, four times.
#[inline(always)]
fn outer<S: Simd>(simd: S, vector: i16x16<S>) -> i16x16<S> {
    shuffled(simd, vector, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
}

/// The third and fourth number of each half, four times.
#[inline(always)]
fn inner<S: Simd>(simd: S, vector: i16x16<S>) -> i16x16<S> {
    shuffled(simd, vector, [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7])
}

/// The bytes of each half in another order.
#[inline(always)]
fn shuffled<S: Simd>(simd: S, vector: i16x16<S>, order: [u8; 16]) -> i16x16<S> {
    vector.swizzle_dyn_within_blocks(u8x32::block_splat(u8x16::load_array(simd, order)))
}

/// The same numbers in both halves.
#[inline(always)]
fn block<S: Simd>(simd: S, numbers: [i16; 8]) -> i16x16<S> {
    i16x16::block_splat(i16x8::load_array(simd, numbers))
}

/// The eight frequencies of the columns of two blocks.
#[inline(always)]
fn vertical<S: Simd>(simd: S, r: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    let (s0, s1, s2, s3) = (r[0] + r[7], r[1] + r[6], r[2] + r[5], r[3] + r[4]);
    let (t0, t1, t2, t3) = (r[0] - r[7], r[1] - r[6], r[2] - r[5], r[3] - r[4]);
    let (sum0, sum1) = (s0 + s3, s1 + s2);
    let even = interleaved(simd, s0 - s3, s1 - s2);
    let odd = [interleaved(simd, t0, t1), interleaved(simd, t2, t3)];
    [
        (sum0 + sum1 + 2) >> 2,
        odd_frequency(simd, odd, [11363, 9633], [6437, 2260]),
        even_frequency(simd, even, [10703, 4433]),
        odd_frequency(simd, odd, [9633, -2259], [-11362, -6436]),
        (sum0 - sum1 + 2) >> 2,
        odd_frequency(simd, odd, [6437, -11362], [2261, 9633]),
        even_frequency(simd, even, [4433, -10704]),
        odd_frequency(simd, odd, [2260, -6436], [9633, -11363]),
    ]
}

#[inline(always)]
fn even_frequency<S: Simd>(simd: S, pairs: [i16x16<S>; 2], factors: [i16; 2]) -> i16x16<S> {
    let factors = both(simd, factors);
    let even = pairs[0].pairwise_dot_product(factors) + 16384;
    let odd = pairs[1].pairwise_dot_product(factors) + 16384;
    merged::<S, 15>(simd, even, odd)
}

#[inline(always)]
fn odd_frequency<S: Simd>(
    simd: S,
    [outer, inner]: [[i16x16<S>; 2]; 2],
    first: [i16; 2],
    second: [i16; 2],
) -> i16x16<S> {
    let (first, second) = (both(simd, first), both(simd, second));
    let even = outer[0].pairwise_dot_product(first) + inner[0].pairwise_dot_product(second);
    let odd = outer[1].pairwise_dot_product(first) + inner[1].pairwise_dot_product(second);
    merged::<S, 15>(simd, even + 16384, odd + 16384)
}

/// The even lanes of `a` and `b` as pairs, and the odd ones.
#[inline(always)]
fn interleaved<S: Simd>(simd: S, a: i16x16<S>, b: i16x16<S>) -> [i16x16<S>; 2] {
    let (a, b): (u32x8<S>, u32x8<S>) = (a.bitcast(), b.bitcast());
    let low = u32x8::splat(simd, 0xFFFF);
    let even = (a & low) | (b << 16);
    let odd = (a >> 16) | (b & !low);
    [even.bitcast(), odd.bitcast()]
}

/// Numbers shifted down by `SHIFT`, `even` to the even lanes and `odd` to the odd ones.
#[inline(always)]
fn merged<S: Simd, const SHIFT: u32>(simd: S, even: i32x8<S>, odd: i32x8<S>) -> i16x16<S> {
    let low = u32x8::splat(simd, 0xFFFF);
    let (even, odd): (u32x8<S>, u32x8<S>) = (even.bitcast(), odd.bitcast());
    (((even >> SHIFT) & low) | ((odd << (16 - SHIFT)) & !low)).bitcast()
}

/// Written for the compiler to make vectors of: high halves of 16 bit products.
#[inline(always)]
fn quantise_pair(quantiser: &Quantiser, pair: &mut Pair) {
    let high = |a: u16, b: u16| (u32::from(a).wrapping_mul(u32::from(b)) >> 16) as u16;
    for (i, x) in pair.iter_mut().enumerate() {
        let rounded = x.unsigned_abs().wrapping_add(quantiser.half[i]) >> 1;
        let quotient = high(high(rounded, quantiser.reciprocal[i]), quantiser.scale[i]) as i16;
        let sign = *x >> 15;
        *x = (quotient ^ sign).wrapping_sub(sign);
    }
}

/// Which coefficients of two blocks are not zero, in zigzag order.
#[inline(always)]
fn significance<S: Simd>(simd: S, pair: &Pair) -> [u64; 2] {
    let zero = i16x16::splat(simd, 0);
    let (rows, _) = pair.as_chunks::<16>();
    let mut masks = [0; 2];
    for v in 0..4 {
        let above = i16x16::load_array_ref(simd, &rows[2 * v]).simd_eq(zero);
        let below = i16x16::load_array_ref(simd, &rows[2 * v + 1]).simd_eq(zero);
        let bits = !simd.to_bitmask_mask8x32(simd.narrow_mask16x16(above, below));
        masks[0] |= ZIGZAG[2 * v][bits as usize & 255];
        masks[1] |= ZIGZAG[2 * v][(bits >> 8) as usize & 255];
        masks[0] |= ZIGZAG[2 * v + 1][(bits >> 16) as usize & 255];
        masks[1] |= ZIGZAG[2 * v + 1][(bits >> 24) as usize & 255];
    }
    masks
}

/// Where the coefficients of eight frequencies stand in zigzag order, for each row and each set.
static ZIGZAG: [[u64; 256]; 8] = {
    let mut table = [[0; 256]; 8];
    let mut k = 0;
    while k < 64 {
        let (v, u) = (NATURAL[k] as usize / 8, NATURAL[k] as usize % 8);
        let mut set = 0;
        while set < 256 {
            if set >> u & 1 == 1 {
                table[v][set] |= 1 << k;
            }
            set += 1;
        }
        k += 1;
    }
    table
};

/// Where the coefficients stand in the left block of a [`Pair`], in zigzag order.
static PLACE: [u8; 64] = {
    let mut table = [0; 64];
    let mut k = 0;
    while k < 64 {
        table[k] = NATURAL[k] / 8 * 16 + NATURAL[k] % 8;
        k += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;

    /// Bytes without a pattern.
    fn noise(length: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    /// JFIF colours as the Independent JPEG Group computes them.
    fn scalar_ycc(rgb: &[u8]) -> [u8; 3] {
        let [r, g, b] = [0, 1, 2].map(|i| i64::from(rgb[i]));
        let centre = (128 << 16) + 32767;
        [
            (19595 * r + 38470 * g + 7471 * b + 32768) >> 16,
            (-11059 * r - 21709 * g + 32768 * b + centre) >> 16,
            (32768 * r - 27439 * g - 5329 * b + centre) >> 16,
        ]
        .map(|x| x as u8)
    }

    /// One pass of the butterflies of Loeffler, Ligtenberg and Moschytz; `down` is the final shift.
    fn butterflies(d: [i64; 8], down: u32, scale: i64) -> [i64; 8] {
        let s = [d[0] + d[7], d[1] + d[6], d[2] + d[5], d[3] + d[4]];
        let t = [d[3] - d[4], d[2] - d[5], d[1] - d[6], d[0] - d[7]];
        let descale = |x: i64| (x + (1 << (down - 1))) >> down;
        let (a, b, c, e) = (s[0] + s[3], s[1] + s[2], s[1] - s[2], s[0] - s[3]);
        let z = (c + e) * 4433;
        let z5 = (t[0] + t[2] + t[1] + t[3]) * 9633;
        let (z1, z2) = ((t[0] + t[3]) * -7373, (t[1] + t[2]) * -20995);
        let (z3, z4) = ((t[0] + t[2]) * -16069 + z5, (t[1] + t[3]) * -3196 + z5);
        [
            descale((a + b) * scale),
            descale(t[3] * 12299 + z1 + z4),
            descale(z + e * 6270),
            descale(t[2] * 25172 + z2 + z3),
            descale((a - b) * scale),
            descale(t[1] * 16819 + z2 + z4),
            descale(z - c * 15137),
            descale(t[0] * 2446 + z1 + z3),
        ]
    }

    fn scalar_dct(samples: [[u8; 8]; 8]) -> [[i64; 8]; 8] {
        let rows = samples.map(|row| butterflies(row.map(|x| i64::from(x) - 128), 11, 8192));
        let mut out = [[0; 8]; 8];
        for u in 0..8 {
            let column = butterflies(std::array::from_fn(|y| rows[y][u]), 15, 8192);
            for v in 0..8 {
                out[v][u] = column[v];
            }
        }
        out
    }

    #[test]
    fn colours_are_those_of_the_formula() {
        let mut rgb = noise(96 * 3, 1);
        for (i, corner) in [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255].into_iter().enumerate() {
            rgb[i] = corner;
        }
        rgb.extend([9; SLACK]);
        let expected: Vec<_> = rgb.chunks_exact(3).take(96).map(scalar_ycc).collect();
        for level in levels() {
            let (mut y, mut cb, mut cr) = ([0; 96], [0; 96], [0; 96]);
            ycc_row(level, &rgb, &mut y, &mut cb, &mut cr);
            let got: Vec<_> = (0..96).map(|x| [y[x], cb[x], cr[x]]).collect();
            assert_eq!(got, expected, "{level:?}");
        }
    }

    #[test]
    fn halved_colours_round_down_and_up_in_turn() {
        let rows = [noise(64 * 3 + SLACK, 2), noise(64 * 3 + SLACK, 3)];
        let pixel = |row: usize, x: usize| scalar_ycc(&rows[row][3 * x..]).map(u32::from);
        for level in levels() {
            let (mut y0, mut y1, mut cb, mut cr) = ([0; 64], [0; 64], [0; 32], [0; 32]);
            let y = [&mut y0[..], &mut y1[..]];
            ycc_halved_rows(level, [&rows[0], &rows[1]], y, &mut cb, &mut cr);
            for x in 0..32 {
                let four =
                    [pixel(0, 2 * x), pixel(0, 2 * x + 1), pixel(1, 2 * x), pixel(1, 2 * x + 1)];
                let mean = |band: usize| {
                    let sum = four.iter().map(|p| p[band]).sum::<u32>();
                    ((sum + 1 + x as u32 % 2) >> 2) as u8
                };
                assert_eq!([cb[x], cr[x]], [mean(1), mean(2)], "{level:?} {x}");
                assert_eq!(u32::from(y1[2 * x + 1]), four[3][0]);
            }
        }
    }

    #[test]
    fn the_dct_equals_the_butterflies() {
        let mut planes: Vec<Vec<u8>> = (0..20).map(|seed| noise(16 * 8, seed)).collect();
        planes.extend([vec![0; 128], vec![255; 128]]);
        for frequency in 0..64 {
            let sign = |i: usize| {
                let wave = |x: usize, f: usize| ((2 * x + 1) * f + 8) / 16 % 2;
                wave(i % 8, frequency % 8) ^ wave(i / 16, frequency / 8)
            };
            planes.push((0..128).map(|i| 255 * sign(i) as u8).collect());
        }
        for level in levels() {
            for plane in &planes {
                let mut pairs = [[0; 128]];
                transform(level, plane, 16, &mut pairs);
                for half in [0, 8] {
                    let block = |v: usize, u: usize| plane[16 * v + half + u];
                    let samples = std::array::from_fn(|v| std::array::from_fn(|u| block(v, u)));
                    let got: [[i64; 8]; 8] = std::array::from_fn(|v| {
                        std::array::from_fn(|u| i64::from(pairs[0][16 * v + half + u]))
                    });
                    assert_eq!(got, scalar_dct(samples), "{level:?}");
                }
            }
        }
    }

    #[test]
    fn every_quotient_of_every_quantiser_is_exact() {
        let level = Level::new();
        for q in 1..=255_u16 {
            let quantiser = Quantiser::new(&[q; 64]);
            let divisor = 8 * i32::from(q);
            for start in (-32_768..32_768).step_by(128) {
                let mut pairs = [[0; 128]];
                for (i, x) in pairs[0].iter_mut().enumerate() {
                    *x = (start + i as i32) as i16;
                }
                let expected = pairs[0].map(|x| {
                    let quotient = (i32::from(x).abs() + divisor / 2) / divisor;
                    (quotient * i32::from(x).signum()) as i16
                });
                quantise(level, &quantiser, &mut pairs, &mut [0; 2]);
                assert_eq!(pairs[0], expected, "quantiser {q}");
            }
        }
    }

    #[test]
    fn significance_is_in_zigzag_order() {
        for level in levels() {
            for k in 0..64 {
                let place = usize::from(PLACE[k]);
                let (mut pair, mut masks) = ([0; 128], [0; 2]);
                pair[place] = -1;
                pair[usize::from(PLACE[63 - k]) + 8] = 300;
                significant(level, &[pair], &mut masks);
                assert_eq!(masks, [1 << k, 1 << (63 - k)], "{level:?}");
            }
        }
    }

    /// Codes of 16 bits for everything: symbol and complement.
    fn plain_codes() -> Codes {
        Codes::new(
            std::array::from_fn(|i| (i as u32) << 5 | 4),
            std::array::from_fn(|i| (i as u32) << 5 | 8),
        )
    }

    #[test]
    fn a_block_becomes_runs_sizes_and_values() {
        let codes = plain_codes();
        let mut pair = [0; 128];
        pair[0] = -3;
        pair[usize::from(PLACE[1])] = 1;
        pair[usize::from(PLACE[20])] = -200;
        let mut masks = [0; 2];
        significant(Level::new(), &[pair], &mut masks);
        let blocks = Blocks {
            pairs: &[pair],
            masks: &masks,
            pairs_across: 1,
            horizontal: 1,
            vertical: 1,
            codes: &codes,
        };
        for level in levels() {
            let mut coder = Coder::default();
            let mut out = [0; 600];
            let bytes = code(level, &[blocks], 0..2, &mut coder, &mut out);
            // -3: size 2, bits 00; run 0 size 1, bit 1; sixteen zeros; run 2 size 8, bits 0x37; end.
            // Then +3: size 2, bits 11, and the end of the empty block.
            let bits = "001000 000000011 11110000 0010100000110111 00000000 001011 00000000";
            let bits: Vec<bool> = bits.chars().filter(|c| *c != ' ').map(|c| c == '1').collect();
            let (rest, count) = coder.rest();
            assert_eq!(8 * bytes + count as usize, bits.len(), "{level:?}");
            out[bytes] = rest;
            let got: Vec<bool> =
                (0..bits.len()).map(|i| (out[i / 8] >> (7 - i % 8)) & 1 == 1).collect();
            assert_eq!(got, bits, "{level:?}");
        }
    }

    #[test]
    fn an_open_difference_is_left_out_and_remembered() {
        let codes = plain_codes();
        let pair = [5; 128];
        let blocks = Blocks {
            pairs: &[pair],
            masks: &[1, 1],
            pairs_across: 1,
            horizontal: 1,
            vertical: 1,
            codes: &codes,
        };
        let mut coder = Coder { open: [true, false, false, false], ..Coder::default() };
        let mut out = [0; 600];
        let bytes = code(Level::new(), &[blocks], 0..2, &mut coder, &mut out);
        assert_eq!(coder.left_out[0], (0, 5));
        assert!(!coder.open[0]);
        assert_eq!(8 * bytes + coder.rest().1 as usize, 8 + 4 + 8);
    }

    #[test]
    fn too_small_an_output_loses_bits_and_nothing_else() {
        let codes = plain_codes();
        let blocks = Blocks {
            pairs: &[[3; 128]],
            masks: &[u64::MAX, u64::MAX],
            pairs_across: 1,
            horizontal: 1,
            vertical: 1,
            codes: &codes,
        };
        code(Level::new(), &[blocks], 0..4, &mut Coder::default(), &mut [0; 5]);
    }
}
