//! Bans: who is kept out of a channel, and when they are let in again.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::Id;
use hubbub::service::channels::NewBan;
use serde_json::json;

use crate::company::{Company, all, code, from, story};

#[tokio::test]
async fn a_banned_member_reads_nothing_until_the_ban_ends() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let until = company.clock.now().plus(Duration::from_secs(3600));
        let ban: NewBan = from(json!({ "userId": bob.id, "reason": "shouting", "until": until }));
        company.channels.ban(&ann, general, ban.clone()).await.unwrap();
        assert_eq!(code(company.channels.ban(&ann, general, ban.clone()).await), Code::Conflict);
        assert_eq!(code(company.channels.get(&bob, general).await), Code::NotFound);
        assert!(company.channels.mine(&bob, &all()).await.unwrap().items.is_empty());
        assert_eq!(company.last(general).await, "bob banned");
        assert_eq!(company.last(bob.id).await, "banned");
        assert_eq!(company.channels.bans(&ann, general, &all()).await.unwrap().items.len(), 1);

        company.clock.advance(Duration::from_secs(3600));
        assert!(company.reads(&bob, general).await);
        company.roster.sweep().await.unwrap();
        assert_eq!(company.last(general).await, "bob joined");
        assert_eq!(company.last(bob.id).await, "added general");
        assert!(company.channels.bans(&ann, general, &all()).await.unwrap().items.is_empty());

        let late = from(json!({ "userId": bob.id, "reason": "late", "until": company.clock.now() }));
        assert_eq!(code(company.channels.ban(&ann, general, late).await), Code::ValidationFailed);
        for admin in [&ann, &root] {
            let ban = from(json!({ "userId": ann.id, "reason": "no" }));
            assert_eq!(code(company.channels.ban(admin, general, ban).await), Code::Forbidden);
        }
        assert_eq!(company.unfinished().await, 0);
    })
    .await;
}

#[tokio::test]
async fn reasons_of_bans_are_bounded() {
    for reason in ["", " ", "two\nlines", &"x".repeat(201)] {
        let ban = json!({ "userId": Id::<()>::from_bytes([1; 12]), "reason": reason });
        assert!(serde_json::from_value::<NewBan>(ban).is_err(), "{reason:?}");
    }
}
