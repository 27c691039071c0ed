//! The packwarden program.

fn main() -> std::process::ExitCode {
    match packwarden::cli::run() {
        packwarden::cli::ExitCode::Passed => std::process::ExitCode::SUCCESS,
        other => std::process::ExitCode::from(other.code()),
    }
}
