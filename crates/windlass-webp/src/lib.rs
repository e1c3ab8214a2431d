//! The WebP encoder of libwebp behind a safe interface.
//!
//! This is the one crate of windlass that calls C. It only encodes: pixels that are ours go in, bytes
//! come out, and no file of a stranger reaches the library. Pictures are slices whose lengths were
//! checked against their sizes, what the library allocates is freed when its owner goes, and what it
//! calls back neither panics nor unwinds.

#![expect(unsafe_code, reason = "a C library is called; every block says why it may be")]

mod animation;
mod config;
mod picture;

pub use animation::{Animation, AnimationConfig};
pub use config::{Config, Layout, Preset};
pub use picture::{Picture, encode};

/// The longest side of a picture.
pub const MAX_SIDE: usize = 16_383;

/// Why nothing came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The caller's hook said so
    Aborted,
    /// A side of 0 or above [`MAX_SIDE`], or not as many bytes as the size says
    BadSize,
    /// Settings outside their ranges
    BadConfig,
    /// The frames could not be put together
    Assemble,
    /// The library could not encode, or had no memory
    Encode,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Aborted => "aborted",
            Self::BadSize => "bad size of a picture",
            Self::BadConfig => "invalid configuration",
            Self::Assemble => "anim build error",
            Self::Encode => "unable to encode",
        })
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(width: usize, height: usize, bands: usize) -> Vec<u8> {
        (0..width * height * bands).map(|at| (at * 7 % 251) as u8).collect()
    }

    #[test]
    fn pictures_come_out_as_files() {
        let pixels = gradient(33, 21, 4);
        let picture = Picture::new(&pixels, 33, 21, 4).unwrap();
        for lossless in [false, true] {
            let config = Config { lossless, ..Config::default() };
            let file = encode(&picture, &config, &mut || true).unwrap();
            assert!(file.starts_with(b"RIFF") && file[8..12] == *b"WEBP");
        }
    }

    #[test]
    fn sizes_and_settings_are_checked() {
        assert_eq!(Picture::new(&[0; 11], 2, 2, 3).err(), Some(Error::BadSize));
        assert_eq!(Picture::new(&[], 0, 2, 3).err(), Some(Error::BadSize));
        assert_eq!(Picture::new(&[0; 12], 2, 2, 2).err(), Some(Error::BadSize));
        let pixels = gradient(2, 2, 3);
        let picture = Picture::new(&pixels, 2, 2, 3).unwrap();
        let config = Config { method: 9, ..Config::default() };
        assert_eq!(encode(&picture, &config, &mut || true), Err(Error::BadConfig));
    }

    #[test]
    fn the_hook_aborts() {
        let pixels = gradient(64, 64, 3);
        let picture = Picture::new(&pixels, 64, 64, 3).unwrap();
        let result = encode(&picture, &Config::default(), &mut || false);
        assert_eq!(result, Err(Error::Aborted));
    }

    #[test]
    fn frames_become_an_animation() {
        let settings = AnimationConfig::default();
        let mut animation = Animation::new(16, 16, settings).unwrap();
        for frame in 0..3u8 {
            let pixels: Vec<u8> =
                gradient(16, 16, 4).iter().map(|x| x.wrapping_add(frame)).collect();
            let picture = Picture::new(&pixels, 16, 16, 4).unwrap();
            let at = 100 * i32::from(frame);
            animation.add(&picture, at, &Config::default(), &mut || true).unwrap();
        }
        let file = animation.finish(300).unwrap();
        assert_eq!(file.windows(4).filter(|name| name == b"ANMF").count(), 3);
    }

    #[test]
    fn frames_have_the_size_of_the_canvas() {
        let mut animation = Animation::new(8, 8, AnimationConfig::default()).unwrap();
        let pixels = gradient(4, 4, 3);
        let picture = Picture::new(&pixels, 4, 4, 3).unwrap();
        let added = animation.add(&picture, 0, &Config::default(), &mut || true);
        assert_eq!(added, Err(Error::BadSize));
    }

    #[test]
    fn equal_frames_are_encoded_once_more_when_nobody_is_asked() {
        // the library encodes a single frame again at the end, from a copy that has the hook
        for value in [0, 255] {
            let pixels = vec![value; 33 * 7 * 4];
            let picture = Picture::new(&pixels, 33, 7, 4).unwrap();
            let mut animation = Animation::new(33, 7, AnimationConfig::default()).unwrap();
            let asked = std::rc::Rc::new(std::cell::Cell::new(0));
            for at in 0..3 {
                let asked = asked.clone();
                let mut go_on = Box::new(move || {
                    asked.set(asked.get() + 1);
                    true
                });
                animation.add(&picture, at * 100, &Config::default(), &mut *go_on).unwrap();
            }
            let before = asked.get();
            assert!(animation.finish(300).unwrap().starts_with(b"RIFF"));
            assert!(before > 0 && asked.get() == before, "{before} and {}", asked.get());
        }
    }
}
