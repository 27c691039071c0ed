//! Text rules: what follows once an anchor was found.

use std::{ops::Range, sync::OnceLock};

use regex_automata::{Anchored, Input, PatternID};

use super::{
    anchors, assigned,
    error::Problem,
    file::Fields,
    heads::Heads,
    magic::Magic,
    pattern::Pattern,
    placeholder::{is_hash, is_placeholder},
    reading::Reading,
    verify::{self, Answer, Known, Validator},
};
use crate::model::looks_random;

/// How much is looked at before an anchor, in bytes.
pub(super) const BEFORE: usize = 512;
/// How much a rule may look at from an anchor on, in bytes.
pub(super) const AFTER: usize = 16 << 10;
/// How much a rule looks at from an anchor on if it does not say, in bytes.
const WINDOW: usize = 4 << 10;
/// The shortest anchor that is searched apart, in bytes.
const SHORTEST_APART: usize = 3;

/// What an assertion such as `\b` looks at beyond a match, in bytes, and some more.
const BESIDE: usize = 4;

/// What it costs to try an expression at all, in bytes that are searched in the same time.
const COST: usize = 96;
/// A match is read so many times until its value is accepted, about: by the filters and validators.
const TRIALS: usize = 8;

/// A regular expression that is tried around the anchors, and filters on what it captures.
#[derive(Debug)]
pub(super) struct TextMatcher {
    pub(super) anchors: Vec<String>,
    /// Words, one of which must stand near in any case. Without anchors, they are what is searched for, and the
    /// expression is that of a value which is assigned to a name.
    pub(super) context: Vec<String>,
    /// Another rule that must match near by, and how near in bytes.
    pub(super) requires: Option<(String, usize)>,
    regex: Pattern,
    heads: OnceLock<Option<Heads>>,
    value: usize,
    /// How much is looked at from an anchor on; of what is assigned to a name, how long that can be.
    window: usize,
    verify: Vec<&'static Validator>,
    reject: Vec<Pattern>,
    entropy: f64,
    /// Whether it is for secrets, for which placeholders and hashes do not count.
    secret: bool,
    /// Whether the value must look random.
    random: bool,
    /// Whether the rule gives way to others that find the same value.
    pub(super) generic: bool,
    /// Whether the paths of entries are searched too.
    pub(super) names: bool,
    /// Whether what the artifact's manifest says in public counts as well.
    pub(super) declared: bool,
    /// Whether the anchors are searched apart from those of other rules.
    apart: bool,
    /// How a file begins that is looked at; none is every file.
    within: Vec<Magic>,
}

/// The keys by which a text rule is recognised.
pub(super) const KEYS: [&str; 3] = ["anchors", "context", "regex"];

