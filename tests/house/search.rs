//! What is said is found: by whom it may be read, as it stands now, and alike on every store.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use hubbub::error::Code;
use hubbub::model::{Channel, Entry, Id, MessageType};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::search::{Asked, Indexer, Search, Sort};
use hubbub::store::{Opening, Store};
use hubbub::words::Has;
use serde::Deserialize;

use crate::company::{Company, code, story};
use crate::stores::clock;

/// People who search, and an index that is brought up by hand.
struct Finder {
    search: Search,
    indexer: Indexer,
    company: Company,
}

impl Finder {
    async fn over(company: Company) -> Finder {
        let indexer = Indexer::open(company.store.clone(), &company.logs).await.unwrap();
        Finder { search: Search::new(&company.roster), indexer, company }
    }

    async fn say(&mut self, by: &Actor, channel: Id<Channel>, text: &str) -> Id<Entry> {
        self.send(by, Send { text: Some(text.parse().unwrap()), ..Send::to(channel) }).await
    }

    async fn send(&mut self, by: &Actor, send: Send) -> Id<Entry> {
        // One after the other, also where ids of one moment begin anew.
        self.company.clock.advance(Duration::from_millis(1));
        let id = self.company.messages.post(by, send).await.unwrap().message.id;
        self.catch_up().await;
        id
    }

    async fn catch_up(&mut self) {
        self.indexer.catch_up().await.unwrap();
    }

    async fn find(&self, actor: &Actor, q: &str) -> Vec<Id<Entry>> {
        self.ask(actor, Asked { q: q.into(), ..all() }).await
    }

    async fn ask(&self, actor: &Actor, asked: Asked) -> Vec<Id<Entry>> {
        // Stories ask more often than people may.
        let search = Search::new(&self.company.roster);
        let page = search.find(actor, &asked).await.unwrap();
        assert!(page.items.iter().all(|found| found.message.deleted_at.is_none()));
        page.items.into_iter().map(|found| found.message.id).collect()
    }
}

fn all() -> Asked {
    Asked { limit: 100, ..Asked::default() }
}

#[derive(Deserialize)]
struct Corpus {
    messages: BTreeMap<String, String>,
    queries: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    q: String,
    finds: Vec<String>,
}

#[tokio::test]
async fn six_scripts_are_found_alike_on_every_store() {
    let corpus: Corpus =
        serde_json::from_str(&std::fs::read_to_string("fixtures/search.json").unwrap()).unwrap();
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut finder = Finder::over(company).await;
        let mut names = BTreeMap::new();
        for (name, text) in &corpus.messages {
            let words = Send { text: Some(text.parse().unwrap()), ..Send::to(general) };
            names.insert(finder.company.messages.post(&ann, words).await.unwrap().message.id, name.clone());
        }
        finder.catch_up().await;
        for Expected { q, finds } in &corpus.queries {
            let found = finder.find(&ann, q).await;
            let mut found: Vec<&String> = found.iter().map(|id| &names[id]).collect();
            let mut wanted: Vec<&String> = finds.iter().collect();
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted, "{q}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_found_by_its_new_words_and_a_deletion_by_none() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut finder = Finder::over(company).await;
        let id = finder.say(&ann, general, "the ferry is late").await;
        assert_eq!(finder.find(&ann, "ferry").await, [id]);
        finder.company.messages.edit(&ann, id, "the train is late".parse().unwrap(), None).await.unwrap();
        // At once, however far behind the index is.
        assert_eq!(finder.find(&ann, "ferry").await, []);
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "train").await, [id]);
        assert_eq!(finder.find(&ann, "ferry").await, []);
        finder.company.messages.delete(&ann, id).await.unwrap();
        assert_eq!(finder.find(&ann, "train").await, []);
        assert_eq!(finder.find(&ann, "from:ann").await, []);
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "from:ann").await, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_read() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (eve, root) = (company.user("eve").await, company.root().await);
        let group = company.group(&ann, "Choir").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let hidden = company.private(&ann, group.id, "altos").await.id;
        let mut finder = Finder::over(company).await;
        let open = finder.say(&ann, general, "the concert is on Sunday").await;
        let secret = finder.say(&ann, hidden, "the concert is a surprise").await;
        assert_eq!(finder.find(&ann, "concert").await, [secret, open]);
        assert_eq!(finder.find(&bob, "concert").await, [open]);
        assert_eq!(finder.find(&eve, "concert").await, []);
        assert_eq!(finder.find(&root, "concert").await, [secret, open]);
        assert_eq!(finder.ask(&bob, Asked { q: "concert".into(), channel: Some(hidden), ..all() }).await, []);
        assert_eq!(finder.find(&bob, "concert in:#altos").await, []);
        assert_eq!(finder.find(&root, "concert in:#altos").await, [secret]);
        finder.company.groups.leave(&bob, group.id).await.unwrap();
        assert_eq!(finder.find(&bob, "concert").await, []);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_in_private_is_found_by_those_who_were_there() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (eve, root) = (company.user("eve").await, company.root().await);
        let direct = company.dm(&ann, &[&bob]).await.unwrap().id;
        let mut finder = Finder::over(company).await;
        let secret = finder.say(&ann, direct, "between you and me").await;
        assert_eq!(finder.find(&bob, "between").await, [secret]);
        for stranger in [&eve, &root] {
            assert_eq!(finder.find(stranger, "between").await, []);
            assert_eq!(finder.find(stranger, &format!("in:{direct}")).await, []);
            assert_eq!(finder.find(stranger, "from:ann").await, []);
        }
    })
    .await;
}

