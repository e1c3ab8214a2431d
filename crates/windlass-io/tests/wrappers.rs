//! Wrappers around sources and targets.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use windlass_io::{ErrorKind, Result, Source, Target};

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

fn save(target: &Target, bytes: &[u8]) -> Result<()> {
    let mut writer = target.begin()?;
    for piece in bytes.chunks(70_001) {
        writer.write_all(piece)?;
    }
    writer.commit()
}

/// Reads from start to end, then here and there.
fn check(source: &Source, body: &[u8]) -> Result<()> {
    assert!(source.read_to_vec(u64::MAX)? == body);
    let reader = source.open_random()?;
    for at in [body.len() - 10, 0, body.len() / 2, 5] {
        let mut piece = vec![0; 10];
        reader.read_exact_at(at as u64, &mut piece)?;
        assert_eq!(piece, body[at..at + 10]);
    }
    Ok(())
}

#[test]
#[cfg(feature = "gzip")]
fn gzip_there_and_back() -> Result<()> {
    let body = bytes(1 << 20);
    let memory = Target::to_memory();
    save(&memory.gzip(6)?, &body)?;
    assert!(memory.bytes().len() < body.len());
    check(&Source::from_memory(memory.bytes()).gunzip(), &body)?;
    let members = [&memory.bytes()[..], &memory.bytes()[..]].concat();
    let both = Source::from_memory(members).gunzip().read_to_vec(u64::MAX)?;
    assert!(both == [&body[..], &body[..]].concat());
    assert_eq!(memory.gzip(10).expect_err("too high").kind(), ErrorKind::BadArgument);
    Ok(())
}

#[test]
#[cfg(feature = "gzip")]
fn damage_is_told() -> Result<()> {
    let memory = Target::to_memory();
    save(&memory.gzip(6)?, &bytes(100_000))?;
    let whole = memory.bytes();
    let cut = Source::from_memory(whole.slice(..whole.len() - 9)).gunzip();
    assert_eq!(cut.read_to_vec(u64::MAX).expect_err("cut").kind(), ErrorKind::Truncated);
    let error = Source::from_memory("no gzip at all").gunzip().read_to_vec(99);
    assert_eq!(error.expect_err("not gzip").kind(), ErrorKind::Malformed);
    Ok(())
}

#[test]
#[cfg(feature = "zstd")]
fn zstd_there_and_back() -> Result<()> {
    let body = bytes(1 << 20);
    let memory = Target::to_memory();
    save(&memory.zstd(3)?, &body)?;
    check(&Source::from_memory(memory.bytes()).unzstd(), &body)?;
    let frames = [&memory.bytes()[..], &memory.bytes()[..]].concat();
    assert_eq!(Source::from_memory(frames).unzstd().read_to_vec(u64::MAX)?.len(), 2 << 20);
    let cut = memory.bytes().slice(..100);
    assert!(Source::from_memory(cut).unzstd().read_to_vec(u64::MAX).is_err());
    Ok(())
}

#[test]
#[cfg(feature = "age")]
fn encrypted_and_decrypted() -> Result<()> {
    use windlass_io::{AgeIdentity, AgeRecipient};
    // A pair made for this test.
    let secret = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    let public = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let body = bytes(300_000);
    let memory = Target::to_memory();
    save(&memory.encrypted(&[AgeRecipient::key(public)?])?, &body)?;
    assert!(memory.bytes().starts_with(b"age-encryption.org/v1"));
    let source = Source::from_memory(memory.bytes());
    check(&source.decrypted(&AgeIdentity::key(secret)?), &body)?;
    let wrong = source.decrypted(&AgeIdentity::passphrase("guess"));
    assert!(wrong.read_to_vec(u64::MAX).is_err());
    let mut damaged = memory.bytes().to_vec();
    *damaged.last_mut().expect("not empty") ^= 1;
    let damaged = Source::from_memory(damaged).decrypted(&AgeIdentity::key(secret)?);
    assert!(damaged.read_to_vec(u64::MAX).is_err());
    Ok(())
}

#[test]
#[cfg(all(feature = "gzip", feature = "checksum"))]
fn wrappers_compose() -> Result<()> {
    let body = bytes(500_000);
    let memory = Target::to_memory();
    let (target, checksum) = memory.gzip(1)?.with_checksum();
    assert_eq!(checksum.hexadecimal(), None);
    save(&target, &body)?;
    let digits = checksum.hexadecimal().expect("saved").to_owned();
    let source = Source::from_memory(memory.bytes()).gunzip();
    check(&source.verified(&digits)?, &body)?;
    let other = "0".repeat(64);
    let error = source.verified(&other)?.read_to_vec(u64::MAX).expect_err("another checksum");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(source.verified("xyz").is_err());
    Ok(())
}

#[test]
#[cfg(feature = "gzip")]
fn a_failed_save_aborts_below() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.gz");
    let mut writer = Target::to_file(&path).gzip(6)?.begin()?;
    writer.write_all(&bytes(500_000))?;
    drop(writer);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    Ok(())
}

#[test]
fn throttled() -> Result<()> {
    let start = Instant::now();
    let source = Source::from_memory(bytes(30_000)).throttled(100_000)?;
    assert_eq!(source.read_to_vec(u64::MAX)?.len(), 30_000);
    assert!(start.elapsed() >= Duration::from_millis(250));
    let start = Instant::now();
    save(&Target::to_memory().throttled(200_000)?, &bytes(50_000))?;
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert!(Source::from_memory("").throttled(0).is_err());
    Ok(())
}

#[test]
fn copied() -> Result<()> {
    let body = bytes(200_000);
    let copy = Target::to_memory();
    let source = Source::from_memory(body.clone()).tee(&copy)?;
    let mut reader = source.open()?;
    reader.read_exact(&mut [0; 1000])?;
    assert!(copy.bytes().is_empty());
    assert!(source.read_to_vec(u64::MAX)? == body);
    assert!(copy.bytes() == body);
    let (one, two) = (Target::to_memory(), Target::to_memory());
    save(&one.tee(&two), &body)?;
    assert!(one.bytes() == body && two.bytes() == body);
    Ok(())
}

#[test]
fn progress_is_told() -> Result<()> {
    let told = Arc::new(Mutex::new((0, None)));
    let note = |told: &Arc<Mutex<(u64, Option<u64>)>>| {
        let told = told.clone();
        move |passed, all| *told.lock().expect("not poisoned") = (passed, all)
    };
    Source::from_memory(bytes(100_000)).with_progress(note(&told)).read_to_vec(u64::MAX)?;
    assert_eq!(*told.lock().expect("not poisoned"), (100_000, Some(100_000)));
    save(&Target::to_memory().with_progress(note(&told)), &bytes(70_000))?;
    assert_eq!(*told.lock().expect("not poisoned"), (70_000, None));
    Ok(())
}
