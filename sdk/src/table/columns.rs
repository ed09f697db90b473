//! The columns that a row type makes.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Row;
use crate::{
    ToolError,
    schema::{self, Member},
};

/// What the columns are called that a target gives its rows.
pub(super) const ACCOUNT: &str = "account";
pub(super) const ACCOUNT_ID: &str = "account_id";
pub(super) const REGION: &str = "region";

/// The columns of a table before a query has chosen among them.
#[derive(Debug)]
pub(super) struct Columns {
    all: Vec<Column>,
    /// So many of them rows have, the first ones; the others can only be named.
    filled: usize,
    /// Whether a row type says what its columns are: else they are as the rows that were seen have them.
    pub(super) typed: bool,
    /// Those that begin every table of rows.
    pub(super) leading: &'static [&'static str],
    /// Those of a query that names no fields, the leading ones among them.
    pub(super) default: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether its cells may be objects, so that a path may go on below.
    pub(super) nested: bool,
    /// Whether its cells are numbers, so that they can be added up.
    pub(super) numeric: bool,
    /// Whether its cells are true or false; never of columns that are only seen.
    pub(super) boolean: bool,
}

impl Columns {
    /// The columns of a row type.
    ///
    /// # Panics
    /// Where [`Row::DEFAULT_FIELDS`] names no member of the row: the plugin then fails to load, and
    /// says why.
    pub(super) fn of<R: Row>() -> Self {
        let own = schema::members::<R>();
        for field in R::DEFAULT_FIELDS {
            let is_member = own.iter().any(|member| member.name == *field);
            assert!(is_member, "`{field}` in DEFAULT_FIELDS is no member of `{}`", R::schema_name());
        }
        let (leading, given): (&[_], &[_]) = match R::FROM_TARGETS {
            true => (&[ACCOUNT, REGION], &[ACCOUNT, ACCOUNT_ID, REGION]),
            false => (&[], &[]),
        };
        let shown = |name: &str| R::DEFAULT_FIELDS.is_empty() || R::DEFAULT_FIELDS.contains(&name);
        let text =
            |name: &&str| Column { name: (*name).to_owned(), nested: false, numeric: false, boolean: false };
        let mut all: Vec<Column> = given.iter().map(text).collect();
        let mut default: Vec<String> = leading.iter().map(|name| (*name).to_owned()).collect();
        for Member { name, nested, numeric, boolean } in own {
            if given.contains(&name.as_str()) {
                continue;
            }
            if shown(&name) {
                default.push(name.clone());
            }
            all.push(Column { name, nested, numeric, boolean });
        }
        Self { filled: all.len(), all, typed: true, leading, default }
    }

    /// The columns of rows from targets that were seen, and those that may be named besides. Two names that
    /// only differ in letter case are one to SQL: so the later one is renamed, and told.
    pub(super) fn open(seen: Vec<Column>, known: &[String]) -> (Self, HashMap<String, String>) {
        let given = [ACCOUNT, ACCOUNT_ID, REGION];
        let text =
            |name: &str| Column { name: name.to_owned(), nested: false, numeric: false, boolean: false };
        let mut all: Vec<Column> = given.iter().map(|name| text(name)).collect();
        let mut taken: HashSet<String> = given.iter().map(|name| (*name).to_owned()).collect();
        let mut default = vec![ACCOUNT.to_owned(), REGION.to_owned()];
        let mut renamed = HashMap::new();
        for mut column in seen.into_iter().filter(|column| !given.contains(&column.name.as_str())) {
            let member = column.name.clone();
            while !taken.insert(column.name.to_lowercase()) {
                column.name.push('_');
            }
            default.push(column.name.clone());
            if column.name != member {
                renamed.insert(member, column.name.clone());
            }
            all.push(column);
        }
        let filled = all.len();
        let more = known.iter().filter(|name| taken.insert(name.to_lowercase()));
        all.extend(more.map(|name| Column { nested: true, ..text(name) }));
        (Self { all, filled, typed: false, leading: &[ACCOUNT, REGION], default }, renamed)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Column> {
        self.all.iter().find(|column| column.name == name)
    }

    /// The columns that rows have.
    pub(super) fn filled(&self) -> impl Iterator<Item = &str> {
        self.names().take(self.filled)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|column| column.name.as_str())
    }

    pub(super) fn numeric(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|column| column.numeric).map(|column| column.name.as_str())
    }

    /// What the schema says of `filter`: how one is written, with a column that this table has, and which columns
    /// need no comparison.
    pub(super) fn filter_help(&self) -> String {
        let column = match self.get("name") {
            Some(_) => "name",
            None => self.default.first().map_or("name", String::as_str),
        };
        let help = format!("JMESPath on a row, e.g. contains({column}, 'prod')");
        let booleans = self.all.iter().filter(|column| column.boolean);
        let booleans: Vec<&str> = booleans.map(|column| column.name.as_str()).collect();
        match booleans.is_empty() {
            true => help,
            false => format!("{help}; booleans: {}", booleans.join(", ")),
        }
    }

    /// What the schema says of `fields`, so that a caller knows the columns without a call.
    pub(super) fn fields_help(&self) -> String {
        let list = |wanted: bool| {
            let name = |column: &Column| match column.nested {
                true => format!("{}[.<key>]", column.name),
                false => column.name.clone(),
            };
            let is_default = |column: &Column| self.default.contains(&column.name);
            let chosen = self.all.iter().filter(|column| is_default(column) == wanted);
            chosen.map(name).collect::<Vec<_>>().join(", ")
        };
        let (default, more) = (list(true), list(false));
        match more.is_empty() {
            true => format!("Default: {default}"),
            false => format!("Default: {default}; more: {more}"),
        }
    }
}

/// The members of a row as JSON.
pub(super) fn members<R: Row>(row: &R) -> Result<Map<String, Value>, ToolError> {
    match serde_json::to_value(row) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(ToolError::failed("a row is no struct")),
        Err(error) => Err(ToolError::failed(format!("a row is no JSON: {error}"))),
    }
}
