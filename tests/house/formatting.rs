//! Messages as HTML: every answer that holds messages can show them so, and none does unasked.

use serde_json::{Value, json};

use crate::rest::{House, Person, in_a_house};

/// Ann's group with bob in it, and its channel.
struct Choir {
    ann: Person,
    bob: Person,
    channel: String,
}

async fn choir(house: &House) -> Choir {
    let (ann, bob) = (house.person("ann").await, house.person("bob").await);
    let made = house.post("/api/groups", &json!({ "name": "Choir" })).by(&ann).sent(201).await;
    let group = made.body["data"]["group"]["id"].as_str().or(made.body["data"]["id"].as_str()).unwrap();
    house.post(&format!("/api/groups/{group}/join"), &json!({})).by(&bob).sent(200).await;
    let listed = house.get(&format!("/api/channels/group/{group}")).by(&ann).sent(200).await;
    let channel = listed.body["data"]["channels"][0]["id"].as_str().unwrap().to_owned();
    Choir { ann, bob, channel }
}

impl Choir {
    async fn say(&self, house: &House, more: Value) -> String {
        let mut send = json!({ "channelId": self.channel });
        send.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let said = house.post("/api/messages", &send).by(&self.ann).sent(201).await;
        said.body["data"]["message"]["id"].as_str().unwrap().to_owned()
    }
}

/// Every `html` of an answer, wherever it stands.
fn shown(answer: &Value) -> Vec<&str> {
    match answer {
        Value::Object(fields) => fields
            .iter()
            .flat_map(
                |(name, value)| if name == "html" { vec![value.as_str().unwrap()] } else { shown(value) },
            )
            .collect(),
        Value::Array(items) => items.iter().flat_map(shown).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_answer_with_messages_shows_them_as_html_where_that_is_asked_for() {
    in_a_house(async |house: &House| {
        let choir = choir(house).await;
        let root = choir.say(house, json!({ "text": "*Harbour*, @Bob and @ann!" })).await;
        let reply = json!({ "text": "a <b>" });
        house.post(&format!("/api/messages/{root}/replies"), &reply).by(&choir.ann).sent(201).await;
        house.post(&format!("/api/messages/{root}/pin"), &json!({})).by(&choir.ann).sent(200).await;
        house.put(&format!("/api/client/bookmarks/{root}"), &json!({})).by(&choir.bob).sent(200).await;
        let mention = |person: &Person, name: &str| {
            format!("<span class=\"mention\" data-user=\"{}\">{name}</span>", person.id)
        };
        let (bob, ann) = (mention(&choir.bob, "@Bob"), mention(&choir.ann, "@ann"));
        let html = format!("<p><em>Harbour</em>, {bob} and {ann}!</p>");
        let (first, second) = (html.as_str(), "<p>a &lt;b&gt;</p>");
        let (channel, author) = (&choir.channel, choir.ann.id);
        for (path, wanted) in [
            (format!("/messages/{root}?"), vec![first]),
            (format!("/messages/channel/{channel}?limit=5&"), vec![first, second]),
            (format!("/messages/user/{author}?"), vec![second, first]),
            (format!("/messages/{root}/replies?"), vec![second]),
            (format!("/messages/threads/{root}?"), vec![second, first]),
            (format!("/channels/{channel}/pins?"), vec![first]),
            ("/client/bookmarks?".into(), vec![first]),
            ("/channels/my-channels?with=last&".into(), vec![second]),
            ("/client/recent-messages?".into(), vec![second]),
        ] {
            let path = format!("/api{path}");
            let asked = house.get(&format!("{path}render=html")).by(&choir.bob).sent(200).await;
            assert_eq!(shown(&asked.body).len(), wanted.len(), "{path}: {}", asked.text);
            assert!(wanted.iter().all(|html| shown(&asked.body).contains(html)), "{path}: {}", asked.text);
            let unasked = house.get(&path).by(&choir.bob).sent(200).await;
            assert_eq!(shown(&unasked.body), [""; 0], "{path}");
            for wrong in ["render=text", "render=", "render=html&render=html"] {
                let answer = house.get(&format!("{path}{wrong}")).by(&choir.bob).answer().await;
                assert_eq!(answer.status, 400, "{path}{wrong}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_says_nothing_has_no_html() {
    in_a_house(async |house: &House| {
        let choir = choir(house).await;
        let said = choir.say(house, json!({ "text": "*gone*" })).await;
        choir.say(house, json!({ "type": "file", "fileUrl": "/uploads/score.pdf" })).await;
        house.delete(&format!("/api/messages/{said}")).by(&choir.ann).sent(200).await;
        let path = format!("/api/messages/channel/{}?render=html", choir.channel);
        let history = house.get(&path).by(&choir.bob).sent(200).await;
        assert_eq!(history.body["data"]["messages"].as_array().unwrap().len(), 2);
        assert_eq!(shown(&history.body), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_is_passed_on_is_shown_as_well_and_calls_nobody() {
    in_a_house(async |house: &House| {
        let choir = choir(house).await;
        let said = choir.say(house, json!({ "text": "**at eight**, @bob" })).await;
        let forward = json!({ "channelId": choir.channel, "text": "@bob, *see*" });
        let path = format!("/api/messages/{said}/forward");
        let copy = house.post(&path, &forward).by(&choir.ann).sent(201).await;
        assert_eq!(shown(&copy.body), [""; 0]);
        let id = copy.body["data"]["message"]["id"].as_str().unwrap();
        let got = house.get(&format!("/api/messages/{id}?render=html")).by(&choir.bob).sent(200).await;
        let message = &got.body["data"]["message"];
        assert_eq!(message["forwarded"]["html"], "<p><strong>at eight</strong>, @bob</p>");
        let mention = format!("<span class=\"mention\" data-user=\"{}\">@bob</span>", choir.bob.id);
        assert_eq!(message["html"], format!("<p>{mention}, <em>see</em></p>"));
    })
    .await;
}
