//! The whole matrix of who may do what, against `fixtures/permissions.txt` (`UPDATE=1` rewrites it).

use std::collections::BTreeSet;
use std::path::Path;

use hubbub::policy::{Action, RULES, Standing, can};
use hubbub::rest;

const FIXTURE: &str = "fixtures/permissions.txt";

const HEAD: &str = "\
# Who may do what: every route and event, and what each standing is answered.
# Columns: what, the action of the policy table, then stranger, outsider, member, group admin, super admin.
# `ok`, or the code of the refusal. A service asks about the very thing and may be stricter. It is laxer
# where a group's setting lets members create channels, and where one takes nobody out but oneself.
# `open` needs no sign-in and `own` concerns nobody but the caller: such a line is written by hand
# (UPDATE=1 keeps it and adds none), because it is a decision.
";

/// One line of the matrix; none where the action is to be written down by hand.
struct Row {
    what: String,
    action: Option<Action>,
    /// `open` or `own`.
    word: &'static str,
}

impl Row {
    fn line(&self) -> String {
        match self.action {
            None => format!("{:<58} {}", self.what, self.word),
            Some(Action::UseOwnAccount) => format!("{:<58} own", self.what),
            Some(action) => {
                let answers = Standing::ALL.map(|standing| answer(standing, action));
                format!("{:<58} {:<21} {}", self.what, format!("{action:?}"), answers.join(" "))
            }
        }
    }

    fn by_hand(&self) -> bool {
        matches!(self.action, None | Some(Action::UseOwnAccount))
    }
}

fn answer(standing: Standing, action: Action) -> &'static str {
    match can(standing, action, "thing") {
        Ok(()) => "ok",
        Err(error) => error.code().name(),
    }
}

/// Everything that can be asked for on either door.
fn rows() -> Vec<Row> {
    let routes = rest::routes().into_iter().map(|route| Row {
        what: format!("{} {}", route.method, route.full_path()),
        action: route.action(),
        word: "open",
    });
    let events = hubbub::socket::EVENTS.iter().map(|event| Row {
        what: format!("event {}", event.name),
        action: event.action,
        word: "own",
    });
    routes.chain(events).collect()
}

#[test]
fn every_route_and_event_is_in_the_permission_matrix() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURE);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeSet<&str> = kept.lines().filter(|line| !line.starts_with('#')).collect();
    let rows = rows();
    if std::env::var_os("UPDATE").is_some() {
        let mut lines: Vec<String> = rows
            .iter()
            .filter(|row| !row.by_hand() || known.contains(row.line().as_str()))
            .map(Row::line)
            .collect();
        lines.sort();
        std::fs::write(&path, format!("{HEAD}{}\n", lines.join("\n"))).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let known: BTreeSet<&str> = kept.lines().filter(|line| !line.starts_with('#')).collect();
    let drawn: Vec<String> = rows.iter().map(Row::line).collect();
    let missing: Vec<&String> = drawn.iter().filter(|line| !known.contains(line.as_str())).collect();
    let distinct: BTreeSet<&str> = drawn.iter().map(String::as_str).collect();
    assert_eq!(distinct.len(), drawn.len(), "a route stands twice");
    let drawn = distinct;
    let gone: Vec<_> = known.difference(&drawn).collect();
    assert!(missing.is_empty(), "not in {FIXTURE}: {missing:#?}");
    assert!(gone.is_empty(), "in {FIXTURE}, and nowhere else: {gone:#?}");
}

#[test]
fn whoever_stands_closer_may_do_no_less() {
    for (action, _) in RULES {
        let allowed = Standing::ALL.map(|standing| can(standing, *action, "thing").is_ok());
        assert!(allowed.is_sorted(), "{action:?}: {allowed:?}");
    }
}

#[test]
fn a_stranger_is_never_told_that_something_is_there() {
    for (action, _) in RULES {
        assert_ne!(answer(Standing::Stranger, *action), "FORBIDDEN", "{action:?}");
    }
}
