//! Animations.

use crate::picture::{Asker, Imported, argb};
use crate::{Config, Error, MAX_SIDE, Picture};
use libwebp_sys::{
    WEBP_MUX_ABI_VERSION, WebPAnimEncoder, WebPAnimEncoderAdd, WebPAnimEncoderAssemble,
    WebPAnimEncoderDelete, WebPAnimEncoderNewInternal, WebPAnimEncoderOptions,
    WebPAnimEncoderOptionsInitInternal, WebPData, WebPDataClear,
};
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

/// How frames are put together.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "settings, made by `..AnimationConfig::default()`")]
pub struct AnimationConfig {
    /// How often it runs, 0 for ever
    pub loops: i32,
    /// Whether the smallest file is searched for
    pub minimise: bool,
    /// Least distance of key frames
    pub kmin: i32,
    /// Largest distance of key frames
    pub kmax: i32,
    /// Whether lossy and lossless frames may be mixed
    pub mixed: bool,
}

impl Default for AnimationConfig {
    fn default() -> Self {
        Self { loops: 0, minimise: false, kmin: i32::MAX - 1, kmax: i32::MAX, mixed: false }
    }
}

/// An animation that is being encoded.
#[derive(Debug)]
pub struct Animation {
    encoder: NonNull<WebPAnimEncoder>,
    /// The encoder keeps a copy of the last picture, which points at it
    asker: Box<Asker>,
    width: usize,
    height: usize,
}

// SAFETY: the encoder is owned by this value alone, has no ties to the thread that made it, and is
// used through `&mut self` only; between its calls the asker points at nothing.
unsafe impl Send for Animation {}

impl Animation {
    /// An animation without frames.
    pub fn new(width: usize, height: usize, config: AnimationConfig) -> Result<Self, Error> {
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(Error::BadSize);
        }
        let options = options(config)?;
        let version = WEBP_MUX_ABI_VERSION as c_int;
        let (w, h) = (width as c_int, height as c_int);
        // SAFETY: the options are a whole structure that lives through the call, which copies it.
        let encoder = unsafe { WebPAnimEncoderNewInternal(w, h, &raw const options, version) };
        let encoder = NonNull::new(encoder).ok_or(Error::Encode)?;
        Ok(Self { encoder, asker: Box::default(), width, height })
    }

    /// Adds a frame that starts at `at`, in milliseconds; the times grow. It must be as large as the
    /// canvas. `go_on` is as with [`crate::encode`].
    pub fn add(
        &mut self,
        picture: &Picture<'_>,
        at: i32,
        config: &Config,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), Error> {
        if (picture.width, picture.height) != (self.width, self.height) {
            return Err(Error::BadSize);
        }
        let config = config.to_library()?;
        // as the reference does it: lossy frames lose their chroma before the library compares them
        let mut imported = Imported::new(picture, argb(&config), &self.asker)?;
        let (encoder, frame) = (self.encoder.as_ptr(), &raw mut *imported.inner);
        // SAFETY: encoder, picture and settings are alive; the call copies what it keeps of the
        // picture: its pixels, and the pointer to the asker, which outlives the encoder.
        let add = || unsafe { WebPAnimEncoderAdd(encoder, frame, at, &raw const config) };
        let right = self.asker.during(go_on, add);
        if right == 0 { Err(imported.error()) } else { Ok(()) }
    }

    /// The file; the last frame ends at `end`, in milliseconds.
    pub fn finish(self, end: i32) -> Result<Vec<u8>, Error> {
        let encoder = self.encoder.as_ptr();
        // SAFETY: the encoder is alive; without a frame the call ends the last one and reads nothing.
        let closed = unsafe { WebPAnimEncoderAdd(encoder, ptr::null_mut(), end, ptr::null()) };
        if closed == 0 {
            return Err(Error::Encode);
        }
        let mut data = Assembled(WebPData::default());
        // SAFETY: the encoder is alive, `data` is empty and takes what the call allocates.
        let right = unsafe { WebPAnimEncoderAssemble(encoder, &raw mut data.0) };
        if right == 0 || data.0.bytes.is_null() {
            return Err(Error::Assemble);
        }
        // SAFETY: the library says that there are `size` bytes, which `data` owns until it goes.
        let bytes = unsafe { std::slice::from_raw_parts(data.0.bytes, data.0.size) };
        let mut file = Vec::new();
        file.try_reserve_exact(bytes.len()).map_err(|_| Error::Encode)?;
        file.extend_from_slice(bytes);
        Ok(file)
    }
}

impl Drop for Animation {
    fn drop(&mut self) {
        // SAFETY: the encoder came from `WebPAnimEncoderNewInternal` and is deleted here only.
        unsafe { WebPAnimEncoderDelete(self.encoder.as_ptr()) }
    }
}

/// Bytes that the library allocated.
struct Assembled(WebPData);

impl Drop for Assembled {
    fn drop(&mut self) {
        // SAFETY: the bytes are null or were allocated by the library, and are freed here only.
        unsafe { WebPDataClear(&mut self.0) }
    }
}

fn options(config: AnimationConfig) -> Result<WebPAnimEncoderOptions, Error> {
    let mut options = MaybeUninit::<WebPAnimEncoderOptions>::zeroed();
    let version = WEBP_MUX_ABI_VERSION as c_int;
    // SAFETY: the pointer is to memory of the structure's size, which the call fills.
    let right = unsafe { WebPAnimEncoderOptionsInitInternal(options.as_mut_ptr(), version) };
    if right == 0 {
        return Err(Error::Encode);
    }
    // SAFETY: the call filled it; the rest of its memory is zero, which every field may be.
    let mut options = unsafe { options.assume_init() };
    options.anim_params.loop_count = config.loops;
    options.minimize_size = config.minimise.into();
    options.kmin = config.kmin;
    options.kmax = config.kmax;
    options.allow_mixed = config.mixed.into();
    Ok(options)
}
