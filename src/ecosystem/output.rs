//! What a client prints, shown while it runs: read from the file that it goes to, in whole lines, so that
//! whoever shows them finds the secrets in them.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    process::Stdio,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{Error, private::PrivateDirectory};

/// How often to look whether there is more.
const STEP: Duration = Duration::from_millis(50);
/// A longer line is not shown: in a part of it, a secret could be cut and so not be known for one.
const LONGEST: usize = 64 << 10;
const TOO_LONG: &str = "(a line of more than 64 KiB)\n";

/// Shows lines to a person.
#[derive(Clone)]
pub struct Show(Arc<dyn Fn(&str) + Send + Sync>);

impl Show {
    /// By this function, which is given whole lines.
    pub fn new(show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }
}

impl fmt::Debug for Show {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Show")
    }
}

/// The file that a client prints to.
pub(super) struct Output {
    written: File,
    /// Opened by itself: the place that the client writes at is its own.
    read: File,
    _directory: PrivateDirectory,
}

impl Output {
    pub(super) fn create() -> Result<Self, Error> {
        let directory = PrivateDirectory::create()?;
        let path = directory.path().join("output");
        let written = File::create_new(&path);
        let files = written.and_then(|written| Ok((written, File::open(&path)?)));
        let (written, read) = files.map_err(|source| Error::NoPrivateDirectory {
            path: Error::shown(&path),
            source,
        })?;
        Ok(Self {
            written,
            read,
            _directory: directory,
        })
    }

    /// For the client to write to.
    pub(super) fn stdio(&self) -> io::Result<Stdio> {
        self.written.try_clone().map(Stdio::from)
    }

    /// Shows what is printed while `work` lasts.
    pub(super) fn during<T>(&self, show: &Show, work: impl FnOnce() -> T) -> T {
        // Dropped when the work is done.
        let (working, done) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut lines = Lines::new(&*show.0);
                let mut is_over = false;
                while !is_over {
                    is_over = done.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout);
                    if let Err(error) = lines.read(&self.read) {
                        (show.0)(&format!("(what it prints can't be read: {error})\n"));
                        return;
                    }
                }
                lines.end();
            });
            let result = work();
            drop(working);
            result
        })
    }
}

/// Puts lines together.
struct Lines<'s> {
    show: &'s dyn Fn(&str),
    rest: Vec<u8>,
    /// Within a line that is too long.
    skipping: bool,
}

impl<'s> Lines<'s> {
    fn new(show: &'s dyn Fn(&str)) -> Self {
        Self {
            show,
            rest: Vec::new(),
            skipping: false,
        }
    }

    /// Reads what there is.
    fn read(&mut self, mut file: &File) -> io::Result<()> {
        let mut piece = vec![0; LONGEST];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(()),
                length => self.push(&piece[..length]),
            }
        }
    }

    fn push(&mut self, mut piece: &[u8]) {
        if self.skipping {
            let Some(end) = memchr::memchr(b'\n', piece) else {
                return;
            };
            self.skipping = false;
            piece = &piece[end + 1..];
        }
        self.rest.extend_from_slice(piece);
        if let Some(end) = memchr::memrchr(b'\n', &self.rest) {
            let lines: Vec<u8> = self.rest.drain(..=end).collect();
            (self.show)(&String::from_utf8_lossy(&lines));
        }
        if self.rest.len() > LONGEST {
            self.rest.clear();
            self.skipping = true;
            (self.show)(TOO_LONG);
        }
    }

    fn end(self) {
        if !self.rest.is_empty() {
            (self.show)(&String::from_utf8_lossy(&self.rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn lines_are_shown_whole_or_not_at_all() {
        let shown = RefCell::new(Vec::new());
        let show = |text: &str| shown.borrow_mut().push(text.to_owned());
        let mut lines = Lines::new(&show);
        let long = vec![b'x'; LONGEST];
        for piece in [
            &b"on"[..],
            b"e\ntwo\nthr",
            b"ee\n",
            &long,
            b"y",
            &long,
            b"z\nfour\n",
            b"five",
        ] {
            lines.push(piece);
        }
        lines.end();
        assert_eq!(
            *shown.borrow(),
            ["one\ntwo\n", "three\n", TOO_LONG, "four\n", "five"]
        );
    }
}
