//! The floors of the house: a room knows only rooms below it, and packages stay in their rooms.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. Rooms of one floor do not know each other, but for the ground floor, which is
/// a stair: each knows those to its left.
const GROUND: &[&str] = &["error", "failpoint", "limits", "model", "clock", "config"];
const FLOORS: &[&[&str]] = &[
    &["policy", "event", "words", "markdown"],
    &["store", "auth", "outbound"],
    &["log"],
    &["service", "world"],
    &["app"],
    &["rest", "socket"],
    &["server", "bench"],
    &["command"],
];

/// Packages that only some rooms may touch.
const PACKAGES: &[(&str, &[&str])] = &[
    ("warp", &["rest", "server"]),
    ("socketioxide", &["socket", "server"]),
    ("mongodb", &["store"]),
    ("rusqlite", &["store"]),
    ("jsonwebtoken", &["auth"]),
    ("bcrypt", &["auth"]),
    ("clap", &["command"]),
    ("include_dir", &["rest"]),
    ("pulldown_cmark", &["markdown"]),
    ("html5ever", &["service"]),
    ("tokio_rustls", &["outbound"]),
    ("webpki_roots", &["outbound"]),
    ("mio", &["bench"]),
    ("hdrhistogram", &["bench"]),
];

/// Everything below a room, by name.
fn below(room: &str) -> Vec<&'static str> {
    if let Some(step) = GROUND.iter().position(|name| *name == room) {
        return GROUND[..step].to_vec();
    }
    let floor = FLOORS.iter().position(|names| names.contains(&room));
    let floor =
        floor.unwrap_or_else(|| panic!("the room {room} has no floor: give it one here and in src/lib.rs"));
    GROUND.iter().chain(FLOORS[..floor].iter().copied().flatten()).copied().collect()
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(sources(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
    files
}

/// The code of a file up to its tests, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// `crate::room` wherever it stands, also in `use crate::{room, room::…}`.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => {
                rooms.insert(word(rest));
            }
            Some(group) => {
                let group = group.split("};").next().unwrap();
                rooms.extend(group.split(',').map(|part| word(part.trim())).filter(|name| !name.is_empty()));
            }
        }
    }
    rooms
}

fn rooms() -> Vec<(String, PathBuf)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let room_of = |path: &PathBuf| {
        let inside = path.strip_prefix(&source).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    };
    let files = sources(&source).into_iter().map(|path| (room_of(&path), path));
    files.filter(|(room, _)| room != "lib" && room != "main").collect()
}

#[test]
fn a_room_knows_only_the_rooms_below_it() {
    for (room, path) in rooms() {
        let below = below(&room);
        for named in rooms_named(&code(&path)) {
            let known = named == room || below.contains(&named.as_str());
            assert!(known, "{} must not know `{named}`: it is not below `{room}`", path.display());
        }
    }
}

#[test]
fn packages_stay_in_their_rooms() {
    for (room, path) in rooms() {
        let code = code(&path);
        for (package, allowed) in PACKAGES {
            let used = code.contains(&format!("{package}::"));
            assert!(!used || allowed.contains(&room.as_str()), "{} must not use {package}", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (_, path) in rooms() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} opens without a word about itself", path.display());
    }
}
