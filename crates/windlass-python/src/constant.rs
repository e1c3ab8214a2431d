//! Constants that stand for images.

use crate::image::{self, ImageBase, make_matrix};
use crate::{convert, error};
use pyo3::prelude::*;
use windlass::registry;
use windlass_core::declare::{ArgEnum, Value};
use windlass_core::{Error, ErrorKind, Image, Result};

/// The image of `value`, in the size, format and meaning of `like`.
#[pyfunction]
pub(crate) fn constant_like<'py>(
    like: &Bound<'py, ImageBase>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    image::wrap(like.py(), constant(like.py(), &like.get().image(), value)?)
}

/// What stands for `value` where an image is wanted: a list of lists is a matrix, anything else a
/// constant in the size and format of `like`.
pub(crate) fn imageize(py: Python<'_>, like: &Image, value: &Bound<'_, PyAny>) -> PyResult<Image> {
    match convert::rows(value) {
        Some(rows) => make_matrix(&rows, 1.0, 0.0)
            .map_err(|error| error::to_python(py, "unable to make image from matrix", &error)),
        None => constant(py, like, value),
    }
}

fn constant(py: Python<'_>, like: &Image, value: &Bound<'_, PyAny>) -> PyResult<Image> {
    let values = convert::doubles(value)?;
    make(like, values).map_err(|error| error::to_python(py, "unable to make image", &error))
}

/// One black pixel, plus the values, cast, repeated: from operations, so that a pipeline can be
/// written down.
fn make(like: &Image, values: Vec<f64>) -> Result<Image> {
    let header = like.header();
    let int = |n: i32| Value::Int(i64::from(n));
    let pixel = one("black", [("width", int(1)), ("height", int(1))])?;
    let ones = vec![1.0; values.len()];
    let pixel = one("linear", [("in", pixel.into()), ("a", ones.into()), ("b", values.into())])?;
    let format = int(header.format as i32);
    let pixel = one("cast", [("in", pixel.into()), ("format", format)])?;
    let image = one(
        "embed",
        [
            ("in", pixel.into()),
            ("x", int(0)),
            ("y", int(0)),
            ("width", int(header.width)),
            ("height", int(header.height)),
            ("extend", "copy".into()),
        ],
    )?;
    one(
        "copy",
        [
            ("in", image.into()),
            ("interpretation", int(header.interpretation.number())),
            ("xres", header.xres.into()),
            ("yres", header.yres.into()),
            ("xoffset", int(header.xoffset)),
            ("yoffset", int(header.yoffset)),
        ],
    )
}

/// The bands of an image, as images.
pub(crate) fn bands_of(py: Python<'_>, image: &Image) -> PyResult<Vec<Image>> {
    let band = |band: i32| {
        one("extract_band", [("in", image.clone().into()), ("band", Value::Int(i64::from(band)))])
    };
    (0..image.header().bands)
        .map(band)
        .collect::<Result<_>>()
        .map_err(|error| error::to_python(py, "unable to call extract_band", &error))
}

/// The first output of an operation, which is an image.
fn one<const N: usize>(name: &str, args: [(&str, Value); N]) -> Result<Image> {
    match registry().call_named(name, args)?.into_iter().next() {
        Some((_, Value::Image(image))) => Ok(image),
        _ => Err(Error::new(ErrorKind::Internal, format!("{name} gave no image"))),
    }
}
