//! Asking many targets at once.

use std::collections::HashMap;

use futures::{StreamExt, stream::FuturesUnordered};
use serde_json::{Map, Value};

use super::{
    Coverage, ListQuery, Row, Rows, Table,
    columns::{self, ACCOUNT, ACCOUNT_ID, Columns, REGION},
    coverage::Failure,
    gather::{Gather, Sink},
    plan::Plan,
    summary::{self, Reach},
};
use crate::{
    ToolError,
    accounts::{self, Account},
    aws::{self, Target},
    progress,
};

/// Asks every target of a query, all at once, and answers one table.
///
/// A target is one account in one region. What `ask` answers for it becomes its rows, with the
/// account's name and the region in front; its error becomes a gap of the table's [`Coverage`], and
/// so do accounts whose regions could not be found out. Progress is reported in accounts. Rows come
/// in the order of the targets, whichever answers first. When the call's time is up, what has
/// answered until then is the table, and the others are `skipped`.
///
/// A query with a `cursor` asks nobody: it goes on in the table of an earlier call.
///
/// # Errors
/// - [`ToolError::InvalidArguments`] for a query that does not fit the table, before anything is
///   asked: a filter that is no JMESPath, an unknown column or account;
/// - [`ToolError::Denied`] where the host refused every target, and [`ToolError::Failed`] where none
///   answered for other reasons, with each reason and its places. As soon as one answered, there is
///   a table.
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use tollgate_sdk::{ListQuery, Row, Table, ToolError, aws, sweep, tool};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Queue {
///     url: String,
/// }
///
/// impl Row for Queue {}
///
/// /// Lists SQS queues.
/// #[tool(read_only, open_world)]
/// async fn sqs_list_queues(query: ListQuery) -> Result<Table<Queue>, ToolError> {
///     sweep(&query, async |target| {
///         let queues = aws::call::<Vec<String>>(&target, "sqs", "ListQueues", json!({})).select("QueueUrls");
///         Ok(queues.await?.map_each(|url| Queue { url }))
///     })
///     .await
/// }
/// ```
pub async fn sweep<R: Row, O: Into<Rows<R>>>(
    query: &ListQuery,
    ask: impl AsyncFn(Target) -> Result<O, aws::Error>,
) -> Result<Table<R>, ToolError> {
    if let Some((cursor, limit)) = query.page()? {
        return Table::resume(cursor, limit);
    }
    let plan = Plan::new(query, &Columns::of::<R>())?;
    let (failures, asked) = targets(&query.accounts, &query.regions).await?;
    ask_all(Gather::new(&plan), columns::members::<R>, query, failures, asked, ask).await
}

/// The targets of a selection, and the accounts whose regions could not be found out.
pub(crate) async fn targets(
    selectors: &[String],
    regions: &[String],
) -> Result<(Vec<Failure>, Vec<(Place, Target)>), ToolError> {
    let accounts = accounts::list(selectors).await?;
    let names: HashMap<&str, &str> =
        accounts.iter().map(|account| (account.id.as_str(), account.name.as_str())).collect();
    let name = |id: &str| names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned());
    let resolution = accounts::resolve(selectors, regions).await.map_err(of_regions)?;
    let failures = resolution.failures.iter();
    let failures =
        failures.map(|failure| Failure::of_regions(name(&failure.account), &failure.message)).collect();
    let asked = resolution.targets.into_iter().map(|target| {
        let place = Place {
            account: name(&target.account),
            id: target.account.clone(),
            region: Some(target.region.clone()),
        };
        (place, target)
    });
    Ok((failures, asked.collect()))
}

