//! Single pictures.

use crate::{Config, Error, MAX_SIDE};
use libwebp_sys::{
    WebPConfig, WebPEncode, WebPEncodingError, WebPPicture, WebPPictureFree, WebPPictureImportRGB,
    WebPPictureImportRGBA,
};
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr;

/// Pixels to encode: rows of RGB or RGBA, without gaps.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    pixels: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
    bands: usize,
}

impl<'a> Picture<'a> {
    /// A picture of three or four bands; fails where there are not as many bytes as its size says.
    pub fn new(pixels: &'a [u8], width: usize, height: usize, bands: usize) -> Result<Self, Error> {
        let sides = 1..=MAX_SIDE;
        let right = sides.contains(&width) && sides.contains(&height) && matches!(bands, 3 | 4);
        if right && pixels.len() == width * height * bands {
            Ok(Self { pixels, width, height, bands })
        } else {
            Err(Error::BadSize)
        }
    }
}

/// Encodes a picture as a file.
///
/// `go_on` is asked now and then; where it says no, the result is [`Error::Aborted`].
pub fn encode(
    picture: &Picture<'_>,
    config: &Config,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Vec<u8>, Error> {
    let config = config.to_library()?;
    let mut file = Vec::new();
    let asker = Asker::default();
    let mut imported = Imported::new(picture, argb(&config), &asker)?;
    imported.inner.writer = Some(write);
    imported.inner.custom_ptr = (&raw mut file).cast();
    // SAFETY: both structures are whole and live through the call; the picture owns its planes, its
    // writer gets the vector `file` and its hook the asker, both of which outlive `imported`.
    let call = || unsafe { WebPEncode(&raw const config, &raw mut *imported.inner) };
    let right = asker.during(go_on, call);
    let error = imported.error();
    drop(imported);
    if right == 0 { Err(error) } else { Ok(file) }
}

/// Whether the library is to get pixels as they are, and not luma and chroma.
pub(crate) fn argb(config: &WebPConfig) -> bool {
    config.lossless != 0 || config.use_sharp_yuv != 0
}

/// Whom the hook of pictures asks: nobody but during a call. Copies of a picture that the library keeps
/// point at it too, and it must live as long as they.
#[derive(Debug)]
pub(crate) struct Asker {
    /// A `Hook` that lives, or null
    hook: Cell<*mut c_void>,
}

impl Default for Asker {
    fn default() -> Self {
        Self { hook: Cell::new(ptr::null_mut()) }
    }
}

impl Asker {
    /// Runs `call`, during which `go_on` is asked.
    pub(crate) fn during<T>(&self, go_on: &mut dyn FnMut() -> bool, call: impl FnOnce() -> T) -> T {
        /// Forgets the hook, even if `call` panics.
        struct Forget<'a>(&'a Asker);
        impl Drop for Forget<'_> {
            fn drop(&mut self) {
                self.0.hook.set(ptr::null_mut());
            }
        }
        let mut hook = Hook { go_on };
        let forget = Forget(self);
        self.hook.set((&raw mut hook).cast());
        let result = call();
        drop(forget);
        result
    }
}

struct Hook<'a> {
    go_on: &'a mut dyn FnMut() -> bool,
}

/// A picture of the library, with its own copy of the pixels.
pub(crate) struct Imported<'a> {
    /// In a box: it has pointers to itself nowhere, but calls of the library are given its address
    pub(crate) inner: Box<WebPPicture>,
    /// What the hook looks at; the picture points at it
    asker: PhantomData<&'a Asker>,
}

impl<'a> Imported<'a> {
    /// Copies the pixels, as they are if `argb`, else as luma and chroma.
    pub(crate) fn new(picture: &Picture<'_>, argb: bool, asker: &'a Asker) -> Result<Self, Error> {
        let inner = Box::new(WebPPicture::new().map_err(|()| Error::Encode)?);
        let mut imported = Self { inner, asker: PhantomData };
        imported.inner.use_argb = argb.into();
        imported.inner.width = picture.width as c_int;
        imported.inner.height = picture.height as c_int;
        let stride = (picture.width * picture.bands) as c_int;
        let (inner, pixels) = (&raw mut *imported.inner, picture.pixels.as_ptr());
        let right = if picture.bands == 4 {
            // SAFETY: `Picture::new` checked that there are `height` rows of `stride` bytes, which
            // the call reads; the structure is initialised and its planes are allocated by the call.
            unsafe { WebPPictureImportRGBA(inner, pixels, stride) }
        } else {
            // SAFETY: as above.
            unsafe { WebPPictureImportRGB(inner, pixels, stride) }
        };
        if right == 0 {
            return Err(Error::Encode);
        }
        imported.inner.progress_hook = Some(progress);
        imported.inner.user_data = ptr::from_ref(asker).cast_mut().cast();
        Ok(imported)
    }

    /// Why the library failed.
    pub(crate) fn error(&self) -> Error {
        match self.inner.error_code {
            WebPEncodingError::VP8_ENC_ERROR_USER_ABORT => Error::Aborted,
            _ => Error::Encode,
        }
    }
}

impl Drop for Imported<'_> {
    fn drop(&mut self) {
        // SAFETY: the structure was initialised by `WebPPicture::new`; the call frees the planes that
        // it owns, if any, and nothing uses them afterwards.
        unsafe { WebPPictureFree(&raw mut *self.inner) }
    }
}

/// Appends to the vector that the picture points at; called by the library.
unsafe extern "C" fn write(data: *const u8, size: usize, picture: *const WebPPicture) -> c_int {
    // SAFETY: the library passes the picture that it was given, which is alive.
    let file: *mut c_void = unsafe { (*picture).custom_ptr };
    // SAFETY: `encode` put a pointer to its vector there, and uses the vector only afterwards.
    let file: &mut Vec<u8> = unsafe { &mut *file.cast::<Vec<u8>>() };
    if size == 0 {
        return 1;
    }
    if file.try_reserve(size).is_err() {
        return 0;
    }
    // SAFETY: the library passes a pointer to `size` bytes that are alive during the call.
    file.extend_from_slice(unsafe { std::slice::from_raw_parts(data, size) });
    1
}

/// Asks the caller whether to go on, if there is one; called by the library, on the thread that encodes.
unsafe extern "C" fn progress(_: c_int, picture: *const WebPPicture) -> c_int {
    // SAFETY: the library passes a picture that is alive: the one it was given, or a copy with the
    // same pointer to the asker.
    let asker: *mut c_void = unsafe { (*picture).user_data };
    // SAFETY: `Imported::new` put a pointer to an asker there, which outlives the picture, and, if an
    // encoder of animations copies that, the encoder.
    let asker: &Asker = unsafe { &*asker.cast::<Asker>() };
    let hook: *mut Hook<'_> = asker.hook.get().cast();
    // SAFETY: it is null or points at the hook of `Asker::during`, which lives as long as that call and
    // is used by nobody else while the library runs.
    let Some(hook) = (unsafe { hook.as_mut() }) else { return 1 };
    // a panic must not pass through C
    let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (hook.go_on)()));
    c_int::from(asked.unwrap_or(false))
}
