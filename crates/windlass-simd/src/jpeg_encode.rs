//! Colour conversion, forward DCT and quantisation of JPEG.
