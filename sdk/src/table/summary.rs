//! A table in a sentence: for clients that show text alone, and never what the table says itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{failure::Failure, plan::Totals};
use crate::ToolError;

/// How many failed places a sentence names before it only counts.
const NAMED: usize = 5;

/// Where the rows come from: what answered, in full or in part.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) accounts: BTreeSet<String>,
    pub(super) regions: BTreeSet<String>,
}

/// `100 of 812 rows from 3 accounts in 4 regions; 1 failed: production/eu-west-1 AccessDenied`.
pub(super) fn of(totals: &Totals, reach: &Reach, errors: &[Failure]) -> String {
    let mut text = match totals.counted {
        Some(counted) => format!("{} of {}", shown(totals, "group"), plural(counted, "row")),
        None => shown(totals, "row"),
    };
    if !reach.accounts.is_empty() {
        text += &format!(" from {}", plural(reach.accounts.len() as u64, "account"));
    }
    if !reach.regions.is_empty() {
        text += &format!(" in {}", plural(reach.regions.len() as u64, "region"));
    }
    if totals.cut_by_host {
        text += "; AWS has more than was read";
    }
    if (totals.rows.len() as u64) < totals.row_count {
        text += "; more with a higher limit, or a filter";
    }
    if !errors.is_empty() {
        let named = errors.iter().map(|error| format!("{} {}", error.place(), error.word()));
        text += &format!("; {} failed: {}", errors.len(), first(named, errors.len(), ", "));
    }
    text
}

/// The failure of a call of which no target answered. Says each reason once, with its places.
pub(super) fn all_failed(errors: &[Failure]) -> ToolError {
    let mut places: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for error in errors {
        places.entry((error.word(), &error.message)).or_default().push(error.place());
    }
    let count = places.len();
    let reasons = places.into_iter().map(|((word, message), places)| {
        let count = places.len();
        format!("{word} in {}: {message}", first(places.into_iter(), count, ", "))
    });
    let text = format!("nothing answered; {}", first(reasons, count, "; "));
    match errors.iter().all(|error| error.kind == "denied") {
        true => ToolError::Denied(text),
        false => ToolError::Failed(text),
    }
}

fn shown(totals: &Totals, what: &str) -> String {
    match totals.rows.len() as u64 {
        shown if shown < totals.row_count => format!("{shown} of {}", plural(totals.row_count, what)),
        shown => plural(shown, what),
    }
}

fn plural(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn first(items: impl Iterator<Item = String>, count: usize, between: &str) -> String {
    let mut named: Vec<String> = items.take(NAMED).collect();
    if count > NAMED {
        named.push(format!("and {} more", count - NAMED));
    }
    named.join(between)
}
