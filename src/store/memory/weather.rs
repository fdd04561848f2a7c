//! What goes wrong, and how often.

/// How often, in a thousand operations, something goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Refused: nothing is written.
    pub refused: u64,
    /// Nothing is written, and nobody says so.
    pub vanished: u64,
    /// Written, and nobody says so.
    pub unanswered: u64,
    /// The first some of several are written, and nobody says so.
    pub partial: u64,
    /// Written and not durable, and nobody says so.
    pub adrift: u64,
    /// Milliseconds an operation takes at most before it happens, and again before it is answered.
    pub slow: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Well,
    Refused,
    Vanished,
    Unanswered,
    Partial,
    Adrift,
}

impl Weather {
    /// `drawn` is one of a thousand.
    pub(super) fn fate(self, mut drawn: u64) -> Fate {
        let fates = [
            (self.refused, Fate::Refused),
            (self.vanished, Fate::Vanished),
            (self.unanswered, Fate::Unanswered),
            (self.partial, Fate::Partial),
            (self.adrift, Fate::Adrift),
        ];
        for (often, fate) in fates {
            if drawn < often {
                return fate;
            }
            drawn -= often;
        }
        Fate::Well
    }
}
