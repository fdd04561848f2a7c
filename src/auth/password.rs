//! What somebody typed as a password. It has no `Display`, no `Serialize` and says nothing in `Debug`.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};
use crate::limits::PASSWORD_CHARS;

/// One that is to be checked. Only its length is bounded, so that nobody makes us hash a megabyte.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// One that is to be kept: long enough, and not among the first that anybody would try.
#[derive(Clone, Debug)]
pub struct NewPassword(Password);

impl Password {
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl NewPassword {
    pub fn password(&self) -> &Password {
        &self.0
    }

    /// Refuses the name or address that the password is to protect.
    pub fn must_differ_from(&self, names: &[&str]) -> Result<()> {
        let typed = self.0.expose().to_lowercase();
        match names.iter().any(|name| name.to_lowercase() == typed) {
            true => Err(Error::invalid("password", "must differ from the username and the e-mail address")),
            false => Ok(()),
        }
    }
}

impl FromStr for Password {
    type Err = Error;

    fn from_str(text: &str) -> Result<Password> {
        // Bytes first: counting the characters of a long text is work as well.
        let most = *PASSWORD_CHARS.end();
        match text.len() <= most * 4 && text.chars().count() <= most {
            true => Ok(Password(text.into())),
            false => Err(Error::invalid("password", format!("may have {most} characters at most"))),
        }
    }
}

impl FromStr for NewPassword {
    type Err = Error;

    fn from_str(text: &str) -> Result<NewPassword> {
        let password: Password = text.parse()?;
        let least = *PASSWORD_CHARS.start();
        if text.chars().count() < least {
            return Err(Error::invalid("password", format!("must have {least} characters at least")));
        }
        match common(text) {
            true => Err(Error::invalid("password", "is one of the first that anybody would try")),
            false => Ok(NewPassword(password)),
        }
    }
}

/// Those that lead the lists of leaked passwords, one a line, in lower case.
const COMMON: &str = include_str!("common.txt");

fn common(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut chars = text.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first) || COMMON.lines().any(|line| line == text)
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

/// The field is named by whoever reads the request, so only the reason is told.
fn parsed<'de, T: FromStr<Err = Error>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error: Error| {
        let sentence = error.message();
        serde::de::Error::custom(sentence.split_once(": ").map_or(sentence, |(_, reason)| reason))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_has_8_to_128_characters_and_is_not_common_s20_s21() {
        assert!("a long enough one".parse::<NewPassword>().is_ok());
        assert!("🦀".repeat(7).parse::<NewPassword>().is_err());
        assert!("🦀ab".repeat(42).parse::<NewPassword>().is_ok());
        for bad in
            ["short", "Password123", "11111111", "zzzzzzzzzzzz", &"ab".repeat(65), &"x".repeat(1_000_000)]
        {
            assert!(bad.parse::<NewPassword>().is_err(), "{bad:.20}");
        }
    }

    #[test]
    fn a_password_is_not_the_name_it_protects() {
        let password: NewPassword = "Ann.Example".parse().unwrap();
        assert!(password.must_differ_from(&["ann.example", "ann@example.org"]).is_err());
        assert!(password.must_differ_from(&["ann"]).is_ok());
    }

    #[test]
    fn a_refusal_never_repeats_the_password() {
        let refused = serde_json::from_str::<NewPassword>("\"password123\"").unwrap_err();
        assert!(!refused.to_string().contains("password123"));
        let kept: Password = "hunter2hunter2".parse().unwrap();
        assert!(!format!("{kept:?}").contains("hunter2"));
    }
}
