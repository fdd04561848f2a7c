//! Access tokens: only what we signed ourselves, says all it must and nothing else, and is of now.
//!
//! ```text
//! {"alg":"HS256","typ":"at+jwt","kid":"$K"}     a header
//! {"iss":"hubbub","sub":"0707…",…}              and claims, signed with our own key: the typed reading
//! eyJ….eyJ….c2ln                                or one line: a token as a stranger sends it
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use hubbub::auth::Tokens;
use hubbub::clock::Clock;
use hubbub::config::Auth;
use hubbub::model::{Id, Time};
use secrecy::SecretSlice;
use serde_json::Value;
use sha2::Sha256;

use super::first_line;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
/// Seconds since 1970.
const NOW: i64 = 1_700_000_000;
const LEEWAY: i64 = 30;
const CLAIMS: [&str; 8] = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "epoch"];

thread_local! {
    static TOKENS: Tokens = Tokens::new(
        &SecretSlice::from(SECRET.to_vec()),
        &Auth::default(),
        Clock::still(Time::from_millis(NOW * 1000)),
    );
}

pub fn run(bytes: &[u8]) {
    TOKENS.with(|tokens| {
        let token = match first_line(bytes) {
            (token, []) => String::from_utf8(named(tokens, token)),
            (header, claims) => String::from_utf8(named(tokens, header)).map(|head| signed(&head, claims)),
        };
        if let Ok(token) = token {
            judge(tokens, &token);
        }
    });
}

/// A good token of ours; its parts are what an input builds upon.
fn good(tokens: &Tokens) -> String {
    tokens.sign(Id::from_bytes([7; 12]), "session", 3).expect("a token")
}

/// `$T` is a good token, `$H` its header, `$P` its claims, `$K` the name of its key.
fn named(tokens: &Tokens, text: &[u8]) -> Vec<u8> {
    let good = good(tokens);
    let parts: Vec<&str> = good.split('.').collect();
    let header: Value = part(parts[0]).expect("our own header");
    let key = header["kid"].as_str().expect("a key").to_owned();
    let text = String::from_utf8_lossy(text);
    text.replace("$T", &good).replace("$H", parts[0]).replace("$P", parts[1]).replace("$K", &key).into_bytes()
}

fn signed(header: &str, claims: &[u8]) -> String {
    let told = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(mac(&told));
    format!("{told}.{signature}")
}

fn mac(told: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("a key of any length");
    mac.update(told.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn part(encoded: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// Whatever is let in has been judged here anew, without the code that let it in.
fn judge(tokens: &Tokens, token: &str) {
    let Ok(claims) = tokens.read(token) else { return };
    let (told, signature) = token.rsplit_once('.').expect("a token has a signature");
    let (header, body) = told.split_once('.').expect("a token has claims");
    assert_eq!(URL_SAFE_NO_PAD.decode(signature).ok(), Some(mac(told)), "signed by a stranger: {token}");
    let (header, body) = (part(header).expect("a header"), part(body).expect("claims"));
    let own = part(good(tokens).split('.').next().unwrap_or("")).expect("our own header");
    assert_eq!(header, own, "a token of another kind");
    let keys = body.as_object().expect("claims are an object");
    assert!(CLAIMS.iter().all(|claim| keys.contains_key(*claim)), "a claim is missing: {body}");
    assert_eq!(keys.len(), CLAIMS.len(), "a claim too many: {body}");
    let texts = ["iss", "aud", "sub", "sid", "jti"];
    assert!(texts.iter().all(|claim| body[claim].is_string()), "no text: {body}");
    assert_eq!((&body["iss"], &body["aud"]), (&"hubbub".into(), &"hubbub".into()), "{body}");
    let number = |claim: &str| body[claim].as_i64().unwrap_or_else(|| panic!("{claim} of {body}"));
    assert!((0..=NOW + LEEWAY).contains(&number("iat")), "of the future: {body}");
    assert!(number("exp") > NOW - LEEWAY, "over: {body}");
    assert_eq!(serde_json::to_value(&claims).expect("claims"), body, "read otherwise than written");
}