impl TextMatcher {
    /// Reads the keys of a text rule. With `secret`, placeholders and hashes do not count.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        secret: bool,
        reading: &Reading<'_>,
    ) -> Option<Self> {
        let within = fields.tables("magic");
        let within: Vec<Magic> = within.into_iter().filter_map(Magic::read).collect();
        let apart = fields.boolean("apart").unwrap_or(!within.is_empty());
        let shortest = if apart {
            SHORTEST_APART
        } else {
            anchors::SHORTEST
        };
        let context = read_context(fields);
        let is_assigned = fields.has("context") && !fields.has("anchors");
        let anchors = match is_assigned {
            true => Vec::new(),
            false => read_anchors(fields, shortest),
        };
        let text = fields.required("regex");
        let regex = text.as_ref().and_then(|text| match is_assigned {
            true => reading.pattern_of(fields, text, assigned::expression),
            false => reading.pattern(fields, text),
        });
        // The expression of an assignment has a group of its own, which is the value as it is written.
        let own = usize::from(is_assigned);
        let value = fields
            .integer("value", 0, (0, 100))
            .map(|group| group + own);
        if let (Some(group), Some(regex)) = (value, &regex)
            && !reading.trusted
            && group >= regex.regex().group_info().group_len(PatternID::ZERO)
        {
            fields.mistake(fields.value_span("value"), Problem::NoGroup(group - own));
        }
        let window = fields.integer("window", WINDOW, (1, AFTER)).map(|window| {
            let value = text.filter(|_| is_assigned);
            let longest = value.and_then(|value| Pattern::trusted(value.get_ref()).longest());
            longest.map_or(window, |longest| window.min(longest))
        });
        let verify = reading.validators(fields);
        let mut reject = Vec::new();
        for text in fields.texts("reject") {
            reject.extend(reading.pattern(fields, &text));
        }
        let entropy = fields.number("entropy", 0.0, (0.0, 8.0));
        let random = fields.boolean("random").unwrap_or(false);
        let generic = fields.boolean("generic").unwrap_or(false);
        let requires = read_requires(fields);
        let names = fields.boolean("names").unwrap_or(false);
        let declared = fields.boolean("declared").unwrap_or(true);
        Some(Self {
            anchors,
            context,
            requires,
            regex: regex?,
            heads: OnceLock::new(),
            value: value?,
            window: window?,
            verify,
            reject,
            entropy: entropy?,
            secret,
            random,
            generic,
            names,
            declared,
            apart,
            within,
        })
    }

    /// Whether the anchors are searched apart from those of other rules.
    pub(super) fn is_apart(&self) -> bool {
        self.apart && !self.is_assigned()
    }

    /// Whether values are looked for that are assigned to a name.
    pub(super) fn is_assigned(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Whether a file that begins with `head` is looked at.
    pub(super) fn is_within(&self, head: &[u8]) -> bool {
        self.within.is_empty() || self.within.iter().any(|magic| magic.matches(head))
    }

    /// Reports every match that overlaps the anchor at `anchor`, with the place of its value. `spend`
    /// is asked before something is tried, and told how many bytes are at stake.
    ///
    /// What is looked at depends on the anchor and the content alone, not on how the content was
    /// cut into pieces: the regular expression sees at most the 512 bytes before the anchor and the rule's
    /// window from there on, as if there were nothing else.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        anchor: Range<usize>,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Range<usize>, Range<usize>, Answer),
    ) {
        if !spend(COST) {
            return;
        }
        if self.is_assigned() {
            return self.search_assigned(bytes, anchor, spend, found);
        }
        let heads = self.heads.get_or_init(|| {
            let parsed = self.regex.parsed()?;
            Heads::new(&parsed, &self.anchors)
        });
        match heads {
            Some(heads) => self.search_at(heads, bytes, anchor, spend, found),
            None => self.search_around(bytes, anchor, spend, found),
        }
    }

    /// The first match in a short text, such as a path.
    pub(super) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let mut found = None;
        for anchor in &self.anchors {
            for start in memchr::memmem::find_iter(text, anchor) {
                let anchor = start..start + anchor.len();
                self.search(text, anchor, &|_| true, &mut |_, value, _| {
                    found.get_or_insert(value);
                });
            }
        }
        found.map(|value| &text[value])
    }

    /// Tries the places where a match can begin, seen from the anchor.
    fn search_at(
        &self,
        heads: &Heads,
        bytes: &[u8],
        anchor: Range<usize>,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Range<usize>, Range<usize>, Answer),
    ) {
        let end = self.end(bytes, &anchor);
        for start in heads.starts(bytes, anchor.start) {
            let base = start.saturating_sub(BESIDE);
            let window = &bytes[base..end];
            if !spend(window.len()) {
                return;
            }
            let input = Input::new(window)
                .range(start - base..)
                .anchored(Anchored::Yes);
            let Some(matched) = self.regex.regex().search(&input) else {
                continue;
            };
            let range = start..base + matched.end();
            if range.end <= anchor.start || !spend(matched.len() * TRIALS) {
                continue;
            }
            if let Some(value) = self.value(input)
                && self.has_context(bytes, &range)
                && let Some(answer) = self.accepts(window, &value)
            {
                let answer = self.named(answer, &bytes[range.start..base + value.start]);
                return found(range, base + value.start..base + value.end, answer);
            }
        }
    }

    /// Searches for matches from well before the anchor on.
    fn search_around(
        &self,
        bytes: &[u8],
        anchor: Range<usize>,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Range<usize>, Range<usize>, Answer),
    ) {
        let before = self.reach().map_or(BEFORE, |reach| reach.min(BEFORE));
        let base = anchor.start.saturating_sub(before);
        let window = &bytes[base..self.end(bytes, &anchor)];
        let mut at = 0;
        while at <= window.len() && spend(window.len() - at) {
            let input = Input::new(window).range(at..);
            let Some(matched) = self.regex.regex().search(&input) else {
                return;
            };
            let range = base + matched.start()..base + matched.end();
            if range.start >= anchor.end {
                return;
            }
            // A match before the anchor may have taken the one byte that stands between the two.
            if range.end <= anchor.start {
                at = matched.start() + 1;
                continue;
            }
            at = matched.end().max(matched.start() + 1);
            if !spend(matched.len() * TRIALS) {
                return;
            }
            if let Some(value) = self.value(input.range(matched.start()..)) {
                if let Some(answer) = self.accepts(window, &value)
                    && self.has_context(bytes, &range)
                {
                    let answer = self.named(answer, &bytes[range.start..base + value.start]);
                    found(range, base + value.start..base + value.end, answer);
                } else if range.start < anchor.start {
                    // What begins before the anchor and is refused must not hide what begins here.
                    at = anchor.start - base;
                    // Nor what lies in the path of an address that may be shown, with its own beginning.
                    let part = memchr::memrchr(b'/', &window[..at]).filter(|_| self.names);
                    let inner = |part: &usize| *part > matched.start() && window[*part - 1] != b'/';
                    at = part.filter(inner).unwrap_or(at);
                }
            }
        }
    }

    /// Tries what is assigned to the name that the word at `word` is part of, and to those right behind it.
    fn search_assigned(
        &self,
        bytes: &[u8],
        word: Range<usize>,
        spend: &dyn Fn(usize) -> bool,
        found: &mut dyn FnMut(Range<usize>, Range<usize>, Answer),
    ) {
        let base = assigned::name_start(bytes, word.start);
        let farthest = word.end + assigned::NEAR;
        let end = bytes
            .len()
            .min(farthest + assigned::NAME + self.window + BESIDE);
        let (window, mut at) = (&bytes[base..end], 0);
        while at <= window.len() && spend(window.len() - at) {
            let input = Input::new(window).range(at..);
            let Some(matched) = self.regex.regex().search(&input) else {
                return;
            };
            let range = base + matched.start()..base + matched.end();
            if range.start >= farthest || !spend(matched.len() * TRIALS) {
                return;
            }
            at = matched.end().max(matched.start() + 1);
            // What is cut off at the end of the window may go on behind it.
            let is_cut = range.end == end && end < bytes.len();
            if let Some(value) = self.value(input.range(matched.start()..))
                && !is_cut
                && !assigned::is_of_hash(&bytes[range.clone()])
                && let Some(answer) = self.accepts(window, &value)
            {
                let answer = self.named(answer, &bytes[range.start..base + value.start]);
                found(range, base + value.start..base + value.end, answer);
            }
        }
    }

    /// The answer with the name of the variable that a generic rule's value is assigned to: the rule itself can't
    /// say what the value is for.
    fn named(&self, answer: Answer, before: &[u8]) -> Answer {
        let is_bare = self.generic && answer == Answer::SOUND;
        match verify::variable(before).filter(|_| is_bare) {
            Some(name) => Answer::Sound(Known {
                detail: Some(format!("`{name}`")),
                ..Known::default()
            }),
            None => answer,
        }
    }

    /// Whether one of the words stands near a match.
    fn has_context(&self, bytes: &[u8], matched: &Range<usize>) -> bool {
        let near = matched.start.saturating_sub(assigned::NEAR)..matched.end + assigned::NEAR;
        self.context.is_empty() || {
            let lower = bytes[near.start..near.end.min(bytes.len())].to_ascii_lowercase();
            let mut words = self.context.iter();
            words.any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
        }
    }

    /// How far a match can reach beyond the anchor. What can't be part of a match that overlaps the
    /// anchor is not looked at: a file full of anchors would else be searched thousands of times over.
    fn reach(&self) -> Option<usize> {
        self.regex.longest().map(|longest| longest + BESIDE)
    }

    /// Where what is looked at ends.
    fn end(&self, bytes: &[u8], anchor: &Range<usize>) -> usize {
        let end = (anchor.start + self.window.max(anchor.len())).min(bytes.len());
        self.reach()
            .map_or(end, |reach| end.min(anchor.end + reach))
    }

    /// Where the capture group is that holds the value, for the match that begins where `input` does: the
    /// whole match where the group has no part in it.
    fn value(&self, input: Input<'_>) -> Option<Range<usize>> {
        let regex = self.regex.regex();
        let mut captures = regex.create_captures();
        regex.search_captures(&input, &mut captures);
        let group = captures.get_group(self.value);
        Some(group.or_else(|| captures.get_group(0))?.range())
    }

    /// What is to be said of the value at `place`, unless it is none of the rule's.
    fn accepts(&self, window: &[u8], place: &Range<usize>) -> Option<Answer> {
        let value = &window[place.clone()];
        let refused = self
            .reject
            .iter()
            .any(|reject| reject.regex().is_match(value))
            || self.entropy > 0.0 && entropy(value) < self.entropy
            || self.random && !looks_random(value)
            || self.secret && (is_placeholder(value) || is_hash(&window[..place.start]));
        if refused {
            return None;
        }
        if let Some(why) = verify::published(value).filter(|_| self.secret) {
            return Some(Answer::Doubtful(why));
        }
        let answers = self.verify.iter().map(|validator| (validator.judge)(value));
        let answer = answers.reduce(Answer::or).unwrap_or(Answer::SOUND);
        (answer != Answer::Other).then_some(answer)
    }
}

