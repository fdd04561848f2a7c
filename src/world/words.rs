//! What made people are called and what they say.

pub(super) const FIRST_NAMES: [&str; 40] = [
    "amara", "anders", "bea", "bilal", "carmen", "chidi", "dara", "diego", "elif", "emil", "farah", "finn",
    "gloria", "goran", "hye-jin", "ilse", "ivo", "jamila", "joao", "kaito", "kirsten", "lucia", "magnus",
    "mei", "nadia", "nils", "olu", "petra", "quentin", "rania", "rasmus", "sofia", "stefan", "tamar", "uma",
    "viktor", "wanjiru", "xavier", "yara", "zoltan",
];

pub(super) const GROUPS: [&str; 12] = [
    "Harbour Radio",
    "Night Bakery",
    "River Rowers",
    "Maps and Atlases",
    "Bicycle Kitchen",
    "Roof Gardeners",
    "Letterpress Club",
    "Open Library",
    "Mountain Rescue",
    "Kite Builders",
    "Seed Exchange",
    "Repair Café",
];

pub(super) const CHANNELS: [&str; 16] = [
    "general",
    "planning",
    "questions",
    "photos",
    "tools",
    "this-week",
    "newcomers",
    "events",
    "supplies",
    "ideas",
    "records",
    "weather",
    "travel",
    "kitchen",
    "archive-room",
    "small-talk",
];

pub(super) const REACTIONS: [&str; 8] = ["👍", "❤️", "😂", "🎉", "🤔", "🙏", "👀", "✅"];

pub(super) const OPENINGS: [&str; 20] = [
    "Good news:",
    "By the way,",
    "Just so that everybody knows,",
    "A question:",
    "Quick note:",
    "As promised,",
    "If I remember rightly,",
    "To my surprise,",
    "Since yesterday",
    "For the record,",
    "Before I forget:",
    "Small correction:",
    "As of this morning,",
    "Honestly,",
    "Between two trains:",
    "Seen today:",
    "To sum up,",
    "Here is the thing:",
    "With a little luck",
    "Once more:",
];

pub(super) const SUBJECTS: [&str; 24] = [
    "the new shelves",
    "the spare key",
    "our Saturday table",
    "the list on the door",
    "the second oven",
    "the borrowed ladder",
    "the big map",
    "the meeting room",
    "the old printer",
    "the parcel from Lisbon",
    "the seating plan",
    "the paint for the boat",
    "the lamp in the corridor",
    "the summer programme",
    "the blue van",
    "the minutes of last week",
    "the bell",
    "the rain barrel",
    "the photo wall",
    "the ticket machine",
    "the long extension cord",
    "the recipe",
    "the guest book",
    "the tide table",
];

pub(super) const ENDINGS: [&str; 28] = [
    "is ready and looks better than I had hoped.",
    "has moved to the other room.",
    "needs two people and about ten minutes.",
    "is back, and nobody knows who returned it.",
    "will not be finished before Thursday.",
    "works again after somebody cleaned it.",
    "costs half of what we thought.",
    "is mentioned in the paper today.",
    "makes a noise when it rains.",
    "should be locked away at night.",
    "fits through the door, but only just.",
    "is missing one screw.",
    "goes to whoever asks first.",
    "has a note on it that says \"thank you\".",
    "is not as heavy as it looks.",
    "was in the cellar the whole time.",
    "deserves a photograph.",
    "is booked until the end of the month.",
    "arrives with the early ferry.",
    "could do with some oil.",
    "is now labelled on both sides.",
    "turned out to be exactly the right size.",
    "belongs to all of us, as far as I know.",
    "is, against all expectations, dry.",
    "has been discussed enough, I think.",
    "smells faintly of oranges.",
    "is on its way.",
    "was worth every minute of the work.",
];

/// Whole messages in other scripts, so that sample data does not only know Latin letters.
pub(super) const ELSEWHERE: [&str; 8] = [
    "Дякую всім, до завтра!",
    "Завтра принесу инструменты и пирог.",
    "明日の朝、駅の前で会いましょう。",
    "고마워요, 정말 잘 됐네요!",
    "شكراً لكم جميعاً، كان يوماً رائعاً.",
    "תודה רבה, נתראה ביום שלישי.",
    "Καλημέρα σε όλους από το λιμάνι!",
    "👏👏👏",
];

pub(super) fn pick<const N: usize>(words: &[&'static str; N], number: u64) -> &'static str {
    let place = usize::try_from(number % N as u64).unwrap_or(0);
    words.get(place).copied().unwrap_or_default()
}