/// Asks every account of a query once, all at once, and answers one table: for services that answer
/// for the whole account, as s3 and iam do.
///
/// As [`sweep`], but `ask` gets an [`Account`], and a row says itself where it is, by a member
/// `region`; without one it is `global`. The query's `regions` keep the rows of those regions, the
/// global ones and those whose region is `null`: [`Row::REGIONS`] is [`Regions::Kept`](crate::Regions::Kept)
/// for rows that have a region, and [`Regions::None`](crate::Regions::None) where all are global; a tool that asks in
/// the query's regions itself leaves it [`Regions::Asked`](crate::Regions::Asked).
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use tollgate_sdk::{ListQuery, Regions, Row, Table, ToolError, aws, sweep_accounts, tool};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct User {
///     name: String,
/// }
///
/// impl Row for User {
///     const REGIONS: Regions = Regions::None;
/// }
///
/// /// Lists IAM users.
/// #[tool(read_only, open_world)]
/// async fn iam_list_users(query: ListQuery) -> Result<Table<User>, ToolError> {
///     sweep_accounts(&query, async |account| {
///         aws::call::<Vec<User>>(&account.target(), "iam", "ListUsers", json!({}))
///             .select("Users[].{name: UserName}")
///             .await
///     })
///     .await
/// }
/// ```
pub async fn sweep_accounts<R: Row, O: Into<Rows<R>>>(
    query: &ListQuery,
    ask: impl AsyncFn(Account) -> Result<O, aws::Error>,
) -> Result<Table<R>, ToolError> {
    if let Some((cursor, limit)) = query.page()? {
        return Table::resume(cursor, limit);
    }
    let plan = Plan::new(query, &Columns::of::<R>())?;
    let asked = each_account(&query.accounts).await?;
    ask_all(Gather::new(&plan), columns::members::<R>, query, Vec::new(), asked, ask).await
}

/// What is wrong with a selection whose accounts are known: its regions.
fn of_regions(error: accounts::Error) -> ToolError {
    match error {
        accounts::Error::UnknownSelector(text) => ToolError::invalid_argument("regions", text),
        error => error.into(),
    }
}

/// The accounts of a selection.
pub(crate) async fn each_account(selectors: &[String]) -> Result<Vec<(Place, Account)>, ToolError> {
    let asked = accounts::list(selectors).await?.into_iter().map(|account| {
        let place = Place { account: account.name.clone(), id: account.id.clone(), region: None };
        (place, account)
    });
    Ok(asked.collect())
}

/// Where answers come from.
#[derive(Debug)]
pub(crate) struct Place {
    /// The account's name.
    pub(crate) account: String,
    pub(crate) id: String,
    /// None for an account as a whole.
    pub(crate) region: Option<String>,
}

impl Place {
    /// `production/eu-west-1`, or `production`.
    pub(crate) fn name(&self) -> String {
        match &self.region {
            Some(region) => format!("{}/{region}", self.account),
            None => self.account.clone(),
        }
    }
}

const GLOBAL: &str = "global";

/// Asks all places at once, and puts their answers together in order.
pub(super) async fn ask_all<T, R, O: Into<Rows<R>>>(
    mut sink: impl Sink,
    members: impl Fn(&R) -> Result<Map<String, Value>, ToolError>,
    query: &ListQuery,
    mut failures: Vec<Failure>,
    asked: Vec<(Place, T)>,
    ask: impl AsyncFn(T) -> Result<O, aws::Error>,
) -> Result<Table<R>, ToolError> {
    let (places, asked): (Vec<Place>, Vec<T>) = asked.into_iter().unzip();
    let ask = &ask;
    let mut answers: FuturesUnordered<_> =
        asked.into_iter().enumerate().map(|(index, what)| async move { (index, ask(what).await) }).collect();
    let mut failed: Vec<Vec<aws::Error>> = places.iter().map(|_| Vec::new()).collect();
    let mut reach = Reach::default();
    let mut steps = Steps::new(&places);
    let mut more_in_aws = false;
    while let Some((index, answer)) = answers.next().await {
        let place = &places[index];
        match answer {
            Ok(rows) => {
                let Rows { rows, truncated, errors } = rows.into();
                reach.accounts.insert(place.account.clone());
                reach.regions.extend(place.region.clone());
                more_in_aws |= truncated;
                for row in rows {
                    if let Some(row) = placed(query, place, members(&row)?) {
                        sink.take(u32::try_from(index).unwrap_or(u32::MAX), row)?;
                    }
                }
                failed[index] = errors;
            }
            Err(error) => failed[index].push(error),
        }
        steps.done(place);
    }
    let ok = failed.iter().filter(|errors| errors.is_empty()).count() as u64;
    for (place, errors) in places.iter().zip(&failed) {
        failures.extend(errors.iter().map(|error| Failure::of_call(place.name(), error)));
    }
    if reach.accounts.is_empty() && !failures.is_empty() {
        return Err(summary::all_failed(&failures));
    }
    let shown = sink.finish()?;
    let summary = summary::of(&shown, &reach, &failures, more_in_aws);
    let coverage = Coverage::new(ok, &failures);
    Ok(Table::of_shown(shown, Some(coverage), more_in_aws, summary))
}

/// Progress in accounts: a step is an account whose places have all answered.
#[derive(Debug)]
struct Steps {
    /// How many places of each account have not answered yet.
    left: HashMap<String, usize>,
    done: u64,
    total: u64,
}

impl Steps {
    fn new(places: &[Place]) -> Self {
        let mut left: HashMap<String, usize> = HashMap::new();
        for place in places {
            *left.entry(place.account.clone()).or_default() += 1;
        }
        let total = left.len() as u64;
        Self { left, done: 0, total }
    }

    fn done(&mut self, place: &Place) {
        let Some(left) = self.left.get_mut(&place.account) else { return };
        *left -= 1;
        if *left == 0 {
            self.done += 1;
            progress::report(self.done, Some(self.total), Some(&format!("accounts; {} done", place.account)));
        }
    }
}

/// A row with its place in front, if the query asks for its region.
fn placed(query: &ListQuery, place: &Place, mut members: Map<String, Value>) -> Option<Map<String, Value>> {
    let region = match (members.remove(REGION), &place.region) {
        (Some(region), _) => region,
        (None, Some(region)) => region.as_str().into(),
        (None, None) => GLOBAL.into(),
    };
    let elsewhere = |region: &str| region != GLOBAL && !query.wants_region(region);
    if place.region.is_none() && region.as_str().is_some_and(elsewhere) {
        return None;
    }
    let mut whole = Map::with_capacity(members.len() + 3);
    whole.insert(ACCOUNT.to_owned(), place.account.as_str().into());
    whole.insert(ACCOUNT_ID.to_owned(), place.id.as_str().into());
    whole.insert(REGION.to_owned(), region);
    whole.extend(members);
    Some(whole)
}
