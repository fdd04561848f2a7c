//! What a handler gets: a request whose route, caller and body are known.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;

use super::guard;
use crate::app::{Origins, cookie};
use crate::error::{Error, Result};
use crate::model::Id;
use crate::policy::Actor;
use crate::service::Admission;

#[derive(Debug)]
pub struct Call {
    pub method: Method,
    /// Of the caller, as far as a trusted proxy tells.
    pub address: IpAddr,
    pub request_id: String,
    pub(super) admission: Option<Admission>,
    pub(super) params: Vec<(String, String)>,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) origins: Origins,
}

impl Call {
    /// Who asks; UNAUTHENTICATED on an open route that nobody signed in to.
    pub fn actor(&self) -> Result<&Actor> {
        Ok(&self.admission()?.actor)
    }

    /// Who asks, and what their token says.
    pub fn admission(&self) -> Result<&Admission> {
        self.admission.as_ref().ok_or_else(|| Error::unauthenticated("sign in first"))
    }

    /// A part of the path, as it was before percent-encoding.
    pub fn param(&self, name: &str) -> Result<&str> {
        let found = self.params.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Error::internal(format!("the route has no {{{name}}}")))
    }

    /// A part of the path that is an id. What has not the form of one is VALIDATION_FAILED: it says
    /// nothing of what exists.
    pub fn id<T>(&self, name: &str) -> Result<Id<T>> {
        self.param(name)?
            .parse()
            .map_err(|_| Error::invalid(name, "must be an id of 24 lower-case hexadecimal digits"))
    }

    /// The body. Request types carry `deny_unknown_fields`; the field that breaks a rule is named.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if self.body.is_empty() {
            return Err(Error::bad_request("this request needs a JSON body"));
        }
        // A list would be read as the fields in their order, which nobody has promised.
        if self.body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Error::invalid("body", "must be an object"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let cause = error.into_inner();
            match cause.is_data() {
                true => Error::unreadable(&path, &cause.to_string()),
                false => Error::bad_request("the body is not valid JSON"),
            }
        })?;
        reader.end().map_err(|_| Error::bad_request("something stands after the JSON body"))?;
        Ok(value)
    }

    pub fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// The body, or the type's default where there is none.
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T> {
        match self.body.is_empty() {
            true => Ok(T::default()),
            false => self.json(),
        }
    }

    /// The query. Query types carry `deny_unknown_fields`, so that a misspelt filter is no full list.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(self.query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map_err(|error| {
            let path = error.path().to_string();
            Error::unreadable(&path, &error.into_inner().to_string())
        })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the caller's program calls itself: one short line.
    pub fn user_agent(&self) -> String {
        let told = self.header("user-agent").unwrap_or("unknown");
        told.chars().filter(|c| !c.is_control()).take(200).collect()
    }

    /// A cookie. A browser sends it whoever wrote the page, so a request that writes must also
    /// come from a page of ours.
    pub fn cookie(&self, name: &str) -> Result<Option<&str>> {
        let Some(value) = cookie::read(&self.headers, name) else {
            return Ok(None);
        };
        guard::against_other_sites(&self.method, &self.headers, &self.origins)?;
        Ok(Some(value))
    }
}
