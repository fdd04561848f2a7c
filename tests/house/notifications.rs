//! Mentions and notifications: who is called, who is told, and what they find when they look.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::{Durable, MessageView};
use hubbub::log::Follower;
use hubbub::model::{
    AccountEvent, Block, Channel, ChannelView, Everyone, Id, NotificationKind, Notify, OwnStatus, Seq, What,
};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::notifications::Listed;
use hubbub::service::notifier::Notifier;
use hubbub::service::presence::PresenceBook;
use hubbub::store::NotificationsWanted;
use serde_json::{Value, json};

use crate::company::{Company, all, code, from, story};

/// A company with somebody who follows what is said.
struct Town {
    company: Company,
    notifier: Notifier,
    follower: Follower,
    presence: PresenceBook,
    ann: Actor,
    bob: Actor,
    cem: Actor,
    general: Channel,
}

impl Town {
    /// Ann's public group with bob and cem in it.
    async fn found(company: Company) -> Town {
        let [ann, bob, cem] =
            [company.user("ann").await, company.user("bob").await, company.user("cem").await];
        let group = company.group(&ann, "Choir").await;
        for one in [&bob, &cem] {
            company.groups.join(one, group.id).await.unwrap();
        }
        let general = company.general(group.id).await;
        let notifier = Notifier::new(&company.roster);
        let follower = notifier.follow().await.unwrap();
        let presence = PresenceBook::new(company.clock.clone());
        Town { company, notifier, follower, presence, ann, bob, cem, general }
    }

    async fn say(&self, who: &Actor, text: &str) -> MessageView {
        self.send(who, json!({ "channelId": self.general.id, "text": text })).await
    }

    /// Changes what a message says, and works through it.
    async fn edit(&mut self, who: &Actor, message: &MessageView, text: &str) -> MessageView {
        let text = text.parse().unwrap();
        let changed = self.company.messages.edit(who, message.id, text, None).await.unwrap();
        self.follow(self.general.id, changed.seq).await;
        changed.message
    }

    async fn send(&self, who: &Actor, send: Value) -> MessageView {
        self.company.messages.post(who, from::<Send>(send)).await.unwrap().message
    }

    /// Works through the channel's log up to a place, and keeps how far it has come.
    async fn follow(&mut self, channel: Id<Channel>, upto: Seq) {
        let mut reached = 0;
        while reached < upto {
            let batch = self.follower.next().await;
            if batch.log == channel.into() {
                reached = batch.entries.last().unwrap().seq;
            }
            let worked = self.notifier.work(&batch, &self.presence).await;
            worked.as_ref().unwrap();
            self.follower.finish(batch, worked).await;
        }
    }

    async fn said(&mut self, who: &Actor, text: &str) -> MessageView {
        let message = self.say(who, text).await;
        self.follow(self.general.id, message.seq).await;
        message
    }

    async fn list(&self, who: &Actor) -> Vec<Listed> {
        let wanted = NotificationsWanted::default();
        self.company.notifications.list(who, wanted, &all()).await.unwrap().items
    }

    async fn kinds(&self, who: &Actor) -> Vec<NotificationKind> {
        self.list(who).await.into_iter().map(|one| one.notification.kind).collect()
    }

    /// What the devices of somebody heard of their notifications.
    async fn heard(&self, who: &Actor) -> Vec<Value> {
        let own = self.company.store.messages.after(who.id.into(), 0, 300).await.unwrap();
        let about = own.into_iter().filter_map(|entry| match entry.what {
            What::Account { event: AccountEvent::Notification, about } => Some(about),
            _ => None,
        });
        about.collect()
    }
}

use NotificationKind::{Invite, Mention, Message, Reply, Request};

