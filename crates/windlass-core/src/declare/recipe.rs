//! Recipes: a graph as text, to be printed, compared, hashed, stored, and made anew elsewhere.
//!
//! One line a step, in an order in which each names only steps before it:
//!
//! ```text
//! #1 = jpegload(filename="photo.jpg")
//! #2 = resize(in=#1, scale=0.5, kernel="lanczos3")
//! #3 = bandjoin(in=[#2, #2])
//! ```
//!
//! The last step is the image. Values are `true` and `false`, integers, numbers, `"text"`, steps, lists
//! in brackets, and `x"00ff"` for bytes; `#2.rows` is the output `rows` of step 2. A source stands by its
//! file name. What has neither a call nor a name (pixels in memory, custom sources, a header changed by
//! hand) has no recipe.

use super::{ArgType, Args, Registry, Value};
use crate::cache;
use crate::image::{Image, Origin};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::iter::Peekable;
use std::str::{Chars, FromStr};
use windlass_io::{Error, ErrorKind, Result, Source};

/// The calls that make an image.
///
/// Equal recipes make equal images as long as the files that they name are the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Recipe(Vec<Step>);

#[derive(Clone, PartialEq, Debug)]
struct Step {
    operation: String,
    args: Vec<(String, Term)>,
}

/// A value as it can be written.
#[derive(Clone, PartialEq, Debug)]
enum Term {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// The output of a step
    Step(usize, Option<String>),
    List(Vec<Self>),
}

impl Image {
    /// The calls that made this image, through the table of operations.
    ///
    /// # Errors
    /// Of kind `Unsupported` where something on the way has neither a call nor a name.
    pub fn recipe(&self) -> Result<Recipe> {
        let mut steps = Vec::new();
        let mut known: BTreeMap<u64, usize> = BTreeMap::new();
        // without recursion: graphs can be deep
        let mut open = vec![(self.clone(), false)];
        while let Some((image, ready)) = open.pop() {
            if known.contains_key(&image.identity()) {
                continue;
            }
            let origin = image.origin().ok_or_else(|| {
                unsupported("no recipe: an image on the way was not made by an operation")
            })?;
            if ready {
                steps.push(Step::of(origin, &known)?);
                known.insert(image.identity(), steps.len());
                continue;
            }
            open.push((image.clone(), true));
            open.extend(images(origin).map(|input| (input.clone(), false)));
        }
        let image = Term::of_image(self, &known)?;
        if let Term::Step(_, Some(_)) = image {
            // the last step of a recipe is its image: an output of another name becomes one
            let args = vec![("in".to_owned(), image)];
            steps.push(Step { operation: "copy".into(), args });
        }
        Ok(Recipe(steps))
    }
}

/// The images among the arguments of a call.
fn images(origin: &Origin) -> impl Iterator<Item = &Image> {
    origin.args.iter().flat_map(|(_, value)| match value {
        Value::Image(image) => std::slice::from_ref(image),
        Value::Images(images) => images,
        _ => &[],
    })
}

impl Step {
    fn of(origin: &Origin, known: &BTreeMap<u64, usize>) -> Result<Self> {
        let spec = Registry::installed().and_then(|table| table.get(origin.nickname).ok());
        let term = |(name, value): &(&'static str, Value)| {
            let kind = spec.and_then(|spec| spec.arg(name)).map(|(_, arg)| arg.kind);
            Ok(((*name).to_owned(), Term::of(value, kind, known)?))
        };
        let args = origin.args.iter().map(term).collect::<Result<_>>()?;
        Ok(Self { operation: origin.nickname.to_owned(), args })
    }
}

