//! The names of inputs, which are paths or addresses (URLs): of files beside them, and in headers, messages and manifests.
//!
//! An address is kept as a path, as the user wrote it. What follows its `?` is often a signature that gives access, so that
//! [`without_secrets`] is applied to everything that is logged or written.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// How an address is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `https://` and `http://`.
    Http,
    /// `s3://BUCKET/KEY`.
    S3,
    /// `htsget://HOST/PATH` (by https) and `htsget+http://HOST/PATH`.
    Htsget,
    /// A scheme that is not read.
    Other,
}

/// The scheme of a path, if it is an address: its part before `://`, in any case.
fn scheme_name(text: &str) -> Option<&str> {
    let name = &text[..text.find("://")?];
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    // A name of one letter is a drive of Windows.
    (name.len() > 1 && name.as_bytes()[0].is_ascii_alphabetic() && name.bytes().all(is_scheme)).then_some(name)
}

/// How a path is read, if it is an address.
pub(crate) fn scheme(path: &Path) -> Option<Scheme> {
    let name = scheme_name(path.to_str()?)?.to_ascii_lowercase();
    Some(match name.as_str() {
        "http" | "https" => Scheme::Http,
        "s3" => Scheme::S3,
        "htsget" | "htsget+http" | "htsget+https" => Scheme::Htsget,
        _ => Scheme::Other,
    })
}

/// Whether a path is an address, and not that of a file.
pub(crate) fn is_address(path: &Path) -> bool {
    scheme(path).is_some()
}

/// Why there is no file at a path that must be one of this machine.
pub(crate) fn missing(path: &Path) -> &'static str {
    if is_address(path) { "it is an address, but must be a file on this machine" } else { "no such file or folder" }
}

/// The parts of an address before and from its query (`?…`) or fragment (`#…`) on. A key of S3 may contain both characters.
fn split(path: &Path) -> Option<(&str, &str)> {
    let text = path.to_str()?;
    match scheme(path)? {
        Scheme::S3 => Some((text, "")),
        _ => Some(text.split_at(text.find(['?', '#']).unwrap_or(text.len()))),
    }
}

/// The path with an ending added: `genome.fa` and `fai` give `genome.fa.fai`, `https://host/genome.fa?key=1` gives
/// `https://host/genome.fa.fai?key=1`.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    if let Some((base, query)) = split(path) {
        return format!("{base}.{ending}{query}").into();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The path with another ending: `reads.bam` and `bai` give `reads.bai`.
pub(crate) fn with_other_ending(path: &Path, ending: &str) -> PathBuf {
    match split(path) {
        Some((base, query)) => {
            let name = base.rfind('/').map_or(0, |at| at + 1);
            let end = base[name..].rfind('.').filter(|at| *at > 0).map_or(base.len(), |at| name + at);
            format!("{}.{ending}{query}", &base[..end]).into()
        }
        None => path.with_extension(ending),
    }
}

/// The name without its folders; of an address, without its query.
pub(crate) fn file_name(path: &Path) -> String {
    match split(path) {
        Some((base, _)) => base.rsplit('/').next().unwrap_or_default().to_string(),
        None => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// What stands for a part of an address that may be secret.
const HIDDEN: char = '…';

/// A text in which the addresses have neither user names and passwords nor queries, which may hold the keys to the data.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    if !text.contains(":/") {
        return Cow::Borrowed(text);
    }
    // An address with a blank, which it must not have, ends in a text at the blank: those of the command line are known as a whole.
    static WITH_BLANKS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        let odd = words.filter(|word| word.contains(":/") && word.contains(char::is_whitespace));
        odd.map(|word| (hide(&word, |_| false), word)).map(|(shown, word)| (word, shown)).collect()
    });
    let mut text = Cow::Borrowed(text);
    for (word, shown) in WITH_BLANKS.iter().filter(|(word, shown)| word != shown) {
        if text.contains(word) {
            text = text.replace(word, shown).into();
        }
    }
    // Blanks, and these signs, cannot occur in an address. A quote (') can, so that one ends it only at the end of a word.
    hide(&text, |c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>')).into()
}

