//! The store keeps its promises on both engines.

mod language;
