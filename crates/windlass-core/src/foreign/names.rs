//! Options written as text: `picture.jpg[Q=90, strip]`.

/// A name and the options in brackets at its very end, without the brackets.
///
/// Brackets elsewhere, or not closed, belong to the name.
pub fn split(text: &str) -> (&str, Option<&str>) {
    let trimmed = text.trim_end();
    if let Some(inner) = trimmed.strip_suffix(']') {
        for (at, _) in inner.match_indices('[').collect::<Vec<_>>().into_iter().rev() {
            let (name, options) = inner.split_at(at);
            if let Some(options) = options.strip_prefix('[')
                && is_closed(options)
            {
                return (name, Some(options));
            }
        }
    }
    (text, None)
}

/// The options of `text`, with or without brackets: names, with a value or alone.
pub fn parse(text: &str) -> Vec<(String, Option<String>)> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let words = pieces(text, ',').into_iter().filter(|word| !word.trim().is_empty());
    words
        .map(|word| match pieces(word, '=')[..] {
            [name, ref rest @ ..] if !rest.is_empty() => {
                let start = name.len() + '='.len_utf8();
                (unquoted(name), Some(unquoted(word.get(start..).unwrap_or_default())))
            }
            _ => (unquoted(word), None),
        })
        .collect()
}

/// The parts of `text` between separators that stand outside quotes.
fn pieces(text: &str, separator: char) -> Vec<&str> {
    let mut quote = None;
    let mut escaped = false;
    text.split(|letter| {
        let open = quote;
        match open {
            Some(mark) if letter == mark && !escaped => quote = None,
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        open.is_none() && letter == separator
    })
    .collect()
}

/// Whether no bracket stands in `options` outside quotes, and every quote ends.
fn is_closed(options: &str) -> bool {
    pieces(options, ']').len() == 1 && pieces(&format!("{options}]"), ']').len() == 2
}

/// Without the blanks and quotes around it; `\"` inside quotes is a quote.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    for mark in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark)) {
            return inner.replace(&format!("\\{mark}"), &mark.to_string());
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_at_the_end_are_options() {
        assert_eq!(split("x.jpg[Q=90]"), ("x.jpg", Some("Q=90")));
        assert_eq!(split("a[b].png"), ("a[b].png", None));
        assert_eq!(split("a[b].png[x]"), ("a[b].png", Some("x")));
        assert_eq!(split("x.jpg[Q=90"), ("x.jpg[Q=90", None));
        assert_eq!(split("x.tif[profile=\"a[b].icc\"]"), ("x.tif", Some("profile=\"a[b].icc\"")));
        assert_eq!(split("[descriptor=0]"), ("", Some("descriptor=0")));
    }

    #[test]
    fn options_are_names_with_or_without_values() {
        let some = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        assert_eq!(parse(" Q = 90 , strip "), [some("Q", "90"), ("strip".to_owned(), None)]);
        assert_eq!(parse("[a=\"1,2\",b='x=y']"), [some("a", "1,2"), some("b", "x=y")]);
        assert_eq!(parse("background=1 2 3"), [some("background", "1 2 3")]);
        assert!(parse("[]").is_empty() && parse("").is_empty());
    }
}
