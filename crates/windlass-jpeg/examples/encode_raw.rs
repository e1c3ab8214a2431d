//! Encode raw interleaved samples:
//! `encode_raw IN WIDTH HEIGHT BANDS OUT [quality=75] [subsample=auto|on|off] [quant_table=0]
//! [optimize_coding] [progressive] [restart_interval=0] [strip=1]`
//!
//! `strip` is the height of the strips in rows of MCUs.
#![expect(clippy::disallowed_methods, reason = "an example reads files where it likes")]

use std::error::Error;
use std::sync::Arc;
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Subsample, Writer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, width, height, bands, output, options @ ..] = arguments.as_slice() else {
        return Err("encode_raw IN WIDTH HEIGHT BANDS OUT [OPTION]..".into());
    };
    let (width, height, bands) = (width.parse()?, height.parse()?, bands.parse()?);
    let colour = match bands {
        1 => Colour::Grey,
        3 => Colour::Rgb,
        4 => Colour::Cmyk,
        other => return Err(format!("{other} bands").into()),
    };
    let mut settings = Settings::default();
    let mut strip = 1;
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "strip" => strip = value.parse()?,
            _ => set(&mut settings, name, value)?,
        }
    }
    let pixels = std::fs::read(input)?;
    let encoder = Arc::new(Encoder::new(width, height, colour, settings)?);
    let mut writer = Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default())?;
    let mut piece = Piece::default();
    let step = strip * encoder.rows_per_step();
    let stride = width * bands;
    for top in (0..height).step_by(step) {
        let rows = step.min(height - top);
        let pixels = pixels.get(top * stride..).ok_or("input is too short")?;
        encoder.encode(Rows { pixels, stride, top, rows }, &mut piece)?;
        writer.commit(&mut piece)?;
    }
    std::fs::write(output, writer.finish()?)?;
    Ok(())
}

fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
    match name {
        "quality" => settings.quality = value.parse()?,
        "quant_table" => settings.quant_table = value.parse()?,
        "restart_interval" => settings.restart_interval = value.parse()?,
        "optimize_coding" => settings.optimize_coding = true,
        "progressive" => settings.progressive = true,
        "trellis_quant" => settings.trellis_quant = true,
        "overshoot_deringing" => settings.overshoot_deringing = true,
        "optimize_scans" => settings.optimize_scans = true,
        "subsample" => {
            settings.subsample = match value {
                "on" => Subsample::On,
                "off" => Subsample::Off,
                _ => Subsample::Auto,
            }
        }
        other => return Err(format!("no option {other}").into()),
    }
    Ok(())
}
