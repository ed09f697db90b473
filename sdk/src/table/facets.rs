//! What is in the rows that an answer does not show: how often each value of a column occurs, for
//! columns with few values.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A column with more values than this says nothing in short.
const MAX_VALUES: usize = 10;

/// Longer values are no words to count by: ids, for one.
const MAX_LENGTH: usize = 20;

/// The counts, column by column; `None` where there are too many values.
#[derive(Debug)]
pub(super) struct Facets(Vec<Option<BTreeMap<String, u64>>>);

impl Facets {
    pub(super) fn new(columns: usize) -> Self {
        Self(vec![Some(BTreeMap::new()); columns])
    }

    /// Takes in a row.
    pub(super) fn add(&mut self, cells: &[Value]) {
        for (facet, cell) in self.0.iter_mut().zip(cells) {
            let Some(counts) = facet else { continue };
            let word = match cell {
                Value::Null => continue,
                Value::String(text) if text.len() <= MAX_LENGTH => text.clone(),
                Value::Bool(value) => value.to_string(),
                Value::Number(number) => number.to_string(),
                _ => {
                    *facet = None;
                    continue;
                }
            };
            *counts.entry(word).or_default() += 1;
            if counts.len() > MAX_VALUES {
                *facet = None;
            }
        }
    }

    /// The counts of the columns that have them, the most frequent value first.
    pub(super) fn finish(self, columns: &[String]) -> Map<String, Value> {
        let mut counted = Map::new();
        for (name, facet) in columns.iter().zip(self.0) {
            let mut counts: Vec<(String, u64)> = facet.unwrap_or_default().into_iter().collect();
            // One value, or values that hardly occur twice, say nothing about the rest.
            let total: u64 = counts.iter().map(|(_, count)| count).sum();
            if counts.len() < 2 || total < 2 * counts.len() as u64 {
                continue;
            }
            counts.sort_by(|(_, a), (_, b)| b.cmp(a));
            let counts: Map<String, Value> =
                counts.into_iter().map(|(word, count)| (word, count.into())).collect();
            counted.insert(name.clone(), counts.into());
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_of_few_words_are_counted() {
        let columns = ["state", "id", "public", "tags", "one"].map(str::to_owned);
        let mut facets = Facets::new(columns.len());
        for number in 0..12 {
            let state = if number % 3 == 0 { "stopped" } else { "running" };
            let public = if number == 0 { Value::Null } else { (number > 9).into() };
            facets.add(&[state.into(), number.into(), public, json!({}), "one".into()]);
        }
        assert_eq!(
            Value::Object(facets.finish(&columns)).to_string(),
            r#"{"state":{"running":8,"stopped":4},"public":{"false":9,"true":2}}"#
        );
    }
}
