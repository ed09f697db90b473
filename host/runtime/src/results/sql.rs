//! SQL over one table: SQLite in memory, which can do nothing but read it.
//!
//! The query comes from an agent, and the rows from AWS. So the connection holds this one table, only
//! reading it is authorized, and time, memory and the size of the answer are bounded.

use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, ErrorCode, params_from_iter};
use serde_json::Value as Json;

use super::ResultsError;
use super::table::{Page, PageBuilder, Table, each};

/// What the table is called.
const NAME: &str = "result";

/// Instructions of SQLite's machine between two looks at the clock. One of them may compare two texts of the
/// greatest length: so there are few, and texts are short.
const STEPS: i32 = 100;

/// The longest text that a query can see or make, in bytes.
const LONGEST: usize = 64 << 10;

/// All texts of one row of an answer.
const LARGEST_ROW: usize = 512 << 10;

/// What SQLite may use in this process, over all queries at once.
const HEAP_BYTES: u64 = 256 << 20;

/// How much one query may ask for, by SQLite's own measures.
const LIMITS: &[(Limit, i32)] = &[
    (Limit::SQLITE_LIMIT_LENGTH, 2 * LONGEST as i32),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 16 << 10),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 20),
    (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 0),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Runs a query.
pub(super) fn query(
    table: &Table,
    sql: &str,
    max_rows: u32,
    max_bytes: usize,
    limit: Duration,
) -> Result<Page, ResultsError> {
    let deadline = Instant::now() + limit;
    let told = |error: rusqlite::Error| told(&error, table, limit);
    let mut connection = open(deadline).map_err(told)?;
    fill(&mut connection, table, &told)?;
    restrict(&mut connection).map_err(told)?;

    let mut statement = connection.prepare(sql).map_err(told)?;
    if statement.column_count() == 0 {
        return Err(ResultsError::InvalidQuery("the query is empty: write a SELECT".to_owned()));
    }
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([]).map_err(told)?;
    let mut page = PageBuilder::new(max_rows, max_bytes);
    let mut more = false;
    while let Some(row) = rows.next().map_err(told)? {
        let cells = (0..columns.len()).map(|index| row.get_ref(index)).collect::<Result<Vec<_>, _>>();
        let cells = cells.map_err(told)?;
        if cells.iter().map(|cell| cell.as_bytes().map_or(0, <[u8]>::len)).sum::<usize>() > LARGEST_ROW {
            return Err(ResultsError::TooLarge("a row of the answer is too large: ask for less".to_owned()));
        }
        let cells: Vec<Json> = cells.into_iter().map(json).collect();
        if !page.push(&Json::Array(cells).to_string()) {
            more = true;
            break;
        }
    }
    let count = page.rows;
    Ok(Page { columns, rows: page.finish(), row_count: count, next: more.then_some(count) })
}

/// A connection that nothing is in yet.
fn open(deadline: Instant) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    // A name in quotes that is no column would be taken for a text: an answer, and a wrong one.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.progress_handler(STEPS, Some(move || Instant::now() > deadline))?;
    connection.execute_batch(&format!(
        "PRAGMA hard_heap_limit={HEAP_BYTES}; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
    ))?;
    Ok(connection)
}

/// Puts the table into it.
fn fill(
    connection: &mut Connection,
    table: &Table,
    told: &impl Fn(rusqlite::Error) -> ResultsError,
) -> Result<(), ResultsError> {
    let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
    let columns = table.columns().iter().map(quoted).collect::<Vec<_>>().join(", ");
    let places = vec!["?"; table.columns().len()].join(", ");
    connection.execute_batch(&format!("CREATE TABLE {NAME} ({columns});")).map_err(told)?;
    let transaction = connection.transaction().map_err(told)?;
    let mut insert = transaction.prepare(&format!("INSERT INTO {NAME} VALUES ({places})")).map_err(told)?;
    for rows in table.rows() {
        let json = rows.json()?;
        for row in each(&json)? {
            let cells: Vec<Json> = serde_json::from_str(row.get()).unwrap_or_default();
            insert.execute(params_from_iter(cells.into_iter().map(cell))).map_err(told)?;
        }
    }
    drop(insert);
    transaction.commit().map_err(told)
}

/// From here on: reading, and little at a time.
fn restrict(connection: &mut Connection) -> rusqlite::Result<()> {
    for (limit, value) in LIMITS {
        connection.set_limit(*limit, *value)?;
    }
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name: "load_extension" | "fts3_tokenizer" } => Authorization::Deny,
        AuthAction::Function { .. } => Authorization::Allow,
        _ => Authorization::Deny,
    }))
}

/// A cell of the table in SQLite: what SQL has no type for is JSON text.
fn cell(json: Json) -> Cell {
    match json {
        Json::Null => Cell::Null,
        Json::Bool(value) => Cell::Integer(value.into()),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Cell::Integer(integer),
            None => Cell::Real(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Cell::Text(short(text)),
        nested => Cell::Text(short(nested.to_string())),
    }
}

/// A text as long as a query may see it.
fn short(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// A cell of the answer.
fn json(cell: ValueRef<'_>) -> Json {
    match cell {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into(),
    }
}

/// What the agent reads.
fn told(error: &rusqlite::Error, table: &Table, limit: Duration) -> ResultsError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => ResultsError::Timeout(limit),
        Some(ErrorCode::OutOfMemory) => {
            ResultsError::TooLarge("the query needs too much memory: ask for less".to_owned())
        }
        Some(ErrorCode::TooBig) => ResultsError::TooLarge("a cell of the answer is too large".to_owned()),
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            ResultsError::InvalidQuery(format!("only one SELECT over the table `{NAME}` is allowed"))
        }
        _ => match error {
            rusqlite::Error::MultipleStatement => {
                ResultsError::InvalidQuery("more than one statement: write one SELECT".to_owned())
            }
            error => {
                let columns = table.columns().join(", ");
                ResultsError::InvalidQuery(format!("{error}; the table `{NAME}` has the columns {columns}"))
            }
        },
    }
}
