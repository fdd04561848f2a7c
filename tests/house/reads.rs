//! Read markers, what is unread, and who is told of it (contract D-45, D-46).

use std::collections::BTreeMap;
use std::time::Duration;

use hubbub::error::Code;
use hubbub::event::MessageView;
use hubbub::model::{AccountEvent, Channel, Entry, Id, Seq, What};
use hubbub::policy::Actor;
use hubbub::service::channels::With;
use hubbub::service::messages::Send;
use hubbub::service::reads::Marked;
use hubbub::store::Store;
use hubbub::store::memory::Memory;
use serde_json::json;

use crate::company::{Company, all, code, from, story};
use crate::shared::dice::Dice;

/// Ann's public group with bob in it, and its channel.
async fn choir(company: &Company) -> (Actor, Actor, Channel) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Choir").await;
    company.groups.join(&bob, group.id).await.unwrap();
    let general = company.general(group.id).await;
    (ann, bob, general)
}

async fn say(company: &Company, who: &Actor, channel: Id<Channel>, text: &str) -> MessageView {
    let words = Send { text: Some(text.parse().unwrap()), ..Send::to(channel) };
    company.messages.post(who, words).await.unwrap().message
}

async fn mark(company: &Company, who: &Actor, channel: Id<Channel>, seq: Seq) -> Marked {
    company.reads.mark(who, channel, seq).await.unwrap()
}

async fn unread(company: &Company, who: &Actor) -> u64 {
    company.reads.counts(who).await.unwrap().total
}

/// The places that somebody's devices were told of.
async fn told(company: &Company, who: &Actor) -> Vec<u64> {
    let own = company.store.messages.after(who.id.into(), 0, 300).await.unwrap();
    let places = own.iter().filter_map(|entry| match &entry.what {
        What::Account { event: AccountEvent::ReadUpdated, about } => about["seq"].as_u64(),
        _ => None,
    });
    places.collect()
}

#[tokio::test]
async fn a_marker_goes_no_further_than_there_is_and_never_back_d45() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let first = say(&company, &ann, general.id, "one").await;
        let last = say(&company, &ann, general.id, "two").await;
        assert_eq!(unread(&company, &bob).await, 2);
        let marked = mark(&company, &bob, general.id, first.seq).await;
        assert_eq!((marked.seq, marked.unread), (first.seq, 1));
        let marked = mark(&company, &bob, general.id, 1_000).await;
        assert_eq!((marked.seq, marked.unread), (last.seq, 0));
        assert_eq!(mark(&company, &bob, general.id, 1).await, marked);
        say(&company, &ann, general.id, "three").await;
        assert_eq!(unread(&company, &bob).await, 1, "what came after the end is not read");
    })
    .await;
}

#[tokio::test]
async fn unread_is_what_others_said_and_did_not_take_back_d46() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let first = say(&company, &ann, general.id, "one").await;
        let second = say(&company, &ann, general.id, "two").await;
        let reaction = "👍".parse().unwrap();
        company.messages.react(&ann, second.id, reaction, false).await.unwrap();
        company.messages.edit(&ann, second.id, "two!".parse().unwrap(), None).await.unwrap();
        assert_eq!(unread(&company, &bob).await, 2);
        company.messages.delete(&ann, first.id).await.unwrap();
        assert_eq!(unread(&company, &bob).await, 1);
        assert_eq!(unread(&company, &ann).await, 0, "whoever speaks has read");
        say(&company, &bob, general.id, "three").await;
        assert_eq!((unread(&company, &bob).await, unread(&company, &ann).await), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn what_was_said_before_somebody_came_is_not_unread() {
    story(async |company: Company| {
        let (ann, _, general) = choir(&company).await;
        say(&company, &ann, general.id, "early").await;
        let cem = company.user("cem").await;
        company.groups.join(&cem, general.group_id.unwrap()).await.unwrap();
        assert_eq!(unread(&company, &cem).await, 0);
        say(&company, &ann, general.id, "welcome").await;
        assert_eq!(unread(&company, &cem).await, 1);
        let altos = company.channel(&ann, general.group_id.unwrap(), "altos").await;
        say(&company, &ann, altos.id, "in a channel that is new to all").await;
        assert_eq!(unread(&company, &cem).await, 2);
    })
    .await;
}

#[tokio::test]
async fn ones_other_devices_hear_of_it_at_most_once_a_second() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let mut last = 0;
        for text in ["one", "two", "three"] {
            last = say(&company, &ann, general.id, text).await.seq;
            mark(&company, &bob, general.id, last).await;
        }
        assert_eq!(told(&company, &bob).await, [last - 2]);
        company.reads.tell_due().await;
        assert_eq!(told(&company, &bob).await, [last - 2], "the second is not over");
        company.clock.advance(Duration::from_secs(1));
        company.reads.tell_due().await;
        assert_eq!(told(&company, &bob).await, [last - 2, last], "the last one is told, none in between");
        mark(&company, &bob, general.id, 1).await;
        company.clock.advance(Duration::from_secs(5));
        company.reads.tell_due().await;
        assert_eq!(told(&company, &bob).await.len(), 2, "nothing moved");
        assert!(told(&company, &ann).await.is_empty(), "it is nobody else's business");
    })
    .await;
}

