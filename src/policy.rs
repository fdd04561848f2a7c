//! Who may do what: one table, read by both doors and drawn whole by a test. Pure.
//!
//! A caller stands somewhere towards the thing acted on ([`Standing`]); an action is granted to
//! standings. What a caller may not even know of answers NOT_FOUND, everything else FORBIDDEN.

use crate::error::{Error, Result};
use crate::model::{Id, Role, User, Username};

/// Who acts. Made by the doors from a checked session, or by the command line.
#[derive(Clone, Debug)]
pub struct Actor {
    pub id: Id<User>,
    pub username: Username,
    /// As the store says now, never as a token claims.
    pub role: Role,
    /// The session acted from; none for the command line.
    pub session: Option<String>,
}

/// How the actor stands to a group, or to a channel through its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Knows nothing of it: a channel's outsider, a banned member, anybody towards what is deleted.
    Stranger,
    /// May know that it exists (every group is listed by name), and does not belong to it.
    Outsider,
    Member,
    GroupAdmin,
    SuperAdmin,
}

impl Standing {
    pub const ALL: [Standing; 5] = [
        Standing::Stranger,
        Standing::Outsider,
        Standing::Member,
        Standing::GroupAdmin,
        Standing::SuperAdmin,
    ];
}

/// Everything that can be asked for, on both doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    // Nothing but the actor.
    UseOwnAccount,
    ListUsers,
    ListGroups,
    CreateGroup,
    StartDirect,
    Administer,
    // A group.
    SeeGroup,
    SeeMembers,
    EditGroup,
    DeleteGroup,
    JoinGroup,
    JoinPrivateGroup,
    LeaveGroup,
    AskToJoin,
    DecideRequests,
    ManageMembers,
    ManageAdmins,
    CreateChannel,
    ManageEmoji,
    // A channel.
    ReadChannel,
    Post,
    PostWhereReadOnly,
    PostWhereSlow,
    MentionEveryone,
    EditChannel,
    ManageChannelMembers,
    Ban,
    // A message, by its author or by others.
    EditOwnMessage,
    DeleteOwnMessage,
    EditOthersMessage,
    DeleteOthersMessage,
    React,
    Vote,
    CloseOwnPoll,
    CloseOthersPoll,
    Pin,
    SeeEdits,
    SeeHiddenEdits,
    Report,
    SeeReceipts,
}

use Action::*;
use Standing::*;

/// Each action with the least standing that may do it. `None`: nobody may.
pub const RULES: &[(Action, Option<Standing>)] = &[
    (UseOwnAccount, Some(Stranger)),
    (ListUsers, Some(Stranger)),
    (ListGroups, Some(Stranger)),
    (CreateGroup, Some(Stranger)), // and, by configuration, only a group admin or super admin
    (StartDirect, Some(Stranger)), // and those who are named decide who may write to them
    (Administer, Some(SuperAdmin)),
    (SeeGroup, Some(Outsider)),
    (SeeMembers, Some(Member)),
    (EditGroup, Some(GroupAdmin)),
    (DeleteGroup, Some(GroupAdmin)),
    (JoinGroup, Some(Outsider)),
    (JoinPrivateGroup, Some(SuperAdmin)), // everybody else asks
    (LeaveGroup, Some(Member)),
    (AskToJoin, Some(Outsider)),
    (DecideRequests, Some(GroupAdmin)),
    (ManageMembers, Some(GroupAdmin)),
    (ManageAdmins, Some(SuperAdmin)),
    (CreateChannel, Some(GroupAdmin)), // and, by the group's setting, a member
    (ManageEmoji, Some(GroupAdmin)),   // and, by the group's setting, a member
    (ReadChannel, Some(Member)),
    (Post, Some(Member)),
    (PostWhereReadOnly, Some(GroupAdmin)),
    (PostWhereSlow, Some(GroupAdmin)), // everybody else when it is their turn
    (MentionEveryone, Some(Member)),   // and, by the channel's setting, only an admin; and not often
    (EditChannel, Some(GroupAdmin)),
    (ManageChannelMembers, Some(GroupAdmin)),
    (Ban, Some(GroupAdmin)),
    (EditOwnMessage, Some(Member)),
    (DeleteOwnMessage, Some(Member)),
    (EditOthersMessage, None),
    (DeleteOthersMessage, Some(GroupAdmin)),
    (React, Some(Member)),
    (Vote, Some(Member)),
    (CloseOwnPoll, Some(Member)),
    (CloseOthersPoll, Some(GroupAdmin)),
    (Pin, Some(GroupAdmin)), // and, by the channel's setting or in a direct channel, a member
    (SeeEdits, Some(Member)),
    (SeeHiddenEdits, Some(GroupAdmin)), // where the group's settings hide them
    (Report, Some(Member)), // and, of somebody, whoever shares a group or a direct channel with them
    (SeeReceipts, Some(Member)), // and, by the group's setting, nobody
];

/// Whether `standing` is enough for `action`; an action without a rule is refused.
pub fn allows(standing: Standing, action: Action) -> bool {
    let rule = RULES.iter().find(|(ruled, _)| *ruled == action);
    matches!(rule, Some((_, Some(least))) if standing >= *least)
}

/// The answer a caller gets: nothing, NOT_FOUND for a stranger, FORBIDDEN for anybody else.
pub fn can(standing: Standing, action: Action, what: &str) -> Result<()> {
    match (allows(standing, action), standing) {
        (true, _) => Ok(()),
        (false, Stranger) => Err(Error::not_found(what)),
        (false, _) => Err(Error::forbidden("you may not do this here")),
    }
}

impl Actor {
    /// Somebody who is asked about, and does not act.
    pub fn of(user: &User) -> Actor {
        Actor { id: user.id, username: user.username.clone(), role: user.role, session: None }
    }

    pub fn is_super_admin(&self) -> bool {
        self.role == Role::SuperAdmin
    }

    /// FORBIDDEN unless the actor runs this installation.
    pub fn must_administer(&self) -> Result<()> {
        let standing = if self.is_super_admin() { SuperAdmin } else { Outsider };
        can(standing, Administer, "page")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_exactly_one_rule() {
        for (action, _) in RULES {
            assert_eq!(RULES.iter().filter(|(other, _)| other == action).count(), 1, "{action:?}");
        }
    }

    #[test]
    fn a_stranger_is_told_that_there_is_nothing() {
        let refused = can(Stranger, ReadChannel, "channel").unwrap_err();
        assert_eq!(refused.code(), crate::error::Code::NotFound);
    }
}
