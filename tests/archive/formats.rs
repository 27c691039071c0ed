//! The formats told apart by what they hold, and checked against their file names.

use packwarden::model::{Format, Limits};

use crate::{read, read_named, support::tarball::TarballBuilder};

fn tarball(files: &[&str]) -> Vec<u8> {
    let mut builder = TarballBuilder::new();
    for file in files {
        builder = builder.file(file, b"");
    }
    builder.gzip()
}

#[test]
fn a_tarball_is_what_it_holds() {
    for (files, format, release) in [
        (&["package/package.json"][..], Format::NpmTgz, None),
        (&["acme/package.json"], Format::NpmTgz, None),
        (&["acme-1.0/package.json"], Format::NpmTgz, None),
        (
            &["package/package.json", "package/Cargo.toml"],
            Format::NpmTgz,
            None,
        ),
        (
            &["package/PKG-INFO", "package/package.json"],
            Format::NpmTgz,
            None,
        ),
        (&["acme-1.0/PKG-INFO"], Format::Sdist, Some("acme-1.0")),
        (
            &[
                "acme-1.0/Cargo.toml",
                "acme-1.0/PKG-INFO",
                "acme-1.0/package.json",
            ],
            Format::Sdist,
            Some("acme-1.0"),
        ),
        (
            &["acme-1.0.0/Cargo.toml"],
            Format::Crate,
            Some("acme-1.0.0"),
        ),
        (
            &[
                "tree-sitter-acme-0.1.0/package.json",
                "tree-sitter-acme-0.1.0/Cargo.toml",
            ],
            Format::Crate,
            Some("tree-sitter-acme-0.1.0"),
        ),
    ] {
        let read = read(&tarball(files));
        assert_eq!(read.reasons(), "", "{files:?}");
        assert_eq!(read.summary.format, Some(format), "{files:?}");
        assert_eq!(read.summary.release.as_deref(), release, "{files:?}");
    }
}

#[test]
fn a_file_name_decides_between_two_manifests() {
    let both = tarball(&[
        "acme-1.0.0/package.json",
        "acme-1.0.0/Cargo.toml",
        "acme-1.0.0/PKG-INFO",
    ]);
    for (name, format) in [
        ("acme-1.0.0.crate", Format::Crate),
        ("acme-1.0.0.tgz", Format::NpmTgz),
        ("ACME-1.0.0.TAR.GZ", Format::Sdist),
        ("download", Format::Sdist),
    ] {
        let read = read_named(&both, Some(name), &Limits::default());
        assert_eq!(read.reasons(), "", "{name}");
        assert_eq!(read.summary.format, Some(format), "{name}");
    }
}

#[test]
fn what_its_name_does_not_fit_is_refused() {
    let mut said = String::new();
    for (name, files) in [
        ("acme-1.0.0.crate", &["acme-1.0.1/Cargo.toml"][..]),
        ("acme-1.0.0.crate", &["Acme-1.0.0/Cargo.toml"]),
        ("acme-1.0.0.crate", &["acme-1.0.0/package.json"]),
        ("acme-1.0.tar.gz", &["acme-1.1/PKG-INFO"]),
        ("acme-1.0.tar.gz", &["acme-1.0/pyproject.toml"]),
        ("acme.tgz", &["acme-1.0/PKG-INFO"]),
        ("acme-1.0-py3-none-any.whl", &["acme-1.0/PKG-INFO"]),
        ("acme-1.0.zip.tar", &["acme-1.0/setup.py"]),
    ] {
        let read = read_named(&tarball(files), Some(name), &Limits::default());
        assert!(!read.gaps.is_empty(), "{name} was read without a gap");
        said += &format!("{name}: {}\n", read.reasons());
    }
    insta::assert_snapshot!(said, @"
    acme-1.0.0.crate: [manifest] The file is named `acme-1.0.0.crate`, but what is in it belongs to `acme-1.0.1`: a registry files it under one and installers unpack the other.
    acme-1.0.0.crate: [manifest] The file is named `acme-1.0.0.crate`, but what is in it belongs to `Acme-1.0.0`: a registry files it under one and installers unpack the other.
    acme-1.0.0.crate: [manifest] The artifact has no `acme-1.0.0/Cargo.toml`, so it is not a crate, and nothing says what it would be published as.
    acme-1.0.tar.gz: [manifest] The file is named `acme-1.0.tar.gz`, but what is in it belongs to `acme-1.1`: a registry files it under one and installers unpack the other.
    acme-1.0.tar.gz: [manifest] The artifact has no PKG-INFO or package.json in `acme-1.0/`, so nothing says what it would be published as.
    acme.tgz: [manifest] The artifact has no `acme-1.0/package.json`, so it is not an npm package, and nothing says what it would be published as.
    acme-1.0-py3-none-any.whl: [format] The artifact is named as a wheel or zip, but it is a gzipped tar.
    acme-1.0.zip.tar: [manifest] The artifact has no PKG-INFO or Cargo.toml or package.json in `acme-1.0/`, so nothing says what it would be published as.
    ");
}

#[test]
fn a_crate_has_no_links() {
    let builder = TarballBuilder::new().file("acme-1.0.0/Cargo.toml", b"");
    for linked in [
        builder.clone().symlink("acme-1.0.0/a", "b"),
        builder
            .clone()
            .hard_link("acme-1.0.0/a", "acme-1.0.0/Cargo.toml"),
    ] {
        let read = read(&linked.gzip());
        insta::allow_duplicates! {
            insta::assert_snapshot!(read.reasons(), @"[tar] Entry `acme-1.0.0/a` (tar byte 512): a link in a crate, where cargo and crates.io take only files and directories.");
        }
    }
    let sdist = TarballBuilder::new()
        .file("acme-1.0/PKG-INFO", b"")
        .symlink("acme-1.0/a", "PKG-INFO");
    assert_eq!(read(&sdist.gzip()).reasons(), "");
}
