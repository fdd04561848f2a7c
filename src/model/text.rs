//! Text that has passed its rule. Each type can only be made by parsing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::limits;

/// Declares a string whose one way in is its rule.
macro_rules! parsed {
    ($(#[$doc:meta])* $name:ident, $field:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<$name> {
                let rule: fn(&str) -> std::result::Result<String, String> = $rule;
                rule(text).map($name).map_err(|reason| Error::invalid($field, reason))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let rule: fn(&str) -> std::result::Result<String, String> = $rule;
                rule(&text).map($name).map_err(serde::de::Error::custom)
            }
        }
    };
}

parsed!(
    /// 3–30 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit. Unique when case is folded.
    Username, "username", |text| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        within(text, &limits::USERNAME_CHARS)?;
        match text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed) {
            true => Ok(text.to_owned()),
            false => Err("may hold letters, digits, dot, underscore and hyphen, and begins with a letter or digit".into()),
        }
    }
);

impl Username {
    /// The form in which usernames are compared and kept unique.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

parsed!(
    /// An address with one `@` and a dotted domain, kept in lower case.
    Email, "email", |text| {
        let text = text.trim().to_lowercase();
        if text.chars().count() > limits::EMAIL_CHARS {
            return Err(format!("may have {} characters at most", limits::EMAIL_CHARS));
        }
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        match text.split_once('@') {
            Some((name, domain))
                if plain && !name.is_empty() && !domain.contains('@')
                    && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') => Ok(text),
            _ => Err("must be an address like ann@example.org".into()),
        }
    }
);

parsed!(
    /// What a group, channel or person is called: 1–80 characters on one line, spaces at the ends removed.
    Name, "name", |text| line(text, limits::NAME_CHARS)
);

impl Name {
    /// The form in which names are compared and kept unique.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

parsed!(
    /// Free text about something: up to 500 characters.
    Description, "description", |text| {
        let text = text.trim();
        match text.chars().count() <= limits::DESCRIPTION_CHARS {
            true => Ok(text.to_owned()),
            false => Err(format!("may have {} characters at most", limits::DESCRIPTION_CHARS)),
        }
    }
);

parsed!(
    /// Why somebody was banned or refused: 1–200 characters.
    Reason, "reason", |text| line(text, 1..=limits::BAN_REASON_CHARS)
);

parsed!(
    /// What a message says: 1–4,000 characters and at most 16 KiB, kept as it came.
    Text, "text", |text| {
        if text.trim().is_empty() {
            return Err("a message cannot be empty".into());
        }
        if text.len() > limits::TEXT_BYTES || text.chars().count() > limits::TEXT_CHARS {
            return Err(format!("may have {} characters and {} bytes at most", limits::TEXT_CHARS, limits::TEXT_BYTES));
        }
        Ok(text.to_owned())
    }
);

parsed!(
    /// A client's id of one intent to send: 16–64 of `A-Z a-z 0-9 _ -` (contract §1).
    ClientMsgId, "clientMsgId", |text| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        match (16..=64).contains(&text.len()) && text.chars().all(allowed) {
            true => Ok(text.to_owned()),
            false => Err("must be 16 to 64 of A-Z a-z 0-9 _ -".into()),
        }
    }
);

parsed!(
    /// An emoji or its name: 1–64 characters without spaces, and never a key that a store would read as a path.
    Reaction, "reaction", |text| {
        within(text, &(1..=limits::REACTION_CHARS))?;
        match text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '.' | '$' | '"')) {
            true => Err("may hold no spaces, dots, dollar signs or quotes".into()),
            false => Ok(text.to_owned()),
        }
    }
);

impl Reaction {
    /// The name of an emoji of a group's own, which is written as `:name:`.
    pub fn own_name(&self) -> Option<&str> {
        self.0.strip_prefix(':')?.strip_suffix(':')
    }
}

parsed!(
    /// What somebody says of how they are: up to 100 characters on one line, or nothing.
    StatusText, "text", |text| line(text, 0..=limits::STATUS_CHARS)
);

parsed!(
    /// An answer that a poll offers: 1–100 characters on one line.
    PollOption, "poll", |text| line(text, 1..=limits::POLL_OPTION_CHARS)
);

parsed!(
    /// What an emoji of a group's own is called: 2–32 of `a-z 0-9 _ -`.
    EmojiName, "name", |text| {
        within(text, &limits::EMOJI_NAME_CHARS)?;
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        match text.chars().all(allowed) {
            true => Ok(text.to_owned()),
            false => Err("may hold a-z, 0-9, hyphen and underscore".into()),
        }
    }
);

parsed!(
    /// A link of ours (`/…`) or an `https://` or `http://` address, up to 2,048 characters.
    Link, "url", |text| {
        if text.len() > limits::URL_CHARS || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(format!("may have {} characters at most and no spaces", limits::URL_CHARS));
        }
        let local = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        match local || text.starts_with("https://") || text.starts_with("http://") {
            true => Ok(text.to_owned()),
            false => Err("must begin with https://, http:// or a single /".into()),
        }
    }
);

fn within(text: &str, chars: &std::ops::RangeInclusive<usize>) -> std::result::Result<(), String> {
    match chars.contains(&text.chars().count()) {
        true => Ok(()),
        false => Err(format!("must have {} to {} characters", chars.start(), chars.end())),
    }
}

fn line(text: &str, chars: std::ops::RangeInclusive<usize>) -> std::result::Result<String, String> {
    let text = text.trim();
    within(text, &chars)?;
    match text.chars().any(char::is_control) {
        true => Err("must be one line without control characters".into()),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usernames_hold_no_spaces_and_begin_with_a_letter_or_digit() {
        assert!("ann.b_c-1".parse::<Username>().is_ok());
        for bad in ["ab", "-ann", "ann lee", "änn", "a\u{202e}nn", &"a".repeat(31)] {
            assert!(bad.parse::<Username>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_message_is_bounded_in_characters_and_in_bytes() {
        assert!("a".repeat(4_000).parse::<Text>().is_ok());
        assert!("a".repeat(4_001).parse::<Text>().is_err());
        assert!("🦀".repeat(4_000).parse::<Text>().is_ok());
        assert!(" \n ".parse::<Text>().is_err());
    }

    #[test]
    fn links_to_scripts_are_no_links() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "ftp://x"]
        {
            assert!(bad.parse::<Link>().is_err(), "{bad}");
        }
        assert!("/uploads/a.png".parse::<Link>().is_ok());
    }

    proptest! {
        #[test]
        fn no_parser_panics_and_each_accepts_its_own_output(text in "\\PC{0,100}") {
            if let Ok(name) = text.parse::<Name>() { prop_assert_eq!(name.as_str().parse::<Name>().unwrap(), name); }
            if let Ok(email) = text.parse::<Email>() { prop_assert_eq!(email.as_str().parse::<Email>().unwrap(), email); }
            if let Ok(link) = text.parse::<Link>() { prop_assert_eq!(link.as_str().parse::<Link>().unwrap(), link); }
            let _ = (text.parse::<Username>(), text.parse::<Reaction>(), text.parse::<ClientMsgId>());
        }
    }
}
