//! What the product speaks of. Types that can only be made by parsing, typed ids, pure state.
//!
//! Nothing in `model` performs I/O or knows who may do what; that is [`crate::policy`].

mod bookmark;
mod channel;
mod draft;
mod edit;
mod emoji;
mod entry;
mod follow;
mod forwarded;
mod group;
mod id;
mod mention;
mod notification;
mod poll;
mod position;
mod preferences;
mod preview;
mod quiet;
mod read;
mod reminder;
mod report;
mod scheduled;
mod seen;
mod status;
mod text;
mod thread;
mod time;
mod user;
mod view;

pub use bookmark::Bookmark;
pub use channel::{Ban, Channel, ChannelSettings, ChannelType, May};
pub use draft::SavedDraft;
pub use edit::{ChannelEdit, GroupEdit, PreferencesEdit, given};
pub use emoji::{Emoji, EmojiView};
pub use entry::{AccountEvent, Entry, Epoch, Leave, Log, Message, MessageType, Seq, What};
pub use follow::Follow;
pub use forwarded::Forwarded;
pub use group::{
    Group, GroupRequest, GroupSettings, Life, MemberRole, Membership, Place, PlaceKind, RequestStatus,
    RequestType,
};
pub use id::Id;
pub use mention::{Called, Everyone};
pub use notification::{Notification, NotificationKind, NotificationView};
pub use poll::{NewPoll, Poll};
pub use position::{Position, Verdict};
pub use preferences::{Block, ChannelPreferences, Circle, Notify, Preferences, Sight};
pub use preview::{PageSays, Preview, PreviewView};
pub use quiet::Quiet;
pub use read::{ReadMarker, Shown};
pub use reminder::Reminder;
pub use report::{Grievance, Report, ReportState, Reported};
pub use scheduled::{Planned, Refused, Scheduled, ScheduledState};
pub use seen::Seen;
pub use status::{Availability, OwnStatus, StatusEdit};
pub use text::{
    ClientMsgId, Description, Email, EmojiName, Link, Name, PollOption, Reaction, Reason, StatusText, Text,
    Username,
};
pub use thread::ThreadSummary;
pub use time::Time;
pub use user::{Account, Profile, Refresh, Role, Session, Status, User};
pub use view::{BanView, BlockView, ChannelView, GroupView, MemberView, PersonView, RequestView};
