//! Native code: bytes as a library, alone and within an archive of them.

use super::{
    bundle, compressed,
    image::{self, ABBREV, CODE, NO_CODE, PROGBITS},
    inspecting::{detector, read},
};

pub fn run(data: &[u8]) {
    let archive = image::archive(&[data.to_vec(), image::macho("/srv/lib")]);
    for content in [data, &archive] {
        read(&*detector("native:debug-info"), "package/a.node", content);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let unit = image::unit_with_text();
    let texts = b"/home/ann/falcon\0";
    let with_texts = image::elf(&[
        (".debug_info.dwo", PROGBITS, 0, 0, &unit),
        (".debug_abbrev", PROGBITS, 0, 0, ABBREV),
        (".debug_str", PROGBITS, 0, 0, texts),
        CODE,
    ]);
    let packed = [
        &[1, 0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0][..],
        &bundle::zlib(texts),
    ]
    .concat();
    let with_packed = image::elf(&[
        (".debug_info", PROGBITS, 0, 0, &unit),
        (".debug_abbrev", PROGBITS, 0, 0, ABBREV),
        (".debug_str", PROGBITS, 0x800, 0, &packed),
        CODE,
    ]);
    let pack = |source: &[u8]| compressed::zstd(source);
    vec![
        image::library("/home/ann/falcon", CODE),
        image::library("/project", NO_CODE),
        with_texts,
        with_packed,
        image::searching("$ORIGIN:/home/ann/lib"),
        image::macho("/Users/ann/lib"),
        image::universal(&[image::macho("@rpath"), image::macho("/srv/lib")]),
        image::archive(&[image::library("/a", CODE)]),
        image::bun("src/main.ts", b"let falcon = 1", pack),
        b"\0asm\x01\0\0\0C:\\Users\\ann\\a.rs\0/home/ann/.cargo/b.rs\0".to_vec(),
        [
            &b"MZ"[..],
            &[0; 58],
            &[64, 0, 0, 0],
            b"PE\0\0\x64\x86\x01\0",
            &[0; 300],
        ]
        .concat(),
    ]
}
