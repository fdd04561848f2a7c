//! Previews of what messages link to: what is asked for, how often, who is told, and how long it is known.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hubbub::config;
use hubbub::event::{MessageView, Previewed};
use hubbub::limits;
use hubbub::log::{Batch, Follower, Start};
use hubbub::model::{Channel, Id, Preview};
use hubbub::outbound::{Client, Hosts};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::previews::{Fetcher, Previews};
use hubbub::store::Store;
use tokio::sync::broadcast;
use tokio_rustls::rustls::RootCertStore;

use crate::company::{Company, story};
use crate::web::{Site, Speech, Web};

/// Ann's channel, and a web in which every page is named after its host and counted.
struct Reading {
    ann: Actor,
    channel: Id<Channel>,
    previews: Previews,
    told: broadcast::Receiver<Previewed>,
    follower: Follower,
    fetcher: Fetcher,
    web: Arc<Web>,
    asked: Arc<Mutex<Vec<String>>>,
    _site: Site,
}

fn host(head: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix("host: ").or(line.strip_prefix("Host: ")));
    line.unwrap().to_owned()
}

fn says(head: &str) -> Speech {
    match host(head).as_str() {
        "empty.example" => Speech::page("<p>no title</p>"),
        host => Speech::page(&format!(
            "<title>{host}</title><meta property=og:description content='<b>sails</b>'><meta property=og:image content=/x.png>"
        )),
    }
}

fn switched(company: &Company, enabled: bool) -> Previews {
    Previews::new(&company.roster, &config::Previews { enabled, ..config::Previews::default() })
}

impl Reading {
    async fn new(company: &Company) -> Reading {
        let ann = company.user("ann").await;
        let channel = company.general(company.group(&ann, "Choir").await.id).await.id;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ears = asked.clone();
        let site = Site::new(move |head| {
            ears.lock().unwrap().push(host(&head));
            says(&head)
        })
        .await;
        let web = Arc::new(Web::default());
        web.lead_to(site.address);
        web.set_trap();
        let client = Client::over(web.clone(), RootCertStore::empty(), Hosts::default()).unwrap();
        let previews = switched(company, true);
        let follower = Follower::open("previews", &company.logs, Start::Now).await.unwrap();
        let (told, fetcher) = (previews.listen(), Fetcher::new(client));
        Reading { ann, channel, previews, told, follower, fetcher, web, asked, _site: site }
    }

    async fn say(&mut self, company: &Company, text: &str) -> MessageView {
        let send = Send { text: Some(text.parse().unwrap()), ..Send::to(self.channel) };
        let said = company.messages.post(&self.ann, send).await.unwrap().message;
        self.follow().await;
        said
    }

    /// Works through whatever there is to follow; it has to be something.
    async fn follow(&mut self) {
        let batches: Vec<Batch> = self.follower.several(100).await;
        let worked = self.previews.work(&self.fetcher, &batches).await;
        worked.as_ref().unwrap();
        self.follower.finish_all(batches, worked).await;
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }

    fn told(&mut self) -> Vec<Previewed> {
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }

    async fn titles(&self, mut message: MessageView) -> Vec<String> {
        self.previews.show(&mut [&mut message]).await.unwrap();
        message.previews.into_iter().map(|preview| preview.says.title).collect()
    }
}

async fn kept(store: &Store, urls: &[&str]) -> usize {
    let keys: Vec<String> = urls.iter().map(|url| Preview::key(url)).collect();
    store.previews.among(&keys).await.unwrap().len()
}

#[tokio::test]
async fn what_a_message_links_to_is_told_and_shown_in_its_order() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let text =
            "http://b.example/1#part [a](http://a.example) http://b.example/1#part http://empty.example";
        let said = reading.say(&company, text).await;
        let told = reading.told();
        assert_eq!((told.len(), told[0].channel_id, told[0].message_id), (1, reading.channel, said.id));
        let shown: Vec<_> =
            told[0].previews.iter().map(|one| (one.url.as_str(), one.says.title.as_str())).collect();
        assert_eq!(shown, [("http://b.example/1#part", "b.example"), ("http://a.example/", "a.example")]);
        let first = &told[0].previews[0].says;
        assert_eq!((first.description.as_deref(), &first.site_name), (Some("<b>sails</b>"), &None));
        assert_eq!(reading.titles(said.clone()).await, ["b.example", "a.example"]);
        let mut off = said;
        switched(&company, false).show(&mut [&mut off]).await.unwrap();
        assert!(off.previews.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_its_author_refuses_and_what_is_too_much_is_not_asked_for() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let refused =
            reading.say(&company, "<http://a.example> `http://b.example` ![x](http://c.example) ann").await;
        assert_eq!((reading.asked(), reading.told().len()), (vec![], 0));
        assert_eq!(reading.titles(refused).await, [""; 0]);
        reading.say(&company, "http://1.example http://2.example http://3.example http://4.example").await;
        assert_eq!(reading.asked(), ["1.example", "2.example", "3.example"]);
    })
    .await;
}