impl Term {
    fn of(value: &Value, kind: Option<ArgType>, known: &BTreeMap<u64, usize>) -> Result<Self> {
        Ok(match value {
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(n) => match kind {
                Some(ArgType::Enum(spec)) => spec
                    .by_value(*n as i32)
                    .map_or(Self::Int(*n), |member| Self::Text(member.nick.to_owned())),
                _ => Self::Int(*n),
            },
            Value::Double(x) => Self::Double(*x),
            Value::String(text) => Self::Text(text.to_string()),
            Value::Ints(n) => Self::List(n.iter().map(|n| Self::Int(i64::from(*n))).collect()),
            Value::Doubles(x) => Self::List(x.iter().map(|x| Self::Double(*x)).collect()),
            Value::Blob(bytes) => Self::Bytes(bytes.to_vec()),
            Value::Image(image) => Self::of_image(image, known)?,
            Value::Images(images) => {
                let steps = images.iter().map(|image| Self::of_image(image, known));
                Self::List(steps.collect::<Result<_>>()?)
            }
            Value::Interpolate(how) => Self::Text(how.nick().to_owned()),
            Value::Source(source) => match source.filename() {
                Some(name) => Self::Text(name.to_string_lossy().into_owned()),
                None => return Err(unsupported("no recipe: a source without a file name")),
            },
            Value::Target(_) => return Err(unsupported("no recipe: a target is no input")),
        })
    }

    fn of_image(image: &Image, known: &BTreeMap<u64, usize>) -> Result<Self> {
        let lost = || Error::new(ErrorKind::Internal, "a step of a recipe was not written");
        let step = *known.get(&image.identity()).ok_or_else(lost)?;
        let output = image.origin().map(|origin| origin.output).filter(|output| *output != "out");
        Ok(Self::Step(step, output.map(str::to_owned)))
    }

    /// The value, with the images of the steps before.
    fn value(&self, kind: ArgType, made: &[Made]) -> Result<Value> {
        Ok(match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(n) => Value::Int(*n),
            Self::Double(x) => Value::Double(*x),
            Self::Text(name) if matches!(kind, ArgType::Source) => {
                Value::Source(Source::from_file(name)?)
            }
            Self::Text(text) => Value::String(text.as_str().into()),
            Self::Bytes(bytes) => Value::Blob(bytes.clone().into()),
            Self::Step(step, output) => Value::Image(image(made, *step, output.as_deref())?),
            Self::List(terms) => match kind {
                ArgType::Images => {
                    Value::Images(terms.iter().map(|t| t.image(made)).collect::<Result<_>>()?)
                }
                _ => Value::Doubles(terms.iter().map(Self::number).collect::<Result<_>>()?),
            },
        })
    }

    fn image(&self, made: &[Made]) -> Result<Image> {
        match self {
            Self::Step(step, output) => image(made, *step, output.as_deref()),
            _ => Err(malformed("a step is wanted in a list of images")),
        }
    }

    fn number(&self) -> Result<f64> {
        match self {
            Self::Int(n) => Ok(*n as f64),
            Self::Double(x) => Ok(*x),
            _ => Err(malformed("a number is wanted in a list of numbers")),
        }
    }
}

