//! dzsave without any operation: what a zip holds, and in which memory it is written.

use windlass_codecs::dzsave::DzSave;
use windlass_core::foreign::Save;
use windlass_core::{BandFormat, Header, Image, Kernel, Run, Sees, Target};

/// Waves that cost nothing.
struct Waves;

impl Kernel for Waves {
    fn sees(&self) -> Sees {
        Sees::Place
    }

    fn run(&self, _: &[&[u8]], out: &mut [u8], at: Run) {
        for (x, out) in (at.x..).zip(out.as_chunks_mut::<3>().0) {
            *out = [(x / 16) as u8, (at.y / 16) as u8, 128];
        }
    }
}

fn waves(width: i32, height: i32) -> Image {
    Image::point(Header::new(width, height, 3, BandFormat::U8), &[], Waves)
        .expect("a picture of that size")
}

#[test]
fn a_zip_ends_with_the_index() {
    let target = Target::to_memory();
    DzSave::default().imagename("x".to_owned()).save(&waves(300, 200), &target).unwrap();
    let bytes = target.bytes();
    assert!(bytes.starts_with(b"PK\x03\x04"));
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    for name in ["x_files/9/0_0.jpeg", "x_files/9/1_0.jpeg", "x_files/0/0_0.jpeg", "x.dzi"] {
        assert!(has(name.as_bytes()), "{name}");
    }
    // the end of the list says how many there are: 2 tiles, 9 levels of one, the index, properties
    let end = &bytes[bytes.len() - 22..];
    assert_eq!(&end[..4], b"PK\x05\x06");
    assert_eq!(u16::from_le_bytes([end[10], end[11]]), 2 + 9 + 2);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_depends_on_the_width_alone() {
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() >> 10
    };
    let before = peak();
    let target = Target::from_writer("nowhere", std::io::sink());
    DzSave::default().save(&waves(30_000, 1_600), &target).unwrap();
    let growth = peak() - before;
    assert!(growth < 90, "{growth} MiB");
}
