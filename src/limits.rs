//! Every bound that a client can run into, by name. None is tuned in place elsewhere.

use std::time::Duration;

// Messages (api.md of the wire; `docs/sockets.md` tells clients).
pub const TEXT_CHARS: usize = 4_000;
pub const TEXT_BYTES: usize = 16 * 1024;
pub const MENTIONS: usize = 50;
/// Everyone is called by one person in one channel at most so often, and only where so many hear it.
pub const EVERYONE_EVERY: Duration = Duration::from_secs(60);
pub const EVERYONE_READERS: u64 = 1_000;
pub const ATTACHMENTS: usize = 10;
pub const REACTION_CHARS: usize = 64;
pub const REACTIONS_PER_MESSAGE: usize = 20;
pub const URL_CHARS: usize = 2_048;
pub const POLL_OPTIONS: std::ops::RangeInclusive<usize> = 2..=10;
pub const POLL_OPTION_CHARS: usize = 100;
pub const EMOJI_NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=32;
pub const EMOJI_PER_GROUP: u64 = 200;
pub const PINS: usize = 100;
pub const THREAD_PARTICIPANTS: usize = 50;

/// Of one message as HTML; what is longer, or nested deeper, is shown as it was written.
pub const HTML_BYTES: usize = 64 * 1024;
pub const HTML_DEPTH: usize = 16;
/// Links of a message of which something is shown, and how much of it.
pub const PREVIEWS_PER_MESSAGE: usize = 3;
pub const PREVIEW_TITLE: usize = 200;
pub const PREVIEW_DESCRIPTION: usize = 300;
pub const PREVIEWS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// A page that had nothing to show may be asked again after so long.
pub const FAILED_PREVIEWS_KEPT: Duration = Duration::from_secs(60 * 60);

// Names.
pub const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 3..=30;
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=80;
pub const EMAIL_CHARS: usize = 254;
pub const DESCRIPTION_CHARS: usize = 500;
pub const BAN_REASON_CHARS: usize = 200;
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

// Pages.
pub const PAGE: u64 = 50;
pub const PAGE_MAX: u64 = 100;
/// Reading by offset walks over what it leaves out.
pub const OFFSET_MAX: u64 = 10_000;
pub const BULK_MAX: usize = 100;
pub const QUERY_CHARS: usize = 256;
pub const CURSOR_CHARS: usize = 1_024;
// Search.
pub const SEARCHES_PER_SECOND: u32 = 5;
pub const SEARCHES_BURST: u32 = 20;
/// Messages that one search looks at; a cursor goes on from there.
pub const SEARCH_CANDIDATES: usize = 2_000;
/// Of these, the newest, the best are shown first.
pub const SEARCH_RANKED: usize = 1_000;

// Groups.
/// Active and archived ones together.
pub const CHANNELS_PER_GROUP: u64 = 500;
/// In a direct channel, whoever began it included.
pub const DIRECT_MEMBERS: usize = 10;
pub const DRAFTS: u64 = 200;
/// How often somebody's devices hear of one draft at most.
pub const DRAFT_TOLD_EVERY: Duration = Duration::from_secs(1);
pub const BOOKMARKS: u64 = 5_000;
/// Waiting and refused ones together.
pub const SCHEDULED: u64 = 100;
pub const REMINDERS: u64 = 100;
/// How far ahead something can be planned: a year, be it a leap year.
pub const PLANNED_AHEAD: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The slowest a channel can be.
pub const SLOW_MODE_SECONDS: u32 = 6 * 60 * 60;
/// A change that should have been told by then belongs to nobody who still runs.
pub const TELLING_LASTS: Duration = Duration::from_secs(60);

/// What a JSON request may carry.
pub const BODY_BYTES: usize = 64 * 1024;

// The log (contract D-11, D-28).
/// Entries of one log that are written at once: what comes while one batch is written waits for the next.
pub const BATCH: usize = 256;
/// A second less than clients wait (D-02, D-10): an answer that is under way at their deadline is lost.
pub const SEND_DEADLINE: Duration = Duration::from_secs(9);
pub const RESUME_PAGE: u64 = 300;
pub const RESUME_PAGE_BYTES: usize = 256 * 1024;
pub const RESUME_PER_CHANNEL: u64 = 1_000;
pub const RESUME_PER_CONNECT: u64 = 5_000;
pub const RESUME_CHANNELS: usize = 500;
/// What one answer to `resume` may weigh; the rest is `more`.
pub const RESUME_BYTES: usize = 1024 * 1024;
/// What a client may hold back above a gap before it asks again (contract D-18).
pub const HELD: usize = 64;

/// Where more of those who are connected are away from a channel, none is told what they have not read.
pub const UNREAD_READERS: usize = 1_000;

// Sockets.
pub const FRAME_BYTES: usize = 65_536;
/// Attachments of one event, and how long they may take to come.
pub const BINARIES: usize = 8;
pub const PACKET_COMPLETION: Duration = Duration::from_secs(10);
pub const SOCKET_QUEUE: usize = 256;
pub const SOCKET_QUEUE_BYTES: usize = 1024 * 1024;
pub const SOCKETS_PER_USER: usize = 20;
pub const CHANNELS_PER_SOCKET: usize = 500;
pub const EVENTS_WAITING: usize = 64;
pub const EVENTS_WAITING_BYTES: usize = 256 * 1024;
pub const EVENTS_PER_SECOND: u32 = 20;
pub const EVENTS_BURST: u32 = 40;
pub const VIOLATIONS: u32 = 200;
pub const TYPING_EVERY: Duration = Duration::from_secs(3);
pub const TYPING_LASTS: Duration = Duration::from_secs(6);
pub const TYPING_MEMBERS: usize = 500;
/// Between two tellings of how people are, and where many sockets are connected.
pub const PRESENCE_EVERY: Duration = Duration::from_millis(500);
pub const PRESENCE_EVERY_OF_MANY: Duration = Duration::from_secs(2);
/// So many changes are told one by one, as clients know it; more come together, so many in an event, which is
/// well under what a socket takes.
pub const PRESENCE_SINGLY: usize = 8;
pub const PRESENCE_TOGETHER: usize = 500;
pub const STATUS_CHARS: usize = 100;
/// How much of when people were last here a crash may forget.
pub const SEEN_EVERY: Duration = Duration::from_secs(5 * 60);
pub const OFFLINE_GRACE: Duration = Duration::from_secs(10);
pub const HEADS_EVERY: Duration = Duration::from_secs(15);
pub const SWEEP_EVERY: Duration = Duration::from_secs(5);

// Notifications.
pub const NOTIFICATIONS_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

// Accounts.
pub const SESSIONS_PER_USER: usize = 20;
pub const CLAIM_LASTS: Duration = Duration::from_secs(60 * 60);
/// Two tabs that refresh at once are one client, not a thief.
pub const REFRESH_GRACE: Duration = Duration::from_secs(5);
