//! Emoji: which reactions are known, and the ones that groups make for themselves.

use hubbub::error::Code;
use hubbub::limits;
use hubbub::model::{Entry, Group, Id, Reaction};
use hubbub::policy::Actor;
use hubbub::service::emoji::{Emojis, NewEmoji};
use hubbub::service::messages::Send;
use serde_json::json;

use crate::company::{Company, all, code, from, story};

fn wave() -> NewEmoji {
    named("wave-2")
}

fn named(name: &str) -> NewEmoji {
    from(json!({ "name": name, "url": "https://pictures.example/wave.png" }))
}

async fn say(company: &Company, who: &Actor, group: Id<Group>) -> Id<Entry> {
    let general = company.general(group).await;
    let send = Send { text: Some("listen".parse().unwrap()), ..Send::to(general.id) };
    company.messages.post(who, send).await.unwrap().message.id
}

async fn react(
    company: &Company,
    who: &Actor,
    message: Id<Entry>,
    with: &str,
    removed: bool,
) -> Result<(), Code> {
    let reaction: Reaction = with.parse().unwrap();
    let answer = company.messages.react(who, message, reaction, removed).await;
    answer.map(drop).map_err(|error| error.code())
}

#[tokio::test]
async fn a_reaction_is_an_emoji_or_its_short_name() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await.id;
        let message = say(&company, &ann, group).await;
        for known in ["👍", "👍🏽", "👩‍👩‍👧‍👦", "🇹🇭", "❤️", "thumbsup", "tada"]
        {
            assert_eq!(react(&company, &ann, message, known, false).await, Ok(()), "{known}");
        }
        for unknown in ["r1", "👍👍", "hello", ":thumbsup:", ":wave-2:", "<b>", "hm"] {
            let refused = react(&company, &ann, message, unknown, false).await;
            assert_eq!(refused, Err(Code::ValidationFailed), "{unknown}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_groups_own_emoji_is_known_in_its_channels_alone() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let emojis = Emojis::new(&company.roster);
        let (choir, band) = (company.group(&ann, "Choir").await.id, company.group(&ann, "Band").await.id);
        emojis.add(&ann, choir, wave()).await.unwrap();
        let (here, there) = (say(&company, &ann, choir).await, say(&company, &ann, band).await);
        assert_eq!(react(&company, &ann, here, ":wave-2:", false).await, Ok(()));
        assert_eq!(react(&company, &ann, there, ":wave-2:", false).await, Err(Code::ValidationFailed));
        let direct = company.dm(&ann, &[&bob]).await.unwrap();
        let hello = Send { text: Some("hello".parse().unwrap()), ..Send::to(direct.id) };
        let hello = company.messages.post(&ann, hello).await.unwrap().message.id;
        assert_eq!(react(&company, &ann, hello, ":wave-2:", false).await, Err(Code::ValidationFailed));
        assert_eq!(react(&company, &bob, hello, "👋", false).await, Ok(()));
        emojis.remove(&ann, choir, &"wave-2".parse().unwrap()).await.unwrap();
        assert_eq!(react(&company, &ann, here, ":wave-2:", true).await, Ok(()), "what is gone comes off");
        assert_eq!(react(&company, &ann, here, ":wave-2:", false).await, Err(Code::ValidationFailed));
    })
    .await;
}

#[tokio::test]
async fn admins_make_them_and_members_where_the_group_lets_them() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let group = company.group(&ann, "Choir").await.id;
        company.groups.join(&bob, group).await.unwrap();
        let emojis = Emojis::new(&company.roster);
        assert_eq!(code(emojis.add(&bob, group, wave()).await), Code::Forbidden);
        assert_eq!(code(emojis.list(&eve, group, &all()).await), Code::Forbidden);
        let settings = from(json!({ "settings": { "emoji": "members" } }));
        company.groups.edit(&ann, group, settings).await.unwrap();
        let made = emojis.add(&bob, group, wave()).await.unwrap();
        assert_eq!(company.last(bob.id).await, "GroupUpdated Choir");
        assert_eq!(code(emojis.add(&ann, group, wave()).await), Code::Conflict);
        assert_eq!(code(emojis.add(&eve, group, named("other")).await), Code::Forbidden);
        assert_eq!(emojis.list(&ann, group, &all()).await.unwrap().items, [made]);
        let name = "wave-2".parse().unwrap();
        assert_eq!(code(emojis.remove(&eve, group, &name).await), Code::Forbidden);
        emojis.remove(&ann, group, &name).await.unwrap();
        assert_eq!(code(emojis.remove(&ann, group, &name).await), Code::NotFound);
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_group_has_a_bounded_number_of_its_own() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await.id;
        let emojis = Emojis::new(&company.roster);
        for number in 0..limits::EMOJI_PER_GROUP {
            emojis.add(&ann, group, named(&format!("wave-{number}"))).await.unwrap();
        }
        assert_eq!(code(emojis.add(&ann, group, named("one-more")).await), Code::Conflict);
        assert_eq!(company.store.emoji.count_of_group(group).await.unwrap(), limits::EMOJI_PER_GROUP);
        emojis.remove(&ann, group, &"wave-0".parse().unwrap()).await.unwrap();
        emojis.add(&ann, group, named("one-more")).await.unwrap();
    })
    .await;
}
