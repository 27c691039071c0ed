//! Tables of text, a row a line: whether their columns are of people, and how long they are.
//! <https://www.rfc-editor.org/rfc/rfc4180>

use std::{borrow::Cow, collections::HashSet};

use memchr::memchr;

use super::columns::{ENOUGH, PERSONAL, Personal, Trait, personal};
use crate::{
    detect::{Detection, Inspection, Out},
    model::{Entry, EntryPath, counted, escape},
};

pub(super) const LARGE: &str = "data-set:large-table";

/// What lies between two cells.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// A longer line of names is none, in bytes.
const LONGEST_HEADER: usize = 32 << 10;
/// Marks of UTF-16. Only its ASCII is read: what names and addresses are made of.
const WIDE: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
/// More of a cell is not looked at, in bytes.
const CELL: usize = 120;
/// Different values that are remembered, and rows that are looked at for them.
const VALUES: usize = 1000;
/// Longer tables are data, whatever they are of, in bytes.
const LARGE_FROM: u64 = 5_000_000;
/// Names of tables.
const EXTENSIONS: [&str; 3] = ["csv", "tsv", "tab"];

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let is_wide = WIDE.iter().any(|mark| head.starts_with(mark));
    let first = narrow(&head[..head.len().min(LONGEST_HEADER)], is_wide);
    let (header, line) = header(&first)?;
    let delimiter = *DELIMITERS
        .iter()
        .max_by_key(|delimiter| count(line, **delimiter))?;
    if count(line, delimiter) == 0 {
        return None;
    }
    let extension = entry.path.lower_extension();
    let is_table = EXTENSIONS.contains(&extension.as_str());
    // The first line of code or of JSON, which may be long.
    if !is_table && memchr::memchr3(b'{', b'=', b'<', line.as_bytes()).is_some() {
        return None;
    }
    let cells = line.split(char::from(delimiter));
    let names: Vec<&str> = cells.map(|cell| cell.trim().trim_matches('"')).collect();
    let people = Personal::of(names.iter().copied());
    (people.are_people() || is_table).then(|| {
        Box::new(Rows {
            path: entry.path.clone(),
            delimiter,
            kinds: names.iter().map(|name| personal(name)).collect(),
            names: people.names.iter().map(|name| escape(name)).collect(),
            are_people: people.are_people(),
            is_wide,
            header,
            column: 0,
            cell: Vec::new(),
            wanted: None,
            in_quotes: false,
            rows: 0,
            bytes: 0,
            values: HashSet::new(),
        }) as Box<dyn Inspection>
    })
}

/// The beginning without the mark of its encoding, a byte a letter.
fn narrow(head: &[u8], is_wide: bool) -> Cow<'_, [u8]> {
    match is_wide {
        true => head[2..]
            .iter()
            .copied()
            .filter(|byte| *byte != 0)
            .collect(),
        false => head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).into(),
    }
}

/// The line of names, and how many lines stand before it: a spreadsheet's `sep=;`, comments, nothing.
fn header(first: &[u8]) -> Option<(u64, &str)> {
    let mut rest = first;
    for before in 0.. {
        let end = memchr(b'\n', rest)?;
        let line = str::from_utf8(&rest[..end]).ok()?;
        if !(line.trim().is_empty() || line.starts_with('#') || line.starts_with("sep=")) {
            return Some((before, line));
        }
        rest = &rest[end + 1..];
    }
    None
}

fn count(line: &str, delimiter: u8) -> usize {
    line.bytes().filter(|byte| *byte == delimiter).count()
}

struct Rows {
    path: EntryPath,
    delimiter: u8,
    /// What the columns tell of people.
    kinds: Vec<Option<Trait>>,
    /// The columns that do.
    names: Vec<String>,
    are_people: bool,
    is_wide: bool,
    /// The row of the names.
    header: u64,
    column: usize,
    cell: Vec<u8>,
    /// What the cell that is being read should tell, while different values are still sought.
    wanted: Option<Trait>,
    in_quotes: bool,
    rows: u64,
    bytes: u64,
    /// Different values that look as they should.
    values: HashSet<u64>,
}

impl Inspection for Rows {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.bytes += piece.len() as u64;
        for byte in piece {
            match byte {
                0 if self.is_wide => {}
                b'"' => self.in_quotes = !self.in_quotes,
                b'\n' if !self.in_quotes => self.end_of_row(),
                byte if *byte == self.delimiter && !self.in_quotes => self.end_of_cell(),
                byte if self.wanted.is_some() && self.cell.len() < CELL => self.cell.push(*byte),
                _ => {}
            }
        }
        if last {
            if self.column > 0 || !self.cell.is_empty() {
                self.end_of_row();
            }
            self.tell(out);
        }
    }
}

impl Rows {
    fn end_of_cell(&mut self) {
        if let Some(kind) = self.wanted
            && let Ok(value) = str::from_utf8(&self.cell)
            && looks_like(kind, value.trim())
        {
            self.values.insert(xxhash_rust::xxh3::xxh3_64(&self.cell));
        }
        self.cell.clear();
        self.start_cell(self.column + 1);
    }

    fn start_cell(&mut self, column: usize) {
        self.column = column;
        let kind = self.kinds.get(column).copied().flatten();
        let is_sought = self.rows > self.header && self.values.len() < VALUES;
        self.wanted = kind.filter(|kind| is_sought && kind.is_telling());
    }