#[tokio::test]
async fn operators_narrow_what_is_found() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Choir").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let altos = company.channel(&ann, group.id, "altos").await.id;
        let clock = company.clock.clone();
        let mut finder = Finder::over(company).await;
        let link = finder.say(&ann, general, "notes at https://example.org/notes").await;
        clock.advance(Duration::from_secs(24 * 60 * 60));
        let picture = Send {
            message_type: MessageType::Image,
            image_url: Some("/p.png".parse().unwrap()),
            ..Send::to(altos)
        };
        let picture = finder.send(&bob, picture).await;
        let file = Send { attachments: vec!["/notes.pdf".parse().unwrap()], ..Send::to(general) };
        let file = finder.send(&bob, file).await;
        assert_eq!(finder.find(&ann, "has:link").await, [link]);
        assert_eq!(finder.find(&ann, "has:image").await, [picture]);
        assert_eq!(finder.find(&ann, "has:file").await, [file]);
        assert_eq!(finder.find(&ann, "from:@BOB").await, [file, picture]);
        assert_eq!(finder.find(&ann, "from:bob in:#Altos").await, [picture]);
        assert_eq!(finder.find(&ann, &format!("in:{general}")).await, [file, link]);
        assert_eq!(finder.find(&ann, "from:nobody").await, []);
        assert_eq!(finder.find(&ann, "before:2023-11-15").await, [link]);
        assert_eq!(finder.find(&ann, "after:2023-11-15").await, [file, picture]);
        assert_eq!(finder.find(&ann, "in:general -notes").await, [file]);
        let has = Asked { has: Some(Has::File), user: Some(bob.id), ..all() };
        assert_eq!(finder.ask(&ann, has).await, [file]);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_leads_through_all_of_it_once_and_the_best_come_first_where_asked() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut finder = Finder::over(company).await;
        let mut said = Vec::new();
        for number in 0..7 {
            said.push(finder.say(&ann, general, &format!("boats {number}")).await);
        }
        let best = finder.say(&ann, general, "a boat").await;
        let near = finder.say(&ann, general, "houseboats").await;
        said.extend([best, near]);
        for sort in [Sort::Newest, Sort::Relevance] {
            let (mut read, mut cursor) = (Vec::new(), None);
            loop {
                let asked = Asked { q: "boat".into(), sort, limit: 2, cursor, ..Asked::default() };
                let search = Search::new(&finder.company.roster);
                let page = search.find(&ann, &asked).await.unwrap();
                assert!(page.items.len() <= 2);
                read.extend(page.items.iter().map(|found| found.message.id));
                cursor = page.paging.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            if sort == Sort::Relevance {
                assert_eq!(read[..2], [best, near]);
            } else {
                assert!(read.is_sorted_by(|one, next| one > next));
            }
            read.sort();
            assert_eq!(read, said);
        }
        let asked = Asked { q: "boat".into(), cursor: Some("x".into()), ..all() };
        assert_eq!(code(finder.search.find(&ann, &asked).await), Code::ValidationFailed);
    })
    .await;
}

