//! The limit on pipes, which is one for the process: one test in a process of its own.

use windlass_io::{ErrorKind, Result, Source, Stream, settings};

/// So many zeros.
struct Zeros(usize);

impl Stream for Zeros {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.0.min(buffer.len());
        buffer[..count].fill(0);
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn the_limit_ends_the_keeping_only() {
    assert_eq!(settings::pipe_read_limit(), Some(1 << 30));
    settings::set_pipe_read_limit(-5);
    assert_eq!(settings::pipe_read_limit(), None);
    settings::set_pipe_read_limit(10_000);
    assert_eq!(settings::pipe_read_limit(), Some(10_000));

    let source = Source::from_stream("zeros", Zeros(1 << 20));
    assert_eq!(source.read_to_vec(1 << 20).unwrap().len(), 1 << 20);
    let error = source.read_to_vec(1 << 20).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Unsupported, "source already consumed")
    );
    assert!(error.to_string().contains("pipe too long"), "{error}");

    settings::set_pipe_read_limit(-1);
    let source = Source::from_stream("zeros", Zeros(1 << 20));
    for _ in 0..2 {
        assert_eq!(source.read_to_vec(1 << 20).unwrap().len(), 1 << 20);
    }
}
