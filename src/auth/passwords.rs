//! Hashing passwords: slow on purpose, so in a pool of its own that turns the surplus away.
//!
//! bcrypt reads 72 bytes and no more. What it is given is the base64 of an HMAC-SHA-384 under the
//! pepper, 64 bytes that depend on every byte of the password.

use std::fmt;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha384;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::{NewPassword, Password};
use crate::error::{Error, Result};

#[derive(Clone)]
pub struct Passwords(Arc<Pool>);

struct Pool {
    pepper: SecretSlice<u8>,
    cost: u32,
    /// One place for each core.
    cores: Arc<Semaphore>,
    /// One place for each core and each that may wait for one.
    places: Arc<Semaphore>,
}

impl Passwords {
    /// `waiting` is how many may wait while every core hashes.
    pub fn new(pepper: SecretSlice<u8>, cost: u32, waiting: usize) -> Passwords {
        let cores = available_parallelism().map_or(1, usize::from);
        Passwords(Arc::new(Pool {
            pepper,
            cost,
            cores: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores + waiting)),
        }))
    }

    pub async fn hash(&self, password: &NewPassword) -> Result<String> {
        self.keep(password.password()).await
    }

    /// Whether the password belongs to the hash. For an account that does not exist there is no
    /// hash; that takes as long, and the answer is no.
    pub async fn fits(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let Some(hash) = hash.map(str::to_owned) else {
            self.keep(password).await?;
            return Ok(false);
        };
        let secret = self.shrunk(password)?;
        self.run(move || bcrypt::verify(secret.expose_secret(), &hash)).await
    }

    /// The new hash, where the old one was made at another cost.
    pub async fn afresh(&self, password: &Password, hash: &str) -> Result<Option<String>> {
        let cost = hash.parse::<bcrypt::HashParts>().map(|parts| parts.get_cost()).ok();
        match cost == Some(self.0.cost) {
            true => Ok(None),
            false => self.keep(password).await.map(Some),
        }
    }

    async fn keep(&self, password: &Password) -> Result<String> {
        let (secret, cost) = (self.shrunk(password)?, self.0.cost);
        self.run(move || bcrypt::non_truncating_hash(secret.expose_secret(), cost)).await
    }

    fn shrunk(&self, password: &Password) -> Result<SecretString> {
        let mut mac =
            Hmac::<Sha384>::new_from_slice(self.0.pepper.expose_secret()).map_err(Error::internal)?;
        mac.update(password.expose().as_bytes());
        Ok(STANDARD.encode(mac.finalize().into_bytes()).into())
    }

    /// RATE_LIMITED where too many wait already.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> bcrypt::BcryptResult<T> + Send + 'static,
    ) -> Result<T> {
        let busy = |_| Error::rate_limited(Duration::from_secs(1));
        let place = self.0.places.clone().try_acquire_owned().map_err(busy)?;
        let core = self.0.cores.clone().acquire_owned().await.map_err(Error::internal)?;
        let worked = spawn_blocking(move || {
            let done = work();
            drop((core, place));
            done
        });
        worked.await.map_err(Error::internal)?.map_err(Error::internal)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("cost", &self.0.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn passwords(cost: u32, waiting: usize) -> Passwords {
        Passwords::new(SecretSlice::from(vec![7; 32]), cost, waiting)
    }

    async fn fits(kept: &str, tried: &str) -> bool {
        let passwords = passwords(4, 8);
        let hash = passwords.hash(&kept.parse().unwrap()).await.unwrap();
        passwords.fits(&tried.parse().unwrap(), Some(&hash)).await.unwrap()
    }

    #[tokio::test]
    async fn every_byte_of_a_password_counts_s20() {
        let long = "a".repeat(71) + "b";
        assert!(fits(&(long.clone() + "X"), &(long.clone() + "X")).await);
        assert!(!fits(&(long.clone() + "X"), &(long.clone() + "Y")).await);
        assert!(!fits(&(long.clone() + "X"), &long).await);
        let emoji = "🦀🐙".repeat(20);
        assert!(fits(&emoji, &emoji).await);
        assert!(!fits(&emoji, &("🦀🐙".repeat(19) + "🦀🦀")).await);
    }

    #[tokio::test]
    async fn nobody_has_a_password_that_fits() {
        assert!(!passwords(4, 8).fits(&"whatever it is".parse().unwrap(), None).await.unwrap());
    }

    #[tokio::test]
    async fn another_cost_asks_for_a_new_hash() {
        let (password, old) = ("correct horse".parse::<NewPassword>().unwrap(), passwords(4, 8));
        let hash = old.hash(&password).await.unwrap();
        assert!(old.afresh(password.password(), &hash).await.unwrap().is_none());
        let new = passwords(5, 8);
        let afresh = new.afresh(password.password(), &hash).await.unwrap().unwrap();
        assert!(new.fits(password.password(), Some(&afresh)).await.unwrap());
    }

    #[tokio::test]
    async fn too_many_at_once_are_turned_away_s21() {
        let passwords = passwords(4, 0);
        let password: Password = "whatever it is".parse().unwrap();
        let held = passwords
            .0
            .places
            .clone()
            .acquire_many_owned(passwords.0.places.available_permits() as u32)
            .await
            .unwrap();
        assert_eq!(passwords.fits(&password, None).await.unwrap_err().code(), Code::RateLimited);
        drop(held);
        assert!(passwords.fits(&password, None).await.is_ok());
    }
}
