//! Rows that lie in named parts of a target: the tasks of its clusters.

use std::{cell::RefCell, collections::BTreeSet};

use futures::future::join_all;

use super::{ListQuery, Row, Rows, Table, sweep};
use crate::{
    Arn, ToolError,
    aws::{self, Target},
};

/// As [`sweep`], for rows that lie in named parts of a target, each of which is asked: the tasks of ECS
/// clusters.
///
/// `what` is a part in words, and with an `s` the tool's argument that names parts, `named`: names or
/// ARNs. Where it is empty, `list` gives the parts of a target. Parts that fail become gaps beside the
/// rows of the others; one that is not there ([`aws::Error::is_not_found`]) has no rows.
///
/// # Errors
/// Those of [`sweep`], and [`ToolError::InvalidArguments`] for a named part that nobody has: an empty table
/// would say that nothing is in it.
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use tollgate_sdk::{ListQuery, Row, Rows, Table, ToolError, aws, sweep_parts, tool};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Arguments {
///     /// Names or ARNs; default: all
///     #[serde(default)]
///     clusters: Vec<String>,
///     #[serde(flatten)]
///     query: ListQuery,
/// }
///
/// #[derive(Serialize, JsonSchema)]
/// struct Instance {
///     cluster: String,
///     arn: String,
/// }
///
/// impl Row for Instance {}
///
/// /// Lists the container instances of ECS clusters.
/// #[tool(read_only, open_world)]
/// async fn ecs_list_container_instances(arguments: Arguments) -> Result<Table<Instance>, ToolError> {
///     let Arguments { clusters, query } = &arguments;
///     let list = async |target: &aws::Target| {
///         aws::call(target, "ecs", "ListClusters", json!({})).select("clusterArns").await
///     };
///     sweep_parts(query, "cluster", clusters, list, async |target, cluster| {
///         let input = json!({ "cluster": cluster });
///         let call = aws::call::<Vec<String>>(target, "ecs", "ListContainerInstances", input);
///         let listed = call.select("containerInstanceArns").await?;
///         Ok(Rows::from(listed.map_each(|arn| Instance { cluster: cluster.to_owned(), arn })))
///     })
///     .await
/// }
/// ```
pub async fn sweep_parts<R: Row>(
    query: &ListQuery,
    what: &str,
    named: &[String],
    list: impl AsyncFn(&Target) -> Result<aws::Response<Vec<String>>, aws::Error>,
    ask: impl AsyncFn(&Target, &str) -> Result<Rows<R>, aws::Error>,
) -> Result<Table<R>, ToolError> {
    let parts = Parts::new(what, named);
    let table = sweep(query, async |target| parts.ask(&target, &list, &ask).await).await?;
    match table.coverage() {
        Some(coverage) if coverage.is_complete() => parts.all_found()?,
        // Somebody who did not answer may have it. An earlier answer that goes on was checked before.
        _ => {}
    }
    Ok(table)
}

/// The parts that a call asks.
struct Parts<'a> {
    what: &'a str,
    named: &'a [String],
    /// Those that nobody had so far.
    missing: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Parts<'a> {
    fn new(what: &'a str, named: &'a [String]) -> Self {
        Self { what, named, missing: RefCell::new(named.iter().map(String::as_str).collect()) }
    }

    /// Asks the parts of a target, all at once.
    async fn ask<R>(
        &self,
        target: &Target,
        list: impl AsyncFn(&Target) -> Result<aws::Response<Vec<String>>, aws::Error>,
        ask: impl AsyncFn(&Target, &str) -> Result<Rows<R>, aws::Error>,
    ) -> Result<Rows<R>, aws::Error> {
        let mut rows = Rows::default();
        let parts = match self.named {
            [] => {
                let listed = list(target).await?;
                if listed.truncated {
                    rows.truncate();
                }
                listed.output
            }
            named => named.iter().filter(|part| may_be_in(part, target)).cloned().collect(),
        };
        let answers = join_all(parts.iter().map(|part| ask(target, part))).await;
        let (mut answered, mut failures) = (false, Vec::new());
        for (part, answer) in parts.iter().zip(answers) {
            match answer {
                Ok(answer) => {
                    self.missing.borrow_mut().remove(part.as_str());
                    rows.append(answer);
                    answered = true;
                }
                // One that was named is elsewhere; one that was listed was deleted a moment ago.
                Err(error) if error.is_not_found() => {}
                Err(error) => failures.push((part.rsplit('/').next().unwrap_or(part), error)),
            }
        }
        if let (false, Some((part, error))) = (answered, failures.first()) {
            return Err(error.clone().context(format_args!("{} {part}", self.what)));
        }
        rows.fail_each(self.what, failures);
        Ok(rows)
    }

    /// Whether somebody had each part that was named.
    fn all_found(&self) -> Result<(), ToolError> {
        let missing = self.missing.borrow();
        if missing.is_empty() {
            return Ok(());
        }
        let names = missing.iter().copied().collect::<Vec<_>>().join(", ");
        let text = format!("no {} {names} in the accounts and regions that were asked", self.what);
        Err(ToolError::invalid_argument(format_args!("{}s", self.what), text))
    }
}

/// Whether a target may have the part: an ARN says where it is, a name does not.
fn may_be_in(part: &str, target: &Target) -> bool {
    Arn::parse(part).is_none_or(|arn| arn.account == target.account && arn.region == target.region)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    /// Two clusters in one place, of which one may not be asked, and one that was deleted a moment ago.
    fn ask(named: &[&str], here: &Target) -> (Vec<String>, Vec<String>, Result<(), ToolError>) {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        let parts = Parts::new("cluster", &named);
        let list = async |_: &Target| {
            let output = ["main", "locked", "gone"].map(str::to_owned).to_vec();
            Ok(aws::Response { output, truncated: false, cursor: None })
        };
        let service = |code| Err(aws::Error::Service(aws::ServiceError::new(code, "No.", 400)));
        let ask = async |_: &Target, part: &str| match part.rsplit('/').next() {
            Some("main") => Ok(Rows::from(vec![format!("row of {part}")])),
            Some("locked") => service("AccessDeniedException"),
            _ => service("ClusterNotFoundException"),
        };
        let rows = block_on(parts.ask(here, list, ask)).expect("the list is there");
        let errors = rows.errors.iter().map(ToString::to_string).collect();
        (rows.rows, errors, parts.all_found())
    }

    const ARN: &str = "arn:aws:ecs:eu-west-1:111111111111:cluster/main";

    #[test]
    fn without_names_all_are_asked() {
        let (rows, errors, found) = ask(&[], &Target::new("111111111111", "eu-west-1"));
        assert_eq!(rows, ["row of main"]);
        assert_eq!(errors, ["AccessDeniedException: cluster locked: No."]);
        assert_eq!(found, Ok(()));
    }

    #[test]
    fn a_name_that_nobody_has_is_no_empty_table() {
        let (rows, errors, found) = ask(&["main", "mian"], &Target::new("111111111111", "eu-west-1"));
        assert_eq!((rows.len(), errors.len()), (1, 0));
        insta::assert_snapshot!(found.expect_err("a typo"), @"`clusters`: no cluster mian in the accounts and regions that were asked");
    }

    #[test]
    fn an_arn_is_asked_for_where_it_says() {
        let rows = |account, region| ask(&[ARN], &Target::new(account, region)).0;
        assert_eq!(rows("111111111111", "eu-west-1"), [format!("row of {ARN}")]);
        assert!(rows("111111111111", "us-east-1").is_empty());
        assert!(rows("222222222222", "eu-west-1").is_empty());
    }
}
