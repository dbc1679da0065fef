//! The header of VCF and BCF: its structured lines, and the line that names the columns.

use std::collections::{HashMap, HashSet};

use crate::genome::Contigs;

/// How a file gets the order of contigs of the genome. bcftools adds contigs to a header after those that it has, so these go first.
pub(crate) const REORDER: &str = "bcftools view FILE | grep -v '^##contig' > x.vcf; bcftools reheader -f genome.fa.fai x.vcf | bcftools sort -O z -o NEW.vcf.gz";

/// The type of a field's values, as its header line declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// No value.
    Flag,
    /// Whole numbers.
    Integer,
    /// Numbers of 32 bits.
    Float,
    /// Text, single letters included.
    String,
}

impl FieldType {}

/// A structured line of a header: `##KIND=<KEY=VALUE,…>` (VCF specification 4.4, section 1.4).
pub(crate) struct StructuredLine<'a> {
    /// The text before `=<`, without `##`.
    pub(crate) kind: &'a str,
    /// The text between `<` and `>`.
    fields: &'a str,
    /// The line ends with `>`. htslib ignores lines that do not.
    pub(crate) is_closed: bool,
}

impl<'a> StructuredLine<'a> {
    /// Of a line of the header, with or without its line end; `None` for a line that is not structured.
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        let (kind, rest) = line.trim_end().strip_prefix("##")?.split_once("=<")?;
        let closed = rest.strip_suffix('>');
        Some(Self { kind, fields: closed.unwrap_or(rest), is_closed: closed.is_some() })
    }

    /// Whether records of BCF refer to the line's ID by a number, which the line may have as IDX.
    pub(crate) fn is_numbered(&self) -> bool {
        NUMBERED.contains(&self.kind) && self.is_closed
    }

    /// The value of a key as it is written, with its quotes. A comma within quotes does not end a value.
    pub(crate) fn value(&self, key: &str) -> Option<&'a str> {
        let (mut quoted, mut escaped, mut start) = (false, false, 0);
        let ends = self.fields.char_indices().filter_map(|(at, letter)| {
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ',' if !quoted => return Some(at),
                _ => {}
            }
            None
        });
        ends.chain([self.fields.len()]).find_map(|end| {
            let field = &self.fields[start..end];
            start = end + 1;
            field.strip_prefix(key)?.strip_prefix('=')
        })
    }
}

/// Kinds of lines whose IDs have numbers in BCF.
const NUMBERED: [&str; 4] = ["contig", "FILTER", "INFO", "FORMAT"];

/// The contigs that the lines of a header name, in their order; the length is 0 where a line has none.
pub(crate) fn contigs(lines: &[Vec<u8>]) -> Contigs {
    let mut contigs = Contigs::default();
    for line in lines.iter().filter(|line| line.starts_with(b"##contig=<")) {
        let text = String::from_utf8_lossy(line);
        let Some(line) = StructuredLine::parse(&text) else { continue };
        if let Some(name) = line.value("ID") {
            let length = line.value("length").and_then(|length| length.trim_matches('"').parse().ok());
            contigs.push(name.trim_matches('"'), length.unwrap_or(0));
        }
    }
    contigs
}

/// The first INFO field among `names` that the lines of a header declare.
pub(crate) fn declared_info(lines: &[Vec<u8>], names: &HashSet<String>) -> Option<String> {
    lines.iter().filter(|line| line.starts_with(b"##INFO=<")).find_map(|line| {
        let text = String::from_utf8_lossy(line);
        let id = StructuredLine::parse(&text)?.value("ID")?;
        names.contains(id).then(|| id.to_string())
    })
}

/// How many samples the line that names the columns has.
pub(crate) fn sample_count(names: &[u8]) -> usize {
    names.split(|&b| b == b'\t').count().saturating_sub(COLUMNS.len() + 1)
}

/// Checks a line whose ID has a number in BCF: other readers of BCF need a list of keys and values, KEY=VALUE or KEY="VALUE",
/// separated by commas (VCF specification 4.4, section 1.4). The error is the part that is not. Other lines pass.
pub(crate) fn check_line(line: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let Some((kind, rest)) = text.strip_prefix("##").and_then(|text| text.split_once("=<")) else { return Ok(()) };
    if !NUMBERED.contains(&kind) {
        return Ok(());
    }
    let bad = |rest: &str| {
        let rest: String = rest.chars().take(30).collect();
        format!("in \"{rest}\" of its {kind} line, which should be KEY=VALUE, separated by commas, with > at the end")
    };
    let mut rest = rest;
    loop {
        let key = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
        let value = rest[key..].strip_prefix('=').filter(|_| key > 0).ok_or_else(|| bad(rest))?;
        let end = match value.strip_prefix('"') {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                end.map(|end| end + 2)
            }
            None => value.find([',', '>']),
        };
        let after = &value[end.ok_or_else(|| bad(rest))?..];
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after == ">" => return Ok(()),
            None => return Err(bad(rest)),
        }
    }
}

