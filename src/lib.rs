pub mod clock;
pub mod error;
pub mod limits;
pub mod log;
pub mod model;
pub mod policy;
pub mod service;
pub mod store;
