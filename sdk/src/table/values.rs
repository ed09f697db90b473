//! Tables of JSON values, whose columns are not known before the rows are there.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, value::RawValue};

use super::{
    ListQuery, Rows, Table,
    columns::{ACCOUNT, ACCOUNT_ID, Column, Columns},
    filter,
    gather::{Gather, Shown, Sink},
    plan::Plan,
    sweep::{ask_all, each_account, targets},
};
use crate::{ToolError, accounts::Account, aws, aws::Target, budget};

#[cfg(test)]
mod tests;

/// A row as it comes: JSON as text.
type Row = Box<RawValue>;

/// The column of what is no object.
const VALUE: &str = "value";

/// No more bytes of rows are held: the columns are known only when all rows are there.
const MOST: usize = 24 << 20;

/// As [`sweep`](crate::sweep), for rows of any shape: the table of a tool that does not know what it
/// asks.
///
/// What `ask` answers are JSON values as text. An object's members are columns: the table has those of
/// all rows, in the order in which they are first met, after `account` and `region`. Anything else
/// stands in the column `value`. A member whose name is taken, letter case aside, gets a `_` behind it;
/// one called `region` says where the row is.
///
/// `known` are columns that rows could have besides: a filter may name them although no row has them.
///
/// # Errors
/// As [`sweep`](crate::sweep); but a column that is not known can only be told once somebody answered.
///
/// ```no_run
/// use serde_json::{Value, json, value::RawValue};
/// use tollgate_sdk::{ListQuery, Table, ToolError, aws, sweep_values, tool};
///
/// /// Lists VPCs, as AWS describes them.
/// #[tool(read_only, open_world)]
/// async fn ec2_list_vpcs(query: ListQuery) -> Result<Table<Box<RawValue>>, ToolError> {
///     sweep_values(&query, &[], async |target| {
///         aws::call::<Vec<Box<RawValue>>>(&target, "ec2", "DescribeVpcs", json!({})).select("Vpcs").await
///     })
///     .await
/// }
/// ```
pub async fn sweep_values<O: Into<Rows<Box<RawValue>>>>(
    query: &ListQuery,
    known: &[String],
    ask: impl AsyncFn(Target) -> Result<O, aws::Error>,
) -> Result<Table<Box<RawValue>>, ToolError> {
    if let Some((cursor, limit)) = query.page()? {
        return Table::resume(cursor, limit);
    }
    let sink = Unplanned::new(query, known)?;
    let (failures, asked) = targets(&query.accounts, &query.regions).await?;
    ask_all(sink, members, query, failures, asked, ask).await
}

/// As [`sweep_values`], asking every account once, as [`sweep_accounts`](crate::sweep_accounts) does.
pub async fn sweep_account_values<O: Into<Rows<Box<RawValue>>>>(
    query: &ListQuery,
    known: &[String],
    ask: impl AsyncFn(Account) -> Result<O, aws::Error>,
) -> Result<Table<Box<RawValue>>, ToolError> {
    if let Some((cursor, limit)) = query.page()? {
        return Table::resume(cursor, limit);
    }
    let sink = Unplanned::new(query, known)?;
    let asked = each_account(&query.accounts).await?;
    ask_all(sink, members, query, Vec::new(), asked, ask).await
}

/// The columns of a value.
fn members(row: &Row) -> Result<Map<String, Value>, ToolError> {
    let value =
        serde_json::from_str(row.get()).map_err(|error| ToolError::failed(format!("a row: {error}")))?;
    let Value::Object(members) = value else { return Ok(Map::from_iter([(VALUE.to_owned(), value)])) };
    let taken = |name: &str| [ACCOUNT, ACCOUNT_ID].contains(&name);
    if !members.keys().any(|name| taken(name)) {
        return Ok(members);
    }
    let free = |name: String| if taken(&name) { name + "_" } else { name };
    Ok(members.into_iter().map(|(name, value)| (free(name), value)).collect())
}

