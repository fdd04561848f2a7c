//! People as others see them, and what they change of themselves.

use serde_json::json;

use crate::rest::{PASSWORD, in_a_house};

#[tokio::test]
async fn one_changes_ones_profile_and_takes_it_back() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let edit = json!({"displayName": "Ann Lee", "bio": "hello", "avatarUrl": "/uploads/ann.png"});
        let changed = house.put("/api/users/me", &edit).by(&ann).sent(200).await;
        assert_eq!(changed.body["data"]["displayName"], "Ann Lee");
        let back = json!({"bio": null, "avatarUrl": null});
        let changed = house.put(&format!("/api/users/{}", ann.id), &back).by(&ann).sent(200).await;
        assert_eq!(changed.body["data"]["bio"], json!(null));
        assert_eq!(changed.body["data"]["displayName"], "Ann Lee");
        house.put("/api/users/me", &json!({"avatarUrl": "javascript:alert(1)"})).by(&ann).sent(400).await;
    })
    .await;
}

#[tokio::test]
async fn a_new_address_wants_the_password() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        house.person("bob").await;
        let edit = |email: &str, password: Option<&str>| json!({"email": email, "currentPassword": password});
        let put = async |body, status| house.put("/api/users/me", &body).by(&ann).sent(status).await;
        put(edit("new@example.org", None), 400).await;
        put(edit("new@example.org", Some("guess")), 400).await;
        put(edit("bob@example.org", Some(PASSWORD)), 409).await;
        put(edit("new@example.org", Some(PASSWORD)), 200).await;
        put(json!({"email": "new@example.org", "bio": "the same address"}), 200).await;
    })
    .await;
}

#[tokio::test]
async fn others_see_a_profile_and_no_address_s38() {
    in_a_house(async |house| {
        let (ann, eve, root) =
            (house.person("ann").await, house.person("eve").await, house.root("root").await);
        let path = format!("/api/users/{}", ann.id);
        for (asker, sees) in [(&eve, false), (&ann, true), (&root, true)] {
            let answer = house.get(&path).by(asker).sent(200).await;
            assert_eq!(answer.text.contains("ann@example.org"), sees);
            assert!(!answer.text.contains("$2b$") && !answer.text.to_lowercase().contains("hash"));
        }
        let listed = house.get("/api/users").by(&eve).sent(200).await;
        assert!(!listed.text.contains("@example.org") && !listed.text.contains("authz"));
        house.get(&path).sent(401).await;
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_by_name_page_by_page_and_searched_by_how_they_begin() {
    in_a_house(async |house| {
        let root = house.root("root").await;
        for name in ["Anna", "anton", "bert", "a.b"] {
            house.person(name).await;
        }
        let names = async |path: &str| {
            let answer = house.get(path).by(&root).sent(200).await;
            let data = &answer.body["data"];
            assert!(data.get("nextCursor").is_some());
            let users =
                data["users"].as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap());
            (users.collect::<Vec<_>>().join(" "), data["total"].as_u64(), data["pages"].as_u64())
        };
        assert_eq!(names("/api/users?page=1&limit=2").await, ("a.b Anna".into(), Some(5), Some(3)));
        assert_eq!(names("/api/v1/users?page=3&limit=2").await, ("root".into(), Some(5), Some(3)));
        assert_eq!(names("/api/users?search=AN").await.0, "Anna anton");
        assert_eq!(names("/api/users/search?q=a.").await.0, "a.b");
        for literal in ["^a", ".*", "(", "%5C", "$where"] {
            assert_eq!(
                names(&format!("/api/users?search={literal}")).await,
                (String::new(), None, None),
                "{literal}"
            );
        }
        assert_eq!(names("/api/admin/users?role=super_admin&status=active").await.0, "root");
        assert_eq!(names("/api/admin/users?search=b&status=active").await.0, "bert");
    })
    .await;
}

#[tokio::test]
async fn odd_numbers_and_unknown_parameters_are_refused_s04_s09() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        for query in [
            "limit=-1",
            "limit=0",
            "limit=1.5",
            "limit=1e9",
            "limit=NaN",
            "limit=%2210%22",
            "page=0",
            "page=99999999",
            "page=-1",
            "page=18446744073709551616",
            "sort=passwordHash",
            "fields=passwordHash",
            "query=%7B%7D",
            "limit=1&limit=2",
            "cursor=x",
            "cursor=WyJhIiwiYiJd&page=1",
        ] {
            let answer = house.get(&format!("/api/users?{query}")).by(&ann).sent(400).await;
            assert_eq!(answer.code(), "VALIDATION_FAILED", "{query}");
        }
        house.get("/api/users?limit=1000000000").by(&ann).sent(200).await;
        let long = format!("/api/users?search={}", "x".repeat(300));
        house.get(&long).by(&ann).sent(400).await;
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_elsewhere_or_nowhere_and_asked_for_once() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let path = format!("/api/users/{}/avatar", ann.id);
        house.get(&path).by(&ann).sent(404).await;
        house
            .put("/api/users/me", &json!({"avatarUrl": "https://img.example/a.png"}))
            .by(&ann)
            .sent(200)
            .await;
        let first = house.get(&path).by(&ann).sent(302).await;
        assert_eq!(first.header("location"), "https://img.example/a.png");
        house.get(&path).by(&ann).with("if-none-match", first.header("etag")).sent(304).await;
        house
            .put("/api/users/me", &json!({"avatarUrl": "https://img.example/b.png"}))
            .by(&ann)
            .sent(200)
            .await;
        house.get(&path).by(&ann).with("if-none-match", first.header("etag")).sent(302).await;
    })
    .await;
}

#[tokio::test]
async fn who_switches_the_own_account_off_is_out() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        house.delete(&format!("/api/users/{}", ann.id)).by(&ann).sent(200).await;
        assert!(!house.is_let_in(&ann).await && !house.may_refresh(&ann).await);
        house.post("/auth/login", &json!({"username": "ann", "password": PASSWORD})).sent(401).await;
    })
    .await;
}

#[tokio::test]
async fn of_others_one_sees_the_groups_one_is_in_oneself() {
    in_a_house(async |house| {
        let (ann, bob, eve) =
            (house.person("ann").await, house.person("bob").await, house.person("eve").await);
        let root = house.root("root").await;
        for name in ["Shared", "Alone"] {
            let group = house.post("/api/groups", &json!({"name": name})).by(&ann).sent(201).await;
            if name == "Shared" {
                let id = group.body["data"]["id"].as_str().unwrap();
                house.ask(http::Method::POST, &format!("/api/groups/{id}/join")).by(&bob).answer().await;
            }
        }
        let path = format!("/api/users/{}/groups", ann.id);
        for (asker, names) in [(&ann, "Alone Shared"), (&bob, "Shared"), (&eve, ""), (&root, "Alone Shared")]
        {
            let answer = house.get(&path).by(asker).sent(200).await;
            let groups = answer.body["data"]["groups"].as_array().unwrap().iter();
            let seen: Vec<_> = groups.map(|group| group["name"].as_str().unwrap()).collect();
            assert_eq!(seen.join(" "), names);
        }
    })
    .await;
}
