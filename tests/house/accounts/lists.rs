//! Lists of people and places are read on by cursor, each row once and in order, to an end.

use serde_json::{Value, json};

use crate::rest::{House, Person, in_a_house};

/// Reads a list two rows at a time; what stands in `field` of every row.
async fn read(house: &House, by: &Person, path: &str, (list, field): (&str, &str)) -> Vec<String> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let (mut rows, mut onward) = (Vec::new(), String::new());
    loop {
        let answer = house.get(&format!("{path}{joint}limit=2{onward}")).by(by).sent(200).await;
        let data = &answer.body["data"];
        assert_eq!(data.get("total"), None, "{path} counts without being asked");
        let some = data[list].as_array().unwrap();
        rows.extend(some.iter().map(|row| row[field].as_str().unwrap().to_owned()));
        match &data["nextCursor"] {
            Value::String(cursor) => onward = format!("&cursor={cursor}"),
            end => {
                assert!(end.is_null() && data.as_object().unwrap().contains_key("nextCursor"), "{path}");
                return rows;
            }
        }
        assert_eq!(some.len(), 2, "{path} goes on after a page that is not full");
    }
}

/// The same list by numbered pages.
async fn paged(house: &House, by: &Person, path: &str, (list, field): (&str, &str)) -> Vec<String> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let (mut rows, mut page) = (Vec::new(), 0);
    loop {
        page += 1;
        let answer = house.get(&format!("{path}{joint}limit=2&page={page}")).by(by).sent(200).await;
        let data = &answer.body["data"];
        rows.extend(data[list].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()));
        if page >= data["pages"].as_u64().unwrap() {
            assert_eq!(
                (data["page"].as_u64(), data["total"].as_u64()),
                (Some(page), Some(rows.len() as u64))
            );
            return rows;
        }
    }
}

#[tokio::test]
async fn people_are_read_on_by_name() {
    in_a_house(async |house| {
        let root = house.root("root").await;
        for name in ["Anna", "anton", "an1", "aob", "bert"] {
            house.person(name).await;
        }
        let gone = house.person("andy").await;
        house.delete(&format!("/api/users/{}", gone.id)).by(&root).sent(200).await;
        for (path, names) in [
            ("/api/users", "an1 Anna anton aob bert root"),
            ("/api/users?search=an", "an1 Anna anton"),
            ("/api/users/search?q=AN", "an1 Anna anton"),
            ("/api/users?search=zz", ""),
            ("/api/admin/users", "an1 andy Anna anton aob bert root"),
            ("/api/admin/users?role=user", "an1 andy Anna anton aob bert"),
            ("/api/admin/users?role=user&status=active&search=a", "an1 Anna anton aob"),
            ("/api/admin/users?status=inactive", "andy"),
        ] {
            for found in [
                read(house, &root, path, ("users", "username")).await,
                paged(house, &root, path, ("users", "username")).await,
            ] {
                assert_eq!(found.join(" "), names, "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_search_shows_nobody_twice_and_nobody_else() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        for name in ["bea", "bob", "cem"] {
            house.person(name).await;
        }
        let first = house.get("/api/users?limit=1").by(&ann).sent(200).await;
        let cursor = first.body["data"]["nextCursor"].as_str().unwrap();
        let other = house.get(&format!("/api/users?search=b&cursor={cursor}")).by(&ann).sent(200).await;
        let users = other.body["data"]["users"].as_array().unwrap();
        let names: Vec<_> = users.iter().map(|user| user["username"].as_str().unwrap()).collect();
        assert_eq!(names, ["bea", "bob"]);
        let last = house.get("/api/users?limit=3").by(&ann).sent(200).await;
        let cursor = last.body["data"]["nextCursor"].as_str().unwrap();
        let beyond = house.get(&format!("/api/users?search=a&cursor={cursor}")).by(&ann).sent(200).await;
        assert_eq!(beyond.body["data"]["users"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn places_are_read_on_as_they_are_ordered() {
    in_a_house(async |house| {
        let (root, ann) = (house.root("root").await, house.person("ann").await);
        for name in ["Delta", "alpha", "Echo", "bravo", "Charlie"] {
            house.clock.advance(std::time::Duration::from_secs(1));
            let group = house.post("/api/groups", &json!({"name": name})).by(&ann).sent(201).await;
            let channel = json!({"groupId": group.body["data"]["id"], "name": format!("of {name}")});
            house.post("/api/channels", &channel).by(&ann).sent(201).await;
        }
        let by_name = "alpha bravo Charlie Delta Echo";
        let (own, theirs) =
            (format!("/api/users/{}/groups", ann.id), format!("/api/admin/users/{}/groups", ann.id));
        for (by, path) in [(&root, "/api/admin/groups"), (&ann, own.as_str()), (&root, theirs.as_str())] {
            assert_eq!(read(house, by, path, ("groups", "name")).await.join(" "), by_name, "{path}");
            assert_eq!(paged(house, by, path, ("groups", "name")).await.join(" "), by_name, "{path}");
        }
        let read = read(house, &root, "/api/admin/channels", ("channels", "name")).await;
        let made: Vec<_> = read.iter().filter(|name| *name != "general").map(String::as_str).collect();
        assert_eq!(made, ["of Delta", "of alpha", "of Echo", "of bravo", "of Charlie"]);
        assert_eq!(read.len(), 10);
        assert_eq!(paged(house, &root, "/api/admin/channels", ("channels", "name")).await, read);
    })
    .await;
}
