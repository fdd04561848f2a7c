//! The program as it is typed: what it prints, what it refuses, and its exit codes.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a command printed, and how it ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn hubbub(directory: &Path, line: &str) -> Ended {
    typed(directory, line, &[], "")
}

/// Runs with nothing of our own environment but what is given.
fn typed(directory: &Path, line: &str, variables: &[(&str, &str)], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hubbub"))
        .args(line.split_whitespace())
        .current_dir(directory)
        .env_clear()
        .env("HUBBUB_BCRYPT_COST", "4")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Ended {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

#[track_caller]
fn done(ended: &Ended, words: &str) {
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.contains(words), "{}", ended.out);
}

#[track_caller]
fn refused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert!(ended.err.starts_with("hubbub: ") && ended.err.contains(words), "{}", ended.err);
}

#[test]
fn a_dry_run_of_the_migrations_says_what_is_to_do_and_changes_nothing() {
    let here = tempfile::tempdir().unwrap();
    done(&hubbub(here.path(), "migrate --dry-run"), "to do: collections and indexes");
    assert!(!here.path().join("data").exists());
    done(&hubbub(here.path(), "migrate"), "done: collections and indexes");
    done(&hubbub(here.path(), "migrate --dry-run"), "the store is up to date");
}

#[test]
fn seeding_and_clearing_leave_an_empty_store() {
    let here = tempfile::tempdir().unwrap();
    done(&hubbub(here.path(), "seed"), "added 15 users, 5 groups, 16 channels");
    done(&hubbub(here.path(), "seed"), "everything was there already");
    done(
        &hubbub(here.path(), "seed --users 5 --messages 40 --channels 2 --groups 1"),
        "added 5 users, 1 groups",
    );
    let uploads = here.path().join("data/uploads/ab");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("cat.png"), "meow").unwrap();
    let exports = here.path().join("data/exports");
    std::fs::create_dir_all(&exports).unwrap();
    std::fs::write(exports.join("all-of-hers.tar"), "hers").unwrap();
    assert_eq!(hubbub(here.path(), "clear-database").code, 1, "nobody there to ask");
    let asked = typed(here.path(), "clear-database", &[], "no\n");
    assert_eq!(asked.code, 1);
    assert!(asked.err.ends_with("hubbub: that was not data, so nothing was deleted\n"), "{}", asked.err);
    assert!(
        asked.out.contains("users                    20")
            && asked.out.contains("files                     1"),
        "{}",
        asked.out
    );
    assert!(uploads.exists() && exports.exists());
    done(&typed(here.path(), "clear-database", &[], "data\n"), "all of it is deleted");
    assert!(!uploads.exists() && !exports.exists());
    let empty = hubbub(here.path(), "clear-database --yes");
    done(&empty, "users                     0");
    assert!(here.path().join("data/pepper").exists(), "secrets stay");
}

