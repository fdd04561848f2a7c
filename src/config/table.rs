//! What a setting is, and the table of all of them as the manual shows it.

use std::fmt;
use std::sync::LazyLock;

use super::value::Value;
use super::{Config, rows};

pub struct Key {
    /// `section.field`, as in the file.
    pub name: &'static str,
    /// The first that is set counts.
    pub variables: &'static [&'static str],
    pub about: &'static str,
    /// Never printed, never echoed.
    pub secret: bool,
    set: Box<Set>,
    write: Box<Write>,
}

type Set = dyn Fn(&mut Config, &str) -> Result<(), String> + Send + Sync;
type Write = dyn Fn(&Config) -> Option<String> + Send + Sync;

impl Key {
    pub(super) fn new<T: Value + 'static>(
        name: &'static str,
        variables: &'static [&'static str],
        about: &'static str,
        field: fn(&mut Config) -> &mut T,
        check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static,
    ) -> Key {
        Key {
            name,
            variables,
            about,
            secret: T::SECRET,
            set: Box::new(move |config, text| {
                let value = T::read(text)?;
                check(&value)?;
                *field(config) = value;
                Ok(())
            }),
            write: Box::new(move |config| field(&mut config.clone()).write()),
        }
    }

    /// Reads `text` into its field; what is wrong with it otherwise.
    pub(super) fn set(&self, config: &mut Config, text: &str) -> Result<(), String> {
        (self.set)(config, text)
    }

    /// The value as TOML, `(hidden)` for a secret, none where it is not set.
    pub fn write(&self, config: &Config) -> Option<String> {
        (self.write)(config)
    }

    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }

    pub fn field(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, field)| field)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// In the order of the sections and their fields.
pub fn keys() -> &'static [Key] {
    static KEYS: LazyLock<Vec<Key>> = LazyLock::new(rows::rows);
    &KEYS
}

/// The configuration table of the manual.
pub fn markdown() -> String {
    let head = "| key | variable | default | what it is |\n|---|---|---|---|\n";
    let rows = keys().iter().map(row);
    std::iter::once(head.to_owned()).chain(rows).collect()
}

fn row(key: &Key) -> String {
    let code = |text: &str| format!("`{text}`");
    let variables: Vec<String> = key.variables.iter().copied().map(code).collect();
    let default = key.write(&Config::default());
    format!(
        "| {} | {} | {} | {} |\n",
        code(key.name),
        variables.join(", "),
        default.as_deref().map(code).unwrap_or_default(),
        key.about
    )
}
