//! RDS: what is asked for by its identifier.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Call;
use crate::fixture::Answer;
use crate::problem::Problem;

/// How an operation takes one thing out of its list.
struct Pick {
    operation: &'static str,
    /// The member of the input that names it, by an identifier or an ARN.
    input: &'static str,
    list: &'static str,
    /// The members of an element that may be that name.
    names: &'static [&'static str],
    /// The error where nothing is of this name; without one, the list is empty.
    missing: Option<&'static str>,
}

const PICKS: [Pick; 6] = [
    Pick {
        operation: "DescribeDBInstances",
        input: "DBInstanceIdentifier",
        list: "DBInstances",
        names: &["DBInstanceIdentifier", "DBInstanceArn"],
        missing: Some("DBInstanceNotFound"),
    },
    Pick {
        operation: "DescribeDBClusters",
        input: "DBClusterIdentifier",
        list: "DBClusters",
        names: &["DBClusterIdentifier", "DBClusterArn"],
        missing: Some("DBClusterNotFoundFault"),
    },
    Pick {
        operation: "DescribeDBSnapshots",
        input: "DBSnapshotIdentifier",
        list: "DBSnapshots",
        names: &["DBSnapshotIdentifier", "DBSnapshotArn"],
        missing: Some("DBSnapshotNotFound"),
    },
    Pick {
        operation: "DescribeDBClusterSnapshots",
        input: "DBClusterSnapshotIdentifier",
        list: "DBClusterSnapshots",
        names: &["DBClusterSnapshotIdentifier", "DBClusterSnapshotArn"],
        missing: Some("DBClusterSnapshotNotFoundFault"),
    },
    Pick {
        operation: "DescribePendingMaintenanceActions",
        input: "ResourceIdentifier",
        list: "PendingMaintenanceActions",
        names: &["ResourceIdentifier"],
        missing: None,
    },
    Pick {
        operation: "DescribeEvents",
        input: "SourceIdentifier",
        list: "Events",
        names: &["SourceIdentifier"],
        missing: None,
    },
];

/// The output with what the input names, or all of it where it names nothing.
pub(super) fn pick(call: &Call<'_>, answer: Answer) -> Result<Answer, Problem> {
    let Some(pick) = PICKS.iter().find(|pick| *pick.operation == *call.operation.name) else {
        return Ok(answer);
    };
    let Some(wanted) = call.text(pick.input) else { return Ok(answer) };
    let output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return Ok(error),
    };
    let mut list = output.get(pick.list).and_then(Value::as_array).cloned().unwrap_or_default();
    let is = |element: &Value, member: &str| {
        // Identifiers are kept in small letters.
        element.get(member).and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    };
    list.retain(|element| pick.names.iter().any(|name| is(element, name)));
    match pick.missing.filter(|_| list.is_empty()) {
        Some(code) => Err(Problem::service(404, code, format!("{wanted} not found."))),
        None => Ok(Answer::Output(Arc::new(Map::from_iter([(pick.list.to_owned(), list.into())])))),
    }
}
