//! Operations that the program does not want to run.

use std::sync::{Mutex, PoisonError};
use windlass_compat::classes::{self, Class};
use windlass_core::{Error, ErrorKind, Result};

/// What was said, in the order of saying.
static RULES: Mutex<Vec<Rule>> = Mutex::new(Vec::new());

enum Rule {
    Class(String, bool),
    Untrusted(bool),
}

/// Blocks the class called `name` and all that derive from it, or frees them. Later calls override
/// earlier ones; unknown names have no effect.
pub fn set_class(name: &str, blocked: bool) {
    add(Rule::Class(name.to_owned(), blocked));
}

/// Blocks all operations that may not be trusted with files of strangers, or frees them.
pub fn set_untrusted(blocked: bool) {
    add(Rule::Untrusted(blocked));
}

fn add(rule: Rule) {
    RULES.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
}

/// Whether the operation called `nickname` is blocked.
pub fn is_blocked(nickname: &str) -> bool {
    const UNTRUSTED: u32 = 16;
    let rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    if rules.is_empty() {
        return false;
    }
    let Some(class) = classes::of_operation(nickname) else { return false };
    let said = |rule: &Rule, class: &Class| match rule {
        Rule::Class(name, blocked) => classes::is_a(class, name).then_some(*blocked),
        Rule::Untrusted(blocked) => (class.flags & UNTRUSTED != 0).then_some(*blocked),
    };
    rules.iter().rev().find_map(|rule| said(rule, class)).unwrap_or(false)
}

/// Fails where the operation called `nickname` is blocked.
pub fn check(nickname: &str) -> Result<()> {
    if is_blocked(nickname) {
        let text = format!("{nickname}: operation is blocked");
        return Err(Error::new(ErrorKind::Unsupported, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rules_override_earlier_ones() {
        set_class("VipsForeignLoad", true);
        set_class("VipsForeignLoadJpeg", false);
        assert!(is_blocked("pngload_buffer") && !is_blocked("jpegload"));
        assert!(!is_blocked("invert") && !is_blocked("pngsave"));
        assert!(check("pngload").is_err());
        set_class("VipsForeignLoad", false);
        set_untrusted(true);
        assert!(is_blocked("svgload") && !is_blocked("pngload"));
        set_untrusted(false);
        assert!(!is_blocked("svgload"));
    }
}
