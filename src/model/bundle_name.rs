//! Names that a bundler makes of the content: `index-4f3a2b1c.js` is `index-9d8e7f6a.js` of the next build.

/// What stands in the place of a hash.
const HASH: &str = "*";
/// What stands between the parts of a name.
const BETWEEN: [char; 4] = ['-', '.', '_', '~'];
/// How long the hashes of bundlers are, in characters; the shortest is the usual one.
const SHORTEST: usize = 8;
const LONGEST: usize = 64;

/// The path with `*` in the place of each hash in it, if there is one. What comes before the first dot or
/// hyphen may be a name that only looks like a hash, and counts only where nothing else in the name does.
pub fn without_hashes(path: &str) -> Option<String> {
    let components: Vec<_> = path.split('/').map(|name| (name, of_name(name))).collect();
    if components.iter().all(|(_, masked)| masked.is_none()) {
        return None;
    }
    let masked = components
        .into_iter()
        .map(|(name, masked)| masked.unwrap_or_else(|| name.to_owned()));
    Some(masked.collect::<Vec<_>>().join("/"))
}

fn of_name(name: &str) -> Option<String> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, &name[stem.len()..=stem.len() + extension.len()]),
        None => (name, ""),
    };
    // base64url has two of what stands between parts: `index-B_x9-a2Q.js`.
    let whole = stem.len().checked_sub(SHORTEST).filter(|at| *at > 0);
    let tail = whole.and_then(|at| Some((stem.get(..at)?, stem.get(at..)?)));
    if let Some((before, tail)) = tail
        && before.ends_with(['-', '.'])
        && tail.contains(['-', '_'])
        && is_mixed(tail)
    {
        return Some(format!("{before}{HASH}{extension}"));
    }
    let parts: Vec<&str> = stem.split_inclusive(BETWEEN).collect();
    let plain = |part: &&str| part.trim_end_matches(BETWEEN).len();
    let is_hash_at = |index: &usize| {
        let part = &parts[*index][..plain(&parts[*index])];
        is_hash(part) || *index > 0 && is_upper(part)
    };
    // The last is the likeliest: what comes before it is what people have called the file.
    let found = (0..parts.len()).rev().find(is_hash_at)?;
    let masked = parts.iter().enumerate().map(|(index, part)| match index {
        index if index == found => format!("{HASH}{}", &part[plain(part)..]),
        _ => (*part).to_owned(),
    });
    Some(masked.collect::<String>() + extension)
}

/// Whether no person calls a file so: hexadecimal digits, or letters and digits in turns.
fn is_hash(part: &str) -> bool {
    let bytes = part.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_alphanumeric = bytes.iter().all(u8::is_ascii_alphanumeric);
    if !is_alphanumeric || !(SHORTEST..=LONGEST).contains(&bytes.len()) || digits == bytes.len() {
        return false;
    }
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let turns = bytes
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    digits > 0 && (bytes.iter().all(is_hex) || turns >= 3 || is_mixed(part))
        || bytes.len() == SHORTEST && is_mixed(part)
}

/// Whether both cases are mixed as no words are: capitals that follow each other, or three of them, or
/// digits among both.
fn is_mixed(part: &str) -> bool {
    let count = |is: fn(&u8) -> bool| part.bytes().filter(is).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    upper > 0 && lower > 0 && (upper >= 3 || count(u8::is_ascii_digit) > 0)
}

/// esbuild's hashes: eight of base32.
fn is_upper(part: &str) -> bool {
    let of_base32 = |byte: u8| matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
    part.len() == SHORTEST && part.bytes().all(of_base32)
}

#[cfg(test)]
mod tests {
    use super::without_hashes;

    #[test]
    fn hashes_are_known_by_their_form() {
        for (path, expected) in [
            ("dist/index-4f3a2b1c.js", "dist/index-*.js"),
            ("dist/index-BxK9a2Qz.js", "dist/index-*.js"),
            ("dist/index-B_x9-a2Q.js", "dist/index-*.js"),
            ("dist/index-DkXbQzRt.css", "dist/index-*.css"),
            ("dist/chunk-5QZ3VY2A.mjs", "dist/chunk-*.mjs"),
            ("dist/chunk-XYZABCDE.mjs", "dist/chunk-*.mjs"),
            ("main.abc123def456abc123de.chunk.js", "main.*.chunk.js"),
            ("static/4f3a2b1c9d.js.map", "static/*.js.map"),
            ("acme.libs/libz-4f3a2b1c.so.1", "acme.libs/libz-*.so.1"),
            ("_next/k3J9x2mZq4/a.js", "_next/*/a.js"),
        ] {
            assert_eq!(without_hashes(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_people_call_files_is_no_hash() {
        for path in [
            "dist/index.js",
            "README.md",
            "SECURITY.md",
            "lib/data-DataGrid.js",
            "lib/typescript5.js",
            "lib/es2015module.js",
            "report-20240101.csv",
            "deadbeef.js",
            "lib/jquery-3.7.1.min.js",
            "dist/main-configuration.js",
            "é-日本語日本語日本語.js",
        ] {
            assert_eq!(without_hashes(path), None, "{path}");
        }
    }
}
