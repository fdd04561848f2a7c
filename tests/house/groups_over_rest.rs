//! The matrix of who may do what, lived through: every route about groups, requests and channels is
//! asked by everybody, and answers as the policy table says.

use std::cell::Cell;

use hubbub::error::Code;
use hubbub::policy::{Actor, Standing, allows, can};
use hubbub::rest::{self, Route};
use serde_json::{Value, json};

use crate::rest::{Answer, House, Person, in_a_house};

/// Who asks, and one of everything to ask about.
struct Village<'a> {
    house: &'a House,
    root: Person,
    ann: Person,
    bob: Person,
    mallory: Person,
    cem: Person,
    dan: Person,
    dora: Person,
    made: Cell<u32>,
}

struct Things {
    group: String,
    channel: String,
    request: String,
}

impl<'a> Village<'a> {
    async fn settle(house: &'a House) -> Village<'a> {
        Village {
            house,
            root: house.root("root").await,
            ann: house.person("ann").await,
            bob: house.person("bob").await,
            mallory: house.person("mallory").await,
            cem: house.person("cem").await,
            dan: house.person("dan").await,
            dora: house.person("dora").await,
            made: Cell::new(0),
        }
    }

    fn name(&self, of: &str) -> String {
        self.made.set(self.made.get() + 1);
        format!("{of} {}", self.made.get())
    }

    /// Ann's group, of which bob, cem and dan are members, the last one as an admin and banned before
    /// that; dora asks to join.
    async fn things(&self) -> Things {
        let (app, group) = (&self.house.app, json!({ "name": self.name("group") }));
        let made = self.house.post("/api/groups", &group).by(&self.ann).sent(201).await;
        let group = made.body["data"]["id"].as_str().unwrap().to_owned();
        let ann = self.actor(&self.ann).await;
        for member in [&self.bob, &self.cem, &self.dan] {
            app.groups.add(&ann, group.parse().unwrap(), member.id).await.unwrap();
        }
        let page = self.house.get(&format!("/api/channels/group/{group}")).by(&self.ann).sent(200).await;
        let channel = page.body["data"]["channels"][0]["id"].as_str().unwrap().to_owned();
        let ban = serde_json::from_value(json!({ "userId": self.dan.id, "reason": "shouting" })).unwrap();
        app.channels.ban(&ann, channel.parse().unwrap(), ban).await.unwrap();
        let root = self.actor(&self.root).await;
        app.groups.name_admin(&root, group.parse().unwrap(), self.dan.id).await.unwrap();
        let wave = serde_json::from_value(json!({ "name": "wave", "url": "/wave.png" })).unwrap();
        app.emojis.add(&ann, group.parse().unwrap(), wave).await.unwrap();
        let asked = json!({ "groupId": group, "requestType": "register_interest" });
        let asked = self.house.post("/api/group-requests", &asked).by(&self.dora).sent(201).await;
        let request = asked.body["data"]["id"].as_str().unwrap().to_owned();
        Things { group, channel, request }
    }

    async fn actor(&self, person: &Person) -> Actor {
        self.house.app.accounts.admit(&person.access).await.unwrap().actor
    }

    async fn ask(&self, route: &Route, things: &Things, person: &Person) -> Answer {
        let target = match route.path {
            path if path.contains("/admins/") || path.contains("/bans/") => &self.dan,
            _ => &self.cem,
        };
        let id = if route.path.starts_with("/channels") { &things.channel } else { &things.group };
        let path = route
            .full_path()
            .replace("{id}", id)
            .replace("{groupId}", &things.group)
            .replace("{name}", "wave")
            .replace("{requestId}", &things.request)
            .replace("{userId}", &target.id.to_string());
        let ask = self.house.ask(route.method.clone(), &path).by(person);
        match self.body(route, things) {
            Some(body) => ask.json(&body).answer().await,
            None => ask.answer().await,
        }
    }

    fn body(&self, route: &Route, things: &Things) -> Option<Value> {
        let named = format!("{} {}", route.method, route.path);
        Some(match named.as_str() {
            "POST /groups" => json!({ "name": self.name("mine") }),
            "PUT /groups/{id}" | "PUT /channels/{id}" => json!({ "description": "changed" }),
            "POST /groups/{id}/members" => json!({ "userId": self.dora.id }),
            "POST /groups/{id}/emoji" => json!({ "name": "made", "url": "/made.png" }),
            "POST /groups/{id}/admins" | "POST /channels/{id}/members" => json!({ "userId": self.cem.id }),
            "POST /group-requests" => json!({ "groupId": things.group, "requestType": "request_invite" }),
            "POST /group-requests/bulk/approve" | "POST /group-requests/bulk/reject" => {
                json!({ "requestIds": [things.request] })
            }
            "POST /channels" => json!({ "groupId": things.group, "name": self.name("mine") }),
            "PUT /channels/{id}/settings" => json!({ "readOnly": true }),
            "POST /channels/{id}/read" => json!({ "seq": 1 }),
            "POST /channels/{id}/bans" => json!({ "userId": self.cem.id, "reason": "shouting" }),
            _ => return None,
        })
    }

    /// Everybody, as they stand to a group, or to a channel of it.
    fn everybody(&self, route: &Route) -> [(Standing, &Person); 4] {
        let outside = match route.path.starts_with("/channels/{id}") {
            true => Standing::Stranger,
            false => Standing::Outsider,
        };
        [
            (outside, &self.mallory),
            (Standing::Member, &self.bob),
            (Standing::GroupAdmin, &self.ann),
            (Standing::SuperAdmin, &self.root),
        ]
    }
}

/// The code of the refusal; of many at once, of the first one.
fn refused(answer: &Answer) -> Option<String> {
    let outcome = &answer.body["data"]["results"][0]["error"]["code"];
    match outcome.as_str() {
        Some(code) => Some(code.to_owned()),
        None => Some(answer.code().to_owned()).filter(|code| code != "none"),
    }
}

/// About somebody else's request the service is stricter than its route's action: who may not
/// decide it learns nothing of it, and only who asked takes it back.
fn stricter(route: &Route, standing: Standing) -> bool {
    let one = route.path == "/group-requests/{requestId}";
    one && (standing < Standing::GroupAdmin || route.method == http::Method::DELETE)
}

#[tokio::test]
async fn every_route_about_groups_answers_everybody_as_the_policy_table_says_s32() {
    in_a_house(async |house| {
        let village = Village::settle(house).await;
        let areas = ["/groups", "/group-requests", "/channels"];
        let about = |route: &Route| areas.iter().any(|area| route.path.starts_with(area));
        let mut things = village.things().await;
        for route in
            rest::routes().into_iter().filter(about).filter(|route| !route.path.ends_with("/changes"))
        {
            for (standing, person) in village.everybody(&route) {
                let answer = village.ask(&route, &things, person).await;
                let (told, code) = (format!("{route:?} by {standing:?}: {}", answer.text), refused(&answer));
                let (forbidden, unknown) = (Code::Forbidden.name(), Code::NotFound.name());
                let hidden = [Some(forbidden.to_owned()), Some(unknown.to_owned())].contains(&code);
                let allowed = allows(standing, route.action().unwrap()) && !stricter(&route, standing);
                assert_eq!(hidden, !allowed, "{told}");
                if !allowed && standing == Standing::Stranger {
                    let expected = can(standing, route.action().unwrap(), "channel").unwrap_err();
                    assert_eq!(code.as_deref(), Some(expected.code().name()), "{told}");
                }
                if answer.status < 300 && route.method != http::Method::GET {
                    things = village.things().await;
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_channel_one_may_not_read_answers_like_one_that_is_not_there_s34() {
    in_a_house(async |house| {
        let village = Village::settle(house).await;
        let things = village.things().await;
        let there =
            house.get(&format!("/api/channels/{}", things.channel)).by(&village.mallory).sent(404).await;
        let nowhere =
            house.get("/api/channels/0102030405060708090a0b0c").by(&village.mallory).sent(404).await;
        assert_eq!(there.refusal(), nowhere.refusal());
        house.get("/api/channels/not-an-id").by(&village.mallory).sent(400).await;
    })
    .await;
}

#[tokio::test]
async fn lists_are_shaped_alike_and_refuse_what_they_do_not_know_s04() {
    in_a_house(async |house| {
        let village = Village::settle(house).await;
        let things = village.things().await;
        village.things().await;
        let first = house.get("/api/groups?limit=1&page=1").by(&village.mallory).sent(200).await;
        let data = &first.body["data"];
        assert_eq!((&data["total"], &data["page"], &data["pages"]), (&json!(2), &json!(1), &json!(2)));
        let cursor = data["nextCursor"].as_str().unwrap();
        let next = format!("/api/groups?limit=1&cursor={cursor}&sortBy=name&sortOrder=asc&isPrivate=false");
        let next = house.get(&next).by(&village.mallory).sent(200).await;
        assert_eq!(next.body["data"]["nextCursor"], Value::Null);
        assert_eq!(next.body["data"]["total"], Value::Null);
        assert_ne!(next.body["data"]["groups"][0]["id"], data["groups"][0]["id"]);
        for bad in
            ["fields=passwordHash", "sortBy=passwordHash", "limit=-1", "page=0", "cursor=x", "query={}"]
        {
            let refused = house.get(&format!("/api/groups?{bad}")).by(&village.mallory).sent(400).await;
            assert_eq!(refused.code(), "VALIDATION_FAILED", "{bad}");
        }
        for list in [
            "groups/my-groups",
            "groups/search?q=gr",
            "channels",
            "channels/paginated",
            "channels/my-channels",
            "group-requests",
        ] {
            let answer = house.get(&format!("/api/{list}")).by(&village.bob).sent(200).await;
            assert!(answer.body["data"].as_object().unwrap().contains_key("nextCursor"), "{list}");
        }
        let owner = json!({ "createdBy": village.bob.id, "name": "mine" });
        let refused =
            house.put(&format!("/api/groups/{}", things.group), &owner).by(&village.ann).sent(400).await;
        assert!(refused.body["error"]["details"]["createdBy"].is_string());
    })
    .await;
}

#[tokio::test]
async fn channel_lists_are_not_sent_again_while_nothing_changed() {
    in_a_house(async |house| {
        let village = Village::settle(house).await;
        let things = village.things().await;
        let list = format!("/api/channels/group/{}", things.group);
        let first = house.get(&list).by(&village.bob).sent(200).await;
        let tag = first.header("etag").to_owned();
        house.get(&list).by(&village.bob).with("if-none-match", &tag).sent(304).await;
        let new = json!({ "groupId": things.group, "name": "roses" });
        house.post("/api/channels", &new).by(&village.ann).sent(201).await;
        house.get(&list).by(&village.bob).with("if-none-match", &tag).sent(200).await;
        // An old tag is no way around the rights of now (S-41).
        house
            .delete(&format!("/api/groups/{}/members/{}", things.group, village.bob.id))
            .by(&village.ann)
            .sent(200)
            .await;
        house.get(&list).by(&village.bob).with("if-none-match", &tag).sent(403).await;
    })
    .await;
}
