//! What the fuzzer tries (`scripts/test --fuzz`), tried here with the inputs that are kept: the corpus
//! it begins with, and every input that was once a finding.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/src/lib.rs"]
mod targets;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn inputs(of: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(of) else { return Vec::new() };
    let mut inputs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs
}

#[test]
fn every_input_that_is_kept_holds_s54() {
    for (name, run) in targets::TARGETS {
        let kept =
            [folder("corpus").join(name), folder("regressions").join(name)].map(|of| inputs(&of)).concat();
        assert!(kept.len() > 2, "the target {name} has no corpus");
        for input in kept {
            let bytes = fs::read(&input).unwrap();
            assert!(catch_unwind(|| run(&bytes)).is_ok(), "{name} broke on {}", input.display());
        }
    }
}

/// Bodies of the corpus go to every route, whoever asks.
#[test]
fn no_route_fails_on_the_body_of_another() {
    let bodies: Vec<Vec<u8>> = inputs(&folder("corpus/requests"))
        .iter()
        .map(|input| fs::read(input).unwrap())
        .filter_map(|input| input.iter().position(|byte| *byte == b'\n').map(|end| input[end..].to_vec()))
        .collect();
    assert!(bodies.len() > 10);
    for number in 0..hubbub::rest::routes().len() {
        let who = ["-", "bob", "root"][number % 3];
        for body in bodies.iter().skip(number % 3).step_by(3) {
            targets::requests::run(&[format!("{who} GET #{number}").as_bytes(), body].concat());
        }
    }
}

#[test]
fn every_target_can_be_fuzzed() {
    let programs: Vec<String> = inputs(&folder("fuzz_targets"))
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(programs, names);
}