/// Words, which are of what names are made of.
fn read_context(fields: &mut Fields<'_>) -> Vec<String> {
    let mut context = Vec::new();
    for word in fields.texts("context") {
        let text: &str = word.get_ref();
        let is_word =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
        if text.len() < anchors::SHORTEST || !text.bytes().all(is_word) {
            fields.mistake(word.span(), Problem::BadContext(text.to_owned()));
        } else {
            context.push(text.to_owned());
        }
    }
    context
}

/// `{ rule = "id", within = 200 }`
fn read_requires(fields: &mut Fields<'_>) -> Option<(String, usize)> {
    fields.has("requires").then_some(())?;
    let mut table = fields.table("requires")?;
    let rule = table.required("rule");
    let within = table.integer("within", BEFORE, (1, BEFORE));
    table.finish();
    Some((rule?.into_inner().to_owned(), within?))
}

fn read_anchors(fields: &mut Fields<'_>, shortest: usize) -> Vec<String> {
    if !fields.has("anchors") {
        fields.mistake(fields.span(), Problem::Missing("anchors"));
    }
    let mut anchors = Vec::new();
    for anchor in fields.texts("anchors") {
        let text: &str = anchor.get_ref();
        if text.len() < shortest {
            fields.mistake(anchor.span(), Problem::ShortAnchor(text.to_owned()));
        } else if text.len() > anchors::LONGEST {
            fields.mistake(anchor.span(), Problem::LongAnchor);
        } else {
            anchors.push(text.to_owned());
        }
    }
    anchors
}

/// Shannon entropy in bits per byte.
fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let total = value.len() as f64;
    let share = |count: &u32| f64::from(*count) / total;
    let used = counts.iter().filter(|count| **count > 0).map(share);
    used.map(|share| -share * share.log2()).sum()
}
