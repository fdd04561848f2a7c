//! Groups, channels and those who belong to them, as they are shown.

use serde::{Deserialize, Serialize};

use super::{
    Ban, Channel, ChannelSettings, ChannelType, Description, Epoch, Group, GroupRequest, GroupSettings, Id,
    Life, MemberRole, Membership, Name, Reason, RequestStatus, RequestType, Seq, Time, User, Username,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    pub id: Id<Group>,
    pub name: Name,
    pub description: Option<Description>,
    pub category: Option<Name>,
    pub is_private: bool,
    pub status: Life,
    pub settings: GroupSettings,
    pub created_by: Id<User>,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_count: Option<u64>,
    /// Of the one who asks, where they belong to the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<MemberRole>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelView {
    pub id: Id<Channel>,
    pub group_id: Option<Id<Group>>,
    pub name: Name,
    pub description: Option<Description>,
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    pub is_private: bool,
    pub status: Life,
    pub settings: ChannelSettings,
    pub epoch: Epoch,
    /// Seq of the last entry in the channel's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Seq>,
    /// Of a direct channel: who belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<PersonView>>,
    pub created_by: Id<User>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    pub user_id: Id<User>,
    pub username: Username,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    pub user_id: Id<User>,
    pub username: Username,
    pub role: MemberRole,
    pub joined_at: Time,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BanView {
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    pub username: Username,
    pub reason: Reason,
    pub until: Option<Time>,
    pub banned_by: Id<User>,
    pub created_at: Time,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockView {
    pub user_id: Id<User>,
    pub username: Username,
    pub created_at: Time,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    pub id: Id<GroupRequest>,
    pub group_id: Id<Group>,
    pub user_id: Id<User>,
    pub username: Username,
    pub request_type: RequestType,
    pub message: Option<Description>,
    pub status: RequestStatus,
    pub reason: Option<Reason>,
    pub reviewed_by: Option<Id<User>>,
    pub reviewed_at: Option<Time>,
    pub created_at: Time,
}

impl Group {
    pub fn view(&self) -> GroupView {
        GroupView {
            id: self.id,
            name: self.name.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            is_private: self.is_private,
            status: self.life,
            settings: self.settings.clone(),
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
            member_count: None,
            role: None,
        }
    }
}

impl Channel {
    pub fn view(&self) -> ChannelView {
        ChannelView {
            id: self.id,
            group_id: self.group_id,
            name: self.name.clone(),
            description: self.description.clone(),
            channel_type: self.channel_type,
            is_private: self.is_private,
            status: self.life,
            settings: self.settings.clone(),
            epoch: self.epoch.clone(),
            head: None,
            members: None,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl Membership {
    pub fn view(&self) -> MemberView {
        MemberView {
            user_id: self.user_id,
            username: self.username.clone(),
            role: self.role,
            joined_at: self.joined_at,
        }
    }
}

impl Ban {
    pub fn view(&self) -> BanView {
        BanView {
            channel_id: self.channel_id,
            user_id: self.user_id,
            username: self.username.clone(),
            reason: self.reason.clone(),
            until: self.until,
            banned_by: self.banned_by,
            created_at: self.created_at,
        }
    }
}

impl GroupRequest {
    pub fn view(&self) -> RequestView {
        RequestView {
            id: self.id,
            group_id: self.group_id,
            user_id: self.user_id,
            username: self.username.clone(),
            request_type: self.request_type,
            message: self.message.clone(),
            status: self.status,
            reason: self.reason.clone(),
            reviewed_by: self.reviewed_by,
            reviewed_at: self.reviewed_at,
            created_at: self.created_at,
        }
    }
}