#[tokio::test]
async fn who_cannot_read_a_channel_marks_nothing_in_it_s34() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let message = say(&company, &ann, general.id, "hello").await;
        let mallory = company.user("mallory").await;
        let reads = &company.reads;
        assert_eq!(code(reads.mark(&mallory, general.id, 1).await), Code::NotFound);
        let refused = reads.mark_messages(&mallory, &[message.id]).await.unwrap_err();
        let nowhere = reads.mark_messages(&mallory, &[company.clock.id()]).await.unwrap_err();
        assert_eq!((refused.code(), refused.to_string()), (nowhere.code(), nowhere.to_string()));
        assert_eq!(company.store.reads.place(general.id, mallory.id).await.unwrap(), 0);
        assert_eq!(unread(&company, &bob).await, 1);
        company.groups.leave(&bob, general.group_id.unwrap()).await.unwrap();
        assert!(reads.counts(&bob).await.unwrap().channels.is_empty());
    })
    .await;
}

#[tokio::test]
async fn messages_are_marked_by_their_ids_in_each_of_their_channels() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let altos = company.channel(&ann, general.group_id.unwrap(), "altos").await.id;
        let mut ids: Vec<Id<Entry>> = Vec::new();
        for (channel, text) in [(general.id, "one"), (altos, "two"), (general.id, "three"), (altos, "four")] {
            ids.push(say(&company, &ann, channel, text).await.id);
        }
        let marked = company.reads.mark_messages(&bob, &ids[..3]).await.unwrap();
        let left = |channel| marked.iter().find(|one| one.channel_id == channel).unwrap().unread;
        assert_eq!((left(general.id), left(altos)), (0, 1));
        let with_stranger = [ids[3], company.clock.id()];
        assert_eq!(code(company.reads.mark_messages(&bob, &with_stranger).await), Code::NotFound);
        assert_eq!(unread(&company, &bob).await, 1, "all of it or nothing");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_ones_channels_tells_what_was_last_said_and_what_is_unread() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        company.channel(&ann, general.group_id.unwrap(), "altos").await;
        say(&company, &ann, general.id, "one").await;
        let last = say(&company, &ann, general.id, "two").await;
        let with = With { last: true, unread: true };
        let page = company.channels.counted(&bob, &all(), with).await.unwrap();
        let [altos, general] = page.items.as_slice() else { panic!("{page:?}") };
        assert_eq!((altos.last_message.as_ref(), altos.unread, altos.channel.head), (None, Some(0), Some(0)));
        assert_eq!((general.last_message.as_ref(), general.unread), (Some(&last), Some(2)));
        let bare = company.channels.counted(&bob, &all(), With::default()).await.unwrap();
        assert!(bare.items.iter().all(|one| one.unread.is_none() && one.last_message.is_none()));
        assert!(With::read("last,unread").unwrap() == with && With::read("last,all").is_err());
    })
    .await;
}

#[tokio::test]
async fn tallies_agree_with_counting() {
    let counted = async |company: Company| busy(&company).await;
    story(counted).await;
    counted(Company::over(Store::simulated(Memory::new(1)))).await;
}

/// People who talk, take back, and read in some channels; then everything is counted by hand.
async fn busy(company: &Company) {
    let mut people = Vec::new();
    for name in ["ann", "ben", "cem"] {
        people.push(company.user(name).await);
    }
    let group = company.group(&people[0], "Choir").await.id;
    for person in &people[1..] {
        company.groups.join(person, group).await.unwrap();
    }
    let mut channels = vec![company.general(group).await.id];
    for name in ["altos", "bassos", "silence"] {
        channels.push(company.channel(&people[0], group, name).await.id);
    }
    let mut dice = Dice::new(7);
    let mut said: Vec<(Actor, Id<Entry>)> = Vec::new();
    for number in 0..90 {
        let who = &people[dice.below(3) as usize];
        let channel = channels[dice.below(3) as usize];
        match dice.below(6) {
            0 => {
                mark(company, who, channel, dice.below(40)).await;
            }
            1 if !said.is_empty() => {
                let (author, id) = &said[dice.below(said.len() as u64) as usize];
                company.messages.delete(author, *id).await.unwrap();
            }
            _ => said.push((who.clone(), say(company, who, channel, &format!("{number}")).await.id)),
        }
    }
    let users: Vec<_> = people.iter().map(|person| person.id).collect();
    let tallies = company.store.engine.tallies(&channels, &users).await.unwrap();
    assert_eq!(tallies.len(), channels.len() * users.len());
    for tally in tallies {
        let entries = company.store.messages.after(tally.channel.into(), 0, 300).await.unwrap();
        let messages = || entries.iter().filter(|entry| entry.what.is_message());
        let own = messages().filter(|entry| entry.user_id == tally.user).map(|entry| entry.seq).max();
        let marked = company.store.reads.place(tally.channel, tally.user).await.unwrap();
        let read = own.unwrap_or(0).max(marked);
        let left = messages().filter(|entry| entry.seq > read && !is_deleted(entry)).count() as u64;
        assert_eq!((tally.read, tally.unread), (read, left), "{tally:?}");
        assert_eq!(tally.head, entries.last().map_or(0, |entry| entry.seq));
        assert_eq!(tally.last.as_ref(), messages().next_back());
    }
}

