//! Extensions of what leaks: the first file of such a kind in a package is seldom meant.

/// A kind of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// What such files are.
    pub(super) name: &'static str,
    /// Whether they hold nothing but source: where that is public, they tell nothing new.
    pub(super) is_source: bool,
    extensions: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "source maps",
        is_source: true,
        extensions: &["map"],
    },
    Kind {
        name: "sources in TypeScript or in what is compiled to JavaScript",
        is_source: true,
        extensions: &["ts", "mts", "cts", "tsx", "jsx", "vue", "svelte", "coffee"],
    },
    Kind {
        name: "sources of native code",
        is_source: true,
        extensions: &[
            "pyx", "c", "cc", "cpp", "rs", "go", "swift", "kt", "java", "cs",
        ],
    },
    Kind {
        name: "debug information, dumps and logs",
        is_source: false,
        extensions: &[
            "pdb",
            "dwo",
            "dsym",
            "dmp",
            "core",
            "har",
            "log",
            "heapsnapshot",
            "cpuprofile",
        ],
    },
    Kind {
        name: "archives",
        is_source: false,
        extensions: &[
            "zip", "tgz", "gz", "tar", "7z", "rar", "xz", "bz2", "zst", "whl", "asar",
        ],
    },
    Kind {
        name: "databases and their dumps",
        is_source: false,
        extensions: &[
            "sqlite", "sqlite3", "db", "mdb", "rdb", "dump", "bak", "sql",
        ],
    },
    Kind {
        name: "keys and settings with secrets",
        is_source: false,
        extensions: &[
            "pem", "key", "p12", "pfx", "jks", "keystore", "kdbx", "ppk", "env",
        ],
    },
    Kind {
        name: "model weights and data sets",
        is_source: false,
        extensions: &[
            "gguf",
            "safetensors",
            "pt",
            "pth",
            "ckpt",
            "onnx",
            "tflite",
            "h5",
            "pkl",
            "joblib",
            "npy",
            "npz",
            "parquet",
        ],
    },
];

/// The kind that files with this extension are of.
pub(super) fn kind(extension: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.extensions.contains(&extension))
}