#[tokio::test]
async fn a_name_in_a_text_calls_whoever_can_read_it() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let mallory = town.company.user("mallory").await;
        let said = town.said(&ann, "@bob, @Mallory. @nobody `@cem` @ann").await;
        assert_eq!(said.mentions, [bob.id, ann.id]);
        assert_eq!(town.kinds(&bob).await, [Mention]);
        let shown = &town.list(&bob).await[0];
        assert_eq!(shown.message.as_ref(), Some(&said));
        for nobody in [&ann, &cem, &mallory] {
            assert!(town.list(nobody).await.is_empty(), "{}", nobody.username);
        }
        let listed =
            json!({ "channelId": town.general.id, "text": "both of you", "mentions": [cem.id, mallory.id] });
        assert_eq!(town.send(&ann, listed).await.mentions, [cem.id]);
    })
    .await;
}

#[tokio::test]
async fn everyone_is_called_by_right_and_rate_and_else_it_is_text() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let first = town.said(&bob, "@channel dinner").await;
        assert_eq!(first.everyone, Some(Everyone::Channel));
        assert_eq!((town.kinds(&ann).await, town.kinds(&cem).await), (vec![Mention], vec![Mention]));
        assert!(town.kinds(&bob).await.is_empty(), "nobody is told of themselves");
        assert_eq!(town.said(&bob, "@channel now").await.everyone, None);
        town.company.clock.advance(Duration::from_secs(60));
        town.presence.arrive(cem.id, &cem.username, "phone", &OwnStatus::default());
        assert_eq!(town.said(&bob, "@here quick").await.everyone, Some(Everyone::Here));
        assert_eq!((town.kinds(&ann).await.len(), town.kinds(&cem).await.len()), (1, 2));
        let settings = from(json!({ "everyone": "admins" }));
        town.company.channels.set(&ann, town.general.id, settings).await.unwrap();
        town.company.clock.advance(Duration::from_secs(60));
        assert_eq!(town.said(&bob, "@everyone").await.everyone, None);
        assert_eq!(town.said(&ann, "@everyone").await.everyone, Some(Everyone::Channel));
    })
    .await;
}

#[tokio::test]
async fn an_answer_tells_who_is_answered_and_a_mention_in_it_is_told_once() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let root = town.said(&bob, "who sings?").await;
        let answer = json!({ "channelId": town.general.id, "text": "I do, @bob", "replyTo": root.id });
        let answer = town.send(&ann, answer).await;
        town.follow(town.general.id, answer.seq).await;
        assert_eq!(town.kinds(&bob).await, [Mention]);
        let other = json!({ "channelId": town.general.id, "text": "and I", "replyTo": answer.id, "threadId": root.id });
        let other = town.send(&cem, other).await;
        town.follow(town.general.id, other.seq).await;
        assert_eq!(town.kinds(&bob).await, [Reply, Mention]);
        assert_eq!(town.kinds(&ann).await, [Reply]);
    })
    .await;
}

#[tokio::test]
async fn of_a_thread_they_are_told_who_take_part_in_it_or_chose_to_follow() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let dora = town.company.user("dora").await;
        town.company.groups.join(&dora, town.general.group_id.unwrap()).await.unwrap();
        let root = town.said(&ann, "who sings?").await;
        let reply = async |town: &mut Town, who: &Actor, text: &str| {
            let send = json!({ "channelId": town.general.id, "text": text, "threadId": root.id });
            let seq = town.send(who, send).await.seq;
            town.follow(town.general.id, seq).await;
        };
        reply(&mut town, &bob, "I do").await;
        town.company.messages.follow(&cem, root.id, true).await.unwrap();
        town.company.messages.follow(&bob, root.id, false).await.unwrap();
        reply(&mut town, &dora, "and I").await;
        assert_eq!(town.kinds(&ann).await, [Reply, Reply]);
        assert_eq!(town.kinds(&bob).await, []);
        assert_eq!(town.kinds(&cem).await, [Reply]);
        reply(&mut town, &ann, "good").await;
        assert_eq!(town.kinds(&dora).await, [Reply]);
    })
    .await;
}

