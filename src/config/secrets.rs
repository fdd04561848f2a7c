//! From configured secrets to the keys of a running server, or a refusal that names its reason.
//!
//! Two steps, because the store has to look at the data directory before anything is written there:
//! [`Secrets::given`] judges what was configured, [`Secrets::or_kept_in`] makes and keeps the rest.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use secrecy::{ExposeSecret, SecretSlice};

use super::Config;
use super::strength::weakness;
use crate::clock;
use crate::error::{Code, Error, Result};

/// What a server signs tokens and hashes passwords with; at least 32 bytes each.
#[derive(Clone, Debug)]
pub struct Keys {
    pub jwt: SecretSlice<u8>,
    pub pepper: SecretSlice<u8>,
}

impl Keys {
    /// For one run alone: nobody signs in with these again.
    pub fn random() -> Keys {
        let key = || SecretSlice::from(clock::secret().into_bytes());
        Keys { jwt: key(), pepper: key() }
    }
}

/// What was configured, found strong enough.
#[derive(Clone, Debug)]
pub struct Secrets {
    jwt: Option<SecretSlice<u8>>,
    pepper: Option<SecretSlice<u8>>,
}

const ADVICE: &str = "make one with `openssl rand -base64 48`";

impl Secrets {
    /// In production a missing secret is refused; a weak one is refused everywhere.
    pub fn given(config: &Config) -> Result<Secrets> {
        let secrets = Secrets { jwt: jwt(config)?, pepper: pepper(config)? };
        if config.production() && secrets.jwt.is_none() {
            return Err(refused(
                "no secret to sign tokens with: in production set HUBBUB_JWT_SECRET or HUBBUB_JWT_SECRET_FILE",
            ));
        }
        // Every node on one database has to hash alike, and none can know what another has made.
        if config.production() && secrets.pepper.is_none() && config.store.mongodb_uri.is_some() {
            return Err(refused(
                "no pepper for passwords: in production with MongoDB set HUBBUB_PASSWORD_PEPPER, to the same value on every node and for ever",
            ));
        }
        Ok(secrets)
    }

    /// Reads what is missing from the data directory, or makes it there for its owner alone.
    pub fn or_kept_in(self, config: &Config) -> Result<Keys> {
        let directory = &config.store.data_dir;
        let kept = |name: &str| keep(&directory.join(name), config.production());
        Ok(Keys {
            jwt: self.jwt.map_or_else(|| kept("jwt_secret"), Ok)?,
            pepper: self.pepper.map_or_else(|| kept("pepper"), Ok)?,
        })
    }
}

fn jwt(config: &Config) -> Result<Option<SecretSlice<u8>>> {
    if let Some(secret) = &config.auth.jwt_secret {
        return strong("HUBBUB_JWT_SECRET", secret.expose_secret().as_bytes()).map(Some);
    }
    let Some(file) = &config.auth.jwt_secret_file else {
        return Ok(None);
    };
    if config.production() {
        private(file, "HUBBUB_JWT_SECRET_FILE")?;
    }
    read(file).map(Some)
}

fn pepper(config: &Config) -> Result<Option<SecretSlice<u8>>> {
    let given = config.auth.pepper.as_ref();
    given.map(|pepper| strong("HUBBUB_PASSWORD_PEPPER", pepper.expose_secret().as_bytes())).transpose()
}

fn strong(name: &str, secret: &[u8]) -> Result<SecretSlice<u8>> {
    match weakness(secret) {
        None => Ok(SecretSlice::from(secret.to_vec())),
        Some(reason) => Err(refused(format!("{name} {reason}; {ADVICE}"))),
    }
}

/// A line end after the secret is no part of it: editors and `echo` leave one.
fn read(file: &Path) -> Result<SecretSlice<u8>> {
    let bytes = fs::read(file)
        .map_err(|cause| refused(format!("the secret file {} cannot be read: {cause}", file.display())))?;
    strong(&format!("the secret in {}", file.display()), bytes.trim_ascii_end())
}

/// Refuses a file that group or others may open; `what` names the secret in it.
pub(super) fn private(file: &Path, what: &str) -> Result<()> {
    let found = fs::metadata(file)
        .map_err(|cause| refused(format!("{what}: {} cannot be read: {cause}", file.display())))?;
    match found.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(refused(format!(
            "{what}: {path} can be read by others; run `chmod 600 {path}`",
            path = file.display()
        ))),
    }
}

fn keep(file: &Path, production: bool) -> Result<SecretSlice<u8>> {
    if !file.exists() {
        make(file).map_err(|cause| {
            Error::unavailable(format!("the secret {} cannot be made: {cause}", file.display()))
                .because(cause)
        })?;
    }
    if production {
        private(file, "a kept secret")?;
    }
    read(file)
}

/// Written aside and then linked: a half-written secret never has the name, and of two processes
/// that start at once the second finds the secret of the first.
fn make(file: &Path) -> std::io::Result<()> {
    if let Some(directory) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let aside = file.with_extension(clock::nonce());
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    writeln!(new, "{}", clock::secret())?;
    new.sync_all()?;
    let linked = fs::hard_link(&aside, file);
    fs::remove_file(&aside)?;
    match linked {
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists => return Err(cause),
        _ => {}
    }
    // The name, too, must outlast a power cut: what is kept in a database elsewhere depends on it.
    match file.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

fn refused(sentence: impl Into<String>) -> Error {
    Error::new(Code::ValidationFailed, sentence.into())
}
