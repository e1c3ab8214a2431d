//! The geometry of a picture: components, blocks, MCUs.

use super::Colour;

/// A picture divided into components and MCUs.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) colour: Colour,
    pub(super) components: Vec<Component>,
}

/// One component of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    /// Its name in the file.
    pub(super) id: u8,
    /// Blocks of an MCU in a row, and rows of blocks.
    pub(super) horizontal: usize,
    pub(super) vertical: usize,
    /// Blocks that hold samples of the picture; what an MCU has beyond is padding.
    pub(super) blocks_across: usize,
    pub(super) blocks_down: usize,
    /// Its tables: 0 for luma, 1 for chroma.
    pub(super) tables: usize,
}

impl Frame {
    /// The components of `colour`; `halved` stores the colour of RGB at half the resolution.
    pub(super) fn new(width: usize, height: usize, colour: Colour, halved: bool) -> Self {
        let factor = if halved && colour == Colour::Rgb { 2 } else { 1 };
        let ids: &[u8] = match colour {
            Colour::Grey => &[1],
            Colour::Rgb => &[1, 2, 3],
            Colour::PlainRgb => b"RGB",
            Colour::Cmyk => b"CMYK",
        };
        let component = |(i, &id): (usize, &u8)| {
            let chroma = i > 0 && colour == Colour::Rgb;
            let own = if chroma { 1 } else { factor };
            Component {
                id,
                horizontal: own,
                vertical: own,
                blocks_across: (width * own).div_ceil(8 * factor),
                blocks_down: (height * own).div_ceil(8 * factor),
                tables: usize::from(chroma),
            }
        };
        let components = ids.iter().enumerate().map(component).collect();
        Self { width, height, colour, components }
    }

    /// How many quantisation tables there are, and pairs of Huffman tables.
    pub(super) fn table_sets(&self) -> usize {
        if self.colour == Colour::Rgb { 2 } else { 1 }
    }

    /// Whether colour is stored at half the resolution.
    pub(super) fn halved(&self) -> bool {
        self.components[0].horizontal == 2
    }

    /// Rows of pixels in a row of MCUs.
    pub(super) fn mcu_height(&self) -> usize {
        8 * self.components[0].vertical
    }

    /// Pixels across an MCU.
    pub(super) fn mcu_width(&self) -> usize {
        8 * self.components[0].horizontal
    }

    pub(super) fn mcus_across(&self) -> usize {
        self.width.div_ceil(self.mcu_width())
    }

    pub(super) fn mcus_down(&self) -> usize {
        self.height.div_ceil(self.mcu_height())
    }
}
