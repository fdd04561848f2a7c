//! Messages: who may say, change and read them, and what of them is shown afterwards.

use std::time::Duration;

use hubbub::clock::Clock;
use hubbub::error::Code;
use hubbub::event::MessageView;
use hubbub::limits;
use hubbub::log::{Address, Caught, Draft, Logs};
use hubbub::model::{Channel, Entry, Epoch, Id, Reaction, Text, Time, What};
use hubbub::policy::Actor;
use hubbub::service::messages::{Part, Send};
use serde_json::json;

use crate::company::{Company, code, from, story};

fn words(channel: Id<Channel>, text: &str) -> Send {
    Send { text: Some(text.parse().unwrap()), ..Send::to(channel) }
}

fn intent(channel: Id<Channel>, text: &str, id: &str) -> Send {
    Send { client_msg_id: Some(id.parse().unwrap()), ..words(channel, text) }
}

fn text(text: &str) -> Text {
    text.parse().unwrap()
}

fn thumb() -> Reaction {
    "👍".parse().unwrap()
}

/// Ann's public group with bob in it, and its channel.
async fn choir(company: &Company) -> (Actor, Actor, Channel) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    let general = company.general(group.id).await;
    (ann, bob, general)
}

async fn say(company: &Company, who: &Actor, channel: &Channel, words_said: &str) -> MessageView {
    company.messages.post(who, words(channel.id, words_said)).await.unwrap().message
}

fn said(messages: &[MessageView]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_ref().map_or("", Text::as_str)).collect()
}

#[tokio::test]
async fn members_speak_and_strangers_neither_speak_nor_read() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mallory = company.user("mallory").await;
        let hello = say(&company, &ann, &general, "hello").await;
        assert_eq!(company.messages.get(&bob, hello.id).await.unwrap(), hello);
        let messages = &company.messages;
        assert_eq!(code(messages.post(&mallory, words(general.id, "hi")).await), Code::NotFound);
        assert_eq!(code(messages.get(&mallory, hello.id).await), Code::NotFound);
        assert_eq!(code(messages.history(&mallory, general.id, Part::Newest, 50).await), Code::NotFound);
        assert_eq!(code(messages.edit(&mallory, hello.id, text("mine"), None).await), Code::NotFound);
        assert_eq!(code(messages.delete(&mallory, hello.id).await), Code::NotFound);
        assert_eq!(code(messages.react(&mallory, hello.id, thumb(), false).await), Code::NotFound);
        assert_eq!(code(messages.replies(&mallory, hello.id, 0, 50).await), Code::NotFound);
        assert!(messages.by_author(&mallory, ann.id, 0, 50).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_repeated_send_is_one_message_even_after_edit_and_delete_d05() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let send = intent(general.id, "once", "intent-0123456789");
        let first = company.messages.post(&ann, send.clone()).await.unwrap();
        let again = company.messages.post(&ann, send.clone()).await.unwrap();
        assert!(!first.duplicate && again.duplicate);
        assert_eq!(first.message, again.message);
        company.messages.edit(&ann, first.message.id, text("changed"), None).await.unwrap();
        let edited = company.messages.post(&ann, send.clone()).await.unwrap();
        assert_eq!((edited.duplicate, edited.message.seq), (true, first.message.seq));
        company.messages.delete(&ann, first.message.id).await.unwrap();
        assert!(company.messages.post(&ann, send).await.unwrap().duplicate);
        let other = intent(general.id, "another", "intent-0123456789");
        assert_eq!(code(company.messages.post(&ann, other.clone()).await), Code::Conflict);
        assert!(
            !company.messages.post(&bob, other).await.unwrap().duplicate,
            "each sender has ids of their own"
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_author_edits_and_an_admin_may_delete() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mine = say(&company, &bob, &general, "by bob").await;
        assert_eq!(code(company.messages.edit(&ann, mine.id, text("by ann"), None).await), Code::Forbidden);
        let admins = say(&company, &ann, &general, "by ann").await;
        assert_eq!(code(company.messages.delete(&bob, admins.id).await), Code::Forbidden);
        company.messages.edit(&bob, mine.id, text("still by bob"), None).await.unwrap();
        let gone = company.messages.delete(&ann, mine.id).await.unwrap();
        assert!(gone.message.text.is_none() && gone.message.deleted_at.is_some());
        assert!(company.messages.delete(&bob, mine.id).await.unwrap().duplicate, "deleting is idempotent");
        assert_eq!(code(company.messages.edit(&bob, mine.id, text("back"), None).await), Code::Gone);
    })
    .await;
}