    fn end_of_row(&mut self) {
        self.end_of_cell();
        self.rows += 1;
        self.start_cell(0);
    }

    fn tell(&self, out: &mut dyn Out) {
        let rows = self.rows.saturating_sub(self.header + 1);
        let evidence = format!(
            "{}, {}",
            counted(rows, "row"),
            counted(self.kinds.len(), "column")
        );
        if self.are_people && self.values.len() as u64 >= ENOUGH {
            let message = format!("columns of personal data: {}", self.names.join(", "));
            out.detection(Detection::new(PERSONAL, &self.path, message, evidence));
        } else if self.bytes > LARGE_FROM {
            let message = "a large table of data".to_owned();
            out.detection(Detection::new(LARGE, &self.path, message, evidence));
        }
    }
}

/// Whether a value is of the shape that the column's name promises, and not made up for an example.
fn looks_like(kind: Trait, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        Trait::Email => is_email(value),
        Trait::Phone => {
            let is_phone = |c: char| c.is_ascii_digit() || " +-().x/".contains(c);
            (7..=15).contains(&digits) && value.chars().all(is_phone) && !value.contains("555")
        }
        Trait::Birth => (6..=8).contains(&digits) && value.len() <= 10,
        Trait::Identity => (6..=14).contains(&digits) && value.len() <= 16,
        Trait::Bank => (8..=30).contains(&digits) && value.len() <= 42,
        _ => false,
    }
}

/// Domains that are for examples (RFC 2606), or that generators of made-up data use.
const EXAMPLES: [&str; 7] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "domain",
    "email",
    "foo",
];

fn is_email(value: &str) -> bool {
    let Some((user, domain)) = value.split_once('@') else {
        return false;
    };
    let mut labels = domain.rsplit('.');
    let top = labels.next().unwrap_or_default();
    let name = labels.next().unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || ".-_+".contains(c);
    !user.is_empty()
        && top.len() >= 2
        && !name.is_empty()
        && value.chars().all(|c| is_word(c) || c == '@')
        && ![name, top].iter().any(|label| EXAMPLES.contains(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::data_set::testing::told;

    fn rows(header: &str, row: impl Fn(u32) -> String, count: u32) -> Vec<String> {
        let rows: String = (0..count).map(|index| row(index) + "\r\n").collect();
        told(
            "package/data/a.txt",
            format!("{header}\r\n{rows}").as_bytes(),
        )
    }

    #[test]
    fn rows_of_people_are_counted() {
        let person = |index| format!("{index},\"Ada, {index}\",a.{index}@lovelace-works.org");
        assert_eq!(
            rows("id,full_name,Email", person, 40),
            ["data-set:personal: 40 rows, 3 columns"]
        );
        let person = |index| format!("Ada\t{index:02}.12.1985");
        assert_eq!(
            rows("Vorname\tGeburtsdatum", person, 30),
            ["data-set:personal: 30 rows, 2 columns"]
        );
    }

    #[test]
    fn the_names_may_be_wide_many_or_not_in_the_first_line() {
        let person = |index| format!("Ada;a.{index}@lovelace-works.org");
        let found = ["data-set:personal: 40 rows, 2 columns"];
        for before in ["sep=;\r\n", "\n", "# of 2026\n\n"] {
            let header = format!("{before}name;email");
            assert_eq!(rows(&header, person, 40), found, "{before}");
        }
        let columns = ";custom_property".repeat(400);
        let header = format!("name;email{columns}");
        assert_eq!(
            rows(&header, person, 40),
            ["data-set:personal: 40 rows, 402 columns"]
        );
        let lines: Vec<_> = (0..40).map(person).collect();
        let text = format!("\u{feff}name;email\n{}\n", lines.join("\n"));
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told("package/a.csv", &wide), found);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(told("package/a.csv", &wide), found);
    }

    #[test]
    fn made_up_and_few_people_pass() {
        let example = |index| format!("Ada,a.{index}@example.com");
        assert_eq!(rows("first_name,email", example, 99), [""; 0]);
        let same = |_| "Ada,a@lovelace-works.org".to_owned();
        assert_eq!(rows("first_name,email", same, 99), [""; 0]);
        let person = |index| format!("Ada,a.{index}@lovelace-works.org");
        assert_eq!(rows("first_name,email", person, 9), [""; 0]);
        assert_eq!(
            rows("sepal,petal", |index| format!("{index},1"), 99),
            [""; 0]
        );
        let code = |index| format!("let a{index} = email;");
        assert_eq!(rows("const {first_name, email} = a;", code, 99), [""; 0]);
    }

    #[test]
    fn long_tables_are_told_of() {
        let rows = "1,2,\"a\nb\"\n".repeat(520_000);
        let content = format!("a,b,c\n{rows}");
        let entry = Entry::file("package/data/a.CSV", content.len() as u64);
        let mut recorder = crate::detect::testing::Recorder::default();
        let mut inspection = inspect(&entry, &content.as_bytes()[..1000]).unwrap();
        inspection.push(content.as_bytes(), true, &mut recorder);
        assert_eq!(recorder.said(), [(LARGE, "a large table of data")]);
        assert_eq!(
            recorder.detections[0].evidence.as_str(),
            "520,000 rows, 3 columns"
        );
    }
}