#[tokio::test]
async fn whoever_blocks_hears_nothing_and_whoever_wants_none_has_them_counted() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let now = town.company.clock.now();
        town.company.store.blocks.insert(&Block::new(bob.id, ann.id, now)).await.unwrap();
        town.company.chooses(&cem, json!({ "notify": "none" })).await;
        town.said(&ann, "@bob @cem").await;
        for one in [&bob, &cem] {
            assert!(town.list(one).await.is_empty() && town.heard(one).await.is_empty());
        }
        let mentions = |who: Id<_>| {
            let engine = town.company.store.engine.clone();
            let channel = town.general.id;
            async move { engine.tallies(&[channel], &[who]).await.unwrap()[0].mentions }
        };
        assert_eq!((mentions(bob.id).await, mentions(cem.id).await), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn what_is_followed_twice_is_told_once() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob] = [town.ann.clone(), town.bob.clone()];
        town.say(&ann, "@bob").await;
        let batch = town.follower.next().await;
        for _ in 0..2 {
            town.notifier.work(&batch, &town.presence).await.unwrap();
        }
        assert_eq!((town.list(&bob).await.len(), town.heard(&bob).await.len()), (1, 1));
        // Put away, and followed once more after a crash: it does not come back.
        let cause = town.list(&bob).await[0].notification.id.clone();
        town.company.notifications.delete(&bob, &cause).await.unwrap();
        town.notifier.work(&batch, &town.presence).await.unwrap();
        assert!(town.list(&bob).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn mentions_are_counted_with_what_is_unread() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob] = [town.ann.clone(), town.bob.clone()];
        let first = town.said(&ann, "@bob one").await;
        town.said(&ann, "two").await;
        let last = town.said(&ann, "@bob three").await;
        let count = async |town: &Town| {
            let counts = town.company.reads.counts(&bob).await.unwrap();
            (counts.channels[0].unread, counts.channels[0].mentions)
        };
        assert_eq!(count(&town).await, (3, 2));
        let marked = town.company.reads.mark(&bob, town.general.id, first.seq).await.unwrap();
        assert_eq!((marked.unread, marked.mentions), (2, 1));
        let deleted = town.company.messages.delete(&ann, last.id).await.unwrap();
        town.follow(town.general.id, deleted.seq).await;
        assert_eq!(count(&town).await, (1, 0));
    })
    .await;
}

#[tokio::test]
async fn an_edit_tells_whom_the_message_calls_now_and_notifies_those_who_are_new() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let said = town.said(&ann, "@bob shall we sing?").await;
        let edited = town.edit(&ann, &said, "@bob @cem shall we sing?").await;
        assert_eq!(edited.mentions, [bob.id, cem.id]);
        assert_eq!((town.kinds(&bob).await, town.heard(&bob).await.len()), (vec![Mention], 1));
        assert_eq!((town.kinds(&cem).await, town.heard(&cem).await.len()), (vec![Mention], 1));
        let edited = town.edit(&ann, &said, "@cem shall we sing?").await;
        assert_eq!(edited.mentions, [cem.id]);
        assert_eq!(town.heard(&cem).await.len(), 1, "told once");
        let log = town.company.store.messages.after(town.general.id.into(), edited.seq, 10).await.unwrap();
        let told = Durable::of(log.last().unwrap(), &town.general.epoch);
        let told = serde_json::to_value(&told).unwrap();
        assert_eq!(told["data"]["mentions"], json!([cem.id]));
        // Whoever follows it once more after a crash changes nothing.
        town.company.store.cursors.forget("notify").await.unwrap();
        assert_eq!(town.company.messages.get(&ann, said.id).await.unwrap(), edited);
    })
    .await;
}

