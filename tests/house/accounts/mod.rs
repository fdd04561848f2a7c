//! Signing up, in and out, and what somebody may do to accounts.

mod administration;
mod claim;
mod earlier;
mod lists;
mod profile;
mod sessions;
mod sign_in;
