pub mod clock;
pub mod error;
pub mod limits;
pub mod model;
pub mod store;
