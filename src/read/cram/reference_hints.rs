//! Messages about the FASTA file that a CRAM file was made with.

/// The hint where no FASTA file is given.
pub(super) const ADD: &str = "add -f genome.fa, the FASTA file that the CRAM file was made with";

/// The hint where another FASTA file is given.
pub(super) const OTHER: &str =
    "give the FASTA file that the CRAM file was made with (-f); samtools view -H shows its contigs (UR, M5)";

/// How the message for a missing FASTA file begins.
pub(super) const NEEDED: &str = "the bases of contig";

/// The message for a missing FASTA file.
pub(super) fn needed(contig: &str) -> String {
    format!("{NEEDED} \"{contig}\" are needed: CRAM stores differences to a reference")
}

/// The end of the message for a FASTA file with other bases.
pub(super) const DIFFERENT: &str = "is not the one that the CRAM file was made with (its MD5 differs)";
