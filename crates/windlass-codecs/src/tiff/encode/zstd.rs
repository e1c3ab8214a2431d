//! Zstandard: by its own code, at the level that is asked for, or by Rust code that knows one level.

use windlass_core::Result;

/// Compresses chunk after chunk.
#[cfg(feature = "zstd")]
#[derive(Default)]
pub(super) struct Compressor(Option<(i32, ::zstd::bulk::Compressor<'static>)>);

#[cfg(feature = "zstd")]
impl Compressor {
    /// Fills `out` with a frame of `samples`.
    pub(super) fn compress(&mut self, samples: &[u8], level: i32, out: &mut Vec<u8>) -> Result<()> {
        let compressor = match &mut self.0 {
            Some((known, compressor)) if *known == level => compressor,
            other => &mut other.insert((level, ::zstd::bulk::Compressor::new(level)?)).1,
        };
        out.clear();
        windlass_io::alloc::try_reserve(out, ::zstd::zstd_safe::compress_bound(samples.len()))?;
        let _bytes = compressor.compress_to_buffer(samples, out)?;
        Ok(())
    }
}

/// Compresses chunk after chunk.
#[cfg(not(feature = "zstd"))]
#[derive(Default)]
pub(super) struct Compressor {}

#[cfg(not(feature = "zstd"))]
impl Compressor {
    /// Fills `out` with a frame of `samples`; whatever the level, it is the fastest.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as the other compressor")]
    pub(super) fn compress(
        &mut self,
        samples: &[u8],
        _level: i32,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        out.clear();
        ruzstd::encoding::compress(samples, out, ruzstd::encoding::CompressionLevel::Fastest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_level_are_read_back() {
        let samples: Vec<u8> =
            (0..100_000_u32).map(|at| (at.wrapping_mul(at) / 977 % 251) as u8).collect();
        let mut compressor = Compressor::default();
        let mut sizes = Vec::new();
        for level in [1, 1, 9, 19] {
            let mut packed = Vec::new();
            compressor.compress(&samples, level, &mut packed).unwrap();
            let mut out = Vec::new();
            let mut stream = ruzstd::decoding::StreamingDecoder::new(&packed[..]).unwrap();
            std::io::Read::read_to_end(&mut stream, &mut out).unwrap();
            assert!(out == samples, "{level}");
            sizes.push(packed.len());
        }
        assert_eq!(sizes[0], sizes[1]);
        if cfg!(feature = "zstd") {
            assert!(sizes[3] < sizes[0], "{sizes:?}");
        }
    }
}
