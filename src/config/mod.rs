//! How this installation is set up: defaults < file < environment < flags.
//!
//! One struct per section; [`keys`] is the table of every setting with its variable, from which the
//! file is checked, `hubbub config` prints and the manual's table is made. [`Secrets`] turns
//! configured secrets into the [`Keys`] of a running server, or refuses with a named reason.
//! Reading the file and the secrets is the only I/O here.

mod load;
mod network;
mod rows;
mod secrets;
mod sections;
mod strength;
mod table;
mod value;

pub use load::{Loaded, Origin, Source};
pub use network::Network;
pub use secrets::{Keys, Secrets};
pub use sections::{
    Auth, Config, Environment, Format, Limits, Log, Previews, Registration, Server, Sockets, Store,
};
pub use table::{Key, keys, markdown};
