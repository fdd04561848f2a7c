//! How one setting is read from text and written back, by its type.
//!
//! Files, variables and flags all pass through here, so a value means the same wherever it stands.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{Environment, Format, Network, Registration};

pub(super) trait Value: Sized {
    /// Neither printed nor echoed in an error.
    const SECRET: bool = false;

    /// What is wrong and what is accepted, where it does not read.
    fn read(text: &str) -> Result<Self, String>;

    /// As TOML; none where it is not set.
    fn write(&self) -> Option<String>;
}

/// JSON's quoting is read by TOML as well.
fn quoted(text: &str) -> Option<String> {
    Some(serde_json::Value::from(text).to_string())
}

impl<T: Value> Value for Option<T> {
    const SECRET: bool = T::SECRET;

    fn read(text: &str) -> Result<Self, String> {
        T::read(text).map(Some)
    }

    fn write(&self) -> Option<String> {
        self.as_ref()?.write()
    }
}

impl Value for SecretString {
    const SECRET: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn write(&self) -> Option<String> {
        Some("(hidden)".into())
    }
}

impl Value for String {
    fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Err("is empty; give some text".into()),
            text => Ok(text.to_owned()),
        }
    }

    fn write(&self) -> Option<String> {
        quoted(self)
    }
}

impl Value for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("is empty; give a path".into()),
            text => Ok(PathBuf::from(text)),
        }
    }

    fn write(&self) -> Option<String> {
        quoted(&self.to_string_lossy())
    }
}

impl Value for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.trim()
            .parse()
            .map_err(|_| "is no address with a port; give one such as 127.0.0.1:3000 or [::]:3000".into())
    }

    fn write(&self) -> Option<String> {
        quoted(&self.to_string())
    }
}

impl Value for bool {
    fn read(text: &str) -> Result<Self, String> {
        one_of(text, &[("true", true), ("false", false)])
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Separated by commas.
impl Value for Vec<String> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(items(text).map(str::to_owned).collect())
    }

    fn write(&self) -> Option<String> {
        Some(serde_json::Value::from(self.clone()).to_string())
    }
}

impl Value for Vec<Network> {
    fn read(text: &str) -> Result<Self, String> {
        items(text)
            .map(|item| {
                item.parse().map_err(|problem| {
                    format!("holds a wrong part: {problem}; give addresses or ranges such as 10.0.0.0/8, separated by commas")
                })
            })
            .collect()
    }

    fn write(&self) -> Option<String> {
        self.iter().map(Network::to_string).collect::<Vec<_>>().write()
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

macro_rules! whole {
    ($($number:ty),*) => {$(
        impl Value for $number {
            fn read(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| "is no whole number; give one".into())
            }

            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

whole!(u32, u64, usize);

/// Declares the words of an enum once, for reading and for writing.
macro_rules! words {
    ($kind:ty: $($word:literal => $value:expr),*) => {
        impl Value for $kind {
            fn read(text: &str) -> Result<Self, String> {
                one_of(text, &[$(($word, $value)),*])
            }

            fn write(&self) -> Option<String> {
                [$(($word, $value)),*].into_iter().find(|(_, value)| value == self).and_then(|(word, _)| quoted(word))
            }
        }
    };
}

words!(Environment: "development" => Environment::Development, "production" => Environment::Production);
words!(Registration: "open" => Registration::Open, "closed" => Registration::Closed);
words!(Format: "json" => Format::Json, "pretty" => Format::Pretty);

fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text.trim());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let accepted: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("is not known; give {}", accepted.join(" or "))
    })
}
