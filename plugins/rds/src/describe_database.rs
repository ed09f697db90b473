//! `rds_describe_database`.

use futures::future::{join, join_all};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tollgate_sdk::{
    Arn, Details, Rows, Scope, Tags, ToolError,
    aws::{self, Target},
    find, tool,
};

mod select;
#[cfg(test)]
mod tests;

use crate::{database, kind::Kind};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Id or ARN
    database: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Describes an RDS instance or cluster: network, storage, groups, members, backups, what is pending, and
/// the events of the last two weeks.
#[tool(read_only, open_world, title = "RDS database")]
pub(crate) async fn rds_describe_database(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { database, scope } = &arguments;
    let wanted = Wanted::parse(database)?;
    let scope = wanted.arn.as_ref().map_or_else(|| scope.clone(), |arn| scope.at(arn));
    find(&scope, format_args!("database {database}"), async |target| {
        let asked = Kind::wanted(&wanted.kinds).map(|kind| described(&target, kind, &wanted.id));
        Rows::merge(join_all(asked).await)
    })
    .await
}

/// What names the database.
#[derive(Debug, PartialEq)]
struct Wanted {
    id: String,
    /// The kinds that it may be of: an ARN says which, an id does not.
    kinds: Vec<Kind>,
    arn: Option<Arn>,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, ToolError> {
        if !text.starts_with("arn:") {
            return Ok(Self { id: text.to_owned(), kinds: Vec::new(), arn: None });
        }
        let arn = Arn::parse(text).filter(|arn| arn.service == "rds");
        let named = arn.as_ref().and_then(|arn| match arn.resource.split_once(':')? {
            ("db", id) => Some((Kind::Instance, id.to_owned())),
            ("cluster", id) => Some((Kind::Cluster, id.to_owned())),
            _ => None,
        });
        match named {
            Some((kind, id)) => Ok(Self { id, kinds: vec![kind], arn }),
            None => Err(ToolError::invalid_argument(
                "database",
                format!("expected an id, arn:aws:rds:…:db:… or arn:aws:rds:…:cluster:…, got {text}"),
            )),
        }
    }
}

/// A database as the expressions leave it: what is put together here, and the rest as it is told.
#[derive(Deserialize)]
struct Selected {
    kind: Kind,
    id: String,
    arn: String,
    engine: String,
    address: Option<String>,
    port: Option<u16>,
    size_gib: Option<u32>,
    tags: Tags,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Serialize)]
struct Database {
    kind: Kind,
    id: String,
    arn: String,
    engine: String,
    endpoint: Option<String>,
    size_gib: Option<u32>,
    #[serde(flatten)]
    rest: Map<String, Value>,
    tags: Tags,
    pending_maintenance: Vec<Value>,
    events: Vec<Value>,
}

impl From<Selected> for Database {
    fn from(Selected { kind, id, arn, engine, address, port, size_gib, tags, rest }: Selected) -> Self {
        Self {
            endpoint: database::endpoint(address, port),
            size_gib: database::allocated(&engine, size_gib),
            kind,
            id,
            arn,
            engine,
            rest,
            tags,
            pending_maintenance: Vec::new(),
            events: Vec::new(),
        }
    }
}

/// The databases of a kind with this id, which are one or none, each with what is pending and what happened.
async fn described(target: &Target, kind: Kind, id: &str) -> Result<Rows<Database>, aws::Error> {
    let (operation, member, select) = match kind {
        Kind::Instance => ("DescribeDBInstances", "DBInstanceIdentifier", select::INSTANCE),
        Kind::Cluster => ("DescribeDBClusters", "DBClusterIdentifier", select::CLUSTER),
    };
    let found =
        aws::call::<Vec<Selected>>(target, "rds", operation, json!({ member: id })).select(select).await;
    let found = match found {
        Ok(found) => found.output,
        // The other kind may have it.
        Err(error) if error.is_not_found() => return Ok(Rows::default()),
        Err(error) => return Err(error),
    };
    let mut rows = Rows::default();
    for mut database in found.into_iter().map(Database::from) {
        let (maintenance, events) = join(maintenance(target, &database.arn), events(target, kind, id)).await;
        match maintenance {
            Ok(maintenance) => database.pending_maintenance = maintenance,
            Err(error) => rows.fail(error.context(format_args!("pending maintenance of {id}"))),
        }
        match events {
            Ok(events) => database.events = events,
            Err(error) => rows.fail(error.context(format_args!("events of {id}"))),
        }
        rows.push(database);
    }
    Ok(rows)
}

async fn maintenance(target: &Target, arn: &str) -> Result<Vec<Value>, aws::Error> {
    let input = json!({ "ResourceIdentifier": arn });
    let pending =
        aws::call(target, "rds", "DescribePendingMaintenanceActions", input).select(select::MAINTENANCE);
    pending.await?.whole()
}

/// RDS keeps events for two weeks.
const TWO_WEEKS_IN_MINUTES: u32 = 14 * 24 * 60;

async fn events(target: &Target, kind: Kind, id: &str) -> Result<Vec<Value>, aws::Error> {
    let source = match kind {
        Kind::Instance => "db-instance",
        Kind::Cluster => "db-cluster",
    };
    let input = json!({ "SourceType": source, "SourceIdentifier": id, "Duration": TWO_WEEKS_IN_MINUTES });
    aws::call(target, "rds", "DescribeEvents", input).select(select::EVENTS).await?.whole()
}
