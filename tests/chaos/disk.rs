//! A small disk of a run's own: a file system in an image, mounted through a loop device. It can be
//! filled, and it can lose its power. It is unmounted with its value, and its loop device goes with it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::registry::Kind;
use crate::report::{Trouble, missing, not_run};

/// How long the files of a process may outlive it.
const LET_GO: Duration = Duration::from_secs(10);

/// Nothing is written back by itself within a run: what was not synced is lost with the power.
const OPTIONS: &str = "loop,nodev,nosuid,commit=900";

pub struct Disk {
    /// Where it is mounted.
    pub path: PathBuf,
    image: PathBuf,
    mounted: bool,
    /// Must not be emptied while the disk is mounted in it.
    _folder: Arc<TempDir>,
}

impl Disk {
    /// Large enough for the store of a run. NOT RUN where this machine lets nobody mount anything.
    pub fn new(folder: &Arc<TempDir>, store: Kind) -> Result<Disk, Trouble> {
        let (path, image) = (folder.path().join("disk"), folder.path().join("disk.image"));
        let megabytes: u64 = match store {
            Kind::Embedded => 64,
            Kind::MongoDb => 256,
        };
        fs::create_dir_all(&path).unwrap();
        File::create(&image).unwrap().set_len(megabytes << 20).unwrap();
        // Without blocks that only root may use: as root this server would not see a full disk.
        let words = ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0"];
        match Command::new("mkfs.ext4").args(words).arg(&image).output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return missing("there is no mkfs.ext4: install e2fsprogs");
            }
            made => assert!(made.as_ref().is_ok_and(|made| made.status.success()), "mkfs.ext4: {made:?}"),
        }
        let mut disk = Disk { path, image, mounted: false, _folder: folder.clone() };
        match disk.mount() {
            Ok(()) => Ok(disk),
            Err(why) => not_run(format!("a loop device cannot be mounted here: {why}")),
        }
    }

    fn mount(&mut self) -> Result<(), String> {
        said(Command::new("mount").args(["-t", "ext4", "-o", OPTIONS]).arg(&self.image).arg(&self.path))?;
        self.mounted = true;
        Ok(())
    }

    /// Whoever still has a file open here keeps the disk; a process that was killed a moment ago, until
    /// the system has let go of all it had.
    fn unmount(&mut self) {
        let deadline = Instant::now() + LET_GO;
        while let Err(why) = said(Command::new("umount").arg(&self.path)) {
            assert!(Instant::now() < deadline, "{} cannot be unmounted: {why}", self.path.display());
            sleep(Duration::from_millis(50));
        }
        self.mounted = false;
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }

    /// Not one block is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            let some = vec![0x2e; size];
            let full = loop {
                if let Err(full) = ballast.write_all(&some).and_then(|()| ballast.sync_data()) {
                    break full;
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
        }
    }

    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    /// The image as a power cut would leave it at this moment. Whoever writes here must be stopped.
    pub fn snapshot(&self) -> PathBuf {
        let copy = self.image.with_extension("copy");
        loop {
            let before = self.writes();
            let copied = said(Command::new("cp").arg("--sparse=always").arg(&self.image).arg(&copy));
            copied.unwrap();
            if self.writes() == before {
                return copy;
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// After everybody who used the disk has ended: what is there now is what the snapshot holds.
    pub fn come_back_as(&mut self, snapshot: &Path) {
        self.unmount();
        fs::rename(snapshot, &self.image).unwrap();
        self.mount().unwrap();
    }

    /// How often the loop device was written to.
    fn writes(&self) -> String {
        let device = said(Command::new("findmnt").args(["-n", "-o", "SOURCE"]).arg(&self.path)).unwrap();
        let name = device.trim().rsplit('/').next().unwrap().to_owned();
        let counted = fs::read_to_string(format!("/sys/block/{name}/stat")).unwrap();
        counted.split_whitespace().nth(4).unwrap().to_owned()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            let gone = said(Command::new("umount").arg(&self.path));
            // Somebody of a run that failed may still be ending: the disk goes when they are gone.
            if gone.is_err() {
                let _ = said(Command::new("umount").arg("-l").arg(&self.path));
            }
        }
    }
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
