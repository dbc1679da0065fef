//! The programs of a header (@PG): which follows which, and where the next one is added.

use std::collections::{HashMap, HashSet};

use super::line::{Line, Warnings, quoted};

/// A @PG line.
#[derive(Clone, Debug)]
struct Program {
    id: Vec<u8>,
    /// The ID of the program before it (PP).
    previous: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
    command: Option<Vec<u8>>,
}

/// The @PG lines of a header, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Programs(Vec<Program>);

impl Programs {
    pub(super) fn add(&mut self, id: Vec<u8>, line: &Line<'_>) {
        let text = |tag: &[u8; 2]| line.get(tag).map(<[u8]>::to_vec);
        self.0.push(Program { id, previous: text(b"PP"), name: text(b"PN"), command: text(b"CL") });
    }

    /// Warns of lines whose PP is not the ID of another line.
    pub(super) fn check_chains(&self, warnings: &mut Warnings) {
        for program in &self.0 {
            if let Some(previous) = &program.previous {
                let shown = quoted(&program.id);
                if previous == &program.id {
                    warnings.add(|| format!("line @PG with ID:{shown}: PP names the line itself"));
                } else if !self.0.iter().any(|other| other.id == *previous) {
                    warnings.add(|| format!("line @PG with ID:{shown}: PP:{} is not in the header", quoted(previous)));
                }
            }
        }
    }

    /// The commands (CL) of the lines of a program (PN); empty for a line without one.
    pub(super) fn commands_of(&self, program: &str) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .filter(move |line| line.name.as_deref() == Some(program.as_bytes()))
            .map(|line| line.command.as_deref().map(|c| String::from_utf8_lossy(c).into_owned()).unwrap_or_default())
    }

    /// The @PG lines that are added for another program, one for each chain of programs, as samtools adds them. `fields` are those
    /// after ID and PP.
    pub(super) fn lines_of_next(&self, id: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut lines = Vec::new();
        let mut taken: HashSet<Vec<u8>> = self.0.iter().map(|program| program.id.clone()).collect();
        let mut number = 0;
        for previous in self.ends_of_chains() {
            let mut own = id.as_bytes().to_vec();
            while taken.contains(&own) {
                number += 1;
                own = format!("{id}.{number}").into_bytes();
            }
            taken.insert(own.clone());
            lines.extend_from_slice(b"@PG\tID:");
            lines.extend_from_slice(&own);
            if let Some(previous) = previous {
                lines.extend_from_slice(b"\tPP:");
                lines.extend_from_slice(previous);
            }
            for (tag, value) in fields {
                let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                lines.extend_from_slice(format!("\t{tag}:{value}").as_bytes());
            }
            lines.push(b'\n');
        }
        lines
    }

    /// The last programs of the chains of two or more; without a chain, the last program that no other follows; `[None]` where
    /// there is none of these.
    fn ends_of_chains(&self) -> Vec<Option<&[u8]>> {
        let index: HashMap<&[u8], usize> =
            self.0.iter().enumerate().map(|(at, program)| (program.id.as_slice(), at)).collect();
        let mut followed = vec![false; self.0.len()];
        let mut follows = followed.clone();
        for (at, program) in self.0.iter().enumerate() {
            let previous = program.previous.as_deref().and_then(|previous| index.get(previous)).copied();
            if let Some(previous) = previous.filter(|&previous| previous != at) {
                followed[previous] = true;
                follows[at] = true;
            }
        }
        let id = |at: usize| Some(self.0[at].id.as_slice());
        let ends: Vec<usize> = (0..self.0.len()).filter(|&at| !followed[at]).collect();
        let chains: Vec<_> = ends.iter().filter(|&&at| follows[at]).map(|&at| id(at)).collect();
        if chains.is_empty() { vec![ends.last().and_then(|&at| id(at))] } else { chains }
    }
}
