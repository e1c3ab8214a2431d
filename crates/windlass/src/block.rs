//! Operations that the program does not want to run.

use crate::registry;
use std::cell::RefCell;
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

/// Calls `work`, for which files of other formats than these can't be loaded, whatever else was said
/// of them: `with_formats(&["jpeg", "png"], || open(name))`.
///
/// It holds for this thread. What was opened within is read later as ever.
pub fn with_formats<R>(formats: &[&str], work: impl FnOnce() -> R) -> R {
    /// Puts the list back, also after a panic.
    struct Restore(Option<Vec<String>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ALLOWED.set(self.0.take());
        }
    }
    let list = formats.iter().map(|&format| format.to_owned()).collect();
    let _restore = Restore(ALLOWED.replace(Some(list)));
    work()
}

thread_local! {
    /// Formats that the call under way may load, unless all.
    static ALLOWED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Whether the operation loads a format that is not in the list of the call.
fn is_left_out(nickname: &str) -> bool {
    ALLOWED.with_borrow(|allowed| {
        let Some(allowed) = allowed else { return false };
        let file = nickname.trim_end_matches("_buffer").trim_end_matches("_source");
        let mut formats = registry().formats().iter().filter(|format| format.loader == Some(file));
        formats.next().is_some_and(|format| !allowed.iter().any(|name| name == format.name))
    })
}

/// Whether the operation called `nickname` is blocked.
pub fn is_blocked(nickname: &str) -> bool {
    is_left_out(nickname) || is_ruled_out(nickname)
}

fn is_ruled_out(nickname: &str) -> bool {
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
    fn a_call_may_be_given_a_list() {
        let blocked =
            || ["jpegload", "webpload_buffer", "gifload_source", "invert"].map(is_left_out);
        assert_eq!(blocked(), [false; 4]);
        assert_eq!(with_formats(&["jpeg", "gif"], blocked), [false, true, false, false]);
        let inner = || with_formats(&[], blocked);
        assert_eq!(with_formats(&["webp"], inner), [true, true, true, false]);
        assert_eq!(blocked(), [false; 4]);
    }

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