#[test]
fn what_is_written_is_for_its_owner_alone() {
    let here = tempfile::tempdir().unwrap();
    done(&hubbub(here.path(), "seed"), "added");
    let data = here.path().join("data");
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(data).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

#[test]
fn accounts_are_made_changed_and_listed() {
    let here = tempfile::tempdir().unwrap();
    let add = "user add --username ann --email ann@example.org --role super_admin --password-stdin";
    done(&typed(here.path(), add, &[], "correct horse\n"), "added ann");
    refused(&typed(here.path(), add, &[], "correct horse\n"), "cannot be used");
    refused(&typed(here.path(), "user passwd --username ann", &[], "short\n"), "8 characters at least");
    refused(&typed(here.path(), "user passwd --username ann", &[], "ann@example.org\n"), "must differ");
    refused(&typed(here.path(), "user passwd --username bob", &[], "correct horse\n"), "there is no bob");
    done(&typed(here.path(), "user passwd --username Ann", &[], "battery staple\n"), "signed out everywhere");
    let listed = hubbub(here.path(), "user list");
    done(&listed, "ann@example.org");
    assert!(listed.out.contains("super_admin"), "{}", listed.out);
}

#[test]
fn wrong_usage_is_2_and_says_what_is_right() {
    let here = tempfile::tempdir().unwrap();
    for (line, words) in [
        ("sevre", "unrecognized subcommand"),
        ("seed --users 0", "1..=100000"),
        ("user add --username ann", "--email"),
        ("user add --username a! --email ann@example.org", "username: must have 3 to 30 characters"),
        ("user add --username ann --email ann@example.org --role king", "super_admin"),
    ] {
        let ended = hubbub(here.path(), line);
        assert_eq!(ended.code, 2, "{line}");
        assert!(ended.err.contains(words), "{}", ended.err);
    }
    assert!(!here.path().join("data").exists(), "and touches nothing");
}

#[test]
fn s_29_a_server_without_a_secret_of_its_own_does_not_start_in_production() {
    let here = tempfile::tempdir().unwrap();
    let production = [("HUBBUB_ENVIRONMENT", "production"), ("HUBBUB_BCRYPT_COST", "10")];
    refused(&typed(here.path(), "", &production, ""), "no secret to sign tokens with");
    let sample = [&production[..], &[("HUBBUB_JWT_SECRET", "changeme")]].concat();
    refused(&typed(here.path(), "", &sample, ""), "too short");
    assert!(!here.path().join("data").exists(), "and touches nothing");
}

#[test]
fn production_asks_twice_before_anything_that_cannot_be_meant() {
    let here = tempfile::tempdir().unwrap();
    let production = [
        ("HUBBUB_ENVIRONMENT", "production"),
        ("HUBBUB_JWT_SECRET", "q7Jp2vX0cY8mB4nL6tR1wZ5sD9fG3hK+uE/aTiOo"),
        ("HUBBUB_BCRYPT_COST", "10"),
    ];
    refused(&typed(here.path(), "seed", &production, ""), "--i-know");
    refused(&typed(here.path(), "clear-database --yes", &production, ""), "--i-know");
    refused(&typed(here.path(), "serve --demo", &production, ""), "leave it out in production");
    assert!(!here.path().join("data").exists());
    done(&typed(here.path(), "clear-database --yes --i-know", &production, ""), "all of it is deleted");
}

#[test]
fn the_passwords_of_the_sample_never_meet_the_public() {
    let here = tempfile::tempdir().unwrap();
    refused(&hubbub(here.path(), "serve --demo --bind 0.0.0.0:0"), "does not listen on 0.0.0.0:0");
    done(&hubbub(here.path(), "seed"), "added");
    refused(
        &hubbub(here.path(), "serve --bind 0.0.0.0:0"),
        "ines still has the password that everybody can read",
    );
}

#[test]
fn a_store_in_use_is_named_and_so_is_the_other_way() {
    let here = tempfile::tempdir().unwrap();
    std::fs::create_dir(here.path().join("data")).unwrap();
    let lock = std::fs::File::create(here.path().join("data/lock")).unwrap();
    lock.lock().unwrap();
    let add = "user add --username ann --email ann@example.org --password-stdin";
    let ended = typed(here.path(), add, &[], "correct horse\n");
    refused(&ended, "in use by another hubbub");
    assert!(ended.err.contains("REST API"), "{}", ended.err);
    refused(&hubbub(here.path(), "seed"), "in use by another hubbub");
}

#[test]
fn the_settings_in_force_are_shown_without_secrets_and_can_be_read_back() {
    let here = tempfile::tempdir().unwrap();
    let secret = "q7Jp2vX0cY8mB4nL6tR1wZ5sD9fG3hK+uE/aTiOo";
    let variables = [("HUBBUB_JWT_SECRET", secret), ("HUBBUB_EIO3", "true"), ("HUBBUB_BNID", "x")];
    let shown = typed(here.path(), "config --data-dir elsewhere", &variables, "");
    done(&shown, "eio3 = true");
    assert!(shown.out.contains("HUBBUB_EIO3") && shown.out.contains("--data-dir"), "{}", shown.out);
    assert!(shown.out.contains("(hidden)") && !shown.out.contains(secret), "{}", shown.out);
    assert!(shown.err.contains("HUBBUB_BNID"), "{}", shown.err);
    std::fs::write(here.path().join("hubbub.toml"), &shown.out).unwrap();
    let again = hubbub(here.path(), "config");
    done(&again, "eio3 = true ");
    done(&again, "data_dir = \"elsewhere\"");
}

#[test]
fn a_server_is_well_only_if_it_says_so() {
    let here = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = listener.local_addr().unwrap().to_string();
    for (answer, code) in [("200 OK", 0), ("503 Service Unavailable", 1)] {
        let answering = listener.try_clone().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = answering.accept().unwrap();
            let mut request = [0; 1024];
            let _ = std::io::Read::read(&mut stream, &mut request).unwrap();
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        let ended = typed(here.path(), "health", &[("HUBBUB_BIND", &bind)], "");
        assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
        server.join().unwrap();
    }
    drop(listener);
    refused(&typed(here.path(), "health", &[("HUBBUB_BIND", &bind)], ""), "no answer");
}
