//! Inverse DCT, upsampling and colour conversion of JPEG.
