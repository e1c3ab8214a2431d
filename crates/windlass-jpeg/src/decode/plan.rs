//! The geometry of a picture: blocks, units and samples of each component, at full size and scaled.

use super::header::{Component, Header, Process, Transform};
use super::options::Scale;

/// How many samples of a component are made of a block, in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    One,
    Two,
    Four,
    Eight,
}

impl Size {
    pub(crate) fn side(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    fn doubled(self) -> Option<Self> {
        match self {
            Self::One => Some(Self::Two),
            Self::Two => Some(Self::Four),
            Self::Four => Some(Self::Eight),
            Self::Eight => None,
        }
    }
}

/// How a component gets as many samples as the output has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upsampling {
    /// It has them.
    None,
    /// Triangle filter across.
    Wide,
    /// Triangle filter down.
    Tall,
    /// Triangle filter both ways.
    Both,
    /// Each sample stands for a box; the numbers are samples and pixels that match, in each direction.
    Box { across: (usize, usize), down: (usize, usize) },
}

impl Upsampling {
    /// Whether rows above and below are looked at.
    pub(crate) fn looks_around(self) -> bool {
        matches!(self, Self::Tall | Self::Both)
    }
}

/// A component at the scale of the output.
#[derive(Clone, Debug)]
pub(crate) struct Plane {
    /// Blocks of a unit.
    pub(crate) horizontal: usize,
    pub(crate) vertical: usize,
    /// Blocks that the picture covers.
    pub(crate) blocks_across: usize,
    pub(crate) blocks_down: usize,
    /// Blocks of a row, filled up to whole units.
    pub(crate) stride: usize,
    pub(crate) size: Size,
    /// Samples that the picture covers, at this scale.
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) upsampling: Upsampling,
    /// The quantisation table, in the 16 bits that products are taken in.
    pub(crate) quantisation: [i16; 64],
    /// Whether the table is known.
    pub(crate) quantised: bool,
}

impl Plane {
    /// Whether nothing but first coefficients are wanted.
    pub(crate) fn first_only(&self) -> bool {
        self.size == Size::One
    }

    /// Rows of samples of a row of units.
    pub(crate) fn rows(&self) -> usize {
        self.vertical * self.size.side()
    }
}

/// Bytes of coefficients that lie together in memory.
const MEMORY_BYTES: usize = 1 << 16;

/// All that a row of units needs to become rows of the output.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Rows of the output of a row of units, and columns of a unit.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Units of several components side by side, and above each other.
    pub(crate) units_across: usize,
    pub(crate) units_down: usize,
    pub(crate) planes: Vec<Plane>,
    pub(crate) transform: Transform,
    pub(crate) invert: bool,
    pub(crate) progressive: bool,
    /// Whether samples have 12 bits.
    pub(crate) deep: bool,
}

impl Plan {
    pub(crate) fn new(header: &Header, scale: Scale, invert: bool) -> Self {
        let components = sampling(&header.components);
        let most = |of: fn(&Component) -> u8| components.iter().map(of).max().unwrap_or(1);
        let tallest = usize::from(most(|component| component.vertical));
        let widest = usize::from(most(|component| component.horizontal));
        let base = match scale {
            Scale::Full => Size::Eight,
            Scale::Half => Size::Four,
            Scale::Quarter => Size::Two,
            Scale::Eighth => Size::One,
        };
        let frame = Frame {
            width: header.file_width as usize,
            height: header.file_height as usize,
            widest,
            tallest,
            base,
        };
        Self {
            width: header.width as usize,
            height: header.height as usize,
            rows: tallest * base.side(),
            columns: widest * base.side(),
            units_across: frame.width.div_ceil(8 * widest),
            units_down: frame.height.div_ceil(8 * tallest),
            planes: components.iter().map(|&component| frame.plane(component)).collect(),
            transform: header.transform,
            progressive: header.process == Process::Progressive,
            deep: header.precision != 8,
            invert: invert && header.bands() == 4,
        }
    }

    /// Whether any component needs the rows of units above and below.
    pub(crate) fn looks_around(&self) -> bool {
        self.planes.iter().any(|plane| plane.upsampling.looks_around())
    }

