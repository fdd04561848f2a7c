//! How somebody wants to be treated: kept for all their devices, each choice by itself. What a choice
//! does is told where it shows: notifications, direct, reads.

use hubbub::model::{AccountEvent, Circle, Notify, PreferencesEdit, What};
use serde_json::{Value, from_value, json, to_value};

use crate::company::{Company, story};

fn defaults() -> Value {
    json!({ "notify": "mentions", "quiet": null, "receipts": true, "direct": "everyone",
        "lastSeen": "shared", "presence": "shared" })
}

#[tokio::test]
async fn each_choice_stays_until_it_is_made_anew_or_taken_away() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let shown = async || to_value(company.settings.get(&ann).await.unwrap()).unwrap();
        assert_eq!(shown().await, defaults());
        assert_eq!(to_value(company.chooses(&ann, json!({})).await).unwrap(), defaults());
        let night = json!({ "from": 1_320, "to": 420, "offsetMinutes": 60 });
        company.chooses(&ann, json!({ "notify": "all", "direct": "nobody" })).await;
        company.chooses(&ann, json!({ "lastSeen": "everyone", "presence": "nobody" })).await;
        let chosen = company.chooses(&ann, json!({ "quiet": night, "receipts": false })).await;
        assert_eq!((chosen.notify, chosen.direct, chosen.receipts), (Notify::All, Circle::Nobody, false));
        let all = json!({ "notify": "all", "quiet": night, "receipts": false, "direct": "nobody",
            "lastSeen": "everyone", "presence": "nobody" });
        assert_eq!(shown().await, all);
        let nothing = json!({ "notify": null, "quiet": null, "receipts": null, "direct": null,
            "lastSeen": null, "presence": null });
        company.chooses(&ann, nothing).await;
        assert_eq!(shown().await, defaults());
        assert_eq!(to_value(company.settings.get(&bob).await.unwrap()).unwrap(), defaults());
    })
    .await;
}

#[tokio::test]
async fn the_devices_of_whoever_chose_are_told_and_nobody_else() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        company.group(&ann, "Choir").await;
        let before = company.told(ann.id).await.len() as u64;
        company.chooses(&ann, json!({ "notify": "none" })).await;
        // Also what was so already: the first try may have died before it told.
        company.chooses(&ann, json!({ "notify": "none" })).await;
        let told = company.store.messages.after(ann.id.into(), before, 10).await.unwrap();
        let expected = What::Account { event: AccountEvent::SettingsUpdated, about: json!({}) };
        assert_eq!(told.iter().map(|entry| &entry.what).collect::<Vec<_>>(), [&expected, &expected]);
        assert!(company.told(bob.id).await.is_empty());
    })
    .await;
}

#[test]
fn what_cannot_be_chosen_is_refused() {
    for edit in [
        json!({ "notify": "everything" }),
        json!({ "direct": "friends" }),
        json!({ "presence": "everyone" }),
        json!({ "receipts": "no" }),
        json!({ "quiet": { "from": 0, "to": 1_440 } }),
        json!({ "quiet": { "from": 0, "to": 1, "offsetMinutes": 0, "days": [1] } }),
        json!({ "userId": "656565656565656565656501" }),
        json!({ "_id": "656565656565656565656501" }),
    ] {
        assert!(from_value::<PreferencesEdit>(edit.clone()).is_err(), "{edit}");
    }
}
