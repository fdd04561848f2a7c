//! What a client sends over a socket: any event with any payload. Every one is answered, once, in
//! time, and the socket lives on (contract D-02).
//!
//! ```text
//! send_message                       an event, or #3 for the third that is known
//! {"channelId":"$C","text":"hi"}     its payload: JSON, or else taken as a text
//! ```

use std::time::Duration;

use hubbub::error::Code;
use hubbub::limits;
use hubbub::socket::EVENTS;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::first_line;
use super::house::{House, Left, within};
use super::line::Polling;

pub fn run(bytes: &[u8]) {
    within(async |house| {
        let (name, payload) = first_line(bytes);
        let Ok(name) = String::from_utf8(name.to_vec()) else { return Left::AsItWas };
        let name = known(&name).unwrap_or(name);
        let payload = house.spelt(payload);
        let payload = serde_json::from_slice(&payload)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&payload).into_owned()));
        let packet = format!("4217{}", json!([name, payload]));
        // The engine has its own bound, which `frames` tries.
        if packet.len() > limits::FRAME_BYTES / 2 || is_reserved(&name) {
            return Left::AsItWas;
        }
        answered(house, packet).await;
        house.left().await
    });
}

/// Names that Socket.IO keeps for itself are no events of a client; one that JSON has to escape closes
/// the connection, because the library reads names as they stand.
fn is_reserved(name: &str) -> bool {
    let escaped = json!(name).to_string().len() != name.len() + 2;
    escaped || matches!(name, "connect" | "connect_error" | "disconnect" | "disconnecting")
}

fn known(name: &str) -> Option<String> {
    let number: usize = name.strip_prefix('#')?.parse().ok()?;
    Some(EVENTS[number % EVENTS.len()].name.to_owned())
}

async fn answered(house: &House, packet: String) {
    let mut line = Polling::signed_in(house, "$T").await.expect("ann may connect");
    let began = Instant::now();
    assert_eq!(line.post(packet.clone().into()).await, Some(200), "{packet}");
    let first = line.until(|told| told.starts_with("4317[")).await;
    let first = first.unwrap_or_else(|| panic!("no answer to {packet}"));
    assert!(began.elapsed() <= limits::SEND_DEADLINE + Duration::from_secs(1), "late: {packet}");
    judge(&packet, &first);
    line.post("4218[\"get_online_users\"]".into()).await;
    let second = line.until(|told| told.starts_with("431")).await;
    assert!(second.is_some_and(|told| told.starts_with("4318[{\"ok\":true")), "deaf after {packet}");
    line.post("41".into()).await;
}

/// `[{ok:true,data}]`, or `[{ok:false,error}]` with a code that is no fault of ours.
fn judge(packet: &str, answer: &str) {
    let told: Vec<Value> =
        serde_json::from_str(answer.trim_start_matches("4317")).expect("an answer is JSON");
    let [told] = told.as_slice() else { panic!("{packet} was answered with {answer}") };
    let code = told["error"]["code"].as_str();
    match told["ok"].as_bool() {
        Some(true) => assert!(told.get("data").is_some() && code.is_none(), "{packet}: {answer}"),
        Some(false) => {
            let known = Code::ALL.iter().find(|known| Some(known.name()) == code);
            let fault = known.is_none_or(|code| matches!(code, Code::Internal | Code::Unknown));
            assert!(!fault, "a fault of ours: {packet}: {answer}");
        }
        None => panic!("{packet} was answered with {answer}"),
    }
}