#[tokio::test]
async fn what_is_pinned_is_found_as_such_while_it_is() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut finder = Finder::over(company).await;
        let [first, second] =
            [finder.say(&ann, general, "tide at nine").await, finder.say(&ann, general, "tide at ten").await];
        assert_eq!(finder.find(&ann, "is:pinned").await, []);
        finder.company.messages.pin(&ann, first, false).await.unwrap();
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "is:pinned").await, [first]);
        assert_eq!(finder.find(&ann, "is:pinned nine").await, [first]);
        assert_eq!(finder.find(&ann, "is:pinned ten").await, []);
        assert_eq!(finder.find(&ann, "tide").await, [second, first]);
        finder.company.messages.pin(&ann, first, true).await.unwrap();
        assert_eq!(finder.find(&ann, "is:pinned").await, [], "before anybody has taken it up");
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "is:pinned").await, []);
        finder.company.messages.pin(&ann, second, false).await.unwrap();
        finder.company.messages.delete(&ann, second).await.unwrap();
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "is:pinned").await, []);
    })
    .await;
}

#[tokio::test]
async fn highlights_are_where_the_words_are() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let mut finder = Finder::over(company).await;
        finder.say(&ann, general, "🎉 Das CAFÉ, café!").await;
        let asked = Asked { q: "cafe".into(), ..all() };
        let found = finder.search.find(&ann, &asked).await.unwrap().items.pop().unwrap();
        let places: Vec<_> = found.highlights.iter().map(|part| (part.start, part.end)).collect();
        assert_eq!(places, [(7, 11), (13, 17)]);
    })
    .await;
}

#[tokio::test]
async fn what_was_missed_is_taken_up_and_twice_is_as_good_as_once() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let words = |text: &str| Send { text: Some(text.parse().unwrap()), ..Send::to(general) };
        let before = company.messages.post(&ann, words("before anybody looked")).await.unwrap().message.id;
        let mut finder = Finder::over(company).await;
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "before").await, [before]);
        // The process dies without a word of how far it came; another one begins.
        finder.indexer = Indexer::open(finder.company.store.clone(), &finder.company.logs).await.unwrap();
        let after = finder.say(&ann, general, "before and after").await;
        assert_eq!(finder.find(&ann, "before").await, [after, before]);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_asks_nothing_or_too_often_is_refused() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let finder = Finder::over(company).await;
        for q in ["", "  ", "–", &"x".repeat(257), "before:never"] {
            let asked = Asked { q: q.into(), ..all() };
            assert_eq!(code(finder.search.find(&ann, &asked).await), Code::ValidationFailed, "{q}");
        }
        let asked = Asked { q: "word".into(), ..all() };
        let answers = join_all((0..100).map(|_| finder.search.find(&ann, &asked))).await;
        assert!(answers.iter().take(5).all(Result::is_ok));
        let refused = answers.into_iter().find_map(Result::err).unwrap();
        assert_eq!(refused.code(), Code::RateLimited);
    })
    .await;
}

#[tokio::test]
async fn an_index_that_is_lost_or_damaged_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let index = directory.path().join("search.sqlite");
    let opening = Opening::embedded(directory.path(), clock());
    let company = Company::over(Store::open(&opening).await.unwrap());
    let ann = company.user("ann").await;
    let group = company.group(&ann, "Choir").await;
    let general = company.general(group.id).await.id;
    let mut finder = Finder::over(company).await;
    let said = finder.say(&ann, general, "still here").await;
    finder.company.store.clone().close().await;
    for spoil in [None, Some("not what it was ".repeat(1_000))] {
        std::fs::remove_file(&index).unwrap();
        if let Some(other) = spoil {
            std::fs::write(&index, other).unwrap();
        }
        let mut finder = Finder::over(Company::over(Store::open(&opening).await.unwrap())).await;
        assert_eq!(finder.find(&ann, "here").await, []);
        finder.catch_up().await;
        assert_eq!(finder.find(&ann, "here").await, [said]);
        finder.company.store.clone().close().await;
    }
}
