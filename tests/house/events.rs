//! One golden file per event in `fixtures/events`: what clients were promised on the wire.
//! `UPDATE=1` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hubbub::event::{Durable, Ephemeral, Online, Presence, PresenceStatus, Previewed, Unread};
use hubbub::model::{
    AccountEvent, Entry, Epoch, Everyone, Id, Leave, MemberRole, Message, MessageType, Notification,
    NotificationKind, PageSays, PreviewView, ThreadSummary, Time, Username, What,
};
use serde_json::{Value, json};

fn id<T>(last: u8) -> Id<T> {
    let mut bytes = [0x65; 12];
    bytes[11] = last;
    Id::from_bytes(bytes)
}

fn ann() -> Username {
    "ann".parse().unwrap()
}

fn told(what: What) -> (String, Value) {
    let entry = Entry {
        id: id(1),
        log: id(2),
        seq: 7,
        mver: 3,
        messages: 5,
        user_id: id(3),
        username: ann(),
        client_msg_id: Some("0123456789abcdef".parse().unwrap()),
        created_at: Time::from_millis(1_700_000_000_000),
        what,
    };
    named(serde_json::to_value(Durable::of(&entry, &Epoch("aB3".into()))).unwrap())
}

fn named(event: Value) -> (String, Value) {
    (event["event"].as_str().unwrap().to_owned(), event["data"].clone())
}

fn message() -> Message {
    Message {
        message_type: MessageType::Text,
        text: Some("shall we sing?".parse().unwrap()),
        reply_to: Some(id(4)),
        thread_id: Some(id(4)),
        thread: Some(thread()),
        mentions: vec![id(5)],
        everyone: Some(Everyone::Here),
        attachments: vec!["/uploads/score.pdf".parse().unwrap()],
        revision: 1,
        edited_at: Some(Time::from_millis(1_700_000_060_000)),
        reactions: BTreeMap::from([("👍".parse().unwrap(), vec![id(3), id(5)])]),
        ..Message::default()
    }
}

fn thread() -> ThreadSummary {
    ThreadSummary {
        replies: 2,
        last_reply_at: Some(Time::from_millis(1_700_000_000_000)),
        last_reply_id: Some(id(1)),
        last_reply_by: Some(id(3)),
        participants: vec![id(5), id(3)],
        seq: 7,
    }
}

fn account(event: AccountEvent) -> What {
    What::Account { event, about: json!({ "role": "super_admin" }) }
}

fn notified() -> What {
    let mention = Notification {
        channel_id: Some(id(2)),
        seq: Some(7),
        message_id: Some(id(1)),
        ..Notification::new(
            id(5),
            "m-656565656565656565656501",
            NotificationKind::Mention,
            Time::from_millis(1_700_000_000_000),
        )
        .by(id(3), &ann())
    };
    What::Account { event: AccountEvent::Notification, about: json!(mention.view()) }
}

fn preview() -> PreviewView {
    let says = PageSays {
        title: "Tide tables".into(),
        description: Some("High and low water for every harbour".into()),
        site_name: Some("Harbour office".into()),
    };
    PreviewView { url: "https://example.org/tides".into(), says }
}