#[tokio::test]
async fn an_edit_keeps_whom_its_author_listed_and_whom_it_called_and_calls_no_stranger() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let eve = town.company.user("eve").await;
        let send = json!({
            "channelId": town.general.id, "text": "@channel rehearsal", "mentions": [bob.id],
        });
        let said = town.send(&ann, send).await;
        town.follow(town.general.id, said.seq).await;
        let edited = town.edit(&ann, &said, "@channel @eve rehearsal at eight").await;
        assert_eq!((edited.mentions, edited.everyone), (vec![bob.id], Some(Everyone::Channel)));
        assert!(town.list(&eve).await.is_empty());
        // Once a minute, also by way of edits.
        let other = town.said(&ann, "nothing much").await;
        let edited = town.edit(&ann, &other, "@channel nothing much").await;
        assert_eq!(edited.everyone, None);
        town.company.clock.advance(Duration::from_secs(60));
        let edited = town.edit(&ann, &other, "@channel nothing at all").await;
        assert_eq!(edited.everyone, Some(Everyone::Channel));
        assert_eq!(town.kinds(&cem).await, [Mention, Mention]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_shown_of_what_is_gone_or_can_be_read_no_longer_s41_s43() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob] = [town.ann.clone(), town.bob.clone()];
        let kept = town.said(&ann, "@bob zebra one").await;
        let gone = town.said(&ann, "@bob zebra two").await;
        town.company.messages.delete(&ann, gone.id).await.unwrap();
        let shown: Vec<_> = town.list(&bob).await.into_iter().map(|one| one.message).collect();
        assert_eq!(shown, [None, Some(kept)], "before anybody has followed");
        town.company.groups.leave(&bob, town.general.group_id.unwrap()).await.unwrap();
        let shown = json!(town.list(&bob).await).to_string() + &json!(town.heard(&bob).await).to_string();
        assert!(shown.contains("mention") && !shown.contains("zebra"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn reading_and_putting_away_reach_ones_other_devices_and_nobody_elses_list() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        for text in ["@bob one", "@bob two", "@bob three"] {
            town.company.clock.advance(Duration::from_secs(1));
            town.said(&ann, text).await;
        }
        let ids: Vec<String> = town.list(&bob).await.into_iter().map(|one| one.notification.id).collect();
        let notifications = &town.company.notifications;
        assert_eq!(notifications.count_unread(&bob).await.unwrap(), 3);
        notifications.read(&bob, &ids[0]).await.unwrap();
        notifications.read(&bob, &ids[0]).await.unwrap();
        notifications.delete(&bob, &ids[1]).await.unwrap();
        assert_eq!(code(notifications.delete(&bob, &ids[1]).await), Code::NotFound);
        assert_eq!(code(notifications.read(&cem, &ids[0]).await), Code::NotFound);
        assert_eq!(notifications.count_unread(&bob).await.unwrap(), 1);
        let unread = NotificationsWanted { unread: true, kind: Some(Mention) };
        let left = notifications.list(&bob, unread, &all()).await.unwrap().items;
        assert_eq!(left.iter().map(|one| one.notification.id.as_str()).collect::<Vec<_>>(), [&ids[2]]);
        assert_eq!(notifications.read_all(&bob).await.unwrap(), 1);
        assert_eq!(notifications.read_all(&bob).await.unwrap(), 0);
        let own = town.company.told(bob.id).await;
        let told = own.iter().filter(|told| told.starts_with("NotificationsUpdated")).count();
        assert_eq!(told, 3, "{own:?}");
        let bob = &bob;
        let page = |limit, cursor: Option<String>| {
            let span = hubbub::service::Span::new(None, Some(limit), cursor.as_deref()).unwrap();
            async move { notifications.list(bob, NotificationsWanted::default(), &span).await.unwrap() }
        };
        let first = page(1, None).await;
        assert_eq!(page(5, first.paging.next_cursor).await.items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_is_let_in_by_somebody_else_is_told_and_so_is_who_asked() {
    story(async |company: Company| {
        let town = Town::found(company).await;
        let company = &town.company;
        let group = town.general.group_id.unwrap();
        let dan = company.user("dan").await;
        company.groups.add(&town.ann, group, dan.id).await.unwrap();
        let told = town.list(&dan).await;
        assert_eq!(told[0].notification.kind, Invite);
        assert_eq!(told[0].notification.group_id, Some(group));
        assert_eq!(town.kinds(&town.bob).await, [], "who joined by themselves is told nothing");
        let altos: ChannelView = company.private(&town.ann, group, "altos").await;
        company.channels.add(&town.ann, altos.id, town.bob.id).await.unwrap();
        assert_eq!(town.list(&town.bob).await[0].notification.channel_id, Some(altos.id));
        for (name, verdict) in [("eve", "approved"), ("fay", "rejected")] {
            let asker = company.user(name).await;
            let ask = json!({ "groupId": group, "requestType": "register_interest" });
            let request = company.requests.ask(&asker, from(ask)).await.unwrap().id;
            match verdict {
                "approved" => company.requests.approve(&town.ann, request, None).await.unwrap(),
                _ => company.requests.reject(&town.ann, request, None).await.unwrap(),
            };
            assert_eq!(town.kinds(&asker).await, [Request], "{name}");
            let told = &town.list(&asker).await[0].notification;
            assert_eq!(told.about, Some(json!({ "requestId": request, "status": verdict })));
        }
    })
    .await;
}

#[tokio::test]
async fn a_channel_is_told_of_as_much_as_one_wants_and_it_goes_before_what_is_wanted_everywhere() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob, cem] = [town.ann.clone(), town.bob.clone(), town.cem.clone()];
        let channel = town.general.id;
        let choose = async |town: &Town, who: &Actor, choice: Value| {
            town.company.notifications.choose(who, channel, from(choice)).await.unwrap()
        };
        choose(&town, &bob, json!({ "level": "all" })).await;
        town.company.chooses(&cem, json!({ "notify": "all" })).await;
        town.said(&ann, "one").await;
        assert_eq!((town.kinds(&bob).await, town.kinds(&cem).await), (vec![Message], vec![Message]));
        choose(&town, &cem, json!({ "level": "mentions" })).await;
        let until = town.company.clock.now().plus(Duration::from_secs(60));
        let muted = choose(&town, &bob, json!({ "mutedUntil": until })).await;
        assert_eq!((muted.level, muted.muted_until), (Some(Notify::All), Some(until)));
        town.said(&ann, "two").await;
        town.said(&ann, "@bob @cem three").await;
        assert_eq!((town.kinds(&bob).await.len(), town.kinds(&cem).await), (1, vec![Mention, Message]));
        town.company.clock.advance(Duration::from_secs(60));
        town.said(&ann, "four").await;
        assert_eq!(town.kinds(&bob).await.len(), 2, "all again");
        let back = choose(&town, &bob, json!({ "level": null, "mutedUntil": null })).await;
        assert_eq!(town.company.notifications.chosen(&bob, channel).await.unwrap(), back);
        assert_eq!((back.level, back.muted_until), (None, None));
        let mallory = town.company.user("mallory").await;
        let refused = town.company.notifications.choose(&mallory, channel, from(json!({ "level": "all" })));
        assert_eq!(code(refused.await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn whoever_wants_all_and_may_read_no_longer_is_told_nothing_s41() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob] = [town.ann.clone(), town.bob.clone()];
        let all_of_it = from(json!({ "level": "all" }));
        town.company.notifications.choose(&bob, town.general.id, all_of_it).await.unwrap();
        town.company.groups.leave(&bob, town.general.group_id.unwrap()).await.unwrap();
        town.said(&ann, "among ourselves").await;
        assert!(town.list(&bob).await.is_empty() && town.heard(&bob).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn in_quiet_hours_one_is_told_quietly() {
    story(async |company: Company| {
        let mut town = Town::found(company).await;
        let [ann, bob] = [town.ann.clone(), town.bob.clone()];
        // It is 22:13 in UTC where stories begin.
        let night = json!({ "from": 22 * 60, "to": 7 * 60, "offsetMinutes": 0 });
        town.company.chooses(&bob, json!({ "quiet": night })).await;
        town.said(&ann, "@bob one").await;
        town.company.clock.advance(Duration::from_secs(10 * 60 * 60));
        town.said(&ann, "@bob two").await;
        let quiet: Vec<_> = town.heard(&bob).await.iter().map(|about| about["quiet"].clone()).collect();
        assert_eq!(quiet, [json!(true), json!(null)]);
        assert_eq!(town.list(&bob).await.len(), 2);
    })
    .await;
}
