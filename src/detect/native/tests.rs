//! Libraries and programs made byte by byte, and what is told of them.

use super::*;
use crate::{
    detect::testing::{Recorder, inspect, inspect_in_steps},
    model::GapKind,
};

#[path = "../../../tests/support/native.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests"
)]
mod native;

use native::{
    ABBREV, CODE, NO_CODE, PROGBITS, archive, bun, elf, library, macho, searching, unit,
    unit_with_text, universal,
};

fn look(content: &[u8]) -> Recorder {
    inspect(
        &Native,
        &Entry::file("package/a.node", content.len() as u64),
        content,
    )
}

/// The kinds, and what shows them.
fn told(content: &[u8]) -> Vec<(&'static str, String)> {
    let recorder = look(content);
    let told = recorder
        .detections
        .iter()
        .map(|found| (found.kind, found.evidence.as_str().to_owned()));
    told.collect()
}

fn fact(kind: &'static str, evidence: &str) -> (&'static str, String) {
    (kind, evidence.to_owned())
}

#[test]
fn debug_information_is_counted() {
    let one = fact(DEBUG_INFO, "1 compilation unit, 1 kB");
    assert_eq!(told(&library("/project", CODE)), [one]);
    let lone = fact(DEBUG_FILE, "1 compilation unit, 1 kB");
    assert_eq!(told(&library("/project", NO_CODE)), [lone]);
    let members = [library("/a", CODE), b"text".to_vec(), library("/b", CODE)];
    let both = fact(DEBUG_INFO, "2 compilation units, 1 kB");
    assert_eq!(told(&archive(&members)), [both]);
    assert_eq!(told(&elf(&[CODE])), []);
    assert_eq!(told(b"\xca\xfe\xba\xbe\0\0\0\x3d\0\x1d"), []);
}

#[test]
fn where_a_unit_was_compiled_is_told() {
    let found = look(&library("/home/ann/falcon", CODE));
    assert_eq!(
        found.said()[1],
        (
            HOME,
            "it was compiled in the home directory of `ann`, 1 path of which it holds"
        )
    );
    let texts = b"/Users/ann.lee/falcon\0";
    let unit = unit_with_text();
    let found = told(&elf(&[
        (".debug_info", PROGBITS, 0, 0, &unit),
        (".debug_abbrev", PROGBITS, 0, 0, ABBREV),
        (".debug_str", PROGBITS, 0, 0, texts),
        CODE,
    ]));
    assert_eq!(found[1], fact(HOME, "/Users/ann.lee/falcon"));
}

#[test]
fn packed_sections_are_searched() {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer
        .write_all(b"/home/ann/falcon\0/home/ann/falcon/a.c\0")
        .unwrap();
    let packed = packer.finish().unwrap();
    let header = [1u32, 38, 1].map(u32::to_le_bytes).concat();
    let texts = [header, packed.clone()].concat();
    let old = [&b"ZLIB\0\0\0\0\0\0\0\x26"[..], &packed].concat();
    let unit = unit_with_text();
    for (name, flags, texts) in [(".debug_str", 0x800, &texts), (".zdebug_str", 0, &old)] {
        let found = look(&elf(&[
            (".debug_info", PROGBITS, 0, 0, &unit),
            (".debug_abbrev", PROGBITS, 0, 0, ABBREV),
            (name, PROGBITS, flags, 0, texts),
            CODE,
        ]));
        assert_eq!(
            found.said()[1],
            (
                HOME,
                "it was compiled in the home directory of `ann`, 2 paths of which it holds"
            ),
        );
        assert_eq!(found.derived[0].0, "debug_str");
        assert!(found.derived[0].1.starts_with(b"/home/ann/falcon\0"));
    }
}

#[test]
fn search_paths_are_told_by_where_they_lead() {
    for (paths, expected) in [
        (
            "$ORIGIN/../lib:/home/ann",
            Some((BUILDERS_PATH, "/home/ann")),
        ),
        ("/srv/lib:/build/lib", Some((BUILDERS_PATH, "/build/lib"))),
        ("/srv/lib", Some((SEARCH_PATH, "/srv/lib"))),
        ("$ORIGIN:/usr/lib:/opt/x/lib::", None),
        ("/opt/conda/_placehold_placehold_placehold", None),
        ("lib", None),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, path)| fact(kind, path))
            .collect();
        assert_eq!(told(&searching(paths)), expected, "{paths}");
    }
    assert_eq!(told(&macho("@loader_path/../lib")), []);
    let both = universal(&[macho("/data/lib"), macho("@rpath")]);
    assert_eq!(told(&both), [fact(SEARCH_PATH, "/data/lib")]);
}

