//! Files that a program carries with it: asar, PyInstaller.

use packwarden::model::{GapKind, Limits};

use crate::{
    Collected, read, read_within,
    support::{
        bundle::{asar, pyinstaller, pyz},
        tarball::{TarballBuilder, gzip},
    },
};

fn with(name: &str, content: &[u8]) -> Vec<u8> {
    TarballBuilder::package()
        .file(name, content)
        .file("package/after", b"after")
        .gzip()
}

fn opened(name: &str, content: &[u8]) -> Collected {
    let read = read(&with(name, content));
    assert_eq!(read.reasons(), "");
    assert_eq!(read.content("package/after"), b"after");
    read
}

/// Why a bundle is a gap; everything else was read.
fn refused(name: &str, content: &[u8]) -> String {
    let read = read(&with(name, content));
    assert_eq!(
        read.kinds(),
        [GapKind::NestedContainer],
        "{}",
        read.reasons()
    );
    assert_eq!(read.gaps[0].path.as_ref().unwrap().as_str(), name);
    assert_eq!(read.content("package/after"), b"after");
    let reason = &read.gaps[0].reason;
    let prefix = reason.find("read to its end. ").unwrap();
    reason[prefix + 17..].to_owned()
}

const LIST: &str = r#"{"files":{"dist":{"files":{
    "main.js":{"size":4,"offset":"0","integrity":{"blocks":["x"]}},
    "a.gz":{"offset":"4","size":SIZE,"executable":true},
    "empty":{"size":0,"offset":"4"}}},
    "x.node":{"size":7,"unpacked":true},
    "link.js":{"link":"dist/main.js"}}}"#;

#[test]
fn the_files_in_an_asar_are_read() {
    let packed = gzip(b"inner");
    let list = LIST.replace("SIZE", &packed.len().to_string());
    let app = asar(&list, &[b"main", &packed[..]].concat());
    for name in ["package/app.asar", "package/data.bin"] {
        let read = opened(name, &app);
        assert_eq!(read.content(&format!("{name}!/dist/main.js")), b"main");
        assert_eq!(read.content(&format!("{name}!/dist/a.gz!/a")), b"inner");
        assert_eq!(read.content(&format!("{name}!/dist/empty")), b"");
        assert_eq!(
            read.content(&format!("{name}!/asar-header")),
            list.as_bytes()
        );
        let link = format!("{name}!/link.js!/asar-link");
        assert_eq!(read.content(&link), b"dist/main.js");
        assert!(!read.paths().iter().any(|path| path.ends_with("x.node")));
    }
}

#[test]
fn an_asar_that_hides_bytes_is_a_gap() {
    let file =
        |place: &str| format!(r#"{{"files":{{"a":{{"size":2,"offset":"0"}},"b":{{{place}}}}}}}"#);
    for (list, files, expected) in [
        (
            file(r#""size":2,"offset":"1""#),
            "abcd",
            "it has the same bytes as another file",
        ),
        (
            file(r#""size":1,"offset":"3""#),
            "abcd",
            "bytes before it belong to no file",
        ),
        (
            file(r#""size":1,"offset":"2""#),
            "abcd",
            "bytes before it belong to no file",
        ),
        (
            file(r#""size":9,"offset":"2""#),
            "abcd",
            "the archive ends in the middle of it",
        ),
        (
            file(r#""size":99999999999,"offset":"2""#),
            "abcd",
            "the archive ends in the middle of it",
        ),
        (file(r#""size":2"#), "abcd", "a file has no place in it"),
        (
            file(r#""size":-2,"offset":"2""#),
            "abcd",
            "its list of files can't be read",
        ),
        (
            r#"{"files":{"a":1}}"#.to_owned(),
            "",
            "its list of files can't be read",
        ),
        (
            r#"{"files":{}} {}"#.to_owned(),
            "",
            "its list of files can't be read",
        ),
        (
            [r#"{"files":{"a":"#; 200].concat(),
            "",
            "its list of files can't be read",
        ),
    ] {
        let reason = refused("package/app.asar", &asar(&list, files.as_bytes()));
        assert!(reason.contains(expected), "{list}: {reason}");
    }
    let mut lengths = asar("{}", b"");
    lengths[12] = 200;
    assert!(refused("package/app.asar", &lengths).contains("lengths do not agree"));
    let long = [
        &[4u8, 0, 0, 0][..],
        &[0x08, 0, 0, 0x40, 0x04, 0, 0, 0x40, 0, 0, 0, 0x40],
    ]
    .concat();
    assert!(refused("package/app.asar", &long).contains("more than the 16 MiB"));
}

#[test]
fn an_asar_of_many_files_stays_within_the_limit() {
    let files: Vec<_> = (0..200)
        .map(|n| format!(r#""{n}":{{"size":0,"offset":"0"}}"#))
        .collect();
    let app = asar(&format!(r#"{{"files":{{{}}}}}"#, files.join(",")), b"");
    let limits = Limits {
        entries: 100,
        ..Limits::default()
    };
    let read = read_within(&with("package/app.asar", &app), &limits);
    assert!(
        read.reasons().contains("more than 100 entries"),
        "{}",
        read.reasons()
    );
}

#[test]
fn the_files_in_a_program_of_pyinstaller_are_read() {
    let modules = pyz(&[b"module one", b"module two"]);
    let large = vec![b'a'; 5 << 20];
    let program = pyinstaller(&[
        ("main", b"script"),
        ("PYZ.pyz", &modules),
        ("data/large", &large),
    ]);
    let read = opened("package/app", &program);
    assert_eq!(read.content("package/app"), program);
    assert_eq!(read.content("package/app!/main"), b"script");
    assert_eq!(read.content("package/app!/data/large"), large);
    assert_eq!(
        read.content("package/app!/PYZ.pyz!/modules"),
        b"module onemodule two"
    );
    // The program alone, as PyInstaller itself ships it.
    assert_eq!(opened("package/run", b"\x7fELF _MEIPASS2").files().len(), 3);
}

#[test]
fn a_program_that_hides_bytes_is_a_gap() {
    let files: [(&str, &[u8]); 2] = [("main", b"script"), ("data", b"data")];
    let program = pyinstaller(&files);
    let start = b"\x7fELF\x02\x01\x01 _MEIPASS2 ".len();
    let mut damaged = program.clone();
    damaged[start + 3] ^= 0x55;
    assert!(refused("package/app", &damaged).contains("damaged"));
    let cookie = program.len() - 15 - 88;
    for (at, expected) in [
        (cookie + 8, "it is longer than the file"),
        (cookie + 19, "its lengths do not agree"),
        (cookie - 24 + 3, "a line of it is cut off"),
        (cookie - 24 + 11, "Bytes follow the end of the zlib data"),
    ] {
        let mut program = program.clone();
        program[at] = program[at].wrapping_add(1);
        let reason = refused("package/app", &program);
        assert!(reason.contains(expected), "{at}: {reason}");
    }
    // Old versions could encrypt modules.
    let mut encrypted = [&pyz(&[b"module"])[..17], &[0x13; 20], b"list"].concat();
    encrypted[8..12].copy_from_slice(&37u32.to_be_bytes());
    assert!(refused("package/PYZ.pyz", &encrypted).contains("zlib data is damaged"));
}
