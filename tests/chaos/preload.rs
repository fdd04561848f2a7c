//! Libraries that are put under a program to change what the system tells it: a slow disk, another
//! time. Each reads what it should do from a file, so that a fault begins and ends under load.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::{Trouble, missing};

const SLOW_DISK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/chaos/slow_disk.c");
const FAKETIME: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

/// A library under a program, and the file that tells it what to do.
#[derive(Clone, Debug)]
pub struct Preload {
    file: PathBuf,
    pub environment: Vec<(String, String)>,
}

impl Preload {
    /// Every fsync and fdatasync takes as many milliseconds longer as it is told.
    pub fn slow_disk(data: &Path) -> Result<Preload, Trouble> {
        let library = data.join("slow_disk.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(SLOW_DISK).arg("-ldl");
        match compiler.output() {
            Err(_) => return missing("there is no C compiler: apt-get install gcc libc6-dev"),
            Ok(built) => assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr)),
        }
        Ok(Preload::of(&library, data.join("slow_disk"), "HUBBUB_CHAOS_SLOW_DISK", "0", &[]))
    }

    /// The clock on the wall is as far off as it is told, as `+3600` or `-3600`; that of the
    /// stopwatch runs as ever, as when somebody sets the time.
    pub fn clock(data: &Path) -> Result<Preload, Trouble> {
        let Some(library) = FAKETIME.iter().find(|library| Path::new(library).exists()) else {
            return missing("there is no libfaketime: apt-get install faketime");
        };
        let more = [("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
        let file = data.join("clock");
        Ok(Preload::of(Path::new(library), file, "FAKETIME_TIMESTAMP_FILE", "+0", &more))
    }

    fn of(library: &Path, file: PathBuf, told_by: &str, usual: &str, more: &[(&str, &str)]) -> Preload {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut environment =
            vec![own("LD_PRELOAD", library.to_str().unwrap()), own(told_by, file.to_str().unwrap())];
        environment.extend(more.iter().map(|(name, value)| own(name, value)));
        let preload = Preload { file, environment };
        preload.tell(usual);
        preload
    }

    pub fn tell(&self, what: &str) {
        let partial = self.file.with_extension("partial");
        std::fs::write(&partial, what).unwrap();
        std::fs::rename(partial, &self.file).unwrap();
    }
}
