//! How to sample between pixels: the handle that operations take.

use windlass_io::{Error, ErrorKind, Result};

/// An interpolator, known by its nickname.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[non_exhaustive]
pub enum Interpolator {
    /// The nearest pixel
    Nearest,
    /// Linear between four pixels
    Bilinear,
    /// Catmull-Rom cubic over sixteen pixels
    Bicubic,
}

impl Interpolator {
    const ALL: [Self; 3] = [Self::Nearest, Self::Bilinear, Self::Bicubic];

    /// The interpolator called `nick`.
    pub fn new(nick: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|i| i.nick() == nick).ok_or_else(|| {
            let nicks = Self::ALL.map(Self::nick).join(", ");
            Error::new(
                ErrorKind::BadArgument,
                format!("no such interpolator {nick}; there are {nicks}"),
            )
        })
    }

    /// Its nickname.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
        }
    }
}
