//! Hours in which somebody does not want to be disturbed. Pure.

use serde::{Deserialize, Serialize};

use super::Time;

const DAY: i64 = 24 * 60;

/// From one minute of somebody's day to another, over midnight where that is earlier; none at all where
/// the two are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "Told")]
pub struct Quiet {
    from: i64,
    to: i64,
    /// How far their clock is ahead of UTC.
    offset_minutes: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    from: i64,
    to: i64,
    #[serde(default)]
    offset_minutes: i64,
}

impl TryFrom<Told> for Quiet {
    type Error = String;

    fn try_from(told: Told) -> Result<Quiet, String> {
        let Told { from, to, offset_minutes } = told;
        if ![from, to].iter().all(|minute| (0..DAY).contains(minute)) {
            return Err(format!("from and to are minutes of a day, 0 to {}", DAY - 1));
        }
        match (-DAY..=DAY).contains(&offset_minutes) {
            true => Ok(Quiet { from, to, offset_minutes }),
            false => Err("offsetMinutes is at most a day".into()),
        }
    }
}

impl Quiet {
    pub fn holds_at(&self, now: Time) -> bool {
        let minute = (now.millis() / 60_000 + self.offset_minutes).rem_euclid(DAY);
        match self.from <= self.to {
            true => (self.from..self.to).contains(&minute),
            false => minute >= self.from || minute < self.to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: i64, to: i64, offset: i64) -> Quiet {
        let told = serde_json::json!({ "from": from, "to": to, "offsetMinutes": offset });
        serde_json::from_value(told).unwrap()
    }

    fn at(hour: i64, minute: i64) -> Time {
        Time::from_millis((hour * 60 + minute) * 60_000)
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let night = quiet(22 * 60, 7 * 60, 0);
        assert!(night.holds_at(at(22, 0)) && night.holds_at(at(6, 59)));
        assert!(!night.holds_at(at(7, 0)) && !night.holds_at(at(21, 59)));
        let noon = quiet(12 * 60, 13 * 60, 0);
        assert!(noon.holds_at(at(12, 30)) && !noon.holds_at(at(13, 0)));
        assert!(!quiet(60, 60, 0).holds_at(at(1, 0)));
    }

    #[test]
    fn the_hours_are_those_of_their_clock() {
        let night = quiet(22 * 60, 7 * 60, 120);
        assert!(night.holds_at(at(20, 0)) && !night.holds_at(at(5, 0)));
        assert!(quiet(0, 60, -60).holds_at(at(1, 30)));
    }

    #[test]
    fn what_is_no_minute_of_a_day_is_refused() {
        for (from, to, offset) in [(-1, 5, 0), (0, 1_440, 0), (0, 1, 2_000)] {
            let told = serde_json::json!({ "from": from, "to": to, "offsetMinutes": offset });
            assert!(serde_json::from_value::<Quiet>(told).is_err());
        }
    }
}