#[tokio::test]
async fn an_edit_over_somebody_elses_edit_is_refused_d14() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        let message = say(&company, &ann, &general, "draft").await;
        let first = company.messages.edit(&ann, message.id, text("on my phone"), Some(0)).await.unwrap();
        assert_eq!(first.message.revision, 1);
        let late = company.messages.edit(&ann, message.id, text("on my desk"), Some(0)).await;
        assert_eq!(code(late), Code::Conflict);
        assert_eq!(company.messages.get(&ann, message.id).await.unwrap().text, Some(text("on my phone")));
    })
    .await;
}

#[tokio::test]
async fn deleted_words_are_nowhere_left_d16() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let message = say(&company, &ann, &general, "zebra one").await;
        company.messages.edit(&ann, message.id, text("zebra two"), None).await.unwrap();
        company.messages.react(&bob, message.id, thumb(), false).await.unwrap();
        company.messages.delete(&ann, message.id).await.unwrap();
        let history = company.messages.history(&bob, general.id, Part::Newest, 50).await.unwrap();
        let changes = company.messages.changes(&bob, general.id, None, 0).await.unwrap();
        let rows = company.store.messages.after(general.id.into(), 0, 300).await.unwrap();
        for shown in [json!(history), json!(changes), json!(rows)] {
            assert!(!shown.to_string().contains("zebra"), "{shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reaction_counts_once_and_comes_off_again() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let message = say(&company, &ann, &general, "listen").await;
        let react = async |who: &Actor, removed| {
            company.messages.react(who, message.id, thumb(), removed).await.unwrap()
        };
        assert!(!react(&ann, false).await.duplicate);
        assert!(react(&ann, false).await.duplicate);
        let both = react(&bob, false).await.message.reactions;
        assert_eq!((both.len(), both[0].count), (1, 2));
        react(&ann, true).await;
        assert!(react(&ann, true).await.duplicate);
        assert!(react(&bob, true).await.message.reactions.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_message_holds_a_bounded_number_of_different_reactions() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        let message = say(&company, &ann, &general, "listen").await;
        let others = emojis::iter().filter(|emoji| emoji.as_str() != thumb().as_str());
        for emoji in others.take(limits::REACTIONS_PER_MESSAGE) {
            let reaction = emoji.as_str().parse().unwrap();
            company.messages.react(&ann, message.id, reaction, false).await.unwrap();
        }
        let refused = company.messages.react(&ann, message.id, thumb(), false).await;
        assert_eq!(code(refused), Code::ValidationFailed);
    })
    .await;
}

#[tokio::test]
async fn replies_point_into_their_own_channel() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let group = general.group().unwrap();
        let other = company.channel(&ann, group, "altos").await;
        let question = say(&company, &ann, &general, "who has the key?").await;
        let answer = Send { reply_to: Some(question.id), ..words(general.id, "me") };
        company.messages.post(&bob, answer).await.unwrap();
        let replies = company.messages.replies(&ann, question.id, 0, 50).await.unwrap();
        assert_eq!(said(&replies), ["me"]);
        assert_eq!(company.messages.count_replies(&ann, question.id).await.unwrap(), 1);
        let astray = Send { reply_to: Some(question.id), ..words(other.id, "me") };
        assert_eq!(code(company.messages.post(&bob, astray).await), Code::NotFound);
        let nowhere = Send { reply_to: Some(company.clock.id()), ..words(general.id, "me") };
        assert_eq!(code(company.messages.post(&bob, nowhere).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn history_is_read_in_both_directions_and_around_a_place() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        let mut seqs = Vec::new();
        for number in 1..=9 {
            seqs.push(say(&company, &ann, &general, &number.to_string()).await.seq);
        }
        let read = async |part, limit| company.messages.history(&ann, general.id, part, limit).await.unwrap();
        let newest = read(Part::Newest, 3).await;
        assert_eq!(said(&newest.messages), ["7", "8", "9"]);
        assert_eq!((newest.has_more_before, newest.has_more_after, newest.head), (true, false, seqs[8]));
        let older = read(Part::Before(seqs[6]), 3).await;
        assert_eq!(said(&older.messages), ["4", "5", "6"]);
        assert_eq!((older.has_more_before, older.has_more_after), (true, true));
        let first = read(Part::Before(seqs[2]), 3).await;
        assert_eq!((said(&first.messages), first.has_more_before), (vec!["1", "2"], false));
        let newer = read(Part::After(seqs[6]), 3).await;
        assert_eq!((said(&newer.messages), newer.has_more_after), (vec!["8", "9"], false));
        let around = read(Part::Around(seqs[4]), 4).await;
        assert_eq!(said(&around.messages), ["3", "4", "5", "6"]);
        assert_eq!((around.has_more_before, around.has_more_after), (true, true));
        let by_offset = read(Part::Offset(2), 2).await;
        assert_eq!(said(&by_offset.messages), ["6", "7"]);
    })
    .await;
}

