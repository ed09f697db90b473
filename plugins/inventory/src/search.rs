//! `resources_search`.

use std::collections::BTreeSet;

use futures::{future::join_all, join};
use schemars::JsonSchema;
use serde::Deserialize;
use tollgate_sdk::{
    ListQuery, Rows, Table, ToolError,
    accounts::{self, Account},
    aws::{self, Response},
    sweep_accounts, tool,
};

use crate::{
    explorer,
    resource::{GLOBAL, Resource, each_once},
    tagging,
    wanted::Wanted,
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// key=value, or key for any value; all must match
    #[serde(default)]
    tags: Vec<String>,
    /// As ec2:instance, or ec2 for all of its types
    #[serde(default)]
    types: Vec<String>,
    /// Words or a Resource Explorer query; only where that is on
    text: Option<String>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Finds resources of every service by tag, type or text, across accounts and regions; untagged ones only where
/// Resource Explorer is on. A service's own list tool tells more of each.
#[tool(read_only, open_world, title = "Resources")]
pub(crate) async fn resources_search(arguments: Arguments) -> Result<Table<Resource>, ToolError> {
    let Arguments { tags, types, text, query } = &arguments;
    let wanted = Wanted::new(tags, types, text.as_deref())?;
    sweep_accounts(query, async |account| resources(&account, &wanted, query).await).await
}

/// What one source answered, or why not.
type Answer = Result<Response<Vec<Resource>>, aws::Error>;

/// The resources of an account. Tags as they are now, only the tagging API knows; text, and what was never tagged,
/// only Resource Explorer.
async fn resources(
    account: &Account,
    wanted: &Wanted,
    query: &ListQuery,
) -> Result<Rows<Resource>, aws::Error> {
    let regions = Regions::of(account, query).await?;
    let by_tagging = async {
        match wanted.text {
            None => tagged(account, wanted, &regions).await,
            Some(_) => Vec::new(),
        }
    };
    let by_explorer = async {
        match wanted.text.is_some() || !wanted.by_tag() {
            true => explored(account, wanted, &regions.wanted).await,
            false => Vec::new(),
        }
    };
    let (tagged, explored) = join!(by_tagging, by_explorer);
    let failed = regions.failures.into_iter().map(|message| Err(aws::Error::Other(message)));
    // What the tagging API tells comes first, and is newer.
    let mut rows = Rows::default();
    let found = rows.unpack(Rows::merge(tagged.into_iter().chain(explored).chain(failed))?);
    each_once(found).into_iter().for_each(|resource| rows.push(resource));
    Ok(rows)
}

/// The regions of an account that a query asks for.
#[derive(Debug, PartialEq, Eq)]
struct Regions {
    wanted: BTreeSet<String>,
    /// Where the tagging API tells of what is global. None where the query names the regions: then that is all it asks.
    global: Option<&'static str>,
    failures: Vec<String>,
}

impl Regions {
    async fn of(account: &Account, query: &ListQuery) -> Result<Self, aws::Error> {
        let resolution = accounts::resolve(&[&account.id], &query.regions).await;
        let resolution = resolution.map_err(|error| aws::Error::Other(error.to_string()))?;
        let wanted: BTreeSet<String> = resolution.targets.into_iter().map(|target| target.region).collect();
        let failures = resolution.failures.into_iter().map(|failure| failure.message).collect();
        let global = match query.regions.is_empty() {
            true => wanted.first().map(|region| home_of_global(region)),
            false => None,
        };
        Ok(Self { wanted, global, failures })
    }

    /// The regions that the tagging API is asked in.
    fn tagged(&self) -> BTreeSet<&str> {
        self.wanted.iter().map(String::as_str).chain(self.global).collect()
    }
}

/// The region that tells of IAM, CloudFront and the like, in the partition of a region.
fn home_of_global(region: &str) -> &'static str {
    match region.split_once('-') {
        Some(("cn", _)) => "cn-north-1",
        Some(("us", rest)) if rest.starts_with("gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// What the tagging API answers, region by region.
async fn tagged(account: &Account, wanted: &Wanted, regions: &Regions) -> Vec<Answer> {
    let asked = regions.tagged().into_iter().map(|region| async move {
        let answer = tagging::resources(&account.in_region(region), wanted).await;
        let answer = answer.map_err(|error| told_of(error, "tagging API", region))?;
        Ok(answer.map(|resources| {
            // In a region that is asked for the sake of what is global, the rest is not wanted.
            let is_wanted =
                |resource: &Resource| regions.wanted.contains(region) || resource.region() == GLOBAL;
            resources.into_iter().filter(is_wanted).collect()
        }))
    });
    join_all(asked).await
}

/// What Resource Explorer answers: nothing where it is off, unless only it can answer.
async fn explored(account: &Account, wanted: &Wanted, regions: &BTreeSet<String>) -> Vec<Answer> {
    let indexes = match explorer::indexes(account).await {
        Ok(indexes) => indexes,
        Err(error) => return vec![Err(told_of(error, "Resource Explorer", "the account"))],
    };
    let explorer::Route { asked, without } = explorer::route(&indexes, regions);
    let asked = asked.into_iter().map(|region| async move {
        let answer = explorer::resources(&account.in_region(region), wanted, regions).await;
        answer.map_err(|error| told_of(error, "Resource Explorer", region))
    });
    let mut answers = join_all(asked).await;
    if wanted.text.is_some() && !without.is_empty() {
        let text = format!(
            "Resource Explorer has no index in {}, so `text` finds nothing there: search by `tags` or `types`",
            without.join(", ")
        );
        answers.push(Err(aws::Error::Other(text)));
    }
    answers
}

/// The error with who gave it, unless nobody could be asked at all.
fn told_of(error: aws::Error, source: &str, region: &str) -> aws::Error {
    match error {
        aws::Error::Credentials(_) => error,
        error => error.context(format_args!("{source} in {region}")),
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::describe;

    use super::*;

    #[test]
    fn what_is_global_is_asked_in_the_partitions_own_region() {
        assert_eq!(home_of_global("eu-west-1"), "us-east-1");
        assert_eq!(home_of_global("us-west-2"), "us-east-1");
        assert_eq!(home_of_global("us-gov-east-1"), "us-gov-west-1");
        assert_eq!(home_of_global("cn-northwest-1"), "cn-north-1");
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<resources_search>();
        insta::assert_snapshot!(tool.description, @"Finds resources of every service by tag, type or text, across accounts and regions; untagged ones only where Resource Explorer is on. A service's own list tool tells more of each.");
        let own: Vec<String> = ["tags", "types", "text", "fields"]
            .map(|word| tool.input_schema["properties"][word].to_string())
            .to_vec();
        insta::assert_snapshot!(own.join("\n"), @r#"
        {"type":"array","items":{"type":"string"},"description":"key=value, or key for any value; all must match"}
        {"type":"array","items":{"type":"string"},"description":"As ec2:instance, or ec2 for all of its types"}
        {"type":"string","description":"Words or a Resource Explorer query; only where that is on"}
        {"type":"array","items":{"type":"string"},"description":"Default: account, region, type, id, name; more: account_id, service, arn, tags[.<key>], source"}
        "#);
    }
}
