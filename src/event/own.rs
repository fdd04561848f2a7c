//! What somebody is told in their own log.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Channel, Id, Leave};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub about: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelAdded {
    pub channel: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelRemoved {
    pub channel: Id<Channel>,
    pub reason: Leave,
}
