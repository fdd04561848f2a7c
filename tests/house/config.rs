//! Configuration: what wins over what, and what is refused in which words.

use std::path::Path;

use hubbub::config::{Loaded, Origin, Source, keys, markdown};

pub fn source(variables: &[(&str, &str)]) -> Source {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Source { variables: variables.collect(), ..Source::default() }
}

pub fn written(directory: &Path, text: &str) -> Source {
    let file = directory.join("hubbub.toml");
    std::fs::write(&file, text).unwrap();
    Source { file: Some(file), ..Source::default() }
}

pub fn refusal(source: &Source) -> String {
    source.load().unwrap_err().message().to_owned()
}

fn origin(loaded: &Loaded, name: &str) -> Origin {
    loaded.origin(keys().iter().find(|key| key.name == name).unwrap()).clone()
}

pub fn production(more: &[(&str, &str)]) -> Source {
    source(&[&[("HUBBUB_ENVIRONMENT", "production")], more].concat())
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let directory = tempfile::tempdir().unwrap();
    let mut source = written(
        directory.path(),
        "[server]\nbind = \"127.0.0.1:4001\"\nmax_connections = 5\nshutdown_seconds = 3\n",
    );
    source.variables.insert("HUBBUB_BIND".into(), "127.0.0.1:4002".into());
    source.variables.insert("HUBBUB_MAX_CONNECTIONS".into(), "6".into());
    source.flags.push(("server.bind", "127.0.0.1:4003".into()));
    let loaded = source.load().unwrap();
    assert_eq!(loaded.config.server.bind.port(), 4003);
    assert_eq!(loaded.config.server.max_connections, 6);
    assert_eq!(loaded.config.server.shutdown_seconds, 3);
    assert_eq!(loaded.config.server.request_timeout_seconds, 30);
    assert_eq!(origin(&loaded, "server.bind"), Origin::Flag("--bind".into()));
    assert_eq!(origin(&loaded, "server.max_connections"), Origin::Variable("HUBBUB_MAX_CONNECTIONS"));
    assert_eq!(origin(&loaded, "server.shutdown_seconds"), Origin::File);
    assert_eq!(origin(&loaded, "server.request_timeout_seconds"), Origin::Default);
}

#[test]
fn a_default_that_is_written_is_read_as_itself() {
    let directory = tempfile::tempdir().unwrap();
    let defaults = Source::default().load().unwrap().config;
    let lines = keys().iter().filter_map(|key| Some(format!("{} = {}\n", key.name, key.write(&defaults)?)));
    // Dotted keys at the top mean the same as sections.
    let read = written(directory.path(), &lines.collect::<String>()).load().unwrap().config;
    assert_eq!(format!("{defaults:?}"), format!("{read:?}"));
}

#[test]
fn lists_are_read_from_the_file_and_from_variables_alike() {
    let directory = tempfile::tempdir().unwrap();
    let file = written(
        directory.path(),
        "[server]\nallowed_origins = [\"https://a.example\", \"http://b.example:8080\"]\n",
    );
    let variable = source(&[("HUBBUB_ALLOWED_ORIGINS", "https://a.example, http://b.example:8080,")]);
    for source in [file, variable] {
        assert_eq!(
            source.load().unwrap().config.server.allowed_origins,
            ["https://a.example", "http://b.example:8080"]
        );
    }
}

#[test]
fn what_the_file_does_not_know_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    for (text, words) in [
        ("[server]\nbnid = \"x\"\n", ["server.bnid", "[server] takes bind, public_url"]),
        ("[sever]\nbind = \"x\"\n", ["sever.bind", "the sections are server, store"]),
        ("bind = \"x\"\n", ["bind in", "the sections are"]),
        ("[server]\nbind = [\"127.0.0.1:1\", 2]\n", ["server.bind in", "of a kind"]),
        ("[server]\n\nbind = 127\nmax = \"secret", ["line 4", "TOML"]),
    ] {
        let said = refusal(&written(directory.path(), text));
        assert!(words.iter().all(|word| said.contains(word)), "{text:?} said: {said}");
        assert!(!said.contains("\"secret"), "{said}");
    }
}

