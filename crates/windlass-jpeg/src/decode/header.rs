//! What a file says about its picture.

/// How the samples of the output are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colour {
    /// Cyan, magenta, yellow and key, as the file has them (Adobe writes 255 for no ink).
    Cmyk,
    /// One sample of lightness.
    Grey,
    /// Red, green and blue.
    Rgb,
    /// The components of the file, of unknown meaning.
    Unknown,
}

/// How the components of the file become the samples of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transform {
    /// They are the samples.
    None,
    /// Luma and chroma become RGB.
    YccToRgb,
    /// Luma, chroma and key become CMYK.
    YcckToCmyk,
}

/// How the frame is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Process {
    /// Lossless prediction.
    Lossless,
    /// Coefficients in several passes of rising exactness.
    Progressive,
    /// Block after block.
    Sequential,
}

/// A component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// The name of the component in the file.
    pub id: u8,
    /// Blocks side by side in a unit of several components.
    pub horizontal: u8,
    /// Blocks above each other in a unit of several components.
    pub vertical: u8,
    /// The number of its quantisation table.
    pub quantisation: u8,
}

/// The unit of a [`Density`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DensityUnit {
    /// The numbers give the shape of a pixel only.
    Aspect,
    /// Pixels in a centimetre.
    Centimetre,
    /// Pixels in an inch.
    Inch,
    /// A number that the standard does not know.
    Other(u8),
}

/// The density of the pixels, from a JFIF segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Density {
    /// What the numbers count.
    pub unit: DensityUnit,
    /// Horizontal density.
    pub x: u16,
    /// Vertical density.
    pub y: u16,
}

/// An application segment or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// The second byte of its marker: `0xE0` to `0xEF`, or `0xFE` for a comment.
    pub marker: u8,
    /// What follows the length.
    pub data: Vec<u8>,
    /// The place of that in the file, in bytes.
    pub offset: u64,
}

/// What a file says about its picture, known before any pixel is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Header {
    /// Width of the output in pixels.
    pub width: u32,
    /// Height of the output in pixels.
    pub height: u32,
    /// Width of the picture in the file.
    pub file_width: u32,
    /// Height of the picture in the file.
    pub file_height: u32,
    /// Bits of a sample in the file.
    pub precision: u8,
    /// How the frame is coded.
    pub process: Process,
    /// Whether the entropy coding is the arithmetic one.
    pub arithmetic: bool,
    /// Whether the components come in more than one scan, so that all must be read before a pixel is known.
    pub multiscan: bool,
    /// The components of the frame.
    pub components: Vec<Component>,
    /// What the samples of the output are.
    pub colour: Colour,
    /// How they are made from the components.
    pub transform: Transform,
    /// The transform that an Adobe segment names, if there is one.
    pub adobe: Option<u8>,
    /// Whether the file begins with a JFIF segment.
    pub jfif: bool,
    /// The density in the JFIF segment.
    pub density: Option<Density>,
    /// Units between restart markers, 0 if there are none.
    pub restart_interval: u16,
    /// The application segments and comments before the first scan, in order.
    pub segments: Vec<Segment>,
}

impl Header {
    /// The number of samples of a pixel of the output.
    pub fn bands(&self) -> usize {
        self.components.len()
    }

    /// Whether any component has fewer samples than another.
    pub fn subsampled(&self) -> bool {
        let first = self.components.first();
        self.components.iter().any(|component| {
            first.is_some_and(|first| {
                (first.horizontal, first.vertical) != (component.horizontal, component.vertical)
            })
        })
    }

    /// The first EXIF segment, beginning with `Exif`.
    pub fn exif(&self) -> Option<&[u8]> {
        self.starting(0xE1, b"Exif")
    }

    /// The first IPTC segment, beginning with `Photoshop`.
    pub fn iptc(&self) -> Option<&[u8]> {
        self.starting(0xED, b"Photo")
    }

    /// The XMP packet, without the name space before it.
    pub fn xmp(&self) -> Option<&[u8]> {
        let data = self.starting(0xE1, b"http")?;
        let end = data.iter().take(80).position(|&byte| byte == 0)?;
        data.get(end + 1..)
    }

    /// The parts of an extended XMP packet, put in order; nothing if there is none.
    pub fn extended_xmp(&self) -> Vec<u8> {
        const NAME: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
        // After the name: 32 digits of a digest, the length of the whole, the place of this part.
        let mut parts: Vec<(u32, &[u8])> = self
            .of(0xE1)
            .filter_map(|data| data.strip_prefix(NAME)?.get(36..))
            .filter_map(|data| {
                let (place, part) = data.split_first_chunk::<4>()?;
                Some((u32::from_be_bytes(*place), part))
            })
            .collect();
        parts.sort_by_key(|&(place, _)| place);
        parts.into_iter().flat_map(|(_, part)| part).copied().collect()
    }

    /// The ICC profile, joined from its segments as far as none is missing; nothing if there is none.
    pub fn icc(&self) -> Vec<u8> {
        let mut parts: [Option<&[u8]>; 256] = [None; 256];
        for data in self.of(0xE2) {
            if let Some([number, _, part @ ..]) = data.strip_prefix(b"ICC_PROFILE\0".as_slice()) {
                parts[usize::from(*number)].get_or_insert(part);
            }
        }
        let parts = parts[1..].iter().map_while(|part| *part);
        parts.take(100).flatten().copied().collect()
    }

    /// The comments.
    pub fn comments(&self) -> impl Iterator<Item = &[u8]> {
        self.of(0xFE)
    }

    fn of(&self, marker: u8) -> impl Iterator<Item = &[u8]> {
        self.segments
            .iter()
            .filter(move |segment| segment.marker == marker)
            .map(|segment| segment.data.as_slice())
    }

    fn starting(&self, marker: u8, start: &[u8]) -> Option<&[u8]> {
        self.of(marker).find(|data| data.starts_with(start))
    }
}
