//! Builds the web client into the program, where npm is there to do it.
//!
//! `OUT_DIR/web` then holds it; without it the folder is empty, the program serves a plain page in its
//! place, and the build goes on: nobody needs Node to have a server. `HUBBUB_WEB=skip` asks for that.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the client is made from, beside the packages that the lock file names.
const SOURCES: &[&str] =
    &["index.html", "package.json", "package-lock.json", "src", "tsconfig.json", "vite.config.ts"];

fn main() -> io::Result<()> {
    let web = PathBuf::from("web");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", web.join(source).display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=HUBBUB_WEB");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?).join("web");
    empty(&out)?;
    if env::var_os("HUBBUB_WEB").is_some_and(|wish| wish == "skip") {
        return Ok(());
    }
    if let Err(reason) = install(&web).and_then(|()| build(&web, &out)) {
        empty(&out)?;
        println!("cargo:warning=the web client was not built: {reason}");
        println!(
            "cargo:warning=the program will serve a plain page; for the client install Node 20.19 or newer \
             with npm, run `touch build.rs` and build again; HUBBUB_WEB=skip silences this"
        );
    }
    Ok(())
}

fn empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(folder)
}

/// The packages of the lock file, unless they are there: `.installed-from` is the lock file they came from.
fn install(web: &Path) -> Result<(), String> {
    let lock = fs::read(web.join("package-lock.json")).map_err(|error| error.to_string())?;
    let stamp = web.join("node_modules/.installed-from");
    if fs::read(&stamp).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
    run(Command::new("npm").args(arguments).current_dir(web))?;
    fs::write(stamp, lock).map_err(|error| error.to_string())
}

fn build(web: &Path, out: &Path) -> Result<(), String> {
    run(Command::new("node")
        .args(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])
        .env("HUBBUB_WEB_OUT", out)
        .current_dir(web))?;
    // What chunk came from which source is for the tests of sizes.
    fs::remove_dir_all(out.join(".vite")).map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(format!("{name} failed: {last}"))
}