/// A header line without the number (IDX) that BCF adds to it.
pub(crate) fn without_index(line: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = b",IDX=";
    if let Some(at) = memchr::memmem::rfind(line, KEY)
        && StructuredLine::parse(&String::from_utf8_lossy(line)).is_some_and(|line| line.is_numbered())
        && let Some(digits) = line[at + KEY.len()..].trim_ascii_end().strip_suffix(b">")
        && digits.iter().all(u8::is_ascii_digit)
    {
        return [&line[..at], b">\n"].concat();
    }
    line.to_vec()
}

/// Checks all lines of a header but the last: the first gives the version, and all begin with `##`. The error is the number of
/// the line that does not, from 1, and the problem.
pub(crate) fn check_lines(header: &[Vec<u8>]) -> Result<(), (usize, &'static str)> {
    let lines = header.split_last().map_or(&[][..], |(_, lines)| lines);
    if !lines.first().is_some_and(|line| line.starts_with(b"##fileformat=VCF")) {
        return Err((1, "it is not ##fileformat=…"));
    }
    match lines.iter().position(|line| !line.starts_with(b"##")) {
        Some(at) => Err((at + 1, "it does not begin with ##")),
        None => Ok(()),
    }
}

/// The columns of every VCF (VCF specification 4.4, section 1.5).
const COLUMNS: [&str; 8] = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"];

/// Checks the line that names the columns, and returns their count. The error is the problem.
pub(crate) fn check_column_names(line: &[u8]) -> Result<usize, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let names: Vec<&[u8]> = line.split(|&b| b == b'\t').collect();
    if names.len() < COLUMNS.len() && line.contains(&b' ') {
        return Err("the column names are not separated by tabs".into());
    }
    let shown = |name: &[u8]| format!("\"{}\"", String::from_utf8_lossy(name));
    for (at, wanted) in COLUMNS.iter().chain(&["FORMAT"]).enumerate() {
        match names.get(at) {
            Some(name) if *name == wanted.as_bytes() => {}
            Some(name) => {
                return Err(format!("column {} is called {}, and should be \"{wanted}\"", at + 1, shown(name)));
            }
            None if at < COLUMNS.len() => return Err(format!("column {} ({wanted}) is missing", at + 1)),
            None => {}
        }
    }
    let samples = names.get(COLUMNS.len() + 1..).unwrap_or_default();
    if names.len() == COLUMNS.len() + 1 {
        return Err("there is a column FORMAT, but no sample".into());
    }
    let mut seen = HashMap::with_capacity(samples.len());
    for (at, name) in samples.iter().enumerate() {
        let column = at + COLUMNS.len() + 2;
        if name.is_empty() {
            return Err(format!("column {column} has no name"));
        }
        if let Some(before) = seen.insert(name, column) {
            return Err(format!("sample {} occurs twice: columns {before} and {column}", shown(name)));
        }
    }
    Ok(names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contigs_may_have_quoted_values() {
        let lines = ["##contig=<ID=a,note=\"x,length=5\",length=10>\n", "##contig=<ID=\"b\"\n", "#CHROM\n"];
        let contigs = contigs(&lines.map(|line| line.as_bytes().to_vec()));
        let all: Vec<(&str, u64)> = contigs.iter().map(|contig| (contig.name.as_str(), contig.len)).collect();
        assert_eq!(all, [("a", 10), ("b", 0)]);
    }

    #[test]
    fn numbered_lines_are_lists_of_keys_and_values() {
        for line in [
            "##contig=<ID=c,length=3000>\n",
            "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"a, \\\"b\\\" > c\",Source=\"x\">\n",
            "##ALT=<ID=DEL,whatever>\n",
            "##source=x\n",
            "#CHROM\tPOS\n",
        ] {
            assert_eq!(check_line(line.as_bytes()), Ok(()), "{line}");
        }
        for line in [
            "##contig=<ID=c,lengthv3000>\n",
            "##contig=<ID=c,length=3000\n",
            "##INFO=<ID=DP,Desc ription=\"d\">\n",
            "##INFO=<ID=DP,Description=\"d>\n",
            "##FORMAT=<ID=DP>x\n",
        ] {
            assert!(check_line(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn header_lines_begin_with_two_hashes() {
        let lines = |text: &str| -> Vec<Vec<u8>> { text.split_inclusive('\n').map(|line| line.into()).collect() };
        assert_eq!(check_lines(&lines("##fileformat=VCFv4.2\n##x\n#CHROM\n")), Ok(()));
        assert_eq!(check_lines(&lines("##fileformat=VCFv4.2\n#x\n#CHROM\n")), Err((2, "it does not begin with ##")));
        assert_eq!(check_lines(&lines("#CHROM\n")), Err((1, "it is not ##fileformat=…")));
    }
}
