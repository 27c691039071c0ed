//! What must not outlive this program: private directories, clients that are still running, and what they
//! change in passing.
//!
//! A signal ends the program without unwinding, so that no destructor runs. What would be left
//! behind is therefore listed here, and [`abandon`] clears it away.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{Error, kept::Kept};

/// How long a client may take to end itself before it is ended.
const GRACE: Duration = Duration::from_secs(2);
/// How often to look whether it has.
const STEP: Duration = Duration::from_millis(20);

struct Alive {
    directories: Vec<PathBuf>,
    /// The process ids of clients.
    clients: Vec<u32>,
    files: Vec<Arc<Kept>>,
    abandoned: bool,
}

static ALIVE: Mutex<Alive> = Mutex::new(Alive {
    directories: Vec::new(),
    clients: Vec::new(),
    files: Vec::new(),
    abandoned: false,
});

fn alive() -> MutexGuard<'static, Alive> {
    // A panic elsewhere must not keep us from clearing away.
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the clients that are running, removes the private directories and restores kept files. Nothing can be packed
/// afterwards. For a signal handler's thread, before it ends the program; whoever else calls it
/// waits until that is done.
pub fn abandon() {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let clients = {
        let mut alive = alive();
        alive.abandoned = true;
        alive.clients.clone()
    };
    for client in &clients {
        signal(*client, Signal::Terminate);
    }
    let mut waited = Duration::ZERO;
    while waited < GRACE && !alive().clients.is_empty() {
        thread::sleep(STEP);
        waited += STEP;
    }
    for client in clients {
        signal(client, Signal::Kill);
    }
    for directory in &alive().directories {
        // It may be gone already: its owner removes it too, once its client has ended.
        let _ = fs::remove_dir_all(directory);
    }
    for file in &alive().files {
        // The program ends, and says that it was interrupted.
        let _ = file.restore();
    }
}

/// Has a file restored by [`abandon`].
pub(super) fn keep(file: Arc<Kept>) -> Result<(), Error> {
    let mut alive = alive();
    if alive.abandoned {
        return Err(Error::Interrupted);
    }
    alive.files.push(file);
    Ok(())
}

/// No longer has it restored.
pub(super) fn forget(file: &Arc<Kept>) {
    alive().files.retain(|kept| !Arc::ptr_eq(kept, file));
}

/// Whether [`abandon`] was called: what fails from then on fails because of it.
pub fn abandoned() -> bool {
    alive().abandoned
}

/// A new directory in the system's directory for temporary files that nobody else can enter. It is
/// removed with all that is in it when this is dropped.
#[derive(Debug)]
pub struct PrivateDirectory(PathBuf);

impl PrivateDirectory {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// When there is no room for it, or a signal has ended this run.
    pub fn create() -> Result<Self, Error> {
        Self::create_in(&env::temp_dir())
    }

    /// Makes one in this directory.
    ///
    /// # Errors
    ///
    /// When there is no room for it, or a signal has ended this run.
    pub fn create_in(place: &Path) -> Result<Self, Error> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("packwarden-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        // The lock is held until the directory is on the list, so that none can slip past a signal.
        let mut alive = alive();
        if alive.abandoned {
            return Err(Error::Interrupted);
        }
        let directory = builder
            .tempdir_in(place)
            .map_err(|source| Error::NoPrivateDirectory {
                path: Error::shown(place),
                source,
            })?
            .keep();
        alive.directories.push(directory.clone());
        Ok(Self(directory))
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateDirectory {
    /// It stays on the list until it is gone, so that a signal in between finds it there.
    fn drop(&mut self) {
        // A drop has nobody to report to, and the system clears its temporary files by itself.
        let _ = fs::remove_dir_all(&self.0);
        alive().directories.retain(|path| *path != self.0);
    }
}

/// A client that [`abandon`] would end.
#[derive(Debug)]
pub struct RunningClient(Child);

impl RunningClient {
    /// Starts a client. What fails within is that it could not be started.
    ///
    /// # Errors
    ///
    /// When a signal has ended this run.
    pub fn start(command: &mut Command) -> Result<io::Result<Self>, Error> {
        #[cfg(unix)]
        if !has_terminal() {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        let mut alive = alive();
        if alive.abandoned {
            return Err(Error::Interrupted);
        }
        Ok(command.spawn().map(|child| {
            alive.clients.push(child.id());
            Self(child)
        }))
    }

    /// Its standard input and output, where they are pipes that nobody has taken yet.
    pub(super) fn pipes(&mut self) -> (Option<ChildStdin>, Option<ChildStdout>) {
        (self.0.stdin.take(), self.0.stdout.take())
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    ///
    /// When the system has lost it.
    pub fn wait_for_ever(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }

    /// Waits until it has ended. One that has not within `limit` is ended, and has no status then.
    pub(super) fn wait(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let id = self.0.id();
        // Dropped when the client has ended.
        let (running, ended) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let is_over = move |limit| ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            let watch = scope.spawn(move || {
                let too_long = is_over(limit);
                if too_long {
                    signal(id, Signal::Terminate);
                    if is_over(GRACE) {
                        signal(id, Signal::Kill);
                    }
                }
                too_long
            });
            let status = self.0.wait();
            drop(running);
            let too_long = watch.join().unwrap_or(false);
            status.map(|status| (!too_long).then_some(status))
        })
    }
}

impl Drop for RunningClient {
    fn drop(&mut self) {
        alive().clients.retain(|id| *id != self.0.id());
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

/// Whether a terminal controls this process.
///
/// Without one, a client gets a process group of its own, and the whole group is ended: npm hands a
/// signal on to its script, but one that comes while it starts the script kills npm alone. With a
/// terminal it stays in our group, where Ctrl-C reaches it and everything below it, and where a
/// script may still ask for a passphrase: outside, it would be stopped for ever.
#[cfg(unix)]
fn has_terminal() -> bool {
    fs::File::open("/dev/tty").is_ok()
}

#[cfg(unix)]
fn signal(client: u32, signal: Signal) {
    use rustix::process::{Pid, Signal as Unix, kill_process, kill_process_group};
    let signal = match signal {
        Signal::Terminate => Unix::TERM,
        Signal::Kill => Unix::KILL,
    };
    if let Some(id) = i32::try_from(client).ok().and_then(Pid::from_raw) {
        // It may have ended by itself; there is nobody to tell in any case.
        let _ = match has_terminal() {
            true if alive().clients.contains(&client) => kill_process(id, signal),
            true => Ok(()),
            false => kill_process_group(id, signal),
        };
    }
}

/// Elsewhere Ctrl-C reaches every process of the console by itself.
#[cfg(not(unix))]
fn signal(_: u32, _: Signal) {}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_private_directory_is_closed_to_others_and_gone_afterwards() {
        let directory = PrivateDirectory::create().unwrap();
        let path = directory.path().to_owned();
        assert!(path.is_absolute());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(alive().directories.contains(&path));
        fs::write(path.join("a"), "").unwrap();
        drop(directory);
        assert!(!path.exists());
        assert!(!alive().directories.contains(&path));
    }
}
