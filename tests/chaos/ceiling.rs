//! A ceiling of memory around a server: a cgroup, of whichever version this machine has. It goes with
//! its value, and whoever lives in it must have ended by then.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::report::{Trouble, not_run};

const ROOT: &str = "/sys/fs/cgroup";

pub struct Ceiling {
    group: PathBuf,
    second: bool,
}

impl Ceiling {
    /// NOT RUN where cgroups cannot be made.
    pub fn new(megabytes: u64) -> Result<Ceiling, Trouble> {
        let second = Path::new(ROOT).join("cgroup.controllers").exists();
        let parent = if second { PathBuf::from(ROOT) } else { Path::new(ROOT).join("memory") };
        let group = parent.join(format!("hubbub-chaos-{}", std::process::id()));
        if second {
            // Where it is on already nothing changes.
            let _ = fs::write(parent.join("cgroup.subtree_control"), "+memory");
        }
        if let Err(error) = fs::create_dir(&group) {
            return not_run(format!("no cgroup can be made in {}: {error}", parent.display()));
        }
        let ceiling = Ceiling { group, second };
        let bytes = (megabytes << 20).to_string();
        let (limit, swap) = match second {
            true => ("memory.max", ("memory.swap.max", "0")),
            false => ("memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", bytes.as_str())),
        };
        if let Err(error) = fs::write(ceiling.group.join(limit), &bytes) {
            return not_run(format!("the memory of a cgroup cannot be limited here: {error}"));
        }
        // Absent where there is no swap to account for.
        let _ = fs::write(ceiling.group.join(swap.0), swap.1);
        Ok(ceiling)
    }

    /// What to put around a server for it to live below the ceiling.
    pub fn around(&self) -> Vec<String> {
        let enter = format!("echo $$ > {}/cgroup.procs && exec \"$0\" \"$@\"", self.group.display());
        ["sh".into(), "-c".into(), enter].into()
    }

    /// How often somebody was killed for running into it.
    pub fn kills(&self) -> u64 {
        let file = if self.second { "memory.events" } else { "memory.oom_control" };
        let counted = fs::read_to_string(self.group.join(file)).unwrap();
        let kills = counted.lines().find_map(|line| line.strip_prefix("oom_kill ").map(str::to_owned));
        kills.map_or(0, |count| count.trim().parse().unwrap())
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        // A process that was just killed leaves its group a moment later.
        for _ in 0..100 {
            if fs::remove_dir(&self.group).is_ok() || !self.group.exists() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        eprintln!("{} is left behind: somebody still lives in it", self.group.display());
    }
}
