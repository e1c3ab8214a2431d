//! The table of operations beside the reference's signatures.

use crate::generated::root;
use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use windlass::declare::{ArgSpec, ArgType, OpSpec, Value};

/// Where we differ on purpose, and why: operation, argument, reason.
const DIFFERENCES: &[(&str, &str, &str)] = &[];

/// Prints how many of the reference's operations exist and how their signatures differ; fails where
/// a difference is not in the list of those on purpose.
pub(crate) fn report() -> Result<()> {
    let place = root().join("../shared/reference/operations.json");
    let Ok(text) = std::fs::read_to_string(&place) else {
        println!("parity: {} is absent, nothing was compared", place.display());
        return Ok(());
    };
    // numbers without limits are written as no JSON knows them
    let text = text.replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null");
    let reference: Json = serde_json::from_str(&text)?;
    let operations = reference["operations"].as_object().context("no operations")?;
    let registry = windlass::registry();
    let (mut there, mut wrong) = (0, Vec::new());
    for (nickname, theirs) in operations {
        if !registry.contains(nickname) {
            continue;
        }
        there += 1;
        compare(registry.get(nickname).map_err(anyhow::Error::msg)?, theirs, &mut wrong);
    }
    let missing: Vec<_> = operations.keys().filter(|name| !registry.contains(name)).collect();
    println!("{there} of the reference's {} operations exist", operations.len());
    println!("missing: {}", missing.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "));
    wrong.retain(|line: &String| {
        !DIFFERENCES.iter().any(|(op, arg, _)| line.starts_with(&format!("{op}.{arg}:")))
    });
    for (op, arg, reason) in DIFFERENCES {
        println!("on purpose: {op}.{arg}: {reason}");
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{} signatures differ:\n{}", wrong.len(), wrong.join("\n"))
}

fn compare(ours: &OpSpec, theirs: &Json, wrong: &mut Vec<String>) {
    let name = ours.nickname;
    let empty = Vec::new();
    let args = theirs["args"].as_array().unwrap_or(&empty);
    let inputs: Vec<&Json> = args.iter().filter(|arg| arg["direction"] != "out").collect();
    let is_deprecated = |arg: &Json| arg["deprecated"] == true;
    let required = |arg: &&&Json| arg["required"] == true && !is_deprecated(arg);
    let theirs_required: Vec<_> =
        inputs.iter().filter(required).map(|arg| text(arg, "name")).collect();
    let ours_required: Vec<_> = ours.required().map(|arg| arg.name.replace('-', "_")).collect();
    if theirs_required != ours_required {
        wrong.push(format!("{name}.*: required {ours_required:?}, not {theirs_required:?}"));
    }
    for theirs in &inputs {
        let arg_name = text(theirs, "name");
        match ours.arg(&arg_name) {
            None if is_deprecated(theirs) => {}
            None => wrong.push(format!("{name}.{arg_name}: missing")),
            Some((_, arg)) => compare_arg(name, arg, theirs, wrong),
        }
    }
    for arg in &ours.args {
        if !inputs.iter().any(|theirs| text(theirs, "name") == arg.name.replace('-', "_")) {
            wrong.push(format!("{name}.{}: unknown to the reference", arg.name));
        }
    }
    for theirs in args.iter().filter(|arg| arg["direction"] == "out") {
        let out_name = text(theirs, "name");
        match ours.output(&out_name) {
            None if is_deprecated(theirs) => {}
            None => wrong.push(format!("{name}.{out_name}: output missing")),
            Some(out) if out.optional == (theirs["required"] == true) => {
                wrong.push(format!("{name}.{out_name}: optional is {}", out.optional));
            }
            Some(_) => {}
        }
    }
}

fn compare_arg(name: &str, ours: &ArgSpec, theirs: &Json, wrong: &mut Vec<String>) {
    let arg = ours.name;
    let (kind, wanted) = (type_name(ours.kind), text(theirs, "type"));
    if kind != wanted {
        wrong.push(format!("{name}.{arg}: type {kind}, not {wanted}"));
        return;
    }
    for (bound, ours) in [("min", ours.min), ("max", ours.max)] {
        // the widest range says nothing
        let theirs = theirs[bound].as_f64().filter(|value| value.abs() < 2_147_483_647.0);
        let ours = ours.filter(|value| value.abs() < 2_147_483_647.0);
        if matches!(kind.as_str(), "gint" | "gdouble") && theirs != ours {
            wrong.push(format!("{name}.{arg}: {bound} {ours:?}, not {theirs:?}"));
        }
    }
    if let Some(default) = default_of(ours)
        && let Some(theirs) =
            theirs["default"].as_f64().or_else(|| theirs["default"].as_bool().map(f64::from))
        && (default - theirs).abs() > 1e-9
    {
        wrong.push(format!("{name}.{arg}: default {default}, not {theirs}"));
    }
}

fn default_of(arg: &ArgSpec) -> Option<f64> {
    match (arg.default.as_ref()?, arg.kind) {
        (Value::Bool(value), _) => Some(f64::from(u8::from(*value))),
        (Value::Int(value), _) => Some(*value as f64),
        (Value::Double(value), _) => Some(*value),
        (Value::String(nick), ArgType::Enum(spec)) => {
            spec.by_nick(nick).map(|m| f64::from(m.value))
        }
        _ => None,
    }
}

/// The reference's name of a type.
fn type_name(kind: ArgType) -> String {
    match kind {
        ArgType::Bool => "gboolean",
        ArgType::Int => "gint",
        ArgType::UInt64 => "guint64",
        ArgType::Double => "gdouble",
        ArgType::String => "gchararray",
        ArgType::Enum(spec) | ArgType::Flags(spec) => spec.name,
        ArgType::Image => "VipsImage",
        ArgType::Images => "VipsArrayImage",
        ArgType::Ints => "VipsArrayInt",
        ArgType::Doubles => "VipsArrayDouble",
        ArgType::Blob => "VipsBlob",
        ArgType::Source => "VipsSource",
        ArgType::Target => "VipsTarget",
        ArgType::Interpolate => "VipsInterpolate",
        _ => "?",
    }
    .into()
}

fn text(json: &Json, key: &str) -> String {
    json[key].as_str().unwrap_or_default().replace('-', "_")
}
