//! What makes an entry's name unfit.

/// A name that installers read differently, or that leaves the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameProblem {
    #[error("the name is empty")]
    Empty,
    #[error("the name is not UTF-8, so readers write different files")]
    NotUtf8,
    #[error("the name is longer than 4096 bytes, which some readers cut or refuse")]
    TooLong,
    #[error("the name holds a NUL, where some readers cut it and write another file")]
    Nul,
    #[error("the name holds a control character, which can hide it in listings")]
    Control,
    #[error("the name holds a backslash, which is a directory separator on Windows only")]
    Backslash,
    #[error("the name is absolute, so the file would be written outside the package")]
    Absolute,
    #[error(
        "the name has a component that begins with a drive letter, which installers drop, so the file is written under another name"
    )]
    Drive,
    #[error("the name has a `..` component, so the file can be written outside the package")]
    Parent,
    #[error(
        "the name has a `.` component, so it is another spelling of a name that may be there too"
    )]
    Dot,
    #[error(
        "the name has an empty component, so it is another spelling of a name that may be there too"
    )]
    EmptyComponent,
    #[error(
        "the name is there twice: readers keep the first or the last, so what is installed may not be what was checked"
    )]
    Duplicate,
    #[error(
        "the name is both a file and a directory: readers keep one or the other, so what is installed may not be what was checked"
    )]
    FileIsDirectory,
    #[error(
        "the entry lies outside the root directory of the first entry: installers drop the first component, so files of two roots overwrite each other"
    )]
    OtherRoot,
    #[error(
        "the entry lies in a second `.dist-info` directory: installers take the metadata of one or the other, so what is installed may not be what was checked"
    )]
    OtherDistInfo,
    #[error(
        "the file lies at the top, not in a root directory: installers drop the first component of each name, and so this file"
    )]
    NoRoot,
}
