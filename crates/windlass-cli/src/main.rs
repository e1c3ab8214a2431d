//! The command: every operation by name, thumbnails of many files, what is in a file.
//!
//! Exit codes: 0 it went well, 1 the work failed, 2 the words were wrong.

#![forbid(unsafe_code)]

mod info;
mod list;
mod names;
mod operation;
mod thumbnails;

use clap::{ArgMatches, Command};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // help and version are no errors; a closed pipe is none either
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match run(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr().lock(), "windlass: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let mut command = Command::new("windlass")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Stream images of any size through operations, from anything to anything")
        .after_help(
            "File names take options of their format: photo.jpg[shrink=2], out.jpg[Q=90].\n\
             `stdin` reads from standard input, `[descriptor=N]` from a descriptor; a name that is\n\
             only a suffix, such as `.png`, writes to standard output.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(info::command())
        .subcommand(list::command())
        .subcommand(list::completions())
        .subcommand(thumbnails::command());
    for spec in windlass::registry().iter() {
        command = command.subcommand(operation::command(spec));
    }
    command
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("info", matches)) => info::run(matches),
        Some(("list", matches)) => list::run(matches),
        Some(("completions", matches)) => list::complete(matches, command()),
        Some(("thumbnails", matches)) => thumbnails::run(matches),
        Some((name, matches)) => operation::run(windlass::registry().get(name)?, matches),
        None => Ok(()),
    }
}

/// Whether whoever read our output has gone.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
