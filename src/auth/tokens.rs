//! Access tokens: signed, short-lived, and told apart from every other kind of token by header.
//!
//! A token only names a session. Roles and rights are read from the store at every use.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::RefreshToken;
use crate::clock::{Clock, nonce};
use crate::config;
use crate::error::{Code, Error, Result};
use crate::model::{Id, Time, User};

/// An access token, and no identity, invitation or upload token (RFC 9068).
const KIND: &str = "at+jwt";
/// How far the clocks of two of our machines may lie apart.
const LEEWAY: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    secret: SecretSlice<u8>,
    signing: EncodingKey,
    checking: DecodingKey,
    /// Every token carries exactly this header; a token with any other is refused unread.
    header: Header,
    rules: Validation,
    issuer: String,
    audience: String,
    lifetime: Duration,
    clock: Clock,
}

/// What a token says. Each claim is required and of one type, and there is no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: Id<User>,
    /// The session.
    pub sid: String,
    pub jti: String,
    pub iat: i64,
    pub exp: i64,
    /// The user's `authz_epoch` at signing; a token of an older one is worth nothing.
    pub epoch: i64,
}

impl Tokens {
    /// `secret` has been judged by the configuration: at least 32 bytes, and no sample.
    pub fn new(secret: &SecretSlice<u8>, says: &config::Auth, clock: Clock) -> Tokens {
        let secret = secret.expose_secret();
        let digest = Sha256::digest(secret);
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(KIND.into());
        header.kid = Some(digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect());
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[&says.audience]);
        rules.set_issuer(&[&says.issuer]);
        // Without this list the library accepts a token that leaves `aud` or `iss` out.
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The house's clock judges expiry, below.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        Tokens(Arc::new(Keys {
            secret: SecretSlice::from(secret.to_vec()),
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            header,
            rules,
            issuer: says.issuer.clone(),
            audience: says.audience.clone(),
            lifetime: Duration::from_secs(says.access_minutes * 60),
            clock,
        }))
    }

    pub fn lifetime(&self) -> Duration {
        self.0.lifetime
    }

    pub fn sign(&self, user: Id<User>, session: &str, epoch: i64) -> Result<String> {
        let now = seconds(self.0.clock.now());
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: self.0.audience.clone(),
            sub: user,
            sid: session.into(),
            jti: nonce(),
            iat: now,
            exp: now.saturating_add(self.0.lifetime.as_secs() as i64),
            epoch,
        };
        jsonwebtoken::encode(&self.0.header, &claims, &self.0.signing).map_err(Error::internal)
    }

    /// UNAUTHENTICATED, or TOKEN_EXPIRED for one that was good once.
    /// The one refresh token that may follow this one, however often and by whomever it is asked for:
    /// two tabs that refresh at once share one line, and so does a thief with the owner, until one of
    /// them is late and the session ends.
    pub fn heir(&self, token: &RefreshToken) -> Result<RefreshToken> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.secret.expose_secret()).map_err(Error::internal)?;
        let told = mac.chain_update(b"the refresh token after ").chain_update(token.reveal());
        Ok(RefreshToken::from_bytes(&told.finalize().into_bytes()))
    }

    pub fn read(&self, token: &str) -> Result<Claims> {
        let refused = |_| Error::unauthenticated("this is no access token of ours");
        let read = jsonwebtoken::decode::<Claims>(token, &self.0.checking, &self.0.rules).map_err(refused)?;
        if read.header != self.0.header {
            return Err(refused(jsonwebtoken::errors::ErrorKind::InvalidToken.into()));
        }
        let (claims, now) = (read.claims, self.0.clock.now());
        if claims.iat < 0 || claims.iat > seconds(now.plus(LEEWAY)) {
            return Err(Error::unauthenticated("this token is not valid yet"));
        }
        if claims.exp <= seconds(now.minus(LEEWAY)) {
            return Err(Error::new(Code::TokenExpired, "this token has expired, refresh it"));
        }
        Ok(claims)
    }
}

