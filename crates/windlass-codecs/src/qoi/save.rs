//! Saving QOI.

use super::codec::{DIFF, END, INDEX, LONGEST_RUN, LUMA, Pixel, RGB, RGBA, RUN, Seen};
use crate::convert::{Colours, prepare};
use std::io::Write;
use windlass_core::declare::{ArgEnum as _, Value, image_operation};
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Context, Image, Interpretation, Part, Result, Saver, Target, Wants,
};
use windlass_io::TargetWriter;
use windlass_macros::{ArgGroup, Save};

/// Save image to qoi file
///
/// RGB, or RGB with alpha.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "qoisave")]
#[non_exhaustive]
pub struct QoiSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for QoiSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let mut image = prepare(image, Colours::MonoRgbAlpha, |_| BandFormat::U8, &self.common)?;
        if image.header().bands < 3 {
            let space = Value::Int(Interpretation::Srgb.number().into());
            image = image_operation("colourspace", [("in", image.into()), ("space", space)])?;
        }
        let bands = image.header().bands as usize;
        image.save(&QoiSaver { bands }, target)
    }
}

struct QoiSaver {
    bands: usize,
}

/// A file that is being written: each pixel depends on those before.
struct State {
    writer: TargetWriter,
    seen: Seen,
    run: usize,
    out: Vec<u8>,
}

impl Saver for QoiSaver {
    type State = State;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<State> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        for image in outputs {
            let header = image.header();
            writer.write_all(b"qoif")?;
            writer.write_all(&header.width.to_be_bytes())?;
            writer.write_all(&header.height.to_be_bytes())?;
            writer.write_all(&[self.bands as u8, 0])?;
        }
        Ok(State { writer, seen: Seen::default(), run: 0, out: Vec::new() })
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Vec<u8>) -> Result<()> {
        crate::pages::copy_rows(part, piece);
        Ok(())
    }

    fn commit(&self, state: &mut State, piece: &mut Vec<u8>) -> Result<()> {
        state.out.clear();
        for raw in piece.chunks_exact(self.bands) {
            state.pixel([raw[0], raw[1], raw[2], raw.get(3).copied().unwrap_or(255)]);
        }
        Ok(state.writer.write_all(&state.out)?)
    }

    fn finish(&self, mut state: State) -> Result<()> {
        state.out.clear();
        state.end_run();
        state.out.extend(END);
        state.writer.write_all(&state.out)?;
        state.writer.commit()
    }
}

impl State {
    fn pixel(&mut self, pixel: Pixel) {
        let last = self.seen.last;
        if pixel == last {
            self.run += 1;
            if self.run == LONGEST_RUN {
                self.end_run();
            }
            return;
        }
        self.end_run();
        let hash = Seen::hash(pixel);
        let [r, g, b, a] = pixel;
        if self.seen.at(hash) == pixel {
            self.out.push(INDEX | hash as u8);
        } else if a != last[3] {
            self.out.extend([RGBA, r, g, b, a]);
        } else {
            let delta = |band: usize| pixel[band].wrapping_sub(last[band]);
            let (red, green, blue) = (delta(0), delta(1), delta(2));
            let [r2, g2, b2] = [red, green, blue].map(|value| value.wrapping_add(2));
            let (r8, b8) =
                (red.wrapping_sub(green).wrapping_add(8), blue.wrapping_sub(green).wrapping_add(8));
            let g32 = green.wrapping_add(32);
            if r2 < 4 && g2 < 4 && b2 < 4 {
                self.out.push(DIFF | r2 << 4 | g2 << 2 | b2);
            } else if r8 < 16 && g32 < 64 && b8 < 16 {
                self.out.extend([LUMA | g32, r8 << 4 | b8]);
            } else {
                self.out.extend([RGB, r, g, b]);
            }
        }
        self.seen.see(pixel);
    }

    fn end_run(&mut self) {
        if self.run > 0 {
            self.out.push(RUN | (self.run - 1) as u8);
            self.run = 0;
        }
    }
}
