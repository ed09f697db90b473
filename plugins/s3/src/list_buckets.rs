//! `s3_list_buckets`.

use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, ToolError,
    accounts::Account,
    aws::{self, Target},
    sweep_accounts, tool,
};

const SELECT: &str = "Buckets[].{name: Name, region: BucketRegion, creation_date: CreationDate}";

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Bucket {
    name: String,
    /// Where it is; `null` where S3 would not say.
    region: Option<String>,
    creation_date: Option<String>,
}

impl Row for Bucket {}

/// Lists S3 buckets across accounts. Without `regions`: those of all regions.
#[tool(read_only, open_world, title = "S3 buckets")]
pub(crate) async fn s3_list_buckets(query: ListQuery) -> Result<Table<Bucket>, ToolError> {
    sweep_accounts(&query, buckets).await
}

/// All buckets of an account, each with its region.
async fn buckets(account: Account) -> Result<Rows<Bucket>, aws::Error> {
    let target = account.target();
    // S3 tells the regions only where the request has a parameter, whichever.
    let input = json!({ "MaxBuckets": 1000 });
    let listed = aws::call::<Vec<Bucket>>(&target, "s3", "ListBuckets", input).select(SELECT).await?;
    let mut rows = Rows::default();
    if listed.truncated {
        rows.truncate();
    }
    for (bucket, failure) in join_all(listed.output.into_iter().map(|bucket| located(bucket, &target))).await
    {
        rows.push(bucket);
        failure.into_iter().for_each(|error| rows.fail(error));
    }
    Ok(rows)
}

/// The bucket with its region, asked for where the list did not tell it, and why it is not known.
async fn located(bucket: Bucket, target: &Target) -> (Bucket, Option<aws::Error>) {
    if bucket.region.is_some() {
        return (bucket, None);
    }
    let input = json!({ "Bucket": bucket.name });
    let asked = aws::call::<Option<String>>(target, "s3", "GetBucketLocation", input)
        .select("LocationConstraint")
        .await;
    match asked {
        Ok(response) => (Bucket { region: Some(region_of(response.output)), ..bucket }, None),
        Err(error) => {
            let error = error.context(format_args!("region of bucket {}", bucket.name));
            (bucket, Some(error))
        }
    }
}

/// The region that a location constraint stands for: the oldest two have names of their own.
fn region_of(location: Option<String>) -> String {
    match location.as_deref() {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::describe;

    use super::*;

    #[test]
    fn buckets_become_rows_with_or_without_their_region() {
        let output = json!({ "Buckets": [
            { "Name": "logs", "BucketRegion": "eu-west-1", "CreationDate": "2026-03-01T00:00:00Z" },
            { "Name": "old", "CreationDate": "2010-03-01T00:00:00Z" },
        ] });
        let selected =
            jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
        let selected = serde_json::to_string(&selected).expect("JSON");
        let rows: Vec<Bucket> = serde_json::from_str(&selected).expect("what the expression makes");
        assert_eq!((rows[0].name.as_str(), rows[0].region.as_deref()), ("logs", Some("eu-west-1")));
        assert_eq!((rows[1].name.as_str(), rows[1].region.as_deref()), ("old", None));
        assert_eq!(rows[1].creation_date.as_deref(), Some("2010-03-01T00:00:00Z"));
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<s3_list_buckets>();
        insta::assert_snapshot!(tool.description, @"Lists S3 buckets across accounts. Without `regions`: those of all regions.");
        insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: account, region, name, creation_date; more: account_id"}"#);
    }

    #[test]
    fn location_constraints_are_regions_but_for_the_oldest() {
        let region = |location: Option<&str>| region_of(location.map(str::to_owned));
        assert_eq!(region(None), "us-east-1");
        assert_eq!(region(Some("")), "us-east-1");
        assert_eq!(region(Some("EU")), "eu-west-1");
        assert_eq!(region(Some("ap-south-1")), "ap-south-1");
    }
}