#[tokio::test]
async fn a_page_is_asked_for_once_and_again_when_what_is_known_is_old() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let both = "http://a.example/x#1 and http://empty.example/";
        reading.say(&company, both).await;
        assert_eq!(reading.asked(), ["a.example", "empty.example"]);
        let again = reading.say(&company, "http://a.example/x#2 and http://empty.example/").await;
        assert_eq!((reading.asked(), reading.told().len()), (vec![], 2));
        assert_eq!(reading.titles(again).await, ["a.example"]);
        company.clock.advance(limits::FAILED_PREVIEWS_KEPT);
        // A host is asked once a second.
        reading.fetcher = Fetcher::new(
            Client::over(reading.web.clone(), RootCertStore::empty(), Hosts::default()).unwrap(),
        );
        reading.say(&company, both).await;
        assert_eq!(reading.asked(), ["empty.example"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_too_old_is_forgotten() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let said = reading.say(&company, "http://a.example/").await;
        company.clock.advance(limits::PREVIEWS_KEPT - Duration::from_secs(1));
        reading.previews.sweep().await.unwrap();
        assert_eq!(kept(&company.store, &["http://a.example/"]).await, 1);
        company.clock.advance(Duration::from_secs(2));
        reading.previews.sweep().await.unwrap();
        assert_eq!(kept(&company.store, &["http://a.example/"]).await, 0);
        assert_eq!(reading.titles(said).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_looked_at_again_and_a_deleted_message_shows_nothing() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let said = reading.say(&company, "http://a.example/").await;
        assert_eq!(reading.told().len(), 1);
        for (text, titles) in [("http://b.example/", vec!["b.example"]), ("none", vec![])] {
            let edit = company.messages.edit(&reading.ann, said.id, text.parse().unwrap(), None);
            let edited = edit.await.unwrap().message;
            reading.follow().await;
            let told = reading.told();
            let told: Vec<_> =
                told.iter().flat_map(|told| &told.previews).map(|one| &one.says.title).collect();
            assert_eq!(told, titles.iter().collect::<Vec<_>>());
            assert_eq!(reading.titles(edited).await, titles);
        }
        company
            .messages
            .edit(&reading.ann, said.id, "http://a.example/".parse().unwrap(), None)
            .await
            .unwrap();
        let deleted = company.messages.delete(&reading.ann, said.id).await.unwrap().message;
        reading.follow().await;
        assert_eq!((reading.told().len(), reading.titles(deleted).await), (0, vec![]));
    })
    .await;
}

#[tokio::test]
async fn nothing_on_this_machine_is_asked_because_a_message_says_so_s92() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        reading.web.name("inside.example", &[&["127.0.0.1"]]);
        for address in ["http://127.0.0.1/", "http://inside.example/", "http://[::1]/", "http://2130706433/"]
        {
            let said = reading.say(&company, address).await;
            assert_eq!(reading.titles(said).await, [""; 0]);
        }
        assert_eq!((reading.web.connected(), reading.web.trapped()), (vec![], 0));
        assert_eq!((reading.asked(), reading.told().len()), (vec![], 0));
    })
    .await;
}

#[tokio::test]
async fn one_host_is_asked_once_a_second() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let begun = Instant::now();
        reading.say(&company, "http://a.example/1 http://a.example/2 http://b.example/").await;
        assert_eq!(reading.asked(), ["a.example", "a.example", "b.example"]);
        assert!(begun.elapsed() >= Duration::from_secs(1));
    })
    .await;
}

#[tokio::test]
async fn of_what_is_deleted_while_its_pages_are_asked_for_nothing_is_told() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        let send = Send { text: Some("http://a.example/".parse().unwrap()), ..Send::to(reading.channel) };
        let said = company.messages.post(&reading.ann, send).await.unwrap().message;
        let batches = reading.follower.several(100).await;
        company.messages.delete(&reading.ann, said.id).await.unwrap();
        reading.previews.work(&reading.fetcher, &batches).await.unwrap();
        assert_eq!((reading.asked(), reading.told().len()), (vec!["a.example".to_owned()], 0));
    })
    .await;
}

#[tokio::test]
async fn what_is_said_while_previews_are_off_is_never_asked_for() {
    story(async |company: Company| {
        let mut reading = Reading::new(&company).await;
        reading.say(&company, "http://a.example/").await;
        reading.follower.keep().await.unwrap();
        switched(&company, false).keep_up().await;
        let send = Send { text: Some("http://off.example/".parse().unwrap()), ..Send::to(reading.channel) };
        company.messages.post(&reading.ann, send).await.unwrap();
        reading.follower = Follower::open("previews", &company.logs, Start::Now).await.unwrap();
        reading.say(&company, "http://b.example/").await;
        assert_eq!(reading.asked(), ["a.example", "b.example"]);
    })
    .await;
}
