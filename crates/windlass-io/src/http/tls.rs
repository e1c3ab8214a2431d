//! Whom a client trusts over TLS, and what it shows of itself.

use std::path::Path;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::HttpOptions;
use crate::{Error, ErrorKind, Result, Source};

/// What the options say. Files are read at once.
pub(super) fn config(options: &HttpOptions) -> Result<TlsConfig> {
    let mut builder = TlsConfig::builder();
    if let Some(file) = &options.authorities {
        let (certificates, _) = certified(file)?;
        builder = builder.root_certs(RootCerts::new_with_certs(&certificates));
    }
    if let Some(file) = &options.certificate {
        let (certificates, mut key) = certified(file)?;
        let key_file = options.key.as_deref().unwrap_or(file);
        if options.key.is_some() {
            key = read(key_file)?.1;
        }
        let key = key.ok_or_else(|| bad(key_file, "holds no private key in the form PEM"))?;
        builder = builder.client_cert(Some(ClientCert::new_with_certs(&certificates, key)));
    }
    Ok(builder.build())
}

type Items = (Vec<Certificate<'static>>, Option<PrivateKey<'static>>);

/// What [`read`] finds in a file that must hold certificates.
fn certified(file: &Path) -> Result<Items> {
    let items = read(file)?;
    if items.0.is_empty() {
        return Err(bad(file, "holds no certificate in the form PEM"));
    }
    Ok(items)
}

/// The certificates of a file in order, and its private key.
fn read(file: &Path) -> Result<Items> {
    let text = Source::from_file(file)?.read_to_vec(LONGEST_FILE)?;
    let (mut certificates, mut key) = (Vec::new(), None);
    for item in parse_pem(&text) {
        match item.map_err(|_| bad(file, "is not in the form PEM"))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            PemItem::PrivateKey(found) => key = Some(found),
            _ => {}
        }
    }
    Ok((certificates, key))
}

fn bad(file: &Path, what: &str) -> Error {
    Error::new(ErrorKind::BadArgument, format!("{} {what}", file.display()))
}

/// Bytes of a file with certificates; those that systems come with have a quarter of a million.
const LONGEST_FILE: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_none() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let (absent, empty) = (Path::new("/no/absent.pem"), empty.path());
        let with = |authorities: Option<&Path>, certificate: Option<&Path>| {
            let options = HttpOptions {
                authorities: authorities.map(Path::to_owned),
                certificate: certificate.map(Path::to_owned),
                ..HttpOptions::default()
            };
            config(&options).map(|_| ()).unwrap_err()
        };
        let error = with(Some(absent), None);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("absent.pem"), "{error}");
        for error in [with(Some(empty), None), with(None, Some(empty))] {
            assert_eq!(error.kind(), ErrorKind::BadArgument);
            assert!(error.message().contains("holds no certificate"), "{error}");
        }
    }
}