/// What a step gave.
type Made = Vec<(&'static str, Value)>;

fn image(made: &[Made], step: usize, output: Option<&str>) -> Result<Image> {
    let output = output.unwrap_or("out");
    let outputs = step.checked_sub(1).and_then(|at| made.get(at));
    let value = outputs.and_then(|all| all.iter().find(|(name, _)| *name == output));
    match value {
        Some((_, Value::Image(image))) => Ok(image.clone()),
        _ => Err(malformed(format!("#{step} has no image \"{output}\" here"))),
    }
}

impl Recipe {
    /// Makes the image, through the installed table of operations.
    ///
    /// # Errors
    /// What the operations say, or of kind `Malformed` where a step names one that is not before it.
    pub fn make(&self) -> Result<Image> {
        let table = Registry::installed()
            .ok_or_else(|| Error::new(ErrorKind::UnknownOperation, "no table of operations"))?;
        let mut made: Vec<Made> = Vec::new();
        for step in &self.0 {
            let mut args = Args::new(table.get(&step.operation)?);
            for (name, term) in &step.args {
                let kind = args.spec().arg(name).map_or(ArgType::Image, |(_, arg)| arg.kind);
                args.set(name, term.value(kind, &made)?)?;
            }
            made.push(cache::call(&args)?);
        }
        image(&made, made.len(), None)
    }
}

impl Display for Recipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            write!(f, "#{} = {}(", number + 1, step.operation)?;
            for (at, (name, term)) in step.args.iter().enumerate() {
                write!(f, "{}{name}={term}", if at == 0 { "" } else { ", " })?;
            }
            writeln!(f, ")")?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Double(x) => write!(f, "{x:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => {
                write!(f, "x\"")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, "\"")
            }
            Self::Step(step, None) => write!(f, "#{step}"),
            Self::Step(step, Some(output)) => write!(f, "#{step}.{output}"),
            Self::List(terms) => {
                write!(f, "[")?;
                for (at, term) in terms.iter().enumerate() {
                    write!(f, "{}{term}", if at == 0 { "" } else { ", " })?;
                }
                write!(f, "]")
            }
        }
    }
}

impl FromStr for Recipe {
    type Err = Error;

    /// Reads what `Display` writes; empty lines are passed over.
    fn from_str(text: &str) -> Result<Self> {
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let mut steps = Vec::new();
        for (line, number) in lines {
            let step = Reader(line.trim().chars().peekable()).step(steps.len() + 1);
            steps.push(step.map_err(|error| error.with("line", number))?);
        }
        Ok(Self(steps))
    }
}

/// One line.
struct Reader<'a>(Peekable<Chars<'a>>);

impl Reader<'_> {
    fn step(&mut self, number: usize) -> Result<Step> {
        self.expect('#')?;
        if self.word().parse() != Ok(number) {
            return Err(malformed(format!("step {number} is wanted")));
        }
        self.expect('=')?;
        let operation = self.word();
        self.expect('(')?;
        let mut args = Vec::new();
        while !self.takes(')') {
            if !args.is_empty() {
                self.expect(',')?;
            }
            let name = self.word();
            self.expect('=')?;
            args.push((name, self.term()?));
        }
        match self.next() {
            None => Ok(Step { operation, args }),
            Some(letter) => Err(malformed(format!("'{letter}' behind a step"))),
        }
    }

    fn term(&mut self) -> Result<Term> {
        match self.peek() {
            Some('"') => Ok(Term::Text(self.text()?)),
            Some('[') => {
                self.expect('[')?;
                let mut terms = Vec::new();
                while !self.takes(']') {
                    if !terms.is_empty() {
                        self.expect(',')?;
                    }
                    // lists of lists are not written; so nothing nests
                    terms.push(if self.peek() == Some('[') {
                        return Err(malformed("a list in a list"));
                    } else {
                        self.term()?
                    });
                }
                Ok(Term::List(terms))
            }
            Some('#') => {
                self.expect('#')?;
                let step =
                    self.word().parse().map_err(|_| malformed("a number behind # is wanted"))?;
                Ok(Term::Step(step, self.takes('.').then(|| self.word())))
            }
            Some(_) => self.plain(),
            None => Err(malformed("a value is wanted")),
        }
    }

    /// A number, a truth value or bytes.
    fn plain(&mut self) -> Result<Term> {
        let mut word = String::new();
        while let Some(letter) =
            self.0.next_if(|c| c.is_ascii_alphanumeric() || "+-._".contains(*c))
        {
            word.push(letter);
        }
        if word == "x" && self.peek() == Some('"') {
            return Ok(Term::Bytes(bytes(&self.text()?)?));
        }
        match &*word {
            "true" => Ok(Term::Bool(true)),
            "false" => Ok(Term::Bool(false)),
            _ => word
                .parse()
                .map(Term::Int)
                .or_else(|_| word.parse().map(Term::Double))
                .map_err(|_| malformed(format!("'{word}' is no value"))),
        }
    }

    /// Text in quotes, with the escapes of Rust's `Debug`.
    fn text(&mut self) -> Result<String> {
        let open = || malformed("a text without an end");
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.0.next().ok_or_else(open)? {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped().ok_or_else(|| malformed("an unknown escape"))?),
                letter => text.push(letter),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        match self.0.next()? {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '0' => Some('\0'),
            'u' => {
                self.0.next_if_eq(&'{')?;
                let mut digits = String::new();
                while let Some(digit) = self.0.next_if(char::is_ascii_hexdigit) {
                    digits.push(digit);
                }
                self.0.next_if_eq(&'}')?;
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
            }
            letter => Some(letter),
        }
    }

    fn word(&mut self) -> String {
        self.peek();
        let mut word = String::new();
        while let Some(letter) = self.0.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '-') {
            word.push(letter);
        }
        word
    }

    /// The next letter that is no blank.
    fn peek(&mut self) -> Option<char> {
        while self.0.next_if(|c| c.is_whitespace()).is_some() {}
        self.0.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        self.peek();
        self.0.next()
    }

    fn takes(&mut self, letter: char) -> bool {
        self.peek();
        self.0.next_if_eq(&letter).is_some()
    }

    fn expect(&mut self, letter: char) -> Result<()> {
        match self.next() {
            Some(next) if next == letter => Ok(()),
            Some(next) => Err(malformed(format!("'{letter}' is wanted, not '{next}'"))),
            None => Err(malformed(format!("'{letter}' is wanted, not the end"))),
        }
    }
}

