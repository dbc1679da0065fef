//! The program `genogloss`: all of it is in the library, see `program`.

use std::process::ExitCode;

fn main() -> ExitCode {
    genogloss::program::main()
}
