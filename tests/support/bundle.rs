//! Files that programs carry with them: Electron's asar, and what PyInstaller puts behind its program.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

/// An asar with this list, as text, and these bytes of all files.
pub fn asar(list: &str, files: &[u8]) -> Vec<u8> {
    let size = list.len() as u32;
    let padded = size.next_multiple_of(4);
    let lengths = [4, padded + 8, padded + 4, size]
        .map(u32::to_le_bytes)
        .concat();
    let padding = vec![0; (padded - size) as usize];
    [lengths, list.as_bytes().to_vec(), padding, files.to_vec()].concat()
}

pub fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A program of PyInstaller's: names and contents, of which each is packed that is neither a PYZ nor large.
pub fn pyinstaller(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut content, mut list) = (Vec::new(), Vec::new());
    for (name, file) in files {
        let is_packed = !file.starts_with(b"PYZ") && file.len() < 1 << 20;
        let stored = if is_packed { zlib(file) } else { file.to_vec() };
        let length = 18 + name.len() + 1;
        let numbers = [length, content.len(), stored.len(), file.len()];
        list.extend(numbers.iter().flat_map(|n| (*n as u32).to_be_bytes()));
        list.extend([u8::from(is_packed), b'x']);
        list.extend(name.bytes().chain([0]));
        content.extend(stored);
    }
    let length = content.len() + list.len() + 88;
    let numbers = [length, content.len(), list.len(), 311];
    let numbers = numbers.map(|n| (n as u32).to_be_bytes()).concat();
    [
        b"\x7fELF\x02\x01\x01 _MEIPASS2 ".to_vec(),
        content,
        list,
        b"MEI\x0c\x0b\x0a\x0b\x0e".to_vec(),
        numbers,
        vec![0; 64],
        b"section headers".to_vec(),
    ]
    .concat()
}

/// An archive of Python modules.
pub fn pyz(modules: &[&[u8]]) -> Vec<u8> {
    let packed = modules
        .iter()
        .flat_map(|module| zlib(module))
        .collect::<Vec<_>>();
    let end = 17 + packed.len() as u32;
    [
        b"PYZ\0\xa7\x0d\x0d\x0a",
        &end.to_be_bytes()[..],
        &[0; 5],
        &packed,
        b"[list",
    ]
    .concat()
}
