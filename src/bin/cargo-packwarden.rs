//! `cargo packwarden …`: runs the packwarden that lies beside this program. It checks nothing itself.

use std::{
    env,
    io::{self, Write},
    process::{Command, ExitCode},
};

/// The code of packwarden itself for what must not happen.
const BROKEN: u8 = 70;

fn main() -> ExitCode {
    let failed = match run() {
        Ok(code) => return code,
        Err(error) => error,
    };
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(
        io::stderr(),
        "error: the packwarden beside cargo-packwarden can't be run ({failed}), and nothing was checked\n\
         help: install packwarden again"
    );
    ExitCode::from(BROKEN)
}

fn run() -> io::Result<ExitCode> {
    let program =
        env::current_exe()?.with_file_name(format!("packwarden{}", env::consts::EXE_SUFFIX));
    let mut arguments = env::args_os().skip(1).peekable();
    // cargo repeats what it was asked for.
    arguments.next_if(|word| word == "packwarden");
    replace_with(Command::new(program).args(arguments))
}

/// Becomes the other program: whatever ends that one ends this one in the same way.
#[cfg(unix)]
fn replace_with(command: &mut Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn replace_with(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code();
    // A code that does not fit is no success.
    Ok(ExitCode::from(
        code.and_then(|code| u8::try_from(code).ok())
            .unwrap_or(BROKEN),
    ))
}
