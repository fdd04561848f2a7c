//! What the kernel says of a process and of this machine: processor time and memory. Linux only;
//! elsewhere, and of a server on another machine, nothing is known and nothing is claimed.

use std::fs;

use rustix::param::clock_ticks_per_second;
use serde::Serialize;

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Memory {
    pub rss: u64,
    /// Shared pages counted by share.
    pub pss: u64,
    /// What would be free again if the process ended.
    pub private: u64,
}

impl Memory {
    pub fn of(pid: u32) -> Option<Memory> {
        read_memory(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?)
    }

    /// What was added for each of so many.
    pub fn each(self, before: Memory, count: usize) -> Memory {
        let each = |after: u64, before: u64| after.saturating_sub(before) / count.max(1) as u64;
        Memory {
            rss: each(self.rss, before.rss),
            pss: each(self.pss, before.pss),
            private: each(self.private, before.private),
        }
    }
}

fn read_memory(rollup: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    };
    let private = bytes("Private_Clean")? + bytes("Private_Dirty")?;
    Some(Memory { rss: bytes("Rss")?, pss: bytes("Pss")?, private })
}

/// Seconds that a process has computed, in user and kernel mode.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    read_cpu(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
        .map(|ticks| ticks as f64 / clock_ticks_per_second() as f64)
}

fn read_cpu(stat: &str) -> Option<u64> {
    // The name before the last bracket may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

/// Of the memory of this machine, how much is in use.
pub fn memory_share() -> Option<f64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let field = |name: &str| -> Option<f64> {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(1.0 - field("MemAvailable")? / field("MemTotal")?)
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_rollup_of_the_kernel() {
        let rollup = "55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:   2000 kB\nPss:  1500 kB\nPss_Dirty: 9 kB\n\
                      Private_Clean:  400 kB\nPrivate_Dirty:  600 kB\n";
        let memory = read_memory(rollup).unwrap();
        assert_eq!(memory, Memory { rss: 2_048_000, pss: 1_536_000, private: 1_024_000 });
        let more = Memory { rss: 2_148_000, ..memory };
        assert_eq!(more.each(memory, 10), Memory { rss: 10_000, pss: 0, private: 0 });
    }

    #[test]
    fn processor_time_is_found_behind_a_name_that_holds_anything() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(read_cpu(stat), Some(300));
        assert_eq!(read_cpu("nonsense"), None);
    }
}
