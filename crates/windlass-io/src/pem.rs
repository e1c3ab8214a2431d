//! Certificates and private keys, from files in the form PEM.

use std::error::Error as StdError;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::{Error, ErrorKind, Result, Source};

/// The certificates of a file in order: at least one, or an error of kind `BadArgument`.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    items(file, "certificate", |text| CertificateDer::pem_slice_iter(text).collect())
}

/// What `parse` finds in a file: at least one item, or an error of kind `BadArgument` that tells
/// their `name`.
pub(crate) fn items<T, E: Into<Box<dyn StdError + Send + Sync>>>(
    file: &Path,
    name: &str,
    parse: impl FnOnce(&[u8]) -> Result<Vec<T>, E>,
) -> Result<Vec<T>> {
    let bad = |what: &str| {
        Error::new(ErrorKind::BadArgument, format!("{} {what} in the form PEM", file.display()))
    };
    let text = Source::from_file(file)?.read_to_vec(LONGEST_FILE)?;
    let items = parse(&text).map_err(|error| bad("is not").with_source(error))?;
    if items.is_empty() { Err(bad(&format!("holds no {name}"))) } else { Ok(items) }
}

/// Bytes of a file with certificates; those that systems come with have a quarter of a million.
const LONGEST_FILE: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn section(label: &str, base64: &str) -> String {
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
    }

    #[test]
    fn certificates_come_in_order_without_what_is_between_them() {
        let key = section("PRIVATE KEY", "AQID");
        let text = [&section("CERTIFICATE", "BAUG"), &key, &section("CERTIFICATE", "BwgJ")];
        let file = file(&text.map(String::as_str).concat());
        let found = certificates(file.path()).unwrap();
        assert_eq!(
            found.iter().map(|der| der.to_vec()).collect::<Vec<_>>(),
            [[4, 5, 6], [7, 8, 9]]
        );
    }

    #[test]
    fn files_that_are_none() {
        let error = certificates(Path::new("/no/absent.pem")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("absent.pem"), "{error}");
        for (text, what) in [
            (String::new(), "holds no certificate"),
            (section("PRIVATE KEY", "AQID"), "holds no certificate"),
            (section("CERTIFICATE", "&"), "is not"),
        ] {
            let error = certificates(file(&text).path()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadArgument);
            assert!(error.message().contains(what), "{error}");
        }
    }
}
