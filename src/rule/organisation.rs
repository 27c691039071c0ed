//! What an organisation calls its own: domains and expressions, turned into rules like any other.

use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};

use super::{anchors, pattern::Pattern};

/// The rules as far as they do not depend on the names. Domains have one of their own: an address that
/// may be shown must not hide what else its path says.
const RULE: &str = include_str!("organisation.toml");

/// What may stand before a domain: nothing that would make it another name. An escaped line end or a
/// percent-encoded character ends with a letter that is none of the name's.
const BEFORE: &str = r"(?:%[0-9a-f]{2}|\\[bfnrt]|^|[^a-z0-9_-])";
/// What of an address or a mailbox stands before the domain: credentials are part of it, so that
/// whoever shows it knows to leave them out.
const LEAD: &str =
    r#"(?:[a-z][a-z0-9+.-]*://(?:[^\s"'<>@/\\]+@)?|[a-z0-9._%+-]*@)?(?:[a-z0-9_-]+\.)*"#;
/// What follows it: further labels, a port, and so much of a path as tells one thing from another.
const TAIL: &str = r"\b(?:[.-][a-z0-9_-]+)*(?::[0-9]{1,5})?(?:/[a-z0-9._~%+@!-]+){0,3}";

/// More ways to begin make an anchor no anchor.
const MOST_ANCHORS: usize = 16;

/// Names that must not ship, and exceptions from them.
#[derive(Debug, Default)]
pub struct Organisation {
    written: Vec<String>,
    domains: Names,
    expressions: Names,
    allowed: Vec<String>,
    is_floor: bool,
}

/// Names of one sort, as alternatives, and what to search for first.
#[derive(Debug, Default)]
struct Names {
    alternatives: Vec<String>,
    anchors: Vec<String>,
}

impl Organisation {
    /// The ids of the rules for the names that a floor has.
    pub const IDS_OF_FLOORS: [&str; 2] = ["floor-organisation-domain", "floor-organisation-name"];

    /// Those that floors name. Their rules are others than a project's, so that no exception of a project holds
    /// for them; an exception of a floor holds if all that name anything have it.
    pub fn of_floors(floors: impl IntoIterator<Item = Self>) -> Self {
        let naming = floors.into_iter().filter(|one| !one.written.is_empty());
        let united = naming.reduce(|mut all, one| {
            all.written.extend(one.written);
            for (names, more) in [
                (&mut all.domains, one.domains),
                (&mut all.expressions, one.expressions),
            ] {
                names.alternatives.extend(more.alternatives);
                names.anchors.extend(more.anchors);
            }
            all.allowed.retain(|allowed| one.allowed.contains(allowed));
            all
        });
        Self {
            is_floor: true,
            ..united.unwrap_or_default()
        }
    }

    /// Whether it was given this name.
    pub fn has(&self, name: &str) -> bool {
        self.written.iter().any(|written| written == name)
    }

    /// Adds a domain, which stands for the hosts and mailboxes below it too, or an expression.
    ///
    /// # Errors
    ///
    /// When it can't be searched for: then why.
    pub fn add(&mut self, name: &str) -> Result<(), String> {
        if let Some(domain) = name.strip_prefix("*.").filter(|rest| is_domain(rest)) {
            return Err(format!(
                "write `{domain}`, it stands for all hosts below it too"
            ));
        }
        if is_network(name) {
            let how = r"such as `10\.42\.[0-9]+\.[0-9]+` for 10.42.0.0/16";
            return Err(format!(
                "it is a network: write an expression for its addresses, {how}"
            ));
        }
        let (names, expression) = match is_domain(name) {
            true => (&mut self.domains, regex_syntax::escape(name)),
            false => (&mut self.expressions, format!("(?:{name})")),
        };
        names.anchors.extend(match is_domain(name) {
            true => anchors(&format!("(?i:{expression})"))?,
            false => anchors(name)?,
        });
        names.alternatives.push(expression);
        self.written.push(name.to_owned());
        Ok(())
    }

    /// Adds an exception: a host with those below it, or an expression held against what was found.
    ///
    /// # Errors
    ///
    /// When it is no expression: then why.
    pub fn allow(&mut self, name: &str) -> Result<(), String> {
        Pattern::checked(name)?;
        self.allowed.push(match is_domain(name) {
            true => format!(
                r"(?i)^(?:[^/]*//)?(?:[^/]*[@.])?{}(?:[:/]|$)",
                regex_syntax::escape(name)
            ),
            false => name.to_owned(),
        });
        Ok(())
    }

