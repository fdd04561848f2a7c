//! Putting the sources together, each over the one before, and remembering where a value came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Config, Key, keys};
use crate::error::{Code, Error, Result};

/// Read when it lies in the working directory and no other file is named.
const FILE: &str = "hubbub.toml";
/// Names another file.
const FILE_VARIABLE: &str = "HUBBUB_CONFIG";

/// Variables by which the scripts tell tests where things are.
const OF_THE_SCRIPTS: &[&str] = &[
    "HUBBUB_TEST_",
    "HUBBUB_MONGOD",
    #[cfg(feature = "failpoints")]
    "HUBBUB_FAILPOINT",
];

/// Where settings come from besides the defaults.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Must exist, unlike `hubbub.toml` in the working directory.
    pub file: Option<PathBuf>,
    pub variables: BTreeMap<String, String>,
    /// Key, value; the flag is the key's field with hyphens.
    pub flags: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Variable(&'static str),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File => f.write_str("file"),
            Origin::Variable(name) => f.write_str(name),
            Origin::Flag(name) => f.write_str(name),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// `HUBBUB_…` variables that no key knows: a misspelt one should not pass in silence.
    pub unknown: Vec<String>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Source {
    /// The variables of this process.
    pub fn of_process() -> Source {
        let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Source { variables: std::env::vars_os().filter_map(readable).collect(), ..Source::default() }
    }

    /// Reads everything, or names the first key or variable that is wrong.
    pub fn load(&self) -> Result<Loaded> {
        let mut loaded = Loaded {
            config: Config::default(),
            file: self.find_file(),
            unknown: self.unknown(),
            origins: BTreeMap::new(),
        };
        if let Some(file) = loaded.file.clone() {
            loaded.read_file(&file)?;
        }
        for key in keys() {
            loaded.read_variable(key, &self.variables)?;
        }
        for (name, value) in &self.flags {
            loaded.read_flag(name, value)?;
        }
        loaded.config.check()?;
        loaded.refuse_open_file()?;
        Ok(loaded)
    }

    fn find_file(&self) -> Option<PathBuf> {
        let named = self.variables.get(FILE_VARIABLE).filter(|path| !path.is_empty());
        let here = Some(PathBuf::from(FILE)).filter(|path| path.exists());
        self.file.clone().or(named.map(PathBuf::from)).or(here)
    }

    fn unknown(&self) -> Vec<String> {
        let known =
            |name: &str| name == FILE_VARIABLE || keys().iter().any(|key| key.variables.contains(&name));
        let settings = self.variables.keys().filter(|name| {
            name.starts_with("HUBBUB_") && !OF_THE_SCRIPTS.iter().any(|other| name.starts_with(other))
        });
        settings.filter(|name| !known(name)).cloned().collect()
    }
}

impl Loaded {
    pub fn origin(&self, key: &Key) -> &Origin {
        self.origins.get(key.name).unwrap_or(&Origin::Default)
    }

    fn read_file(&mut self, file: &Path) -> Result<()> {
        let text = std::fs::read_to_string(file).map_err(|cause| {
            wrong(format!("the configuration file {} cannot be read: {cause}", file.display()))
        })?;
        // The parser's own picture of the place would show the line, which may hold a secret.
        let table: toml::Table = toml::from_str(&text).map_err(|cause| {
            let before = cause.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            wrong(format!("{} line {line} does not read as TOML: {}", file.display(), cause.message()))
        })?;
        for (section, fields) in &table {
            let toml::Value::Table(fields) = fields else {
                return Err(unknown_key(file, section));
            };
            for (field, value) in fields {
                self.read_field(file, &format!("{section}.{field}"), value)?;
            }
        }
        Ok(())
    }

    fn read_field(&mut self, file: &Path, name: &str, value: &toml::Value) -> Result<()> {
        let key = find(name).ok_or_else(|| unknown_key(file, name))?;
        let text = plain(value).ok_or_else(|| {
            wrong(format!("{name} in {} is of a kind no setting takes; give text, a number, true, false or a list of texts", file.display()))
        })?;
        key.set(&mut self.config, &text)
            .map_err(|problem| refused(&format!("{name} in {}", file.display()), key, &text, &problem))?;
        self.origins.insert(key.name, Origin::File);
        Ok(())
    }

    /// An empty variable counts as not set: compose files and shells write those.
    fn read_variable(&mut self, key: &'static Key, variables: &BTreeMap<String, String>) -> Result<()> {
        let set = key.variables.iter().find_map(|name| {
            let value = variables.get(*name).filter(|value| !value.is_empty())?;
            Some((*name, value))
        });
        let Some((name, value)) = set else {
            return Ok(());
        };
        key.set(&mut self.config, value).map_err(|problem| refused(name, key, value, &problem))?;
        self.origins.insert(key.name, Origin::Variable(name));
        Ok(())
    }

    fn read_flag(&mut self, name: &str, value: &str) -> Result<()> {
        let key = find(name).ok_or_else(|| Error::internal(format!("no key {name}")))?;
        let flag = format!("--{}", key.field().replace('_', "-"));
        key.set(&mut self.config, value).map_err(|problem| refused(&flag, key, value, &problem))?;
        self.origins.insert(key.name, Origin::Flag(flag));
        Ok(())
    }

    /// A secret in a file that others can read is no secret.
    fn refuse_open_file(&self) -> Result<()> {
        let secret = keys().iter().find(|key| key.secret && *self.origin(key) == Origin::File);
        match (&self.file, secret) {
            (Some(file), Some(key)) if self.config.production() => super::secrets::private(file, key.name),
            _ => Ok(()),
        }
    }
}

fn find(name: &str) -> Option<&'static Key> {
    keys().iter().find(|key| key.name == name)
}

/// The text a variable would hold for the same value.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(toml::Value::as_str).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}

fn wrong(sentence: String) -> Error {
    Error::new(Code::ValidationFailed, sentence)
}

fn unknown_key(file: &Path, name: &str) -> Error {
    let section = name.split_once('.').map_or(name, |(section, _)| section);
    let known: Vec<&str> = keys().iter().filter(|key| key.section() == section).map(Key::field).collect();
    let accepted = match known.is_empty() {
        true => "the sections are server, store, auth, sockets, limits and log".to_owned(),
        false => format!("[{section}] takes {}", known.join(", ")),
    };
    wrong(format!("{name} in {} is no known key; {accepted}", file.display()))
}

fn refused(place: &str, key: &Key, value: &str, problem: &str) -> Error {
    match key.secret {
        true => wrong(format!("{place}: the value {problem}")),
        false => wrong(format!("{place}: \"{value}\" {problem}")),
    }
}
