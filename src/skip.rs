//! Why a record could not be scored: the reasons, each with its word, its meaning and the commands that have it. A new reason is one row.

/// A command that skips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipper {
    /// `genogloss scan`.
    Scan,
    /// `genogloss reads`.
    Reads,
    /// `genogloss variants`.
    Variants,
    /// `genogloss evaluate`.
    Evaluate,
    /// `genogloss ask`.
    Ask,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $word:literal, $meaning:literal, [$($command:ident),*];)*) => {
        /// Why a record, window or allele was not scored. It is still written, with this reason, and counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Skip {
            $($(#[$doc])* $name,)*
        }

        impl Skip {
            /// All reasons, the most common ones first.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The word written into outputs.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// One line for `genogloss columns` and the pages.
            pub(crate) fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }

            /// The commands that have it.
            pub(crate) fn commands(self) -> &'static [Skipper] {
                match self {
                    $(Self::$name => &[$(Skipper::$command),*],)*
                }
            }
        }
    };
}

reasons! {
    /// More of the window than the card allows is not A, C, G or T (N runs, mostly).
    UnknownBases: "unknown_bases", "the fraction of bases other than A, C, G and T is above the card's max_unknown; for language models also: no token stands for known bases", [Scan, Reads, Variants, Evaluate, Ask];
    /// The window has more tokens than the network reads.
    TooManyTokens: "too_many_tokens", "the window has more tokens than the network reads (the card's max_tokens)", [Scan, Reads, Variants, Evaluate];
    /// The contig or read is shorter than the model's shortest sequence.
    TooShort: "too_short", "the sequence is shorter than the card's min_span", [Scan, Reads, Ask];
    /// The variant is nearer to the end of its contig than the model's window allows.
    ContigEnd: "contig_end", "the variant is too close to the end of its contig", [Variants];
    /// The record has no sequence (`*`).
    NoSequence: "no_sequence", "the record has no sequence", [Reads, Ask];
    /// REF is not what the reference has there.
    ReferenceMismatch: "reference_mismatch", "REF differs from the reference", [Variants];
    /// `<DEL>`, `<INS>` and other symbolic alleles.
    SymbolicAllele: "symbolic_allele", "symbolic alleles such as <DEL> have no sequence", [Variants];
    /// `<*>` or `<NON_REF>`: any allele that is not listed (VCF 4.4, section 5.5).
    UnspecifiedAllele: "unspecified_allele", "<*> and <NON_REF> stand for any allele that is not listed", [Variants];
    /// `*`: the allele is missing because of a deletion upstream.
    SpanningDeletion: "spanning_deletion", "* stands for a deletion written elsewhere", [Variants];
    /// A breakend.
    Breakend: "breakend", "breakends are not scored", [Variants];
    /// There is no alternate allele (`.`), or it equals REF.
    NoAlternate: "no_alternate", "there is no alternate allele", [Variants];
    /// REF or ALT is longer than the card allows.
    AlleleTooLong: "allele_too_long", "REF or ALT is longer than the model's card allows", [Variants];
    /// REF or ALT holds letters that are not A, C, G, T or N.
    NotBases: "not_bases", "REF or ALT holds letters other than A, C, G, T and N", [Variants];
    /// The variant lies on a contig that the reference does not have.
    ContigNotInReference: "contig_not_in_reference", "the reference does not have this contig (--missing-contigs skip)", [Variants];
    /// The score file has no site of this allele.
    NotInScores: "not_in_scores", "the file given with --scores has no such site (--missing-scores skip)", [Variants];
    /// A prompt does not follow the grammar.
    BadPrompt: "bad_prompt", "the prompt does not follow the grammar", [Ask];
    /// A plain sentence is not understood.
    UnknownQuestion: "unknown_question", "the line is neither a prompt nor a question that is understood; the nearest prompts are named", [Ask];
    /// What a prompt asks is no task.
    UnknownTask: "unknown_task", "the prompt does not end with a known task", [Ask];
    /// The sequence or prompt is longer than what the model reads.
    TooLong: "too_long", "the sequence or the prompt is longer than the model reads", [Ask];
    /// A gene, disease or phenotype is not known, withdrawn or obsolete, or its name has several meanings.
    UnknownName: "unknown_name", "the gene, disease or phenotype is unknown, withdrawn, obsolete or ambiguous", [Ask];
    /// It is about genes, and there is no knowledge base.
    NoKnowledgeBase: "no_knowledge_base", "questions about genes, diseases and phenotypes need a knowledge base (genogloss genes build)", [Ask];
    /// No source of the knowledge base says it.
    NoFact: "no_fact", "no source of the knowledge base states it", [Ask];
    /// The variant lies in no gene of the annotation.
    NoGene: "no_gene", "the variant lies in no gene of the annotation", [Variants];
    /// The output's format has no scores for such an allele.
    NotInFormat: "not_in_format", "SpliceAI's format has no scores for alleles where both REF and ALT have several bases", [Variants];
    /// The model answered with infinity or not-a-number.
    NotANumber: "not_a_number", "the score is infinite or not a number, or is not defined", [Scan, Reads, Variants];
}

impl Skip {
    /// The reasons that a command has.
    pub(crate) fn of(command: Skipper) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |skip| skip.commands().contains(&command))
    }

    /// The reason of a word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|skip| skip.word() == word)
    }
}
