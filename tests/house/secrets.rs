//! Secrets: never shown, never weak, never open to others (S-29).

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hubbub::config::{Secrets, Source, keys};
use secrecy::ExposeSecret;

use crate::config::{production, refusal, source, written};

const STRONG: &str = "q7Jp2vX0cY8mB4nL6tR1wZ5sD9fG3hK+uE/aTiOo";

#[test]
fn secrets_are_neither_printed_nor_in_debug() {
    let loaded = source(&[("HUBBUB_JWT_SECRET", STRONG), ("MONGODB_URI", "mongodb://ann:canary@db/hubbub")])
        .load()
        .unwrap();
    let printed: String = keys().iter().filter_map(|key| key.write(&loaded.config)).collect();
    for text in [printed, format!("{loaded:?}"), format!("{:?}", Secrets::given(&loaded.config).unwrap())] {
        assert!(!text.contains(STRONG) && !text.contains("canary"), "{text}");
    }
}

#[test]
fn s_29_production_refuses_a_missing_short_sample_or_dull_secret() {
    for (given, reason) in [
        (vec![], "no secret to sign tokens with"),
        (vec![("HUBBUB_JWT_SECRET", "changeme")], "too short"),
        (vec![("HUBBUB_JWT_SECRET", "changeme-changeme-changeme-changeme")], "sample"),
        (vec![("HUBBUB_JWT_SECRET", "replace-this-with-48-random-bytes-of-yours")], "sample"),
        (vec![("HUBBUB_JWT_SECRET", "aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3")], "repeats"),
        (
            vec![("HUBBUB_JWT_SECRET", STRONG), ("HUBBUB_PASSWORD_PEPPER", "salt")],
            "HUBBUB_PASSWORD_PEPPER is too short",
        ),
        (vec![("HUBBUB_JWT_SECRET", STRONG), ("MONGODB_URI", "mongodb://db/hubbub")], "no pepper"),
    ] {
        let config = production(&given).load().unwrap().config;
        let said = Secrets::given(&config).unwrap_err().message().to_owned();
        assert!(said.contains(reason), "{said}");
        assert!(given.iter().all(|(_, secret)| *secret == "salt" || !said.contains(secret)), "{said}");
    }
    let config = production(&[("HUBBUB_JWT_SECRET", STRONG)]).load().unwrap().config;
    assert!(Secrets::given(&config).is_ok());
}

#[test]
fn s_29_production_refuses_a_secret_that_others_can_read() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key");
    std::fs::write(&file, format!("{STRONG}\n")).unwrap();
    let config = production(&[("HUBBUB_JWT_SECRET_FILE", file.to_str().unwrap())]).load().unwrap().config;
    for mode in [0o644, 0o640, 0o604, 0o620] {
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let said = Secrets::given(&config).unwrap_err().message().to_owned();
        assert!(said.contains("chmod 600"), "{mode:o}: {said}");
    }
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let keys = Secrets::given(&config).unwrap().or_kept_in(&at(config, directory.path())).unwrap();
    assert_eq!(keys.jwt.expose_secret(), STRONG.as_bytes());
}

#[test]
fn s_29_production_refuses_a_secret_in_a_file_of_settings_that_others_can_read() {
    let directory = tempfile::tempdir().unwrap();
    let source = written(
        directory.path(),
        &format!("[server]\nenvironment = \"production\"\n[auth]\njwt_secret = \"{STRONG}\"\n"),
    );
    let file: PathBuf = source.file.clone().unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(refusal(&source).contains("auth.jwt_secret"));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    assert!(source.load().is_ok());
}

#[test]
fn development_makes_its_secrets_once_and_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let config = at(Source::default().load().unwrap().config, &directory.path().join("new"));
    let made = Secrets::given(&config).unwrap().or_kept_in(&config).unwrap();
    let again = Secrets::given(&config).unwrap().or_kept_in(&config).unwrap();
    assert_eq!(made.jwt.expose_secret(), again.jwt.expose_secret());
    assert_eq!(made.pepper.expose_secret(), again.pepper.expose_secret());
    assert_ne!(made.jwt.expose_secret(), made.pepper.expose_secret());
    assert!(made.jwt.expose_secret().len() >= 32);
    let mut names: Vec<String> = std::fs::read_dir(&config.store.data_dir)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            file.file_name().into_string().unwrap()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["jwt_secret", "pepper"]);
}

fn at(mut config: hubbub::config::Config, directory: &Path) -> hubbub::config::Config {
    config.store.data_dir = directory.into();
    config
}
