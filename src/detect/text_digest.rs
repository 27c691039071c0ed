//! Digests of shipped text files, so that a source inside a map can be known to ship anyway.

use memchr::memchr;
use xxhash_rust::xxh3::Xxh3;

use super::{Detector, Fact, Inspection, Out};
use crate::model::{Context, Entry, EntryKind};

/// Extensions of the files that bundlers take in as sources.
const EXTENSIONS: &[&str] = &[
    "astro",
    "cjs",
    "coffee",
    "css",
    "cts",
    "ejs",
    "es6",
    "flow",
    "frag",
    "glsl",
    "gql",
    "graphql",
    "handlebars",
    "hbs",
    "htm",
    "html",
    "imba",
    "js",
    "json",
    "json5",
    "jsx",
    "less",
    "litcoffee",
    "ls",
    "marko",
    "md",
    "mdx",
    "mjs",
    "mts",
    "pcss",
    "pug",
    "res",
    "riot",
    "sass",
    "scss",
    "styl",
    "svelte",
    "svg",
    "ts",
    "tsx",
    "txt",
    "vert",
    "vue",
    "wgsl",
    "xml",
    "yaml",
    "yml",
];

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How much text with carriage returns in it is copied at once, in bytes.
const PART: usize = 4 << 10;
const NEWLINES: [u8; 256] = [b'\n'; 256];

/// The digest of a text, the same for texts that differ only in what tools change on the way: line
/// ends (CRLF or LF), one byte order mark, newlines at the end.
pub(super) struct TextDigest {
    hasher: Xxh3,
    /// How much of a byte order mark has been seen; `None` past the start.
    mark: Option<usize>,
    carriage_return: bool,
    /// Newlines that count only if more text follows.
    newlines: usize,
}

impl TextDigest {
    pub(super) fn new() -> Self {
        Self {
            hasher: Xxh3::new(),
            mark: Some(0),
            carriage_return: false,
            newlines: 0,
        }
    }

    pub(super) fn push(&mut self, mut piece: &[u8]) {
        while let (Some(seen), [first, rest @ ..]) = (self.mark, piece) {
            if seen < BYTE_ORDER_MARK.len() && *first == BYTE_ORDER_MARK[seen] {
                self.mark = Some(seen + 1);
                piece = rest;
            } else {
                self.end_of_mark();
            }
        }
        if self.carriage_return && !piece.is_empty() {
            self.carriage_return = false;
            if piece[0] != b'\n' {
                self.text(b"\r");
            }
        }
        // Carriage returns may be everywhere: what is left between them is put together first.
        while let Some(at) = memchr(b'\r', piece) {
            let (before, from) = piece.split_at(at);
            let (part, rest) = from.split_at(from.len().min(PART));
            self.text(before);
            self.with_returns(part, rest.first());
            piece = rest;
        }
        self.text(piece);
    }

    /// Takes `part`, which `next` follows if that is known yet, without the carriage returns of line ends.
    fn with_returns(&mut self, part: &[u8], next: Option<&u8>) {
        let mut kept = [0; PART];
        let mut count = 0;
        for pair in part.windows(2) {
            kept[count] = pair[0];
            count += usize::from(pair != b"\r\n");
        }
        match (part.last(), next) {
            (Some(b'\r'), Some(b'\n')) | (None, _) => {}
            (Some(b'\r'), None) => self.carriage_return = true,
            (Some(last), _) => {
                kept[count] = *last;
                count += 1;
            }
        }
        self.text(&kept[..count]);
    }

    /// The digest of all that was pushed.
    pub(super) fn finish(mut self) -> u128 {
        self.end_of_mark();
        if self.carriage_return {
            self.text(b"\r");
        }
        self.hasher.digest128()
    }

    /// A mark that is not whole is text.
    fn end_of_mark(&mut self) {
        let seen = self.mark.take().unwrap_or(0);
        if seen < BYTE_ORDER_MARK.len() {
            self.hasher.update(&BYTE_ORDER_MARK[..seen]);
        }
    }

    fn text(&mut self, text: &[u8]) {
        let body = text.iter().rposition(|byte| *byte != b'\n');
        let body = &text[..body.map_or(0, |at| at + 1)];
        if !body.is_empty() {
            while self.newlines > 0 {
                let some = self.newlines.min(NEWLINES.len());
                self.hasher.update(&NEWLINES[..some]);
                self.newlines -= some;
            }
            self.hasher.update(body);
        }
        self.newlines += text.len() - body.len();
    }
}

/// Makes the detector.
pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(TextDigests)
}

/// Finds nothing: it tells the digests of text files.
struct TextDigests;

impl Detector for TextDigests {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let extension = entry.path.lower_extension();
        let text = entry.kind == EntryKind::File
            && !entry.opened
            && EXTENSIONS.binary_search(&extension.as_str()).is_ok();
        text.then(|| Box::new(TextFile(TextDigest::new())) as Box<dyn Inspection>)
    }
}

struct TextFile(TextDigest);

impl Inspection for TextFile {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.0.push(piece);
        if last {
            let digest = std::mem::replace(&mut self.0, TextDigest::new());
            out.fact(Fact::Text(digest.finish()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digest(pieces: &[&[u8]]) -> u128 {
        let mut digest = TextDigest::new();
        pieces.iter().for_each(|piece| digest.push(piece));
        digest.finish()
    }

    fn of(text: &str) -> u128 {
        digest(&[text.as_bytes()])
    }

    #[test]
    fn what_tools_change_does_not_count() {
        for same in ["a\nb", "a\r\nb", "a\nb\n", "a\nb\r\n\r\n", "\u{feff}a\r\nb"] {
            assert_eq!(of(same), of("a\nb"), "{same:?}");
        }
        for other in [
            "a\n\nb",
            "a\rb",
            "ab",
            "a\nb ",
            "a\nb\r",
            "\na\nb",
            "\u{feff}\u{feff}a\nb",
        ] {
            assert_ne!(of(other), of("a\nb"), "{other:?}");
        }
        assert_eq!(of(""), of("\n\n"));
        assert_ne!(of(""), digest(&[b"\xef\xbb"]));
    }

    #[test]
    fn long_texts_are_put_together() {
        for before in PART - 3..PART + 3 {
            for end in ["\r\n", "\r\r\n", "\r", "\r\nb", "\rb"] {
                let text = format!("\r{}{end}", "a".repeat(before));
                let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
                assert_eq!(of(&text), digest(&bytes), "{before} {end:?}");
            }
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(EXTENSIONS.is_sorted());
        for wanted in [
            "js", "cjs", "mjs", "ts", "mts", "cts", "tsx", "jsx", "css", "scss", "vue",
        ] {
            assert!(EXTENSIONS.binary_search(&wanted).is_ok(), "{wanted}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn any_split_gives_the_same(text in "[\r\nab\u{feff}]{0,30}", step in 1usize..9) {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
            prop_assert_eq!(digest(&pieces), of(&text));
            let unix = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
            // Only one mark and one carriage return are dropped.
            prop_assume!(!unix.starts_with('\u{feff}') && !unix.contains("\r\n"));
            prop_assert_eq!(of(unix.trim_end_matches('\n')), of(&text));
        }
    }
}