/// Bytes from pairs of hexadecimal digits.
fn bytes(digits: &str) -> Result<Vec<u8>> {
    let digit =
        |c: char| c.to_digit(16).ok_or_else(|| malformed("bytes are written in hexadecimal"));
    let digits = digits.chars().map(digit).collect::<Result<Vec<u32>>>()?;
    Ok(digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit) as u8)
        .collect())
}

fn malformed(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, format!("recipe: {}", text.into()))
}

fn unsupported(text: &str) -> Error {
    Error::new(ErrorKind::Unsupported, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#1 = jpegload(filename=\"a \\\"b\\\".jpg\", shrink=2)\n\
        #2 = linear(in=#1, a=[1.5, 2.0], b=[-3.0, inf], uchar=true)\n\
        #3 = bandjoin(in=[#1, #2.rows])\n\
        #4 = raw(buffer=x\"00ff10\", offset=-7)\n";

    #[test]
    fn text_and_recipe_are_the_same() {
        let recipe: Recipe = TEXT.parse().expect("well-formed");
        assert_eq!(recipe.to_string(), TEXT);
        assert_eq!(
            recipe.0[1].args[2],
            ("b".into(), Term::List(vec![Term::Double(-3.0), Term::Double(f64::INFINITY)]))
        );
        assert_eq!(recipe.0[3].args[0], ("buffer".into(), Term::Bytes(vec![0, 255, 16])));
        let spaced = TEXT.replace('(', " ( ").replace(", ", " ,  ").replace('\n', "\n\n");
        assert_eq!(spaced.parse::<Recipe>().expect("blanks do not matter"), recipe);
    }

    #[test]
    fn every_cut_is_refused_or_read_without_panic() {
        let line = TEXT.lines().nth(1).expect("the second").replace("#2 =", "#1 =");
        for end in 1..line.len() {
            let cut = line.get(..end).expect("ASCII");
            assert!(cut.parse::<Recipe>().is_err(), "{cut}");
        }
        assert!("#2 = black()".parse::<Recipe>().is_err());
        assert!("#1 = black(in=[[1]])".parse::<Recipe>().is_err());
        assert!("#1 = black() more".parse::<Recipe>().is_err());
    }
}
