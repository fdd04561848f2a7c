//! A moment: milliseconds since 1970, written as RFC 3339 in UTC with milliseconds.
//!
//! The text form sorts as the moments do, so the store keeps it as it is.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Moments before 1970 count as 1970: nothing here is that old.
    pub fn from_millis(millis: i64) -> Time {
        Time(millis.clamp(0, LAST))
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    pub fn plus(self, by: Duration) -> Time {
        Time::from_millis(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    pub fn minus(self, by: Duration) -> Time {
        Time::from_millis(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Zero where `earlier` is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

/// 9999-12-31T23:59:59.999Z, the last moment RFC 3339 can write.
const LAST: i64 = 253_402_300_799_999;

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = UNIX_EPOCH + Duration::from_millis(self.0.unsigned_abs());
        write!(f, "{}", humantime::format_rfc3339_millis(moment))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let moment = humantime::parse_rfc3339(&text).map_err(serde::de::Error::custom)?;
        let since = moment.duration_since(UNIX_EPOCH).map_err(serde::de::Error::custom)?;
        Ok(Time::from_millis(since.as_millis() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_time_survives_being_written_and_read(millis in 0..=LAST) {
            let time = Time::from_millis(millis);
            let text = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(serde_json::from_str::<Time>(&text).unwrap(), time);
        }

        #[test]
        fn text_sorts_as_moments_do(a in 0..=LAST, b in 0..=LAST) {
            let (a, b) = (Time::from_millis(a), Time::from_millis(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
