//! One error for the whole house: a code, a sentence, and what a caller may do next.
//!
//! The code is the contract with clients; the sentence may change. Both doors turn an [`Error`]
//! into the same body. Faults of ours carry a cause that is logged and never sent.

mod reading;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The closed list of codes a client can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    BadRequest,
    ValidationFailed,
    Unauthenticated,
    TokenExpired,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    Conflict,
    Gone,
    PayloadTooLarge,
    UnsupportedMediaType,
    Locked,
    RateLimited,
    Internal,
    /// Nothing was written and nothing will be.
    Unavailable,
    /// The write may or may not be there: repeat it with the same id (contract D-02).
    Unknown,
}

impl Code {
    pub const ALL: &[Code] = &[
        Code::BadRequest,
        Code::ValidationFailed,
        Code::Unauthenticated,
        Code::TokenExpired,
        Code::Forbidden,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::RequestTimeout,
        Code::Conflict,
        Code::Gone,
        Code::PayloadTooLarge,
        Code::UnsupportedMediaType,
        Code::Locked,
        Code::RateLimited,
        Code::Internal,
        Code::Unavailable,
        Code::Unknown,
    ];

    /// The HTTP status that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Code::BadRequest | Code::ValidationFailed => 400,
            Code::Unauthenticated | Code::TokenExpired => 401,
            Code::Forbidden => 403,
            Code::NotFound => 404,
            Code::MethodNotAllowed => 405,
            Code::RequestTimeout => 408,
            Code::Conflict => 409,
            Code::Gone => 410,
            Code::PayloadTooLarge => 413,
            Code::UnsupportedMediaType => 415,
            Code::Locked => 423,
            Code::RateLimited => 429,
            Code::Internal => 500,
            Code::Unavailable | Code::Unknown => 503,
        }
    }

    /// Whether the same request, sent again with the same ids, can succeed.
    pub fn retryable(self) -> bool {
        matches!(self, Code::RateLimited | Code::Unavailable | Code::Unknown | Code::RequestTimeout)
    }

    /// The spelling on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Code::BadRequest => "BAD_REQUEST",
            Code::ValidationFailed => "VALIDATION_FAILED",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::TokenExpired => "TOKEN_EXPIRED",
            Code::Forbidden => "FORBIDDEN",
            Code::NotFound => "NOT_FOUND",
            Code::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Code::RequestTimeout => "REQUEST_TIMEOUT",
            Code::Conflict => "CONFLICT",
            Code::Gone => "GONE",
            Code::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Code::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Code::Locked => "LOCKED",
            Code::RateLimited => "RATE_LIMITED",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::Unknown => "UNKNOWN",
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A refusal or a fault, made where the fact is known.
pub struct Error(Box<Facts>);

struct Facts {
    code: Code,
    message: Cow<'static, str>,
    details: BTreeMap<String, String>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Error {
        let message = message.into();
        Error(Box::new(Facts { code, message, details: BTreeMap::new(), retry_after: None, cause: None }))
    }

    /// One field of a request breaks a rule; `reason` reads after the field's name.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Error {
        let (field, reason) = (field.into(), reason.into());
        Error::new(Code::ValidationFailed, format!("{field}: {reason}")).detail(field, reason)
    }

    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::BadRequest, message)
    }

    pub fn unauthenticated(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::Unauthenticated, message)
    }

    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::Forbidden, message)
    }

    /// `what` does not exist, or the caller may not know that it does.
    pub fn not_found(what: &str) -> Error {
        Error::new(Code::NotFound, format!("no such {what}"))
    }

    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::Conflict, message)
    }

    pub fn gone(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::Gone, message)
    }

    pub fn rate_limited(retry_after: Duration) -> Error {
        Error::new(Code::RateLimited, "too many requests, slow down").retry_after(retry_after)
    }

    /// The store or another part we need does not answer; nothing was written.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(Code::Unavailable, message).retry_after(Duration::from_secs(1))
    }

    /// A write whose outcome nobody knows.
    pub fn unknown() -> Error {
        Error::new(Code::Unknown, "the outcome is unknown, repeat the request with the same id")
            .retry_after(Duration::from_secs(1))
    }

    /// A fault of ours. The sentence names the operation; the client sees neither it nor the cause.
    pub fn internal(cause: impl Into<Cause>) -> Error {
        Error::new(Code::Internal, "something went wrong on our side").because(cause)
    }

    pub fn detail(mut self, field: impl Into<String>, reason: impl Into<String>) -> Error {
        self.0.details.insert(field.into(), reason.into());
        self
    }

    pub fn retry_after(mut self, after: Duration) -> Error {
        self.0.retry_after = Some(after);
        self
    }

    pub fn because(mut self, cause: impl Into<Cause>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn wait(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The `error` object of both doors: `{code, message, details?, retryable, retryAfterMs?}`.
    pub fn body(&self) -> Body<'_> {
        Body {
            code: self.0.code.name(),
            message: &self.0.message,
            details: &self.0.details,
            retryable: self.0.code.retryable(),
            retry_after_ms: self.0.retry_after.map(|after| after.as_millis() as u64),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Body<'a> {
    pub code: &'static str,
    pub message: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub details: &'a BTreeMap<String, String>,
    pub retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.name(), self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_spelt_on_the_wire_as_serde_spells_it() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    #[test]
    fn a_cause_is_never_sent() {
        let error = Error::internal(std::io::Error::other("disk serial 42"));
        assert!(!serde_json::to_string(&error.body()).unwrap().contains("42"));
        assert!(format!("{error:?}").contains("42"));
    }
}
