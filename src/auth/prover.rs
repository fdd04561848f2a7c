//! Proving to be who one says: a password against its hash, as often as one may try.

use std::net::IpAddr;

use super::{Attempts, NewPassword, Password, Passwords};
use crate::error::Result;

#[derive(Clone, Debug)]
pub struct Prover {
    passwords: Passwords,
    attempts: Attempts,
}

impl Prover {
    pub fn new(passwords: Passwords, attempts: Attempts) -> Prover {
        Prover { passwords, attempts }
    }

    /// Whether the password fits; a try of `account` from `address` either way. RATE_LIMITED after
    /// too many. Without a hash it takes as long, and the answer is no.
    pub async fn proves(
        &self,
        account: &str,
        address: IpAddr,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<bool> {
        self.attempts.begin(account, address)?;
        let fits = self.passwords.fits(password, hash).await;
        match fits {
            Ok(true) => self.attempts.succeeded(account, address),
            Ok(false) => {}
            // Nothing was tried: every core was busy.
            Err(_) => self.attempts.withdraw(account, address),
        }
        fits
    }

    pub async fn hash(&self, password: &NewPassword) -> Result<String> {
        self.passwords.hash(password).await
    }

    /// The new hash of a password that fits, where the old one was made at another cost.
    pub async fn afresh(&self, password: &Password, hash: &str) -> Result<Option<String>> {
        self.passwords.afresh(password, hash).await
    }
}
