//! Ids that cannot be mixed up: `Id<Channel>` never stands where `Id<User>` belongs.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Twelve bytes, written as 24 lower-case hexadecimal digits (a MongoDB ObjectId).
pub struct Id<T>([u8; 12], PhantomData<fn() -> T>);

impl<T> Id<T> {
    pub const fn from_bytes(bytes: [u8; 12]) -> Id<T> {
        Id(bytes, PhantomData)
    }

    /// The same for the same text, and for no other.
    pub fn digested(text: &str) -> Id<T> {
        let mut bytes = [0; 12];
        bytes.iter_mut().zip(Sha256::digest(text)).for_each(|(byte, digested)| *byte = digested);
        Id::from_bytes(bytes)
    }

    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }

    /// The same bytes as the id of something else; only where two things share an id by design.
    pub const fn cast<U>(self) -> Id<U> {
        Id(self.0, PhantomData)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 24];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> FromStr for Id<T> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Id<T>, Error> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let digits: Option<Vec<u8>> = text.bytes().map(digit).collect();
        match digits.as_deref().map(<[u8]>::as_chunks::<2>) {
            Some((pairs, [])) => {
                let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
                bytes.try_into().map(Id::from_bytes).map_err(|_| malformed())
            }
            _ => Err(malformed()),
        }
    }
}

fn malformed() -> Error {
    Error::invalid("id", "must be 24 lower-case hexadecimal digits")
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("must be an id of 24 lower-case hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_survives_being_written_and_read(bytes in any::<[u8; 12]>()) {
            let id: Id<()> = Id::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<Id<()>>().unwrap(), id);
        }

        #[test]
        fn whatever_is_read_is_written_the_same(text in "\\PC{0,40}") {
            if let Ok(id) = text.parse::<Id<()>>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn the_order_of_ids_is_the_order_of_their_text() {
        let ids: [Id<()>; 2] = [Id::from_bytes([0x0a; 12]), Id::from_bytes([0xa0; 12])];
        assert_eq!(ids[0] < ids[1], ids[0].to_string() < ids[1].to_string());
    }
}
