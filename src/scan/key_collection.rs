//! Private keys of every algorithm in one directory: a collection of samples, as libraries of cryptography ship them.
//!
//! A server has keys of one algorithm or two, and an SSH daemon of four.

use std::collections::{HashMap, HashSet};

use crate::model::{Doubt, Finding};

/// So many algorithms are those of a collection.
const FEWEST: usize = 6;

/// Takes the keys of collections for what lies among tests.
pub(super) fn doubt(findings: &mut [Finding]) {
    let mut algorithms: HashMap<String, HashSet<String>> = HashMap::new();
    for finding in findings.iter() {
        if let Some(algorithm) = &finding.algorithm {
            let known = algorithms.entry(directory(finding)).or_default();
            known.insert(algorithm.clone());
        }
    }
    for finding in findings {
        let lowers = finding.rule.level.tests.is_some() && finding.doubt == Doubt::None;
        if finding.algorithm.is_none() || !lowers {
            continue;
        }
        let number = algorithms.get(&directory(finding)).map_or(0, HashSet::len);
        if number >= FEWEST {
            finding.doubt = Doubt::Tests;
            finding.message += &format!(
                "; beside keys of {} other algorithms, as in collections of samples",
                number - 1
            );
        }
    }
}

/// Where the entry of a finding lies.
fn directory(finding: &Finding) -> String {
    let path = finding.path.as_str();
    path.rsplit_once('/')
        .map_or(path, |(directory, _)| directory)
        .to_owned()
}