#[test]
fn paths_of_people_are_found_in_any_native_code() {
    let wasm = b"\0asm\x01\0\0\0/home/ann/a.rs\0/home/ann/.cargo/registry/b.rs\0";
    assert_eq!(
        told(wasm),
        [
            fact(HOME, "/home/ann/a.rs"),
            fact(CACHE, "/home/ann/.cargo/registry/b.rs")
        ]
    );
    assert_eq!(told(b"/home/ann/a.rs\0"), []);
}

#[test]
fn sources_in_a_program_of_bun_are_handed_on() {
    let pack = |source: &[u8]| {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(source, level)
    };
    let program = bun("src/main.ts", b"let falcon = 1", pack);
    let found = look(&program);
    assert_eq!(
        found.said(),
        [(
            BUN_SOURCES,
            "1 original file can be recovered from a source map inside the program: src/main.ts"
        )]
    );
    assert_eq!(
        found.derived,
        [("src/main.ts".to_owned(), b"let falcon = 1".to_vec())]
    );
    let broken = look(&bun("src/main.ts", b"let falcon = 1", <[u8]>::to_vec));
    assert_eq!(broken.gaps[0].0, GapKind::SourceMap);
    assert_eq!(look(&bun("node_modules/a/index.js", b"a", pack)).said(), []);
}

/// What each byte says may be anything.
#[test]
fn no_mutation_is_taken_amiss() {
    let files = [
        library("/home/ann/falcon", CODE),
        searching("/home/ann/lib"),
        macho("/data/lib"),
        universal(&[macho("/data/lib"), macho("/data/lib")]),
        archive(&[library("/a", CODE), macho("/b")]),
        bun("a.ts", b"let a", |source| {
            ruzstd::encoding::compress_to_vec(source, ruzstd::encoding::CompressionLevel::Fastest)
        }),
    ];
    for file in &files {
        for at in 0..file.len() {
            look(&file[..at]);
            for value in [0, 1, 0x7f, 0x80, 0xff, file[at].wrapping_add(1)] {
                let mut mutated = file.clone();
                mutated[at] = value;
                let whole = look(&mutated);
                let entry = Entry::file("package/a.node", mutated.len() as u64);
                let in_steps = inspect_in_steps(&Native, &entry, &mutated, 50);
                assert_eq!(whole.detections, in_steps.detections);
            }
        }
    }
}

#[test]
fn units_without_end_take_no_time() {
    let unit = unit("a.c", "/project");
    let units = unit.repeat(100_000);
    let declarations = [&[5, 0x11, 0, 0, 0][..]; 20_000].concat();
    let found = told(&elf(&[
        (".debug_info", PROGBITS, 0, 0, &units),
        (".debug_abbrev", PROGBITS, 0, 0, &declarations),
        CODE,
    ]));
    assert!(
        found[0].1.starts_with("100,000 compilation units"),
        "{found:?}"
    );
}

#[test]
fn what_unpacks_without_end_is_not_looked_into() {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&vec![0; 9 << 20]).unwrap();
    let header = [1u32, 9 << 20, 1].map(u32::to_le_bytes).concat();
    let packed = [header, packer.finish().unwrap()].concat();
    let names = [
        ".debug_info",
        ".debug_abbrev",
        ".debug_str",
        ".debug_line_str",
        ".debug_str_offsets",
        ".debug_line",
    ];
    let mut sections: Vec<_> = names
        .map(|name| (name, PROGBITS, 0x800, 0, &packed[..]))
        .into();
    sections.push(CODE);
    let image = elf(&sections);
    let kinds = |content: &[u8]| {
        let recorder = look(content);
        let kinds = recorder.detections.iter().map(|found| found.kind);
        (kinds.collect::<Vec<_>>(), recorder.derived.len())
    };
    assert_eq!(
        kinds(&archive(std::slice::from_ref(&image))),
        (vec![DEBUG_INFO], 3)
    );
    let many = archive(&vec![image; 3]);
    assert_eq!(kinds(&many).0, [NOT_LOOKED_INTO, DEBUG_INFO]);
}

#[test]
fn images_in_the_same_place_are_refused() {
    let mut both = universal(&[macho("/data/lib"), macho("/data/lib")]);
    let first: [u8; 4] = both[16..20].try_into().unwrap();
    both[36..40].copy_from_slice(&first);
    assert_eq!(told(&both)[0].0, NOT_LOOKED_INTO);
}
