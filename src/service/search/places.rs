//! Where a list of matches goes on.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::limits;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    /// Of the newest first: with messages below this place.
    Below(i64),
    /// Of the best first: after so many.
    After(usize),
}

impl Place {
    pub(super) fn unknown() -> Error {
        Error::invalid("cursor", "is none that this search has given")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default()))
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(cursor: &str) -> Result<Place> {
        if cursor.len() > limits::CURSOR_CHARS {
            return Err(Place::unknown());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Place::unknown())?;
        serde_json::from_slice(&bytes).map_err(|_| Place::unknown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_survives_being_written_and_read(below in any::<i64>(), after in any::<usize>()) {
            for place in [Place::Below(below), Place::After(after)] {
                prop_assert_eq!(place.to_string().parse::<Place>().unwrap(), place);
            }
        }

        #[test]
        fn no_cursor_makes_it_panic(cursor in "\\PC{0,60}") {
            let _ = cursor.parse::<Place>();
        }
    }
}