    /// The rule file that looks for all of them; none without a name.
    pub fn rule(&self) -> Option<String> {
        let mut file = String::new();
        if !self.domains.alternatives.is_empty() {
            let domains = self.domains.alternatives.join("|");
            let mut reject = self.allowed.clone();
            // `acme.com.au` and `acme.co.uk` are somebody else's.
            reject.push(format!(
                r"(?i)^(?:[^/]*//)?[^/]*(?:{domains})\.[a-z]{{2}}(?:[:/]|$)"
            ));
            let regex = format!("(?i:{BEFORE}({LEAD}(?:{domains}){TAIL}))");
            let rule = self.head("domain", "Domain");
            file += &(rule + &matching(&self.domains.anchors, &regex, 1, &reject));
        }
        if !self.expressions.alternatives.is_empty() {
            let regex = self.expressions.alternatives.join("|");
            let rule = self.head("name", "Name");
            file += &(rule + &matching(&self.expressions.anchors, &regex, 0, &self.allowed));
        }
        (!file.is_empty()).then_some(file)
    }
}

impl Organisation {
    /// The rule but for what it matches.
    fn head(&self, id: &str, noun: &str) -> String {
        let (prefix, file) = match self.is_floor {
            true => ("floor-organisation", "the floor (`--policy`)"),
            false => ("organisation", "packwarden.toml"),
        };
        RULE.replace("{id}", &format!("{prefix}-{id}"))
            .replace("{noun}", noun)
            .replace("{file}", file)
    }
}

fn matching(anchors: &[String], regex: &str, value: usize, reject: &[String]) -> String {
    let (anchors, regex) = (list(anchors), quoted(regex));
    let reject = match reject {
        [] => String::new(),
        reject => format!("reject = {}\n", list(reject)),
    };
    format!("anchors = {anchors}\nregex = {regex}\nvalue = {value}\n{reject}")
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// An address with the length of its network's prefix.
fn is_network(name: &str) -> bool {
    name.split_once('/').is_some_and(|(address, prefix)| {
        address.parse::<std::net::IpAddr>().is_ok() && prefix.parse::<u8>().is_ok()
    })
}

/// Labels of letters, digits and hyphens, at least two of them.
fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        label.bytes().all(fits) && !label.is_empty() && !label.starts_with('-')
    };
    name.contains('.')
        && name.split('.').all(is_label)
        && name.ends_with(|last: char| last.is_ascii_alphabetic())
}

/// Literals of which every match of the expression has one at its beginning, or one at its end.
fn anchors(expression: &str) -> Result<Vec<String>, String> {
    let pattern = Pattern::checked(expression)?;
    let parsed = pattern.parsed().ok_or("it can't be read")?;
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix];
    let found = ends.into_iter().find_map(|kind| {
        let mut extractor = Extractor::new();
        // Both cases of a letter are written out, digits are not.
        let extractor = extractor.kind(kind).limit_class(2);
        let mut sequence = extractor.limit_total(MOST_ANCHORS).extract(&parsed);
        sequence.dedup();
        texts(&sequence)
    });
    found.ok_or_else(|| {
        let shortest = anchors::SHORTEST;
        format!("every match must begin or end with {shortest} characters that are always the same")
    })
}

