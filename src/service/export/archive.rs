//! The archive as it is written: a tar of files whose lengths are known when they are closed.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};

use serde_json::Value;
use tar::{EntryType, Header};

use crate::model::Time;

/// What a tar is made of.
const BLOCK: u64 = 512;

#[derive(Debug)]
pub struct Archive {
    to: BufWriter<File>,
    made: Time,
    /// Of the file that is open: where its header is to stand.
    header: u64,
    length: u64,
}

impl Archive {
    pub fn new(to: File, made: Time) -> Archive {
        Archive { to: BufWriter::new(to), made, header: 0, length: 0 }
    }

    /// Begins a file: leaves the place of its header.
    pub fn open(&mut self) -> io::Result<()> {
        (self.header, self.length) = (self.to.stream_position()?, 0);
        self.to.write_all(&[0; BLOCK as usize])
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.to.write_all(bytes)
    }

    /// One value a line.
    pub fn lines(&mut self, values: &[Value]) -> io::Result<()> {
        for value in values {
            self.write(&serde_json::to_vec(value)?)?;
            self.write(b"\n")?;
        }
        Ok(())
    }

    /// Ends the file that was begun, and says at its head what it is.
    pub fn close(&mut self, name: &str) -> io::Result<()> {
        let rest = (BLOCK - self.length % BLOCK) % BLOCK;
        self.to.write_all(&vec![0; rest as usize])?;
        let end = self.to.stream_position()?;
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(self.length);
        header.set_mode(0o600);
        header.set_mtime(self.made.millis().unsigned_abs() / 1_000);
        header.set_cksum();
        self.to.seek(SeekFrom::Start(self.header))?;
        self.to.write_all(header.as_bytes())?;
        self.to.seek(SeekFrom::Start(end)).map(drop)
    }

    /// Two empty blocks say that it is whole.
    pub fn finish(mut self) -> io::Result<File> {
        self.to.write_all(&[0; 2 * BLOCK as usize])?;
        self.to.into_inner().map_err(io::IntoInnerError::into_error)
    }
}