fn events() -> Vec<(String, Value)> {
    let (target, member, about) = (id(1), id(3), json!({ "name": "choir" }));
    let durable = [
        What::Message(message()),
        What::Edit {
            target,
            text: Some("shall we?".parse().unwrap()),
            before: None,
            mentions: Some(vec![id(3)]),
            everyone: Some(Everyone::Channel),
            revision: 2,
            folded: true,
        },
        What::Edit {
            target,
            text: None,
            before: None,
            mentions: None,
            everyone: None,
            revision: 2,
            folded: true,
        },
        What::Delete { target, thread_id: Some(id(4)), thread: Some(thread()), folded: true },
        What::React { target, reaction: "👍".parse().unwrap(), removed: false, folded: true },
        What::Pin { target, removed: false, folded: true },
        What::Vote { target, options: vec![0, 2], folded: true },
        What::PollClosed { target, folded: true },
        What::MemberJoined { member, member_name: ann(), role: MemberRole::Member },
        What::MemberLeft { member, member_name: ann(), reason: Leave::Removed },
        What::MemberRole { member, role: MemberRole::Admin },
        What::ChannelUpdated { about: about.clone() },
        What::ChannelDeleted,
        What::ChannelAdded { channel: id(2), about },
        What::ChannelRemoved { channel: id(2), reason: Leave::Banned },
        account(AccountEvent::RoleUpdated),
        account(AccountEvent::SessionRevoked),
        account(AccountEvent::GroupRequestReviewed),
        account(AccountEvent::GroupRequestCreated),
        account(AccountEvent::GroupUpdated),
        account(AccountEvent::ThreadFollowed),
        account(AccountEvent::BlocksUpdated),
        account(AccountEvent::DraftUpdated),
        account(AccountEvent::BookmarkUpdated),
        account(AccountEvent::SettingsUpdated),
        account(AccountEvent::ProfileUpdated),
        account(AccountEvent::StatusUpdated),
        notified(),
        What::Account {
            event: AccountEvent::NotificationsUpdated,
            about: json!({ "ids": ["m-656565656565656565656501"], "read": true }),
        },
        What::Account {
            event: AccountEvent::ReminderDue,
            about: json!({ "id": id::<()>(6), "messageId": id::<()>(1), "dueAt": "2023-11-14T22:13:20.000Z" }),
        },
        What::Account {
            event: AccountEvent::ScheduledUpdated,
            about: json!({ "id": id::<()>(5), "state": "sent", "messageId": id::<()>(1) }),
        },
        What::Account {
            event: AccountEvent::ReadUpdated,
            about: json!({ "channelId": id::<()>(4), "seq": 7 }),
        },
    ];
    let (channel_id, user_id, username) = (id(2), id(3), ann());
    let online = Online {
        user_id: id(3),
        username: ann(),
        status: PresenceStatus::Away,
        is_online: true,
        current_channel: Some(id(2)),
    };
    let presence = Presence {
        user_id: id(3),
        username: ann(),
        status: PresenceStatus::Busy,
        text: Some("rehearsing".parse().unwrap()),
        emoji: Some("🎻".parse().unwrap()),
        version: 12,
    };
    let ephemeral = [
        Ephemeral::UserTyping { channel_id, user_id, username: username.clone(), is_typing: true },
        Ephemeral::UserStopTyping { channel_id, user_id, username, is_typing: false },
        Ephemeral::UserPresenceUpdate(presence.clone()),
        Ephemeral::PresenceUpdates { presences: vec![presence] },
        Ephemeral::ThreadUpdated { channel_id, root_id: id(4), thread: thread() },
        Ephemeral::UnreadUpdated {
            channels: BTreeMap::from([(channel_id, Unread { head: 57, unread: 3, mentions: 1 })]),
        },
        Ephemeral::PreviewsUpdated(Previewed { channel_id, message_id: id(1), previews: vec![preview()] }),
        Ephemeral::OnlineUsersCount { count: 2 },
        Ephemeral::OnlineUsers(vec![online.clone()]),
        Ephemeral::ChannelUsers { channel_id, users: vec![online] },
        Ephemeral::Heads(BTreeMap::from([(id(2), 7)])),
        Ephemeral::ServerDraining { reconnect_within_ms: 5_000 },
    ];
    let ephemeral = ephemeral.iter().map(|event| named(serde_json::to_value(event).unwrap()));
    durable.into_iter().map(told).chain(ephemeral).collect()
}

#[test]
fn every_event_looks_as_promised() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/events");
    let update = std::env::var("UPDATE").is_ok();
    let mut names = Vec::new();
    for (name, data) in events() {
        let file = directory.join(format!("{name}.json"));
        let shown = serde_json::to_string_pretty(&data).unwrap() + "\n";
        if update {
            fs::write(&file, &shown).unwrap();
        }
        let promised = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(shown, promised, "{name}: if this is meant, run with UPDATE=1 and tell clients");
        names.push(format!("{name}.json"));
    }
    for file in fs::read_dir(&directory).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&file), "{file} promises an event that no longer exists");
    }
}

#[test]
fn a_told_event_carries_name_and_payload_of_its_entry() {
    for (name, data) in events().into_iter().filter(|(_, data)| data.get("seq").is_some()) {
        let event = json!({ "event": name, "data": data });
        let read: Durable = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), event, "{name} is read back as it was told");
    }
}
