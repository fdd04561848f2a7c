//! Bookmarks: one's own, and what they show is what one may read now.

use hubbub::error::Code;
use hubbub::model::{Channel, Id};
use hubbub::policy::Actor;
use hubbub::service::Span;
use hubbub::service::bookmarks::NewBookmark;
use hubbub::service::messages::Send;

use crate::company::{Company, all, code, story};

fn noted(note: &str) -> NewBookmark {
    NewBookmark { note: Some(note.parse().unwrap()) }
}

/// A group's channel, its admin and a member.
async fn two(company: &Company) -> (Id<Channel>, Actor, Actor) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await;
    company.groups.join(&bob, group.id).await.unwrap();
    (company.general(group.id).await.id, ann, bob)
}

#[tokio::test]
async fn a_message_is_marked_once_and_its_note_may_change() {
    story(async |company: Company| {
        let (general, ann, bob) = two(&company).await;
        let says = |text: &str| Send { text: Some(text.parse().unwrap()), ..Send::to(general) };
        let roses = company.messages.post(&ann, says("roses")).await.unwrap().message;
        let tulips = company.messages.post(&ann, says("tulips")).await.unwrap().message;
        let first = company.bookmarks.set(&bob, roses.id, NewBookmark::default()).await.unwrap();
        assert_eq!((first.message.as_ref(), first.note.as_ref()), (Some(&roses), None));
        company.clock.advance(std::time::Duration::from_secs(1));
        company.bookmarks.set(&bob, tulips.id, noted("for spring")).await.unwrap();
        let again = company.bookmarks.set(&bob, roses.id, noted("for Eve")).await.unwrap();
        assert_eq!(again.created_at, first.created_at);
        let span = Span::new(Some(1), Some(1), None).unwrap();
        let page = company.bookmarks.list(&bob, &span).await.unwrap();
        assert_eq!((page.items[0].message_id, page.paging.numbered.unwrap().total), (tulips.id, 2));
        company.bookmarks.remove(&bob, tulips.id).await.unwrap();
        company.bookmarks.remove(&bob, tulips.id).await.unwrap();
        assert_eq!(company.bookmarks.list(&bob, &all()).await.unwrap().items, [again]);
        assert!(company.bookmarks.list(&ann, &all()).await.unwrap().items.is_empty());
        let told = company.told(bob.id).await;
        assert_eq!(told.iter().filter(|told| told.starts_with("BookmarkUpdated")).count(), 5);
    })
    .await;
}

#[tokio::test]
async fn what_one_may_no_longer_read_is_not_shown() {
    story(async |company: Company| {
        let (general, ann, bob) = two(&company).await;
        let eve = company.user("eve").await;
        let send = Send { text: Some("roses".parse().unwrap()), ..Send::to(general) };
        let roses = company.messages.post(&ann, send).await.unwrap().message;
        assert_eq!(code(company.bookmarks.set(&eve, roses.id, noted("mine")).await), Code::NotFound);
        let nothing = company.bookmarks.set(&bob, company.clock.id(), noted("mine")).await;
        assert_eq!(code(nothing), Code::NotFound);
        company.bookmarks.set(&bob, roses.id, noted("for Eve")).await.unwrap();
        let shown = async || company.bookmarks.list(&bob, &all()).await.unwrap().items.remove(0);
        company.messages.delete(&ann, roses.id).await.unwrap();
        assert_eq!(shown().await.message.unwrap().text, None);
        let group = company.channels.get(&ann, general).await.unwrap().group_id.unwrap();
        company.groups.leave(&bob, group).await.unwrap();
        let left = shown().await;
        assert_eq!((left.message, left.message_id), (None, roses.id));
        assert_eq!(left.note.unwrap().as_str(), "for Eve");
    })
    .await;
}
