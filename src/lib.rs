//! # hubbub: the map of the house
//!
//! One program that people chat through, over Socket.IO and REST on one port. This page says which
//! room is for what. Each room opens with what it leaves to others; `README.md` says how to run the
//! program, `docs/delivery.md` is the contract whose rules (D-01 …) the comments cite.
//!
//! ## Floors
//!
//! A room uses only rooms on lower floors; rooms of one floor do not know each other. On the ground
//! floor each knows those to its left. `tests/house/layers.rs` reads the `use` lines and holds
//! everybody to it, and to this: a package stays in its rooms.
//!
//! ```text
//!    main                       hands the serving over to the command line
//!  8 command                    what was typed: serve, seed, clear-database, migrate, user, bench …
//!  7 server    bench            one port: our accept loop, Socket.IO, warp · the load of many clients
//!  6 rest      socket           the two doors: bytes into requests, results into replies; no opinion
//!  5 app                        the handle both doors hold: every service, built once
//!  4 service   world            what the product does · sample worlds
//!  3 log                        numbers entries, makes them durable, tells them in order
//!  2 store     auth             documents on two engines · passwords and tokens
//!    outbound                   pages that strangers name, fetched with care
//!  1 policy    event            who may do what · what is said aloud; pure
//!    words     markdown         how text is found · how it is shown; pure
//!  0 error < failpoint < limits < model < clock < config
//! ```
//!
//! ## The way of a message
//!
//! ```text
//! POST /api/messages ── rest ──┐ a typed request and who asks
//!                              ├─ service ─ policy ─ log ─ store ── durable
//! send_message ── socket ──────┘                                      │
//! reply, acknowledgement ←────────────────────────────────────────────┤
//! new_message to all who may read ←── socket ←── outbox of the log ←──┘
//! ```
//!
//! One direction: a service calls no door, a door calls no store, and an event is told only after
//! the store said yes. So both doors have the same rules, the same events and the same errors, and
//! know nothing of each other.
//!
//! ## Where to begin
//!
//! - To change what is allowed: the table in [`policy`], and `fixtures/permissions.txt`, which a test
//!   draws from it and from the registries of routes and events.
//! - To add a route: the `routes()` of its area in [`rest`]; an event of clients: the table in
//!   [`socket`]; either ends in one method of a [`service`].
//! - To keep something new: a named query on a table in [`store`], never a filter anywhere else.
//! - To add a setting: its row and its field in [`config`]; the table in `README.md` follows.
//! - To change what a search finds: [`words`], and `fixtures/search.json`, which both engines are held to.
//! - To change how text is shown: [`markdown`], and `fixtures/markdown.json`, which clients are held to as well.
//! - To find a bound that a client can meet: [`limits`].
//!
//! Built without the feature `mongo` the house stands on the embedded store alone.

pub mod app;
pub mod auth;
pub mod bench;
pub mod clock;
pub mod command;
pub mod config;
pub mod error;
pub mod event;
pub mod failpoint;
pub mod limits;
pub mod log;
pub mod markdown;
pub mod model;
pub mod outbound;
pub mod policy;
pub mod rest;
pub mod server;
pub mod service;
pub mod socket;
pub mod store;
pub mod words;
pub mod world;
