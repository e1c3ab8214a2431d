//! Arguments, checked against a declaration as they are set.

use super::{ArgEnum, ArgSpec, ArgType, ArgValue, EnumSpec, OpSpec, Value};
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result};

/// The arguments of one call: a slot for each input of the declaration.
#[derive(Debug)]
pub struct Args {
    spec: &'static OpSpec,
    slots: Vec<Option<Value>>,
    lenient: bool,
    warnings: Vec<String>,
}

impl Args {
    /// No argument set yet.
    pub fn new(spec: &'static OpSpec) -> Self {
        Self { spec, slots: vec![None; spec.args.len()], lenient: false, warnings: Vec::new() }
    }

    /// From now on an optional number out of its range keeps its default, as in the reference,
    /// and leaves a warning.
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The declaration.
    pub fn spec(&self) -> &'static OpSpec {
        self.spec
    }

    /// What was dropped.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Sets an argument: finds it, converts the value to its type, checks its range.
    pub fn set(&mut self, name: &str, value: Value) -> Result<()> {
        let Some((slot, arg)) = self.spec.arg(name) else {
            let names: Vec<_> = self.spec.args.iter().map(|arg| arg.name).collect();
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!("no argument \"{name}\"; it takes {}", names.join(", ")),
            )
            .with("operation", self.spec.nickname));
        };
        let located = |error: Error| error.with("operation", self.spec.nickname);
        let value = coerce(arg, value).map_err(located)?;
        match check_range(arg, &value) {
            Err(error) if self.lenient && !arg.required => {
                self.warnings.push(format!(
                    "{}: {}; the default is kept",
                    self.spec.nickname,
                    error.message()
                ));
            }
            Err(error) => return Err(located(error)),
            Ok(()) => self.slots[slot] = Some(value),
        }
        Ok(())
    }

    /// The value given for the argument at `slot`.
    pub fn given(&self, slot: usize) -> Option<&Value> {
        self.slots.get(slot)?.as_ref()
    }

    /// The arguments that were given, with their names, in the order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.spec.args.iter().zip(&self.slots).filter_map(|(arg, v)| Some((arg.name, v.as_ref()?)))
    }

    /// The required argument at `slot`, for the derive.
    pub fn required<T: ArgValue>(&self, slot: usize) -> Result<T> {
        match self.given(slot) {
            Some(value) => T::from_value(value),
            None => Err(Error::new(
                ErrorKind::BadArgument,
                format!("{}: parameter {} not set", self.spec.nickname, self.spec.args[slot].name),
            )),
        }
    }

    /// The optional argument at `slot`, for the derive.
    pub fn optional<T: ArgValue>(&self, slot: usize) -> Result<Option<T>> {
        self.given(slot).map(T::from_value).transpose()
    }
}

/// The value as the variant that the argument's type has.
fn coerce(arg: &ArgSpec, value: Value) -> Result<Value> {
    let kind = value.kind();
    let converted = match (arg.kind, value) {
        (ArgType::Bool, Value::Int(n)) => Value::Bool(n != 0),
        (ArgType::Bool, Value::String(s)) => {
            Value::Bool(!matches!(&*s.to_ascii_lowercase(), "false" | "no" | "0"))
        }
        (ArgType::Int | ArgType::UInt64, Value::Bool(b)) => Value::Int(i64::from(b)),
        (ArgType::Int | ArgType::UInt64, Value::Double(d)) if d.is_finite() => Value::Int(d as i64),
        (ArgType::Int | ArgType::UInt64, Value::String(s)) => Value::Int(integer(&s)?),
        (ArgType::Double, Value::Int(n)) => Value::Double(n as f64),
        (ArgType::Double, Value::Bool(b)) => Value::Double(f64::from(u8::from(b))),
        (ArgType::Double, Value::String(s)) => Value::Double(number(&s)?),
        (ArgType::Enum(spec), Value::String(s)) => Value::Int(i64::from(member(spec, &s)?)),
        (ArgType::Enum(_) | ArgType::Flags(_), Value::Bool(b)) => Value::Int(i64::from(b)),
        (ArgType::Flags(spec), Value::String(s)) => Value::Int(i64::from(flags(spec, &s)?)),
        (ArgType::Ints, Value::Int(n)) => Value::Ints(vec![n as i32]),
        (ArgType::Ints, Value::Doubles(d)) => Value::Ints(d.iter().map(|x| *x as i32).collect()),
        (ArgType::Ints, Value::String(s)) => {
            Value::Ints(words(&s).map(|w| integer(w).map(|n| n as i32)).collect::<Result<_>>()?)
        }
        (ArgType::Doubles, Value::Int(n)) => Value::Doubles(vec![n as f64]),
        (ArgType::Doubles, Value::Double(d)) => Value::Doubles(vec![d]),
        (ArgType::Doubles, Value::Bool(b)) => Value::Doubles(vec![f64::from(u8::from(b))]),
        (ArgType::Doubles, Value::Ints(n)) => {
            Value::Doubles(n.into_iter().map(f64::from).collect())
        }
        (ArgType::Doubles, Value::String(s)) => {
            Value::Doubles(words(&s).map(number).collect::<Result<_>>()?)
        }
        (ArgType::Images, Value::Image(image)) => Value::Images(vec![image]),
        (ArgType::Interpolate, Value::String(s)) => {
            Value::Interpolate(crate::Interpolator::new(&s)?)
        }
        (ArgType::Blob, Value::String(s)) => Value::Blob(s.as_bytes().to_vec().into()),
        (_, value) => value,
    };
    let fits = matches!(
        (arg.kind, &converted),
        (ArgType::Bool, Value::Bool(_))
            | (
                ArgType::Int | ArgType::UInt64 | ArgType::Enum(_) | ArgType::Flags(_),
                Value::Int(_)
            )
            | (ArgType::Double, Value::Double(_))
            | (ArgType::String, Value::String(_))
            | (ArgType::Image, Value::Image(_))
            | (ArgType::Images, Value::Images(_))
            | (ArgType::Ints, Value::Ints(_))
            | (ArgType::Doubles, Value::Doubles(_))
            | (ArgType::Blob, Value::Blob(_))
            | (ArgType::Source, Value::Source(_))
            | (ArgType::Target, Value::Target(_))
            | (ArgType::Interpolate, Value::Interpolate(_))
    );
    if fits {
        Ok(converted)
    } else {
        bad(format!("{} is {kind}, it takes {:?}", arg.name, arg.kind))
    }
}

