//! The `reunite` binary: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    reunite::cli::main().into()
}