    /// How many units lie together in memory where a picture is decoded row by row: those of a row, or as
    /// many as fit, so that pieces of a row that others decoded waste little.
    pub(crate) fn memory_units(&self) -> usize {
        self.units_across.min((MEMORY_BYTES / self.unit_bytes()).max(1))
    }

    /// Bytes of the coefficients of a unit, in a file of one scan.
    pub(crate) fn unit_bytes(&self) -> usize {
        let bytes = |plane: &Plane| {
            plane.horizontal * plane.vertical * if plane.first_only() { 2 } else { 129 }
        };
        self.planes.iter().map(bytes).sum::<usize>().max(1)
    }

    /// Bytes of the coefficients of the whole picture.
    pub(crate) fn coefficient_bytes(&self) -> u64 {
        let blocks = |plane: &Plane| {
            let each = if plane.first_only() { 2 } else { 137 };
            (plane.stride * plane.vertical * each) as u64
        };
        self.planes.iter().map(blocks).sum::<u64>() * self.units_down as u64
    }

    /// Sets the quantisation table of a component.
    pub(crate) fn quantise(&mut self, component: usize, table: &[u16; 64]) {
        if let Some(plane) = self.planes.get_mut(component) {
            plane.quantisation = table.map(|value| value as i16);
            plane.quantised = true;
        }
    }
}

/// The sampling factors that matter: those of a single component do not.
fn sampling(components: &[Component]) -> Vec<Component> {
    let mut components = components.to_vec();
    if let [only] = components.as_mut_slice() {
        only.horizontal = 1;
        only.vertical = 1;
    }
    components
}

struct Frame {
    width: usize,
    height: usize,
    widest: usize,
    tallest: usize,
    base: Size,
}

impl Frame {
    fn plane(&self, component: Component) -> Plane {
        let horizontal = usize::from(component.horizontal);
        let vertical = usize::from(component.vertical);
        let size = self.size(horizontal, vertical);
        let width = (self.width * horizontal * size.side()).div_ceil(8 * self.widest);
        let height = (self.height * vertical * size.side()).div_ceil(8 * self.tallest);
        Plane {
            horizontal,
            vertical,
            blocks_across: (self.width * horizontal).div_ceil(8 * self.widest),
            blocks_down: (self.height * vertical).div_ceil(8 * self.tallest),
            stride: self.width.div_ceil(8 * self.widest) * horizontal,
            size,
            width,
            height,
            upsampling: self.upsampling(horizontal, vertical, size, width),
            quantisation: [0; 64],
            quantised: false,
        }
    }

    /// A subsampled component is transformed to a larger size rather than upsampled afterwards, as
    /// far as that fits in both directions.
    fn size(&self, horizontal: usize, vertical: usize) -> Size {
        let base = self.base.side();
        let mut size = self.base;
        while let Some(doubled) = size.doubled() {
            let side = doubled.side();
            let fits = |most: usize, factor: usize| (most * base).is_multiple_of(factor * side);
            if !(fits(self.widest, horizontal) && fits(self.tallest, vertical)) {
                break;
            }
            size = doubled;
        }
        size
    }

    fn upsampling(
        &self,
        horizontal: usize,
        vertical: usize,
        size: Size,
        width: usize,
    ) -> Upsampling {
        let (base, side) = (self.base.side(), size.side());
        let across = reduced(horizontal * side, self.widest * base);
        let down = reduced(vertical * side, self.tallest * base);
        let smooth = self.base != Size::One;
        match (across, down) {
            ((1, 1), (1, 1)) => Upsampling::None,
            ((1, 2), (1, 1)) if smooth && width > 2 => Upsampling::Wide,
            ((1, 1), (1, 2)) if smooth => Upsampling::Tall,
            ((1, 2), (1, 2)) if smooth && width > 2 => Upsampling::Both,
            _ => Upsampling::Box { across, down },
        }
    }
}

/// The fraction `a / b` in lowest terms.
fn reduced(a: usize, b: usize) -> (usize, usize) {
    let common = (1..=a.min(b)).rev().find(|&d| a.is_multiple_of(d) && b.is_multiple_of(d));
    let common = common.unwrap_or(1);
    (a / common, b / common)
}
