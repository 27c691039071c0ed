//! What has become of waivers: an accepted leak must not be forgotten.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Span, civil::Date};

use super::{judged::Judged, waiver::Waiver};

/// How many days before its end a waiver is told of.
const SOON: i32 = 14;

/// The most days that a new waiver may last: an end that is further away is forgotten like none.
const MOST: i32 = 366;

/// The last day that is meant by a date, or by a number of days such as `90d`.
///
/// # Errors
///
/// Why none can be, as a sentence.
pub fn last_day(text: &str, today: Date) -> Result<Date, String> {
    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<i32>().ok());
    let last = match days {
        Some(days) => Span::new()
            .try_days(days)
            .and_then(|span| today.checked_add(span))
            .ok(),
        None => text.parse().ok(),
    };
    let last = last.ok_or("write the last day as 2027-06-30, or the days from now as 90d")?;
    match last.since(today).map(|span| span.get_days()) {
        Ok(..0) => Err(format!("{last} has passed")),
        Ok(0..=MOST) => Ok(last),
        _ => Err(format!(
            "{last} is more than a year away: leave it out for a waiver without an end"
        )),
    }
}

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It applies, and has accepted something.
    Used,
    /// It applies, and nothing was there to accept; or nobody has looked.
    Unused,
    /// Its last day has passed, and it does not apply.
    Expired,
    /// A floor lets nobody accept this, and it does not apply.
    Forbidden,
}

/// A waiver, and what has become of it.
#[derive(Debug, Clone)]
pub struct Lived {
    /// The waiver.
    pub waiver: Arc<Waiver>,
    /// What it does.
    pub state: State,
    /// How many days it still applies after the day of the check, if it ends.
    pub days_left: Option<i32>,
}

impl State {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            State::Used => "used",
            State::Unused => "unused",
            State::Expired => "expired",
            State::Forbidden => "forbidden",
        }
    }
}

impl Lived {
    /// A waiver that nothing was held against yet.
    pub fn on(waiver: &Arc<Waiver>, today: Date) -> Self {
        Self {
            waiver: Arc::clone(waiver),
            state: match () {
                () if waiver.forbidden_by.is_some() => State::Forbidden,
                () if waiver.has_expired(today) => State::Expired,
                () => State::Unused,
            },
            days_left: waiver.days_left(today),
        }
    }

    /// Whether it still applies.
    pub fn applies(&self) -> bool {
        matches!(self.state, State::Used | State::Unused)
    }

    /// Whether it applies, and will soon not any more.
    pub fn ends_soon(&self) -> bool {
        self.applies() && self.days_left.is_some_and(|days| days <= SOON)
    }
}

/// The waivers of a run while it goes on.
pub(super) struct Waivers {
    all: Vec<Lived>,
}

impl Waivers {
    pub(super) fn new(waivers: &[Arc<Waiver>], today: Date) -> Self {
        let all = waivers.iter().map(|waiver| Lived::on(waiver, today));
        Self { all: all.collect() }
    }

    /// The first waiver that covers something. All that do are in use: none of them is stale.
    pub(super) fn first(&mut self, covers: impl Fn(&Waiver) -> bool) -> Option<Arc<Waiver>> {
        let mut first = None;
        for one in &mut self.all {
            if one.applies() && covers(&one.waiver) {
                one.state = State::Used;
                first.get_or_insert(&one.waiver);
            }
        }
        first.cloned()
    }

    pub(super) fn into_all(self) -> Vec<Lived> {
        self.all
    }
}

/// The waivers of artifacts, each once, in the order of their files; one that is used for any of them is used.
pub fn of(artifacts: &[Judged]) -> Vec<&Lived> {
    let mut once: BTreeMap<(&str, usize), &Lived> = BTreeMap::new();
    for one in artifacts.iter().flat_map(|judged| &judged.waivers) {
        let place = (one.waiver.file.as_str(), one.waiver.line);
        let known = once.entry(place).or_insert(one);
        if one.state < known.state {
            *known = one;
        }
    }
    once.into_values().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_end_lies_within_a_year() {
        let today = date(2026, 11, 22);
        for (text, last) in [
            ("30d", date(2026, 12, 22)),
            ("0d", today),
            ("2026-11-22", today),
            ("2027-11-22", date(2027, 11, 22)),
        ] {
            assert_eq!(last_day(text, today), Ok(last), "{text}");
        }
        for (text, reason) in [
            ("2026-11-21", "has passed"),
            ("-1d", "has passed"),
            ("2028-11-22", "more than a year"),
            ("367d", "more than a year"),
            ("99999999999d", "write the last day"),
            ("2000000000d", "write the last day"),
            ("soon", "write the last day"),
            ("d", "write the last day"),
            ("never", "write the last day"),
        ] {
            let error = last_day(text, today).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