fn is_deleted(entry: &Entry) -> bool {
    matches!(&entry.what, What::Message(message) if message.deleted_at.is_some())
}

#[tokio::test]
async fn tallies_step_from_index_to_index() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        for number in 0..30 {
            let message = say(&company, &ann, general.id, &format!("{number}")).await;
            if number % 3 == 0 {
                company.messages.delete(&ann, message.id).await.unwrap();
            }
        }
        let plan = company.store.engine.explain_tallies(&[general.id], &[ann.id, bob.id]).await.unwrap();
        assert!(!plan.scans && !plan.sorts, "{}", plan.text);
        for index in ["seq", "kind", "own", "gone"] {
            assert!(plan.indexes.iter().any(|used| used == index), "not {index}: {}", plan.text);
        }
        let none = company.store.engine.tallies(&[], &[ann.id]).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}

#[tokio::test]
async fn receipts_are_seen_where_the_group_tells_and_of_those_who_do_not_mind() {
    story(async |company: Company| {
        let (ann, bob, general) = choir(&company).await;
        let group = general.group_id.unwrap();
        let cem = company.user("cem").await;
        company.groups.join(&cem, group).await.unwrap();
        let first = say(&company, &ann, general.id, "one").await;
        let second = say(&company, &ann, general.id, "two").await;
        mark(&company, &ann, general.id, second.seq).await;
        mark(&company, &bob, general.id, second.seq).await;
        mark(&company, &cem, general.id, first.seq).await;
        let names = async |who: &Actor, id| {
            let page = company.reads.receipts(who, id, &all()).await?;
            let mut names: Vec<String> = page.items.iter().map(|one| one.username.to_string()).collect();
            names.sort();
            hubbub::error::Result::Ok(names)
        };
        assert_eq!(names(&ann, first.id).await.unwrap(), ["bob", "cem"], "all but the author");
        assert_eq!(names(&cem, second.id).await.unwrap(), ["bob"]);
        let page = |cursor: Option<String>| {
            let span = hubbub::service::Span::new(None, Some(1), cursor.as_deref()).unwrap();
            let reads = company.reads.clone();
            let ann = ann.clone();
            async move { reads.receipts(&ann, first.id, &span).await.unwrap() }
        };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let next = page(cursor).await;
            seen.extend(next.items.into_iter().map(|one| one.user_id));
            cursor = next.paging.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        seen.sort();
        let mut both = [bob.id, cem.id];
        both.sort();
        assert_eq!(seen, both, "each once, page by page");
        company.chooses(&bob, json!({ "receipts": false })).await;
        assert_eq!(names(&ann, first.id).await.unwrap(), ["cem"]);
        let mallory = company.user("mallory").await;
        assert_eq!(code(names(&mallory, first.id).await), Code::NotFound);
        let off = from(json!({ "settings": { "readReceipts": false } }));
        company.groups.edit(&ann, group, off).await.unwrap();
        assert_eq!(code(names(&ann, first.id).await), Code::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn of_those_who_are_here_only_readers_have_a_count() {
    story(async |company: Company| {
        let [ann, bob, eve] =
            [company.user("ann").await, company.user("bob").await, company.user("eve").await];
        let group = company.group(&ann, "Choir").await.id;
        company.groups.join(&bob, group).await.unwrap();
        let [general, private] =
            [company.general(group).await.id, company.private(&ann, group, "altos").await.id];
        let direct = company.dm(&ann, &[&bob]).await.unwrap().id;
        for channel in [general, private, direct] {
            let send = Send { text: Some("la".parse().unwrap()), ..Send::to(channel) };
            company.messages.post(&ann, send).await.unwrap();
        }
        let everybody = vec![ann.id, bob.id, eve.id];
        let counts = async |channel| {
            let counts = company.reads.counts_of(channel, |_| everybody.clone()).await.unwrap();
            counts.into_iter().map(|(user, count)| (user, count.unread)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(counts(general).await, BTreeMap::from([(ann.id, 0), (bob.id, 1)]));
        assert_eq!(counts(private).await, BTreeMap::from([(ann.id, 0)]));
        assert_eq!(counts(direct).await, BTreeMap::from([(ann.id, 0), (bob.id, 1)]));
        company.channels.archive(&ann, general).await.unwrap();
        assert!(counts(general).await.is_empty());
        let crowd = vec![bob.id; 1_001];
        assert!(company.reads.counts_of(direct, |_| crowd).await.unwrap().is_empty());
    })
    .await;
}
