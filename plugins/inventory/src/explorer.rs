//! Resource Explorer: what it has indexed, with tags or without, where it is on.
//!
//! An account may have an index in a region, for that region, and one of them may be the aggregator, which answers for
//! all of them.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};
use tollgate_sdk::{
    Tags,
    accounts::Account,
    aws::{self, Response, Target},
};

use crate::{
    resource::{GLOBAL, Resource, Source},
    wanted::Wanted,
};

/// `Search` tells so many at most, the most relevant ones, and does not say that there are more.
const SEARCH_LIMIT: usize = 1000;

/// An index of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Index {
    region: String,
    r#type: String,
}

/// The indexes of an account: none where Resource Explorer is off.
pub(crate) async fn indexes(account: &Account) -> Result<Vec<Index>, aws::Error> {
    let call = aws::call(&account.target(), "resource-explorer-2", "ListIndexes", json!({}));
    call.select("Indexes[].{region: Region, type: Type}").await?.whole()
}

/// Whom to ask for what is in some regions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    /// The regions whose indexes are asked.
    pub(crate) asked: Vec<&'a str>,
    /// The wanted regions that no index answers for.
    pub(crate) without: Vec<&'a str>,
}

/// The aggregator answers for every region that has an index; without one, each answers for itself.
pub(crate) fn route<'a>(indexes: &'a [Index], regions: &'a BTreeSet<String>) -> Route<'a> {
    let is_indexed = |region: &&str| indexes.iter().any(|index| index.region == *region);
    let (indexed, without): (Vec<&str>, Vec<&str>) = regions.iter().map(String::as_str).partition(is_indexed);
    let aggregator = indexes.iter().find(|index| index.r#type == "AGGREGATOR");
    let asked = match aggregator {
        Some(aggregator) => vec![aggregator.region.as_str()],
        None => indexed,
    };
    Route { asked, without }
}

const SELECT: &str = "Resources[].{
    arn: Arn, owner: OwningAccountId, region: Region, tags: Properties[?Name == 'tags'] | [0].Data
}";

#[derive(Deserialize)]
struct Found {
    arn: String,
    owner: Option<String>,
    region: Option<String>,
    /// In whatever form; none where the view leaves tags out.
    tags: Option<Value>,
}

/// What an index tells of some regions.
pub(crate) async fn resources(
    target: &Target,
    wanted: &Wanted,
    regions: &BTreeSet<String>,
) -> Result<Response<Vec<Resource>>, aws::Error> {
    let filter = wanted.explorer_filter(regions.iter().map(String::as_str).chain([GLOBAL]));
    let response = match &wanted.text {
        Some(text) => {
            let input = json!({ "QueryString": format!("{text} {filter}") });
            let mut response = aws::call::<Vec<Found>>(target, "resource-explorer-2", "Search", input)
                .select(SELECT)
                .await?;
            response.truncated |= response.output.len() >= SEARCH_LIMIT;
            response
        }
        None => {
            // Pages of 1,000 would have no next one.
            let input = json!({ "Filters": { "FilterString": filter }, "MaxResults": 500 });
            aws::call(target, "resource-explorer-2", "ListResources", input).select(SELECT).await?
        }
    };
    Ok(response.map(|found| mine(found, target, wanted, regions)))
}

/// The account's own resources among those that were found: a view may show a whole organisation.
fn mine(found: Vec<Found>, target: &Target, wanted: &Wanted, regions: &BTreeSet<String>) -> Vec<Resource> {
    let mut resources = Vec::new();
    for Found { arn, owner, region, tags } in found {
        if owner.is_some_and(|owner| owner != target.account) {
            continue;
        }
        let tags: Option<Tags> = tags.and_then(|tags| serde_json::from_value(tags).ok());
        // Where the view leaves tags out, Resource Explorer has compared them.
        let tagged = tags.as_ref().is_none_or(|tags| wanted.has_tags(tags));
        let found_in = region.as_deref().unwrap_or(&target.region);
        let resource = Resource::new(arn, found_in, tags.unwrap_or_default(), Source::Explorer);
        let region = resource.region();
        if tagged && wanted.has_type(resource.r#type()) && (region == GLOBAL || regions.contains(region)) {
            resources.push(resource);
        }
    }
    resources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(regions: &[&str]) -> BTreeSet<String> {
        regions.iter().map(|region| (*region).to_owned()).collect()
    }

    fn index(region: &str, r#type: &str) -> Index {
        Index { region: region.to_owned(), r#type: r#type.to_owned() }
    }

    #[test]
    fn the_aggregator_is_asked_once_and_other_indexes_each_for_itself() {
        let regions = set(&["eu-west-1", "us-east-1", "us-west-2"]);
        let local = [index("eu-west-1", "LOCAL"), index("us-east-1", "LOCAL"), index("sa-east-1", "LOCAL")];
        assert_eq!(
            route(&local, &regions),
            Route { asked: vec!["eu-west-1", "us-east-1"], without: vec!["us-west-2"] }
        );
        let mut aggregated = local.to_vec();
        aggregated.push(index("eu-central-1", "AGGREGATOR"));
        assert_eq!(
            route(&aggregated, &regions),
            Route { asked: vec!["eu-central-1"], without: vec!["us-west-2"] }
        );
        assert_eq!(route(&[], &regions).asked, Vec::<&str>::new());
    }

    #[test]
    fn only_the_accounts_own_resources_of_the_regions_with_the_tags_are_kept() {
        let resource = |arn: &str, owner: &str, region: &str, tags: Value| {
            let properties = json!([{ "Name": "tags", "Data": tags }]);
            json!({ "Arn": arn, "OwningAccountId": owner, "Region": region, "Properties": properties })
        };
        let web = json!([{ "Key": "team", "Value": "web" }]);
        let output = json!({ "Resources": [
            resource("arn:aws:ec2:eu-west-1:111111111111:volume/vol-1", "111111111111", "eu-west-1", web.clone()),
            resource("arn:aws:ec2:eu-west-1:222222222222:volume/vol-2", "222222222222", "eu-west-1", web.clone()),
            resource("arn:aws:ec2:us-east-1:111111111111:volume/vol-3", "111111111111", "us-east-1", web.clone()),
            resource("arn:aws:ec2:eu-west-1:111111111111:volume/vol-4", "111111111111", "eu-west-1",
                json!([{ "Key": "team", "Value": "Web" }])),
            resource("arn:aws:s3:::logs", "111111111111", "eu-west-1", web.clone()),
            resource("arn:aws:cloudfront::111111111111:distribution/E1", "111111111111", "global", web),
            { "Arn": "arn:aws:sqs:eu-west-1:111111111111:jobs", "Region": "eu-west-1", "Properties": [] },
        ] });
        let selected =
            jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
        let found = serde_json::to_string(&selected).expect("JSON");
        let found: Vec<Found> = serde_json::from_str(&found).expect("what the expression makes");
        let wanted = Wanted::new(&["team=web".to_owned()], &[], Some("x")).expect("a tag");
        let target = Target::new("111111111111", "us-east-1");
        let kept = mine(found, &target, &wanted, &set(&["eu-west-1"]));
        let kept: Vec<(&str, &str)> = kept.iter().map(|kept| (kept.r#type(), kept.region())).collect();
        assert_eq!(
            kept,
            [
                ("ec2:volume", "eu-west-1"),
                ("s3:bucket", "eu-west-1"),
                ("cloudfront:distribution", "global"),
                ("sqs:queue", "eu-west-1"),
            ]
        );
    }
}
