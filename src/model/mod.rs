//! What the product speaks of. Types that can only be made by parsing, typed ids, pure state.
//!
//! Nothing in `model` performs I/O or knows who may do what; that is [`crate::policy`].

mod channel;
mod edit;
mod entry;
mod group;
mod id;
mod mention;
mod notification;
mod position;
mod preferences;
mod quiet;
mod read;
mod text;
mod time;
mod user;
mod view;

pub use channel::{Allowed, Ban, Channel, ChannelSettings, ChannelType};
pub use edit::{ChannelEdit, GroupEdit};
pub use entry::{AccountEvent, Entry, Epoch, Leave, Log, Message, MessageType, Seq, What};
pub use group::{
    Group, GroupRequest, GroupSettings, Life, MemberRole, Membership, Place, PlaceKind, RequestStatus,
    RequestType,
};
pub use id::Id;
pub use mention::{Called, Everyone};
pub use notification::{Notification, NotificationKind, NotificationView};
pub use position::{Position, Verdict};
pub use preferences::{Block, ChannelPreferences, Circle, Notify, Preferences};
pub use quiet::Quiet;
pub use read::ReadMarker;
pub use text::{ClientMsgId, Description, Email, Link, Name, Reaction, Reason, Text, Username};
pub use time::Time;
pub use user::{Account, Profile, Refresh, Role, Session, Status, User};
pub use view::{BanView, ChannelView, GroupView, MemberView, RequestView};