/// Rows that wait for the others, for there is no plan without columns.
#[derive(Debug)]
pub(super) struct Unplanned<'a> {
    query: &'a ListQuery,
    known: &'a [String],
    /// Rows in JSON, by place.
    rows: BTreeMap<u32, Vec<String>>,
    bytes: usize,
    /// Whether there were more than are held.
    cut: bool,
}

impl<'a> Unplanned<'a> {
    /// Refuses what no columns could make right.
    pub(super) fn new(query: &'a ListQuery, known: &'a [String]) -> Result<Self, ToolError> {
        query.filter.as_deref().map_or(Ok(()), filter::check_syntax)?;
        Ok(Self { query, known, rows: BTreeMap::new(), bytes: 0, cut: false })
    }

    /// The columns of all rows, with what each row calls them.
    fn columns(&self) -> (Columns, HashMap<String, String>) {
        let mut seen: Vec<Column> = Vec::new();
        let mut at: HashMap<String, usize> = HashMap::new();
        for row in self.rows.values().flatten().filter_map(|row| parse(row)) {
            for (name, cell) in row {
                let index = *at.entry(name.clone()).or_insert_with(|| {
                    seen.push(Column { name, nested: false, numeric: true, boolean: false });
                    seen.len() - 1
                });
                if let Some(column) = seen.get_mut(index) {
                    column.nested |= cell.is_object();
                    column.numeric &= cell.is_number() || cell.is_null();
                }
            }
        }
        Columns::open(seen, self.known)
    }
}

impl Sink for Unplanned<'_> {
    fn take(&mut self, place: u32, row: Map<String, Value>) -> Result<(), ToolError> {
        let row = Value::Object(row).to_string();
        if self.bytes + row.len() > MOST {
            self.cut = true;
            return Ok(());
        }
        self.bytes += row.len();
        self.rows.entry(place).or_default().push(row);
        Ok(())
    }

    fn finish(self) -> Result<Shown, ToolError> {
        if self.rows.is_empty() {
            return Ok(Shown::default());
        }
        let (columns, renamed) = self.columns();
        let plan = Plan::new(self.query, &columns)?;
        let mut gather = Gather::new(&plan);
        for (place, rows) in self.rows {
            for row in rows.iter().filter_map(|row| parse(row)) {
                let name = |name: String| renamed.get(&name).cloned().unwrap_or(name);
                let row = match renamed.is_empty() {
                    true => row,
                    false => row.into_iter().map(|(member, cell)| (name(member), cell)).collect(),
                };
                gather.take(place, row)?;
            }
        }
        let mut shown = gather.finish()?;
        let room = usize::try_from(budget::room(plan.limit)).unwrap_or(usize::MAX);
        if self.cut {
            let limit = MOST >> 20;
            shown.lost =
                Some(format!("more than {limit} MiB of rows: select less of each, or ask fewer targets"));
        } else if shorten(&mut shown.rows, room) {
            shown.lost =
                Some("cells too large for an answer are only described: select parts of them".to_owned());
        }
        Ok(shown)
    }
}

/// Describes the largest cells of a row that is alone too large for an answer; tells whether it did.
fn shorten(rows: &mut [Vec<Value>], room: usize) -> bool {
    // Of several rows, only as many are shown as fit.
    let [row] = rows else { return false };
    let mut sizes: Vec<usize> = row.iter().map(|cell| cell.to_string().len() + 1).collect();
    let mut shortened = false;
    while sizes.iter().sum::<usize>() > room {
        let largest = sizes.iter().enumerate().max_by_key(|(_, size)| **size).map(|(index, _)| index);
        let Some((cell, size)) = largest.and_then(|index| Some((row.get_mut(index)?, sizes.get_mut(index)?)))
        else {
            break;
        };
        let what = match &cell {
            Value::Array(items) => format!("a list of {}", items.len()),
            Value::Object(members) => format!("an object of {} members", members.len()),
            _ => "a text".to_owned(),
        };
        let described = format!("({what}, {} kB)", size.div_ceil(1_000));
        if described.len() + 3 >= *size {
            break;
        }
        *size = described.len() + 3;
        *cell = described.into();
        shortened = true;
    }
    shortened
}

/// A row that was made JSON here.
fn parse(row: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(row).ok()
}
