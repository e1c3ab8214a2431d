//! What there is: operations, formats, enumerations; and completions for shells.

use anyhow::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::io::Write;
use windlass::declare::{ArgType, EnumSpec};

pub(crate) fn command() -> Command {
    Command::new("list").about("List what there is").arg(
        Arg::new("what")
            .default_value("operations")
            .value_parser(["operations", "formats", "enums"])
            .help("What to list"),
    )
}

pub(crate) fn completions() -> Command {
    Command::new("completions")
        .about("Print completions for a shell")
        .arg(Arg::new("shell").required(true).value_parser(value_parser!(Shell)).help("The shell"))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<()> {
    match matches.get_one::<String>("what").map(String::as_str) {
        Some("formats") => formats(),
        Some("enums") => enums(),
        _ => operations(),
    }
}

pub(crate) fn complete(matches: &ArgMatches, mut command: Command) -> Result<()> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command, "windlass", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(())
}

fn operations() -> Result<()> {
    let mut out = std::io::stdout().lock();
    for spec in windlass::registry().iter() {
        writeln!(out, "{:20} {:12} {}", spec.nickname, spec.family, spec.summary)?;
    }
    Ok(())
}

fn formats() -> Result<()> {
    let mut out = std::io::stdout().lock();
    for format in windlass::registry().formats() {
        let ways = match (format.loader, format.saver) {
            (Some(_), Some(_)) => "load, save",
            (Some(_), None) => "load",
            (None, Some(_)) => "save",
            (None, None) => "",
        };
        writeln!(out, "{:10} {:12} {}", format.name, ways, format.suffixes.join(" "))?;
    }
    Ok(())
}

fn enums() -> Result<()> {
    let mut all: BTreeMap<&str, &EnumSpec> = BTreeMap::new();
    for arg in windlass::registry().iter().flat_map(|spec| &spec.args) {
        if let ArgType::Enum(spec) | ArgType::Flags(spec) = arg.kind {
            all.insert(spec.name, spec);
        }
    }
    let mut out = std::io::stdout().lock();
    for (name, spec) in all {
        writeln!(out, "{name}: {}", spec.nicks())?;
    }
    Ok(())
}