/// Fails where a number lies outside what the declaration allows.
fn check_range(arg: &ArgSpec, value: &Value) -> Result<()> {
    let number = match (arg.kind, value) {
        (ArgType::Enum(spec), Value::Int(n)) => {
            return match i32::try_from(*n).ok().and_then(|n| spec.by_value(n)) {
                Some(_) => Ok(()),
                None => bad(format!("{} is {n}, no member of {}", arg.name, spec.name)),
            };
        }
        (ArgType::Int, Value::Int(n)) => *n as f64,
        (_, Value::Double(d)) => *d,
        _ => return Ok(()),
    };
    let (min, max) = match arg.kind {
        ArgType::Int => {
            (arg.min.unwrap_or(f64::from(i32::MIN)), arg.max.unwrap_or(f64::from(i32::MAX)))
        }
        _ => (arg.min.unwrap_or(f64::NEG_INFINITY), arg.max.unwrap_or(f64::INFINITY)),
    };
    if number >= min && number <= max {
        return Ok(());
    }
    bad(format!("{} is {number}, outside {min}..={max}", arg.name))
}

/// Elements of an array written as text: `1 2 3`, `1;2;3` or `1,2,3`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ';', ',', '\t']).filter(|word| !word.is_empty())
}

fn integer(text: &str) -> Result<i64> {
    let trimmed = text.trim();
    let parsed = trimmed.parse().ok().or_else(|| trimmed.parse::<f64>().ok().map(|d| d as i64));
    parsed.map_or_else(|| bad(format!("'{text}' is not an integer")), Ok)
}

fn number(text: &str) -> Result<f64> {
    text.trim().parse().or_else(|_| bad(format!("'{text}' is not a number")))
}

fn member(spec: &'static EnumSpec, nick: &str) -> Result<i32> {
    match spec.by_nick(nick) {
        Some(member) => Ok(member.value),
        None => bad(format!(
            "enum '{}' has no member '{nick}', should be one of: {}",
            spec.name,
            spec.nicks()
        )),
    }
}

fn flags(spec: &'static EnumSpec, text: &str) -> Result<i32> {
    if let Ok(bits) = text.trim().parse() {
        return Ok(bits);
    }
    let mut bits = 0;
    for nick in text.split(['|', ':', ' ', ',']).filter(|word| !word.is_empty()) {
        let Some(member) = spec.by_nick(nick) else {
            return bad(format!("flags '{}' has no member '{nick}'", spec.name));
        };
        bits |= member.value;
    }
    Ok(bits)
}

fn bad<T>(text: String) -> Result<T> {
    Err(Error::new(ErrorKind::BadArgument, text))
}

/// The enumeration's member of a checked value, for the derive.
pub(super) fn enum_from<T: ArgEnum>(value: &Value) -> Result<T> {
    let number = match value {
        Value::Int(n) => *n as i32,
        Value::String(nick) => member(T::SPEC, nick)?,
        other => return bad(format!("{} where one of {} is wanted", other.kind(), T::SPEC.name)),
    };
    T::from_number(number).map_or_else(|| bad(format!("{number} is no {}", T::SPEC.name)), Ok)
}

/// The nickname of an enumeration as a value, for defaults and recipes.
pub(super) fn enum_value<T: ArgEnum>(member: T) -> Value {
    Value::String(Arc::from(member.nick()))
}
