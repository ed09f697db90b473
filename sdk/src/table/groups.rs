//! Rows by groups: how many there are in each, and what their numbers come to.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::{Number, Value};

/// The groups of the rows so far.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// By the cells as JSON.
    groups: BTreeMap<String, Group>,
}

#[derive(Debug)]
struct Group {
    /// What the rows have in common.
    cells: Vec<Value>,
    count: u64,
    sums: Vec<Sum>,
}

impl Groups {
    /// Takes in a row: what it is grouped by, and what is added up.
    pub(super) fn add(&mut self, cells: Vec<Value>, numbers: &[Value]) {
        let key = cells.iter().map(Value::to_string).collect::<Vec<_>>().join(",");
        let group = self.groups.entry(key).or_insert_with(|| Group {
            cells,
            count: 0,
            sums: vec![Sum::default(); numbers.len()],
        });
        group.count += 1;
        group.sums.iter_mut().zip(numbers).for_each(|(sum, number)| sum.add(number));
    }

    pub(super) fn len(&self) -> u64 {
        self.groups.len() as u64
    }

    /// The groups as rows, with the count and the sums behind the cells. The largest comes first: that
    /// with the largest first sum, where something is added up, else that with the most rows.
    pub(super) fn finish(self) -> Vec<Vec<Value>> {
        let mut groups: Vec<_> = self.groups.into_values().map(Group::finish).collect();
        groups.sort_by(|(a, a_count, a_sums), (b, b_count, b_sums)| {
            let falling = |a: &Value, b: &Value| a.is_null().cmp(&b.is_null()).then_with(|| compare(b, a));
            let by_sum = a_sums.first().zip(b_sums.first()).map(|(a, b)| falling(a, b));
            let by_cells = || a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            by_sum
                .unwrap_or(Ordering::Equal)
                .then_with(|| b_count.cmp(a_count))
                .then_with(|| by_cells().unwrap_or(Ordering::Equal))
        });
        let row = |(mut cells, count, sums): (Vec<Value>, u64, Vec<Value>)| {
            cells.push(count.into());
            cells.extend(sums);
            cells
        };
        groups.into_iter().map(row).collect()
    }
}

impl Group {
    fn finish(self) -> (Vec<Value>, u64, Vec<Value>) {
        (self.cells, self.count, self.sums.into_iter().map(Sum::finish).collect())
    }
}

/// Whole numbers are added without loss, as bytes over many accounts need it.
#[derive(Clone, Debug, Default)]
struct Sum {
    whole: i128,
    fractions: Option<f64>,
    /// Whether there was any number at all.
    any: bool,
}

impl Sum {
    /// Anything but a number, as the `null` of what is not known, counts for nothing.
    fn add(&mut self, cell: &Value) {
        let Value::Number(number) = cell else { return };
        self.any = true;
        match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => self.whole = self.whole.saturating_add(whole),
            (None, Some(fraction)) => *self.fractions.get_or_insert_default() += fraction,
            (None, None) => {}
        }
    }

    /// The sum; `null` where nothing was there to add.
    fn finish(self) -> Value {
        let sum = match self.fractions {
            None => Number::from_i128(self.whole).or_else(|| Number::from_f64(self.whole as f64)),
            Some(fractions) => Number::from_f64(self.whole as f64 + fractions),
        };
        sum.filter(|_| self.any).map_or(Value::Null, Value::Number)
    }
}

/// An order over all JSON: numbers and texts as one expects, anything else by its text.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            x.as_f64().unwrap_or_default().total_cmp(&y.as_f64().unwrap_or_default())
        }
        (Value::String(x), Value::String(y)) => x.cmp(y),
        _ => rank(a).cmp(&rank(b)).then_with(|| a.to_string().cmp(&b.to_string())),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(rows: &[(&str, Value)]) -> Value {
        let mut groups = Groups::default();
        for (cell, number) in rows {
            groups.add(vec![(*cell).into()], std::slice::from_ref(number));
        }
        json!(groups.finish())
    }

    #[test]
    fn the_largest_sum_comes_first_and_what_is_not_known_last() {
        let rows = rows(&[
            ("none", Value::Null),
            ("none", Value::Null),
            ("few", json!(8)),
            ("many", json!(100)),
            ("many", Value::Null),
            ("few", json!(20)),
        ]);
        assert_eq!(rows, json!([["many", 2, 100], ["few", 2, 28], ["none", 2, null]]));
    }

    #[test]
    fn sums_are_exact_where_the_numbers_are_whole() {
        let large = u64::MAX - 1;
        assert_eq!(rows(&[("a", json!(large)), ("a", json!(1))]), json!([["a", 2, u64::MAX]]));
        assert_eq!(rows(&[("a", json!(3)), ("a", json!(-5))]), json!([["a", 2, -2]]));
        assert_eq!(rows(&[("a", json!(1)), ("a", json!(0.5))]), json!([["a", 2, 1.5]]));
        assert_eq!(rows(&[("a", json!(u64::MAX)), ("a", json!(1))]), json!([["a", 2, 2f64.powi(64)]]));
    }
}
