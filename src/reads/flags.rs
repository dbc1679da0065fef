//! SAM flags on the command line: a number, or names as samtools writes them.

use noodles::sam::alignment::record::Flags;

/// Names of SAM flags, as `samtools flags` lists them.
const NAMES: [(&str, u16); 12] = [
    ("PAIRED", 0x1),
    ("PROPER_PAIR", 0x2),
    ("UNMAP", 0x4),
    ("MUNMAP", 0x8),
    ("REVERSE", 0x10),
    ("MREVERSE", 0x20),
    ("READ1", 0x40),
    ("READ2", 0x80),
    ("SECONDARY", 0x100),
    ("QCFAIL", 0x200),
    ("DUP", 0x400),
    ("SUPPLEMENTARY", 0x800),
];

/// Parses a decimal or hexadecimal number, or names separated by commas. The error lists the names.
pub(crate) fn parse(text: &str) -> Result<Flags, String> {
    let number = match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    let bits = match number {
        Some(bits) => bits,
        None => text.split(',').try_fold(0, |bits, name| bit(name).map(|bit| bits | bit))?,
    };
    Ok(Flags::from(bits))
}

fn bit(name: &str) -> Result<u16, String> {
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, bit)| *bit).ok_or_else(|| {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        format!("\"{name}\" is not a flag; flags are {}", names.join(", "))
    })
}