#[tokio::test]
async fn changes_between_messages_do_not_shorten_a_page() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        for number in 1..=3 {
            let message = say(&company, &ann, &general, &number.to_string()).await;
            company.messages.react(&ann, message.id, thumb(), false).await.unwrap();
            company.messages.react(&ann, message.id, thumb(), true).await.unwrap();
        }
        let history = company.messages.history(&ann, general.id, Part::Newest, 3).await.unwrap();
        assert_eq!(said(&history.messages), ["1", "2", "3"]);
    })
    .await;
}

#[tokio::test]
async fn times_never_run_back_along_the_log_d09() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        company.clock.advance(Duration::from_secs(3_600));
        let later = say(&company, &ann, &general, "an hour on").await;
        let before = Clock::still(Time::from_millis(1));
        let logs = Logs::new(company.store.clone(), before);
        let address = Address { log: general.id.into(), epoch: general.epoch.clone() };
        let draft = Draft::new(ann.id, &ann.username, What::ChannelUpdated { about: json!({}) });
        let kept = logs.append(&address, draft).await.unwrap();
        assert_eq!(kept.entry.created_at, later.created_at);
    })
    .await;
}

#[tokio::test]
async fn an_archived_channel_is_read_and_not_written() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let old = say(&company, &bob, &general, "before").await;
        company.channels.archive(&ann, general.id).await.unwrap();
        assert_eq!(code(company.messages.post(&bob, words(general.id, "after")).await), Code::Conflict);
        assert_eq!(code(company.messages.edit(&bob, old.id, text("after"), None).await), Code::Conflict);
        let history = company.messages.history(&bob, general.id, Part::Newest, 50).await.unwrap();
        assert_eq!(said(&history.messages), ["before"]);
    })
    .await;
}

#[tokio::test]
async fn who_was_away_gets_what_they_missed_or_a_reason_to_start_again() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let first = say(&company, &ann, &general, "one").await;
        say(&company, &ann, &general, "two").await;
        let changes =
            async |epoch, after| company.messages.changes(&bob, general.id, epoch, after).await.unwrap();
        match changes(Some(&general.epoch), first.seq).await {
            Caught::Changes { changes, head, upto, more, .. } => {
                assert_eq!((changes.len(), head, upto, more), (1, first.seq + 1, first.seq + 1, false));
            }
            other => panic!("{other:?}"),
        }
        let reset = async |epoch, after| match changes(epoch, after).await {
            Caught::Reset { reset } => (reset.reason, reset.head),
            other => panic!("{other:?}"),
        };
        let (other, head) = (Epoch("other".into()), first.seq + 1);
        assert_eq!(reset(Some(&other), first.seq).await, ("epoch", head));
        assert_eq!(reset(None, first.seq + 99).await, ("ahead", head));
    })
    .await;
}

#[tokio::test]
async fn who_is_far_behind_starts_again_and_a_long_absence_comes_in_pages_d28() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let address = Address { log: general.id.into(), epoch: general.epoch.clone() };
        let pending: Vec<_> = (0..limits::RESUME_PER_CHANNEL)
            .map(|number| {
                let draft = from(json!({ "kind": "message", "type": "text", "text": number.to_string() }));
                company.logs.submit(&address, Draft::new(ann.id, &ann.username, draft)).unwrap()
            })
            .collect();
        for one in pending {
            one.kept().await.unwrap();
        }
        let head = company.logs.head(general.id.into()).await.unwrap();
        let (mut position, mut pages) = (head - limits::RESUME_PER_CHANNEL, 0);
        while let Caught::Changes { changes, upto, more, .. } =
            company.messages.changes(&bob, general.id, None, position).await.unwrap()
        {
            assert!(changes.len() as u64 <= limits::RESUME_PAGE);
            (position, pages) = (upto, pages + 1);
            if !more {
                break;
            }
        }
        assert_eq!((position, pages), (head, 4));
        match company.messages.changes(&bob, general.id, None, 0).await.unwrap() {
            Caught::Reset { reset } => assert_eq!(reset.reason, "too_far_behind"),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_message_and_too_many_mentions_are_refused() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        assert_eq!(code(company.messages.post(&ann, Send::to(general.id)).await), Code::ValidationFailed);
        let crowd = vec![ann.id; limits::MENTIONS + 1];
        let shout = Send { mentions: crowd, ..words(general.id, "all!") };
        assert_eq!(code(company.messages.post(&ann, shout).await), Code::ValidationFailed);
        let unknown: Id<Entry> = company.clock.id();
        assert_eq!(code(company.messages.get(&ann, unknown).await), Code::NotFound);
    })
    .await;
}
