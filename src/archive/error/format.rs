//! What makes bytes no artifact of a known format.

/// The artifact is of no known format.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("The artifact is empty (0 bytes), so nothing could be checked")]
    Empty,
    #[error("The artifact is a tar that is not gzipped")]
    BareTar,
    #[error("The artifact is a zip file, but neither a wheel nor a zipped sdist by its name")]
    Zip,
    #[error("The artifact is in the {0} format, neither a gzipped tar nor a wheel")]
    OtherContainer(&'static str),
    #[error(
        "The artifact is neither a gzipped tar nor a zip: it begins with neither the gzip magic 1f 8b nor the zip magic 50 4b 03 04"
    )]
    Unknown,
    #[error("The artifact is named as a wheel or zip, but it is a gzipped tar")]
    GzipNamedZip,
    #[error(
        "The artifact is gzipped, but what it unpacks to is not a tar of the ustar, pax or GNU kind"
    )]
    NotTar,
    #[error(
        "The artifact is a gzipped tar and, read from its end, also a zip: pip and others unpack that one, with other files in it"
    )]
    AlsoZip,
    #[error("The artifact is an archive without entries, so nothing could be checked")]
    NoEntries,
}

impl FormatError {
    pub(super) fn help(&self) -> &'static str {
        match self {
            FormatError::BareTar => {
                "Gzip it, or check what the client itself packs: that is what is uploaded."
            }
            FormatError::AlsoZip => {
                "Pack again, and look at what holds a zip near the end of the archive: a gzip header field, or a file that was not compressed."
            }
            FormatError::GzipNamedZip => "Give the file the name that its client gave it.",
            FormatError::Empty => {
                "Look what kept the program that writes it from writing anything."
            }
            _ => {
                "Name a project directory, or the file that would be uploaded (a .tgz, .whl, .tar.gz or .crate), or leave it out of the arguments."
            }
        }
    }
}

/// The manifest that makes a package is not there, or is another package's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error(
        "The artifact has no `{file}`, so it is not {what}, and nothing says what it would be published as"
    )]
    Missing { file: String, what: &'static str },
    #[error(
        "The artifact has no {} in `{root}/`, so nothing says what it would be published as",
        .manifests.join(" or ")
    )]
    None {
        root: String,
        manifests: Vec<&'static str>,
    },
    #[error(
        "The artifact has no `NAME-VERSION.dist-info` directory, so it is not a wheel, and nothing says what it would be published as"
    )]
    NoDistInfo,
    #[error(
        "The file is named `{file}`, but what is in it belongs to `{inside}`: a registry files it under one and installers unpack the other"
    )]
    OtherName { file: String, inside: String },
    #[error(
        "The file is named `{file}`, and a wheel's name is `NAME-VERSION-PYTHON-ABI-PLATFORM.whl`: installers refuse any other, or take it for another release"
    )]
    WheelName { file: String },
}

impl ManifestError {
    pub(super) fn help(&self) -> String {
        match self {
            ManifestError::OtherName { inside, .. } => format!(
                "Give the file the name that its client gave it, which begins with `{inside}`, or pack again."
            ),
            ManifestError::WheelName { .. } => {
                "Give the file the name that its client gave it, or build again.".into()
            }
            _ => {
                "Name a project directory, or the file that its client packs for a publish.".into()
            }
        }
    }
}
