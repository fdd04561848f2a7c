//! Reports: of what one can see, once of each thing.

use hubbub::error::Code;
use hubbub::model::{Grievance, Report, Reported};
use hubbub::service::messages::Send;
use hubbub::service::reports::Complaint;

use crate::company::{Company, code, story};

fn spam(text: Option<&str>) -> Complaint {
    Complaint { reason: Grievance::Spam, text: text.map(|text| text.parse().unwrap()) }
}

#[tokio::test]
async fn a_message_is_reported_once_by_each_who_reads_it() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let general = company.general(group.id).await.id;
        let send = Send { text: Some("buy weeds".parse().unwrap()), ..Send::to(general) };
        let said = company.messages.post(&bob, send).await.unwrap().message;
        let of = Reported::Message(said.id);
        let filed = company.reports.file(&ann, of, spam(Some("again"))).await.unwrap();
        assert_eq!((filed.fresh, filed.report.user_id), (true, bob.id));
        let repeated = company.reports.file(&ann, of, spam(None)).await.unwrap();
        assert!(!repeated.fresh && repeated.report == filed.report);
        assert_eq!(code(company.reports.file(&eve, of, spam(None)).await), Code::NotFound);
        company.groups.join(&eve, group.id).await.unwrap();
        assert!(company.reports.file(&eve, of, spam(None)).await.unwrap().fresh);
        let kept = company.store.reports.get(Report::key(ann.id, of)).await.unwrap().unwrap();
        assert_eq!((kept.group_id, kept.channel_id), (Some(group.id), Some(general)));
        let row = serde_json::to_string(&kept).unwrap();
        assert!(!row.contains("weeds"), "what was said stays where it was said: {row}");
    })
    .await;
}

#[tokio::test]
async fn people_are_reported_by_those_who_are_near_them() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let group = company.group(&ann, "Gardeners").await;
        company.groups.join(&bob, group.id).await.unwrap();
        let of = Reported::Person(bob.id);
        assert!(company.reports.file(&ann, of, spam(None)).await.unwrap().fresh);
        assert_eq!(code(company.reports.file(&eve, of, spam(None)).await), Code::NotFound);
        company.dm(&bob, &[&eve]).await.unwrap();
        assert!(company.reports.file(&eve, of, spam(None)).await.unwrap().fresh);
        assert!(!company.reports.file(&eve, of, spam(None)).await.unwrap().fresh);
        assert_eq!(code(company.reports.file(&bob, of, spam(None)).await), Code::Conflict);
        let nobody = Reported::Person(company.clock.id());
        assert_eq!(code(company.reports.file(&ann, nobody, spam(None)).await), Code::NotFound);
    })
    .await;
}