fn seconds(time: Time) -> i64 {
    time.millis() / 1000
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("lifetime", &self.0.lifetime).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn tokens() -> (Tokens, Clock) {
        let clock = Clock::still(Time::from_millis(1_700_000_000_000));
        (Tokens::new(&SecretSlice::from(SECRET.to_vec()), &config::Auth::default(), clock.clone()), clock)
    }

    fn user() -> Id<User> {
        Id::from_bytes([7; 12])
    }

    fn code(token: &str) -> Code {
        tokens().0.read(token).unwrap_err().code()
    }

    fn claims() -> Value {
        json!({"iss": "hubbub", "aud": "hubbub", "sub": user(), "sid": "s", "jti": "j",
               "iat": 1_700_000_000, "exp": 1_700_000_900, "epoch": 0})
    }

    fn signed(header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(SECRET)).unwrap()
    }

    /// The first part, the second part and a signature of our own key over whatever they are.
    fn raw(header: Value, claims: &Value) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        use hmac::Mac as _;
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let told = format!("{}.{}", part(&header), part(claims));
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(told.as_bytes());
        format!("{told}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn header() -> Header {
        tokens().0.0.header.clone()
    }

    #[test]
    fn a_token_is_read_until_it_expires() {
        let (tokens, clock) = tokens();
        let token = tokens.sign(user(), "session", 3).unwrap();
        let read = tokens.read(&token).unwrap();
        assert_eq!((read.sub, read.sid.as_str(), read.epoch), (user(), "session", 3));
        clock.advance(tokens.lifetime() + LEEWAY + Duration::from_secs(1));
        assert_eq!(tokens.read(&token).unwrap_err().code(), Code::TokenExpired);
        assert_eq!(tokens.0.rules.algorithms, [Algorithm::HS256]);
    }

    #[test]
    fn tokens_of_other_algorithms_and_headers_are_refused_s11() {
        assert!(tokens().0.read(&signed(&header(), &claims())).is_ok());
        let kid = header().kid;
        for alg in ["none", "None", "HS384", "RS256", "EdDSA"] {
            assert_eq!(
                code(&raw(json!({"alg": alg, "typ": KIND, "kid": kid}), &claims())),
                Code::Unauthenticated,
                "{alg}"
            );
        }
        for (name, value) in [
            ("kid", json!("../../dev/null")),
            ("typ", json!("JWT")),
            ("typ", json!(null)),
            ("jku", json!("https://evil.example")),
            ("x5u", json!("https://evil.example")),
            ("jwk", json!({"kty": "oct", "k": "AAAA"})),
            ("crit", json!(["exp"])),
        ] {
            let mut header = json!({"alg": "HS256", "typ": KIND, "kid": kid});
            header[name] = value;
            assert_eq!(code(&raw(header, &claims())), Code::Unauthenticated, "{name}");
        }
        let good = signed(&header(), &claims());
        assert_eq!(code(good.rsplit_once('.').unwrap().0), Code::Unauthenticated);
        assert_eq!(code(&format!("{}.", good.rsplit_once('.').unwrap().0)), Code::Unauthenticated);
        let other = jsonwebtoken::encode(&header(), &claims(), &EncodingKey::from_secret(&[9; 32])).unwrap();
        assert_eq!(code(&other), Code::Unauthenticated);
    }

    #[test]
    fn each_claim_is_required_s12() {
        for name in ["exp", "iss", "aud", "sub", "sid", "jti", "iat", "epoch"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(code(&signed(&header(), &claims)), Code::Unauthenticated, "{name}");
        }
        for (name, value) in [("iss", "evil"), ("aud", "other"), ("sub", "")] {
            let mut claims = claims();
            claims[name] = json!(value);
            assert_eq!(code(&signed(&header(), &claims)), Code::Unauthenticated, "{name}");
        }
    }

    #[test]
    fn claims_of_another_type_are_refused_s13() {
        for value in [
            json!("1700000900"),
            json!(1e300),
            json!(null),
            json!([1_700_000_900]),
            json!(1_700_000_900.5),
            json!(u64::MAX),
        ] {
            for name in ["exp", "iat"] {
                let mut claims = claims();
                claims[name] = value.clone();
                assert_eq!(code(&signed(&header(), &claims)), Code::Unauthenticated, "{name} {value}");
            }
        }
        let mut early = claims();
        early["exp"] = json!(1);
        assert_eq!(code(&signed(&header(), &early)), Code::TokenExpired);
        early["exp"] = json!(-1);
        assert_eq!(code(&signed(&header(), &early)), Code::Unauthenticated);
        let mut late = claims();
        late["iat"] = json!(1_700_000_100);
        assert_eq!(code(&signed(&header(), &late)), Code::Unauthenticated);
    }

    #[test]
    fn a_refresh_token_is_no_access_token_s14() {
        assert_eq!(code(crate::auth::RefreshToken::make().reveal()), Code::Unauthenticated);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_is_let_in(text in "\\PC{0,40}|[A-Za-z0-9_-]{0,20}(\\.[A-Za-z0-9_-]{0,20}){0,4}") {
            prop_assert!(tokens().0.read(&text).is_err());
        }
    }
}