/// Hides secrets in a text in which addresses end before a letter of `is_end`.
fn hide(text: &str, is_end: impl Fn(char) -> bool) -> String {
    let (mut rest, mut shown) = (text, String::with_capacity(text.len()));
    while let Some(colon) = rest.find(":/") {
        let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let scheme = rest[..colon].bytes().rev().take_while(is_scheme).count();
        let slashes = rest[colon + 1..].bytes().take_while(|byte| *byte == b'/').count();
        let (before, after) = rest.split_at(colon + 1 + slashes);
        shown.push_str(before);
        // A drive of Windows; one slash is a slip of the pen.
        if slashes == 1 && scheme < 2 {
            rest = after;
            continue;
        }
        let (word, _) = after.split_at(after.find(&is_end).unwrap_or(after.len()));
        // Where a second address follows without a blank, and not in the query, it has secrets of its own.
        let query = word.find('?').unwrap_or(word.len());
        let (address, next) = after.split_at(word[..query].find("://").unwrap_or(word.len()));
        let host = address.find(['/', '?', '#']).unwrap_or(address.len());
        // What follows a colon is a port, or the start of a password, which may hold a slash.
        let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_password = address[..host].split_once(':').is_some_and(|(_, port)| !is_port(port));
        let login = if has_password { &address[..query.min(address.len())] } else { &address[..host] };
        let from = match login.rfind('@') {
            Some(at) => {
                shown.push(HIDDEN);
                at
            }
            None => 0,
        };
        match address[from..].find('?').map(|query| from + query) {
            Some(query) => {
                shown.push_str(&address[from..=query]);
                shown.push(HIDDEN);
                // The end of a quotation or a sentence.
                let is_mark = |c: char| matches!(c, '\'' | '`' | ':' | ',' | ';' | ')');
                shown.push_str(&address[address.trim_end_matches(is_mark).len().max(query + 1)..]);
            }
            None => shown.push_str(&address[from..]),
        }
        rest = next;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_come_before_the_query_of_an_address() {
        let with = |path: &str| with_ending(Path::new(path), "bai").display().to_string();
        let other = |path: &str| with_other_ending(Path::new(path), "bai").display().to_string();
        let name = |path: &str| file_name(Path::new(path));
        for (path, added, replaced, named) in [
            ("a/b.c/reads.bam", "a/b.c/reads.bam.bai", "a/b.c/reads.bai", "reads.bam"),
            (
                "https://h.org/a.b/x.bam?k=a/b.c",
                "https://h.org/a.b/x.bam.bai?k=a/b.c",
                "https://h.org/a.b/x.bai?k=a/b.c",
                "x.bam",
            ),
            ("HTTP://h/reads", "HTTP://h/reads.bai", "HTTP://h/reads.bai", "reads"),
            ("s3://bucket/a?b.bam", "s3://bucket/a?b.bam.bai", "s3://bucket/a?b.bai", "a?b.bam"),
        ] {
            assert_eq!((with(path), other(path), name(path)), (added.into(), replaced.into(), named.into()));
        }
    }

    #[test]
    fn schemes() {
        for (path, expected) in [
            ("a.fa", None),
            ("c://a.fa", None),
            ("./http://a", None),
            ("https://a/b", Some(Scheme::Http)),
            ("S3://a/b", Some(Scheme::S3)),
            ("htsget+http://a/b", Some(Scheme::Htsget)),
            ("gs://a/b", Some(Scheme::Other)),
        ] {
            assert_eq!(scheme(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn no_message_shows_a_key() {
        for (text, expected) in [
            ("a.fa: no", "a.fa: no"),
            ("https://h/a.fa?X-Amz-Signature=1f: no", "https://h/a.fa?…: no"),
            ("both \"https://me:pw@h/a?b\" and s3://b/k?x=1, or", "both \"https://…@h/a?…\" and s3://b/k?…, or"),
            ("https://h/a@b", "https://h/a@b"),
            ("u://a?u://b?c d", "u://a?… d"),
            ("https://h/a?X-Amz-Signature=it's`secret: no", "https://h/a?…: no"),
            ("it's 'https://h/a?b', 'u://c?d'; `u://e?f`)", "it's 'https://h/a?…', 'u://c?…'; `u://e?…`)"),
            ("'u://a','https://me:pw@h/b?c'", "'u://a','https://…@h/b?…'"),
            ("https://h/proxy/https://me:pw@h/b", "https://h/proxy/https://…@h/b"),
            ("https://me:p'w@h/b?", "https://…@h/b?…"),
            ("https://me:a/pw@h:80/b", "https://…@h:80/b"),
            ("https://h:80/a@b, https://[::1]/a", "https://h:80/a@b, https://[::1]/a"),
            ("https:/h/a?b c:/d?e", "https:/h/a?… c:/d?e"),
        ] {
            assert_eq!(without_secrets(text), expected);
        }
        assert_eq!(hide("https://me:my pw@h/a b?c d", |_| false), "https://…@h/a b?…");
    }
}
