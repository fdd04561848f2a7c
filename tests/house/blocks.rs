//! Blocking: known to whoever blocks and to nobody else, and the end of talk between two.

use hubbub::error::Code;
use hubbub::service::Span;
use hubbub::service::messages::{Part, Send};

use crate::company::{Company, all, code, story};

fn says(channel: hubbub::model::Id<hubbub::model::Channel>, text: &str) -> Send {
    Send { text: Some(text.parse().unwrap()), ..Send::to(channel) }
}

#[tokio::test]
async fn one_blocks_and_blocks_no_longer_as_often_as_one_says_so() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let first = company.blocks.block(&ann, bob.id).await.unwrap();
        company.clock.advance(std::time::Duration::from_secs(5));
        let again = company.blocks.block(&ann, bob.id).await.unwrap();
        assert_eq!((again.created_at, again.username.as_str()), (first.created_at, "bob"));
        company.blocks.block(&ann, eve.id).await.unwrap();
        let listed = company.blocks.list(&ann, &Span::new(Some(1), Some(1), None).unwrap()).await.unwrap();
        assert_eq!((listed.items[0].user_id, listed.paging.numbered.unwrap().total), (bob.id, 2));
        company.blocks.unblock(&ann, bob.id).await.unwrap();
        company.blocks.unblock(&ann, bob.id).await.unwrap();
        let left = company.blocks.list(&ann, &all()).await.unwrap().items;
        assert_eq!(left.iter().map(|block| block.user_id).collect::<Vec<_>>(), [eve.id]);
        assert!(company.blocks.list(&bob, &all()).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_blocked_is_told_nothing_and_whoever_blocks_on_every_device() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        company.blocks.block(&ann, bob.id).await.unwrap();
        company.blocks.unblock(&ann, bob.id).await.unwrap();
        // Twice where the first try may have died before it told.
        company.blocks.unblock(&ann, bob.id).await.unwrap();
        assert_eq!(company.told(ann.id).await, ["BlocksUpdated ?"; 3]);
        assert!(company.told(bob.id).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn nobody_blocks_themselves_or_who_is_not_there() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        assert_eq!(code(company.blocks.block(&ann, ann.id).await), Code::Conflict);
        assert_eq!(code(company.blocks.block(&ann, company.clock.id()).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn between_two_nothing_is_said_while_either_blocks_the_other() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let dm = company.dm(&ann, &[&bob]).await.unwrap().id;
        let repeated = Send { client_msg_id: Some("hello-0123456789".parse().unwrap()), ..says(dm, "hello") };
        let hello = company.messages.post(&ann, repeated.clone()).await.unwrap().message;
        company.blocks.block(&bob, ann.id).await.unwrap();
        for (one, other) in [(&ann, &bob), (&bob, &ann)] {
            assert_eq!(code(company.messages.post(one, says(dm, "and?")).await), Code::Forbidden);
            let thumb = company.messages.react(one, hello.id, "👍".parse().unwrap(), false).await;
            assert_eq!(code(thumb), Code::Forbidden);
            let read = company.messages.history(one, dm, Part::Newest, 10).await.unwrap();
            assert_eq!(read.messages, std::slice::from_ref(&hello));
            assert_eq!(company.dm(one, &[other]).await.unwrap().id, dm);
        }
        assert_eq!(
            code(company.messages.edit(&ann, hello.id, "hey".parse().unwrap(), None).await),
            Code::Forbidden
        );
        assert!(company.messages.post(&ann, repeated).await.unwrap().duplicate);
        company.messages.delete(&ann, hello.id).await.unwrap();
        company.blocks.unblock(&bob, ann.id).await.unwrap();
        company.messages.post(&ann, says(dm, "back")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn among_three_and_more_everybody_speaks() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let dm = company.dm(&ann, &[&bob, &eve]).await.unwrap().id;
        company.blocks.block(&bob, ann.id).await.unwrap();
        company.messages.post(&ann, says(dm, "hello")).await.unwrap();
        company.messages.post(&bob, says(dm, "hello eve")).await.unwrap();
    })
    .await;
}