fn texts(sequence: &Seq) -> Option<Vec<String>> {
    let text = |bytes: &[u8]| {
        let fits = (anchors::SHORTEST..=anchors::LONGEST).contains(&bytes.len());
        fits.then(|| String::from_utf8(bytes.to_vec()).ok())?
    };
    let literals = sequence.literals()?.iter();
    let texts: Vec<String> = literals
        .map(|literal| text(literal.as_bytes()))
        .collect::<Option<_>>()?;
    (!texts.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Entry, View},
        rule::{ApartIn, RuleSet},
    };

    fn rules(names: &[&str], allowed: &[&str]) -> RuleSet {
        let mut organisation = Organisation::default();
        for name in names {
            organisation.add(name).unwrap();
        }
        for name in allowed {
            organisation.allow(name).unwrap();
        }
        let text = organisation.rule().unwrap();
        RuleSet::from_text("packwarden.toml", &text, &[]).unwrap()
    }

    fn found(rules: &RuleSet, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let view = View {
            bytes: text.as_bytes(),
            search: (0, text.len()),
            offset: 0,
            lines: 0,
        };
        rules.search(view, &ApartIn::default(), &|_| true, &mut |matched| {
            found.push(String::from_utf8_lossy(matched.bytes).into_owned());
        });
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn a_domain_is_found_as_a_host_and_in_mailboxes() {
        let rules = rules(&["acme.com", "acme-lab.io"], &[]);
        for (text, expected) in [
            ("see acme.com.", "acme.com"),
            ("ACME.Com", "ACME.Com"),
            ("'ann.lee@acme.com'", "ann.lee@acme.com"),
            ("endsWith('@acme.com')", "@acme.com"),
            ("*.acme.com", "acme.com"),
            (r"\njira.acme.com:8080\n", "jira.acme.com:8080"),
            ("%2Facme.com%2F", "acme.com"),
            (
                "(https://jira.acme.com/browse/HELIX-1/a/b?c)",
                "https://jira.acme.com/browse/HELIX-1/a",
            ),
            ("https://me:pw@acme.com/x", "https://me:pw@acme.com/x"),
            ("git@git.acme.com:tools/cli", "git@git.acme.com"),
            ("db.eu-1.Acme-Lab.io", "db.eu-1.Acme-Lab.io"),
            ("acme.com.internal.pem", "acme.com.internal.pem"),
        ] {
            assert_eq!(found(&rules, text), [expected], "{text}");
        }
        for text in [
            "xacme.com",
            "my-acme.com",
            "acme.community",
            "acme.com.au",
            "https://acme.com.au/x",
            "com.acme",
            "acme_com",
            "acmexcom",
        ] {
            assert_eq!(found(&rules, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_expression_is_taken_as_it_is() {
        let rules = rules(&["ACME-[0-9]+", "(?i)blue(bird|jay)", "acme.com"], &[]);
        assert_eq!(
            found(&rules, "fix ACME-12, acme-12 BlueJay www.acme.com"),
            ["ACME-12", "BlueJay", "www.acme.com"]
        );
    }

    #[test]
    fn exceptions_hold_for_hosts_and_texts() {
        let rules = rules(&["acme.com", "ACME-[0-9]+"], &["docs.acme.com", "^ACME-1$"]);
        assert_eq!(
            found(
                &rules,
                "https://docs.acme.com/a x.docs.acme.com xdocs.acme.com ACME-1 ACME-11"
            ),
            ["ACME-11", "xdocs.acme.com"]
        );
    }

    #[test]
    fn what_may_be_shown_hides_nothing_in_its_path() {
        let rules = rules(
            &["acme.com", r"HELX-\d+", "(?i)bluebird"],
            &["docs.acme.com"],
        );
        assert_eq!(
            found(&rules, "https://docs.acme.com/to/jira.acme.com/x"),
            ["jira.acme.com/x"]
        );
        assert_eq!(
            found(&rules, "https://docs.acme.com/Bluebird/HELX-12"),
            ["Bluebird", "HELX-12"]
        );
    }

    #[test]
    fn paths_are_searched_too() {
        let rules = rules(&["acme.com"], &[]);
        let met = |path: &str| {
            let met = rules.match_entry(&Entry::file(path, 1), b"");
            met.iter()
                .map(|met| met.evidence.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(met("p/certs/jira.acme.com/a.pem"), ["jira.acme.com/a.pem"]);
        assert_eq!(met("p/a.tgz!/b/acme.com"), ["acme.com"]);
        assert_eq!(met("p/acme.com.tgz!/b/c"), [""; 0]);
        assert_eq!(met("p/acme/com"), [""; 0]);
    }

    #[test]
    fn an_exception_of_floors_is_one_of_all_of_them() {
        let floor = |name: &str, allowed: &[&str]| {
            let mut floor = Organisation::default();
            floor.add(name).unwrap();
            for name in allowed {
                floor.allow(name).unwrap();
            }
            floor
        };
        let floors = Organisation::of_floors([
            floor("acme.com", &["docs.acme.com", "www.acme.com"]),
            Organisation::default(),
            floor("ACME-[0-9]+", &["docs.acme.com"]),
        ]);
        assert!(floors.has("acme.com") && !floors.has("acme.org"));
        let text = floors.rule().unwrap();
        let rules = RuleSet::from_text("floor.toml", &text, &[]).unwrap();
        assert_eq!(
            found(&rules, "docs.acme.com www.acme.com ACME-7"),
            ["ACME-7", "www.acme.com"]
        );
        let ids: Vec<_> = rules.names().map(|(id, _)| id).collect();
        assert_eq!(
            ids,
            ["floor-organisation-domain", "floor-organisation-name"]
        );
        assert_eq!(Organisation::of_floors([]).rule(), None);
    }

    #[test]
    fn what_cannot_be_searched_for_says_why() {
        let add = |name| Organisation::default().add(name).unwrap_err();
        let short = "every match must begin or end with 4 characters that are always the same";
        for name in ["abc", "[A-Z]+-[0-9]+", "", "a.b", "x*"] {
            assert_eq!(add(name), short, "{name}");
        }
        assert_eq!(add("(acme"), "unclosed group");
        assert_eq!(
            add("*.acme.com"),
            "write `acme.com`, it stands for all hosts below it too"
        );
        assert!(add("10.42.0.0/16").starts_with("it is a network: write an expression"));
        assert_eq!(
            Organisation::default().allow("[").unwrap_err(),
            "unclosed character class"
        );
        assert_eq!(Organisation::default().rule(), None);
    }
}
