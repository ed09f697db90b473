//! A table in two lines: for clients that show text alone, and never what the table says itself.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{Failure, all_invalid, all_refused};
use super::gather::Shown;
use crate::ToolError;

/// How many failed places a sentence names before it only counts.
const NAMED: usize = 5;

/// Where the rows come from: what answered, in full or in part.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) accounts: BTreeSet<String>,
    pub(super) regions: BTreeSet<String>,
}

/// `25 of 812 rows from 3 accounts in 4 regions; more with …`, and in a second line who did not answer.
pub(super) fn of(shown: &Shown, reach: &Reach, failures: &[Failure], more_in_aws: bool) -> String {
    let mut text = match shown.counted {
        Some(counted) => format!("{} of {}", count(shown, "group"), plural(counted, "row")),
        None => count(shown, "row"),
    };
    if !reach.accounts.is_empty() {
        text += &format!(" from {}", plural(reach.accounts.len() as u64, "account"));
    }
    if !reach.regions.is_empty() {
        text += &format!(" in {}", plural(reach.regions.len() as u64, "region"));
    }
    if more_in_aws {
        text += "; AWS has more than was read";
    }
    if let Some(reason) = &shown.lost {
        text += &format!("; not all is here: {reason}");
    }
    if let Some(cursor) = &shown.cursor {
        text += &format!("; more with cursor {cursor}, SQL over all with result_query");
    }
    if !failures.is_empty() {
        let words = failures.iter().map(Failure::in_words);
        text += &format!("\n{} failed: {}", failures.len(), first(words, failures.len(), ", "));
    }
    text
}

/// The page of a cursor.
pub(super) fn of_page(offset: u64, shown: u64, row_count: u64, cursor: Option<&str>) -> String {
    let mut text = match shown {
        0 => format!("no rows from {} on: there are {row_count}", offset + 1),
        shown => format!("rows {} to {} of {row_count}", offset + 1, offset + shown),
    };
    if let Some(cursor) = cursor {
        text += &format!("; more with cursor {cursor}");
    }
    text
}

/// The failure of a call of which no target answered. Says each reason once, with its places; those do not
/// matter where the input fits nowhere.
pub(crate) fn all_failed(failures: &[Failure]) -> ToolError {
    if let Some(message) = all_invalid(failures) {
        return ToolError::InvalidArguments(message.to_owned());
    }
    let mut places: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for failure in failures {
        places.entry((&failure.code, &failure.message)).or_default().push(failure.place.clone());
    }
    let count = places.len();
    let reasons = places.into_iter().map(|((code, message), places)| {
        let count = places.len();
        format!("{code} in {}: {message}", first(places.into_iter(), count, ", "))
    });
    let text = format!("nothing answered; {}", first(reasons, count, "; "));
    match all_refused(failures) {
        true => ToolError::Denied(text),
        false => ToolError::Failed(text),
    }
}

fn count(shown: &Shown, what: &str) -> String {
    match shown.rows.len() as u64 {
        rows if rows < shown.row_count => format!("{rows} of {}", plural(shown.row_count, what)),
        rows => plural(rows, what),
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
