//! The packwarden program.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(packwarden::cli::run().code())
}
