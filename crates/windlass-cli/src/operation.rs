//! An operation by name: required arguments in order, optional ones as flags.
//!
//! Pictures come first, then where the results go, then the other required arguments.

use crate::names;
use anyhow::{Context, Result, anyhow};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::io::Write;
use windlass::Image;
use windlass::declare::{ArgSpec, ArgType, Args, EnumSpec, OpSpec, OutSpec, Value};

/// The subcommand of an operation.
pub(crate) fn command(spec: &'static OpSpec) -> Command {
    let mut command = Command::new(spec.nickname)
        .about(spec.summary)
        .long_about(spec.doc)
        .hide(true)
        .allow_negative_numbers(true)
        .after_help(format!("Declared at {}:{}.", spec.file, spec.line));
    for place in places(spec) {
        let (name, doc) = match place {
            Place::In(arg) => (arg.name, described(arg)),
            Place::Out(out) => (out.name, format!("{} (a file to write)", out.doc)),
        };
        command = command.arg(Arg::new(name).required(true).help(doc).allow_hyphen_values(true));
    }
    for arg in spec.args.iter().filter(|arg| !arg.required && !arg.deprecated) {
        let flag = Arg::new(arg.name).long(arg.name.replace('_', "-")).help(described(arg));
        command = command.arg(match arg.kind {
            ArgType::Bool => {
                flag.num_args(0..=1).default_missing_value("true").require_equals(true)
            }
            ArgType::Enum(members) => {
                flag.value_parser(nicks(members)).action(ArgAction::Set).ignore_case(true)
            }
            _ => flag.action(ArgAction::Set).allow_hyphen_values(true),
        });
    }
    command
}

/// Calls the operation and writes its results.
pub(crate) fn run(spec: &'static OpSpec, matches: &ArgMatches) -> Result<()> {
    let mut args = Args::new(spec);
    for arg in &spec.args {
        if let Ok(Some(text)) = matches.try_get_one::<String>(arg.name) {
            let value =
                value(arg, text).with_context(|| format!("{} {}", spec.nickname, arg.name))?;
            args.set(arg.name, value)?;
        }
    }
    let outputs = windlass::registry().call(&args)?;
    for (name, value) in outputs {
        let Some(out) = spec.output(name) else { continue };
        let to = matches.try_get_one::<String>(out.name).ok().flatten();
        write(out, to.map(String::as_str), &value)?;
    }
    Ok(())
}

enum Place {
    In(&'static ArgSpec),
    Out(&'static OutSpec),
}

/// The words that must be said, in order.
fn places(spec: &'static OpSpec) -> Vec<Place> {
    let is_picture = |arg: &ArgSpec| {
        let picture =
            matches!(arg.kind, ArgType::Image | ArgType::Images | ArgType::Source | ArgType::Blob);
        let beside = matches!(arg.name, "mask" | "matrix" | "lut" | "index" | "coeff" | "profile");
        (picture && !beside) || arg.name == "filename"
    };
    let required: Vec<_> = spec.required().collect();
    let pictures = required.iter().take_while(|arg| is_picture(arg)).count();
    let outs = spec.outputs.iter().filter(|out| is_file(out) && !out.optional);
    let first = required[..pictures].iter().map(|arg| Place::In(arg));
    let last = required[pictures..].iter().map(|arg| Place::In(arg));
    first.chain(outs.map(Place::Out)).chain(last).collect()
}

/// Whether an output goes to a file; the others are printed.
fn is_file(out: &OutSpec) -> bool {
    matches!(out.kind, ArgType::Image | ArgType::Images | ArgType::Blob)
}

fn nicks(members: &'static EnumSpec) -> PossibleValuesParser {
    PossibleValuesParser::new(members.members.iter().map(|member| member.nick))
}

fn described(arg: &ArgSpec) -> String {
    let mut text = arg.doc.replace('\n', " ");
    match (arg.min, arg.max) {
        (Some(min), Some(max)) => text.push_str(&format!(" [{min} to {max}]")),
        (Some(min), None) => text.push_str(&format!(" [from {min}]")),
        _ => {}
    }
    match &arg.default {
        Some(Value::Bool(value)) => text.push_str(&format!(" [default: {value}]")),
        Some(Value::Int(value)) => text.push_str(&format!(" [default: {value}]")),
        Some(Value::Double(value)) => text.push_str(&format!(" [default: {value}]")),
        Some(Value::String(value)) => text.push_str(&format!(" [default: {value}]")),
        _ => {}
    }
    text
}

/// A word as a value of the argument's type.
fn value(arg: &ArgSpec, text: &str) -> Result<Value> {
    Ok(match arg.kind {
        ArgType::Image => Value::Image(picture(arg, text)?),
        ArgType::Images => {
            let names = text.split_whitespace().map(|name| picture(arg, name));
            Value::Images(names.collect::<Result<_>>()?)
        }
        ArgType::Source => Value::Source(names::any_source(text)?),
        ArgType::Target => Value::Target(names::target(text)?),
        ArgType::Blob => {
            let limit = windlass::Limits::current().bytes;
            Value::Blob(names::any_source(text)?.read_to_vec(limit)?.into())
        }
        _ => Value::String(text.into()),
    })
}

/// An image by name; a small matrix may be written out: `1 2 1; 2 4 2; 1 2 1`.
fn picture(arg: &ArgSpec, text: &str) -> Result<Image> {
    let is_matrix = matches!(arg.name, "mask" | "matrix")
        && text.chars().all(|c| c.is_ascii_digit() || " ;,.-+eE".contains(c));
    if !is_matrix {
        return Ok(names::open(text)?);
    }
    let rows = text.split(';').map(|row| {
        let numbers = row.split([' ', ',']).filter(|word| !word.is_empty());
        numbers.map(|word| word.parse().map_err(|_| anyhow!("'{word}' is not a number"))).collect()
    });
    let rows: Vec<Vec<f64>> = rows.collect::<Result<_>>()?;
    if rows.iter().any(|row| row.len() != rows[0].len()) {
        return Err(anyhow!("the rows of a matrix are equally long"));
    }
    Ok(Image::from_matrix(&rows)?)
}

/// Writes an output to its file, or prints it.
fn write(out: &OutSpec, to: Option<&str>, value: &Value) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match (value, to) {
        (Value::Image(image), Some(to)) => names::save(image, to)?,
        (Value::Blob(bytes), Some(to)) => {
            let mut writer = names::target(to)?.begin()?;
            writer.write_all(bytes)?;
            writer.commit()?;
        }
        _ if out.optional => {}
        (Value::Double(number), _) => writeln!(stdout, "{number}")?,
        (Value::Int(number), _) => writeln!(stdout, "{number}")?,
        (Value::Bool(truth), _) => writeln!(stdout, "{truth}")?,
        (Value::String(text), _) => writeln!(stdout, "{text}")?,
        (Value::Doubles(numbers), _) => {
            let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            writeln!(stdout, "{}", words.join(" "))?;
        }
        (Value::Ints(numbers), _) => {
            let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            writeln!(stdout, "{}", words.join(" "))?;
        }
        _ => {}
    }
    Ok(())
}
