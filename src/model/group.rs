//! A group of people with channels, who belongs to it, and who asks to.

use serde::{Deserialize, Serialize};

use super::{Channel, Description, Id, May, Name, Time, User, Username};

/// A deleted thing stays as a row so that ids keep meaning; its name is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    Active,
    Archived,
    Deleted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    #[serde(rename = "_id")]
    pub id: Id<Group>,
    pub name: Name,
    /// [`Name::folded`], unique among active groups.
    pub name_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Name>,
    pub is_private: bool,
    pub life: Life,
    pub settings: GroupSettings,
    pub created_by: Id<User>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct GroupSettings {
    pub members_may_create_channels: bool,
    /// Whether members see who has read a message.
    pub read_receipts: bool,
    /// Whether members see what a message said before it was edited.
    pub edit_history: bool,
    /// Who makes emoji of the group's own.
    pub emoji: May,
}

impl Default for GroupSettings {
    fn default() -> Self {
        GroupSettings {
            members_may_create_channels: false,
            read_receipts: true,
            edit_history: true,
            emoji: May::Admins,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    Member,
    Admin,
}

/// That somebody belongs to a group, or to a private or direct channel: the one source of membership.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// `<place>:<user>`, so that nobody belongs twice.
    #[serde(rename = "_id")]
    pub id: String,
    /// The id of the group or of the channel.
    pub place: Id<Place>,
    pub place_kind: PlaceKind,
    pub user_id: Id<User>,
    /// As it was at joining, for lists in one read.
    pub username: Username,
    pub role: MemberRole,
    pub joined_at: Time,
}

/// Where one can belong: a group or a channel, as `place_kind` says.
#[derive(Debug)]
pub enum Place {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    Group,
    Channel,
    /// A direct channel.
    Direct,
}

impl Membership {
    pub fn key(place: Id<Place>, user: Id<User>) -> String {
        format!("{place}:{user}")
    }
}

impl From<Id<Group>> for Id<Place> {
    fn from(id: Id<Group>) -> Self {
        id.cast()
    }
}

impl From<Id<Channel>> for Id<Place> {
    fn from(id: Id<Channel>) -> Self {
        id.cast()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestType {
    RegisterInterest,
    RequestInvite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    Pending,
    Approved,
    Rejected,
    Withdrawn,
}

impl RequestStatus {
    pub const ALL: [RequestStatus; 4] =
        [RequestStatus::Pending, RequestStatus::Approved, RequestStatus::Rejected, RequestStatus::Withdrawn];
}

/// A wish to join a group that an admin of it decides.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRequest {
    #[serde(rename = "_id")]
    pub id: Id<GroupRequest>,
    pub group_id: Id<Group>,
    pub user_id: Id<User>,
    pub username: Username,
    pub request_type: RequestType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Description>,
    pub status: RequestStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<super::Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<Id<User>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_at: Option<Time>,
    pub created_at: Time,
}
