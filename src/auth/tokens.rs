//! Access tokens: signed, short-lived, and told apart from every other kind of token by header.
//!
//! A token only names a session. Roles and rights are read from the store at every use.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::{Clock, nonce};
use crate::error::{Code, Error, Result};
use crate::model::{Id, Time, User};

const ISSUER: &str = "hubbub";
const AUDIENCE: &str = "hubbub";
/// An access token, and no identity, invitation or upload token (RFC 9068).
const KIND: &str = "at+jwt";
/// How far the clocks of two of our machines may lie apart.
const LEEWAY: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    signing: EncodingKey,
    checking: DecodingKey,
    /// Every token carries exactly this header; a token with any other is refused unread.
    header: Header,
    rules: Validation,
    lifetime: Duration,
    clock: Clock,
}

/// What a token says. Each claim is required, and of one type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub fn new(secret: &[u8], lifetime: Duration, clock: Clock) -> Tokens {
        let digest = Sha256::digest(secret);
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(KIND.into());
        header.kid = Some(digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect());
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        // Without this list the library accepts a token that leaves `aud` or `iss` out.
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The house's clock judges expiry, below.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        Tokens(Arc::new(Keys {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            header,
            rules,
            lifetime,
            clock,
        }))
    }

    pub fn lifetime(&self) -> Duration {
        self.0.lifetime
    }

    pub fn sign(&self, user: Id<User>, session: &str, epoch: i64) -> Result<String> {
        let now = seconds(self.0.clock.now());
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
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
    pub fn read(&self, token: &str) -> Result<Claims> {
        let refused = |_| Error::unauthenticated("this is no access token of ours");
        let read = jsonwebtoken::decode::<Claims>(token, &self.0.checking, &self.0.rules).map_err(refused)?;
        if read.header != self.0.header {
            return Err(refused(jsonwebtoken::errors::ErrorKind::InvalidToken.into()));
        }
        let (claims, now) = (read.claims, self.0.clock.now());
        if claims.iat > seconds(now.plus(LEEWAY)) {
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
