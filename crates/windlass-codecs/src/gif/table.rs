//! Colour tables, and which one a frame takes.

use crate::quantise::{Colour, Quantiser};
use std::collections::BTreeSet;
use windlass_core::Result;

/// A table of at most 256 colours, with what paints by it.
pub(super) struct Table {
    /// As written: the clear one first, where there is one
    pub(super) colours: Vec<Colour>,
    /// The index that leaves what is there
    pub(super) transparent: Option<u8>,
    quantiser: Quantiser,
    /// The place in the table of each colour of the quantiser
    places: Vec<u8>,
}

impl Table {
    /// The table for a picture. A clear colour is in it where the picture is clear somewhere, or
    /// there is room.
    pub(super) fn choose(rgba: &[u8], most: i32) -> Result<Self> {
        let quantiser = Quantiser::choose(rgba, most, 100)?;
        let found = quantiser.colours();
        let is_clear = |colour: &Colour| colour[3] < 128;
        let room = found.iter().any(is_clear) || (found.len() as i32) < most;
        let solid =
            found.iter().filter(|colour| !is_clear(colour)).map(|&[r, g, b, _]| [r, g, b, 255]);
        let colours: Vec<Colour> = room.then_some([0; 4]).into_iter().chain(solid).collect();
        Ok(Self::new(colours, room.then_some(0), quantiser))
    }

    /// A table that is given: 32 bits a colour, from the lowest byte red, green and blue.
    pub(super) fn given(palette: &[i32]) -> Self {
        let colour = |entry: &i32| {
            let [r, g, b, _] = entry.to_le_bytes();
            [r, g, b, 255]
        };
        let mut colours: Vec<Colour> = palette.iter().map(colour).collect();
        // tables are filled up with a colour that is there: that would leave no room for a clear one
        let mut seen = BTreeSet::new();
        colours.retain(|colour| seen.insert(*colour));
        let transparent = (colours.len() < 256).then_some(colours.len() as u8);
        // what is clear is told apart before colours are compared
        let quantiser = Quantiser::of(&colours);
        if transparent.is_some() {
            colours.push([0; 4]);
        }
        Self::new(colours, transparent, quantiser)
    }

    fn new(colours: Vec<Colour>, transparent: Option<u8>, quantiser: Quantiser) -> Self {
        let place = |wanted: &Colour| {
            let distance = |colour: &Colour| {
                let sides = u32::from((colour[3] < 128) != (wanted[3] < 128)) * 200_000;
                sides + difference(*colour, *wanted)
            };
            let nearest = colours.iter().enumerate().min_by_key(|(_, colour)| distance(colour));
            nearest.map_or(0, |(place, _)| place as u8)
        };
        let places = quantiser.colours().iter().map(place).collect();
        Self { colours, transparent, quantiser, places }
    }

    /// The index of each pixel.
    pub(super) fn paint(
        &mut self,
        rgba: &[u8],
        size: (usize, usize),
        dither: f64,
    ) -> Result<Vec<u8>> {
        let mut indices = self.quantiser.paint(rgba, size, dither)?;
        for (index, pixel) in indices.iter_mut().zip(rgba.as_chunks::<4>().0) {
            *index = match self.transparent {
                Some(clear) if pixel[3] == 0 => clear,
                _ => self.places[usize::from(*index)],
            };
        }
        Ok(indices)
    }

    /// How far its colours are, on average, from the nearest ones of another: 0 to 255.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        const FARTHEST: u32 = 3 * 255 * 255;
        let nearest = |colour: &Colour| {
            let alike = other.colours.iter().filter(|other| (other[3] < 128) == (colour[3] < 128));
            let distance =
                |other: &Colour| if colour[3] < 128 { 0 } else { difference(*colour, *other) };
            u64::from(alike.map(distance).min().unwrap_or(FARTHEST))
        };
        let sum: u64 = self.colours.iter().map(nearest).sum();
        (sum as f64 / (3 * self.colours.len().max(1)) as f64).sqrt()
    }

    /// The mean squared error of samples where these pixels are painted without dithering.
    pub(super) fn error(&mut self, pixels: &[Colour]) -> f64 {
        f64::from(self.quantiser.error(pixels))
    }

    /// Bits of an index, as the file counts them.
    pub(super) fn bits(&self) -> u8 {
        bits(self.colours.len())
    }

    /// The index that leaves what is there: that of the clear colour, else the one behind the table.
    pub(super) fn clear(&self) -> Option<u8> {
        self.transparent.or_else(|| u8::try_from(self.colours.len()).ok())
    }
}

/// Bits of an index below `count`.
pub(super) fn bits(count: usize) -> u8 {
    count.next_power_of_two().trailing_zeros().clamp(1, 8) as u8
}

/// The squared distance of two colours.
pub(super) fn difference(one: Colour, other: Colour) -> u32 {
    let squares =
        one[..3].iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2));
    squares.sum()
}