#[test]
fn a_bad_value_is_named_with_its_problem_and_what_is_accepted() {
    for (variable, value, words) in [
        ("HUBBUB_BIND", "3000", "give one such as 127.0.0.1:3000"),
        ("HUBBUB_PUBLIC_URL", "chat.example.org", "https://chat.example.org"),
        ("HUBBUB_ENVIRONMENT", "prod", "give development or production"),
        ("HUBBUB_ALLOWED_ORIGINS", "https://a.example/path", "without a path"),
        ("HUBBUB_ALLOWED_ORIGINS", "*", "no origin"),
        ("HUBBUB_TRUSTED_PROXIES", "10.0.0.0/40", "0 to 32"),
        ("HUBBUB_MAX_CONNECTIONS", "many", "whole number"),
        ("HUBBUB_MAX_CONNECTIONS", "0", "give 1 to 1000000"),
        ("HUBBUB_BCRYPT_COST", "16", "give 4 to 15"),
        ("HUBBUB_EIO3", "yes", "give true or false"),
        ("HUBBUB_LOG", "info,=,=", "give a level such as info"),
        ("HUBBUB_LOG_FORMAT", "xml", "give json or pretty"),
        ("HUBBUB_ISSUER", " ", "give some text"),
    ] {
        let said = refusal(&source(&[(variable, value)]));
        assert!(said.starts_with(variable) && said.contains(words), "{said}");
        assert!(said.contains(value), "{said}");
    }
    let said = refusal(&source(&[("MONGODB_URI", "postgres://ann:canary@db")]));
    assert!(
        said.starts_with("MONGODB_URI") && said.contains("mongodb://") && !said.contains("canary"),
        "{said}"
    );
}

#[test]
fn production_asks_for_more_work_in_a_password_hash() {
    assert!(refusal(&production(&[("HUBBUB_BCRYPT_COST", "9")])).contains("10 to 15"));
    assert_eq!(source(&[("HUBBUB_BCRYPT_COST", "4")]).load().unwrap().config.auth.bcrypt_cost, 4);
}

#[test]
fn an_empty_variable_counts_as_not_set_and_a_misspelt_one_is_noticed() {
    let loaded = source(&[("HUBBUB_BIND", ""), ("HUBBUB_ENVIROMENT", "production"), ("RUST_LOG", "warn")])
        .load()
        .unwrap();
    assert_eq!(loaded.config.server.bind.port(), 3000);
    assert_eq!(loaded.unknown, ["HUBBUB_ENVIROMENT"]);
    assert_eq!(loaded.config.log.level, "warn");
}

#[test]
fn a_named_file_must_be_there() {
    let said = refusal(&source(&[("HUBBUB_CONFIG", "/nowhere/hubbub.toml")]));
    assert!(said.contains("/nowhere/hubbub.toml cannot be read"), "{said}");
}

#[test]
fn every_key_has_a_variable_of_its_own_and_says_what_it_is() {
    let mut variables: Vec<&str> = keys().iter().flat_map(|key| key.variables).copied().collect();
    variables.sort();
    let all = variables.len();
    variables.dedup();
    assert_eq!(variables.len(), all);
    assert!(keys().iter().all(|key| !key.about.is_empty() && !key.variables.is_empty()));
}

/// Rewritten with `UPDATE=1`.
#[test]
fn the_readme_shows_every_setting_as_the_code_knows_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    let (open, close) = ("<!-- configuration -->\n", "<!-- /configuration -->");
    let (before, rest) = readme.split_once(open).expect("README.md holds <!-- configuration -->");
    let (shown, after) = rest.split_once(close).expect("README.md holds <!-- /configuration -->");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, [before, open, &markdown(), close, after].concat()).unwrap();
        return;
    }
    assert_eq!(shown, markdown(), "run the tests with UPDATE=1 to rewrite the table");
}
