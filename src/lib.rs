pub mod clock;
pub mod config;
pub mod error;
pub mod limits;
pub mod model;
pub mod store;
