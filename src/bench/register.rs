//! People, a group and channels at a hubbub that runs: made over REST, as anybody would.
//!
//! Slow on purpose there (bcrypt, limits of each address), so this is for tens of people, not for
//! thousands; where the server says to wait, it is waited.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::plan::{Plan, Target};
use super::rest::Api;
use crate::clock::{nonce, secret};
use crate::error::{Error, Result};

pub async fn register(address: SocketAddr, host: String, plan: &Plan) -> Result<Target> {
    let mut api = Api::open(address, host.clone()).await?;
    let run: String = nonce().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let mut tokens = Vec::new();
    for number in 0..plan.people() {
        let username = format!("bench-{run}-{number}");
        let person =
            json!({"username": username, "email": format!("{username}@bench.example"), "password": secret()});
        let signed = api.post("/api/auth/register", &person, None).await?;
        tokens.push(text(&signed, "accessToken")?);
    }
    let mut channels = Vec::new();
    for group in 0..plan.groups {
        let members: Vec<&String> = tokens.iter().skip(group).step_by(plan.groups).collect();
        let Some((owner, others)) = members.split_first() else { continue };
        let made =
            api.post("/api/groups", &json!({"name": format!("Bench {run} {group}")}), Some(owner)).await?;
        let id = text(&made, "id")?;
        for member in others {
            api.post(&format!("/api/groups/{id}/join"), &json!({}), Some(member)).await?;
        }
        for number in 0..plan.channels / plan.groups {
            let channel = json!({"groupId": id, "name": format!("bench-{number}")});
            let made = api.post("/api/channels", &channel, Some(owner)).await?;
            channels.push(text(&made, "id")?);
        }
    }
    Ok(Target { address, host, tokens, channels })
}

fn text(data: &Value, field: &str) -> Result<String> {
    let found = data.get(field).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| Error::unavailable(format!("the server's answer has no {field}: is it a hubbub?")))
}
