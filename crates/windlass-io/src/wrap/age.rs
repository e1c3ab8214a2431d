//! Encryption with age (<https://age-encryption.org/v1>).

use std::io::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use age::secrecy::SecretString;
use age::stream::StreamWriter;

use super::{Encoder, Out};
use crate::{Error, ErrorKind, Result, Source, Target};

/// Who can read what is encrypted.
#[derive(Clone)]
pub struct AgeRecipient(Who);

#[derive(Clone)]
enum Who {
    Key(age::x25519::Recipient),
    Passphrase(SecretString),
}

impl AgeRecipient {
    /// The holder of the key to a public key `age1…`.
    pub fn key(text: &str) -> Result<Self> {
        let key = age::x25519::Recipient::from_str(text.trim());
        Ok(Self(Who::Key(key.map_err(|_| bad("not a public key of age (age1…)"))?)))
    }

    /// Who knows a passphrase. The only recipient then.
    pub fn passphrase(text: &str) -> Self {
        Self(Who::Passphrase(SecretString::from(text.to_owned())))
    }
}

/// What opens what was encrypted.
#[derive(Clone)]
pub struct AgeIdentity(Arc<dyn age::Identity + Send + Sync>);

impl AgeIdentity {
    /// A secret key `AGE-SECRET-KEY-1…`.
    pub fn key(text: &str) -> Result<Self> {
        let key = age::x25519::Identity::from_str(text.trim());
        Ok(Self(Arc::new(key.map_err(|_| bad("not a secret key of age (AGE-SECRET-KEY-1…)"))?)))
    }

    /// A passphrase.
    pub fn passphrase(text: &str) -> Self {
        Self(Arc::new(age::scrypt::Identity::new(SecretString::from(text.to_owned()))))
    }
}

impl std::fmt::Debug for AgeRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AgeRecipient(…)")
    }
}

impl std::fmt::Debug for AgeIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AgeIdentity(…)")
    }
}

impl Source {
    /// What this source is when it is decrypted. What is read again is decrypted again.
    pub fn decrypted(&self, identity: &AgeIdentity) -> Self {
        let identity = identity.clone();
        self.decoded("age", move |reader| {
            let decryptor = age::Decryptor::new_buffered(io::BufReader::new(reader));
            let opened = decryptor
                .and_then(|decryptor| decryptor.decrypt(std::iter::once(&*identity.0 as _)));
            Ok(Box::new(opened.map_err(|error| Error::wrap(ErrorKind::Malformed, error))?))
        })
    }
}

impl Target {
    /// Encrypts what goes to this target, for all the recipients.
    pub fn encrypted(&self, recipients: &[AgeRecipient]) -> Result<Self> {
        encryptor(recipients)?;
        let recipients = recipients.to_vec();
        Ok(self.encoded("age", move |out| {
            let writer = encryptor(&recipients)?.wrap_output(out)?;
            Ok(Box::new(writer))
        }))
    }
}

impl Encoder for StreamWriter<Out> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()?;
        (*self).finish().map(|_| ())
    }
}

fn encryptor(recipients: &[AgeRecipient]) -> Result<age::Encryptor> {
    if let [AgeRecipient(Who::Passphrase(passphrase))] = recipients {
        return Ok(age::Encryptor::with_user_passphrase(passphrase.clone()));
    }
    let mut keys: Vec<&dyn age::Recipient> = Vec::new();
    for recipient in recipients {
        match &recipient.0 {
            Who::Key(key) => keys.push(key),
            Who::Passphrase(_) => return Err(bad("a passphrase must be the only recipient")),
        }
    }
    age::Encryptor::with_recipients(keys.into_iter()).map_err(|_| bad("no recipient is given"))
}

fn bad(message: &str) -> Error {
    Error::new(ErrorKind::BadArgument, message)
}
