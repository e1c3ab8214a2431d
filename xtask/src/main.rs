//! What is generated from the table of operations, and whether it is current.
//!
//! `cargo xtask gen` writes it, `gen --check` only looks; `parity` compares the table with the
//! reference's signatures; `new op FAMILY/NAME` writes the skeleton of an operation.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command for developers")]
#![expect(clippy::disallowed_methods, reason = "it writes files of the repository")]

mod generated;
mod pages;
mod parity;
mod skeleton;
mod stubs;
mod tidy;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["gen"] => generated::write(),
        ["gen", "--check"] => {
            generated::check()?;
            tidy::check()
        }
        ["parity"] => parity::report(),
        ["new", "op", path] => skeleton::write(path),
        _ => bail!("usage: cargo xtask gen [--check] | parity | new op FAMILY/NAME"),
    }
}
