//! Repeats of a send after what it needed is gone: still the first answer (contract D-05).

use hubbub::error::Code;
use hubbub::model::{Channel, Id};
use hubbub::service::messages::Send;
use serde_json::json;

use crate::company::{Company, code, from, story};

fn intent(channel: Id<Channel>, text: &str) -> Send {
    let id = Some("intent-0123456789".parse().unwrap());
    Send { text: Some(text.parse().unwrap()), client_msg_id: id, ..Send::to(channel) }
}

#[tokio::test]
async fn a_reply_that_is_repeated_after_its_target_was_deleted_is_the_same_message() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Choir").await;
        let general = company.general(group.id).await.id;
        let question = Send { text: Some("when?".parse().unwrap()), ..Send::to(general) };
        let question = company.messages.post(&ann, question).await.unwrap().message.id;
        let reply = Send { reply_to: Some(question), ..intent(general, "at eight") };
        let first = company.messages.post(&ann, reply.clone()).await.unwrap();
        company.messages.delete(&ann, question).await.unwrap();
        let again = company.messages.post(&ann, reply.clone()).await.unwrap();
        assert!(again.duplicate && again.message.id == first.message.id && again.epoch == first.epoch);
        let other = Send { text: Some("at nine".parse().unwrap()), ..reply.clone() };
        assert_eq!(code(company.messages.post(&ann, other).await), Code::Conflict);
        let late = Send { client_msg_id: Some("intent-9876543210".parse().unwrap()), ..reply.clone() };
        assert_eq!(code(company.messages.post(&ann, late).await), Code::NotFound);
        let unnamed = Send { client_msg_id: None, ..reply };
        assert_eq!(code(company.messages.post(&ann, unnamed).await), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_send_that_is_repeated_after_its_channel_closed_to_posts_is_the_same_message() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Choir").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let first = company.messages.post(&bob, intent(general, "hello")).await.unwrap();
        let settings = from(json!({ "settings": { "readOnly": true } }));
        company.channels.edit(&ann, general, settings).await.unwrap();
        let late = Send { client_msg_id: None, ..intent(general, "late") };
        assert_eq!(code(company.messages.post(&bob, late).await), Code::Forbidden);
        let again = company.messages.post(&bob, intent(general, "hello")).await.unwrap();
        assert!(again.duplicate && again.message.id == first.message.id);
        assert_eq!(code(company.messages.post(&bob, intent(general, "hullo")).await), Code::Conflict);
        company.channels.archive(&ann, general).await.unwrap();
        assert!(company.messages.post(&bob, intent(general, "hello")).await.unwrap().duplicate);
    })
    .await;
}
