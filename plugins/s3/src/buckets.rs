//! The buckets that an account owns, and where they are.

use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::{
    ToolError,
    accounts::Account,
    aws::{self, Response, Target},
};

const SELECT: &str = "Buckets[].{name: Name, region: BucketRegion, created: CreationDate}";

/// A bucket as the list tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Listed {
    pub(crate) name: String,
    /// `None` where the list does not tell it, as that of an emulator.
    pub(crate) region: Option<String>,
    pub(crate) created: Option<String>,
}

/// A bucket and where to ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) created: Option<String>,
}

/// The buckets of an account whose names begin so.
pub(crate) async fn list(account: &Account, prefix: &str) -> Result<Response<Vec<Listed>>, aws::Error> {
    // S3 tells the regions only where the request has a parameter, whichever.
    let mut input = json!({ "MaxBuckets": 1000 });
    if !prefix.is_empty() {
        input["Prefix"] = prefix.into();
    }
    aws::call(&account.target(), "s3", "ListBuckets", input).select(SELECT).await
}

/// The region of a bucket of this account.
pub(crate) async fn region(account: &Account, bucket: &Listed) -> Result<String, aws::Error> {
    if let Some(region) = &bucket.region {
        return Ok(region.clone());
    }
    let input = json!({ "Bucket": bucket.name });
    let call = aws::call::<Option<String>>(&account.target(), "s3", "GetBucketLocation", input);
    Ok(region_of(call.select("LocationConstraint").await?.output))
}

/// The bucket of this name, if this account owns it. Others may have let the account in: theirs are not meant.
pub(crate) async fn owned(account: &Account, name: &str) -> Result<Option<Located>, aws::Error> {
    let listed = list(account, name).await?;
    let Some(bucket) = listed.output.iter().find(|bucket| bucket.name == name).cloned() else {
        return listed.whole().map(|_| None);
    };
    let target = account.in_region(region(account, &bucket).await?);
    Ok(Some(Located { name: bucket.name, target, created: bucket.created }))
}

/// The bucket of this name, in whichever of the accounts it is.
pub(crate) async fn locate(accounts: &[Account], name: &str) -> Result<Located, ToolError> {
    let answers = join_all(accounts.iter().map(|account| owned(account, name))).await;
    let mut failures = Vec::new();
    for (account, answer) in accounts.iter().zip(answers) {
        match answer {
            Ok(Some(bucket)) => return Ok(bucket),
            Ok(None) => {}
            Err(error) => failures.push((account, error)),
        }
    }
    Err(nowhere(name, accounts.len(), &failures))
}

/// None of the accounts has it, or those that could not be asked.
fn nowhere(name: &str, asked: usize, failures: &[(&Account, aws::Error)]) -> ToolError {
    let mut text = format!("no bucket {name} in {} accounts", asked - failures.len());
    match failures.first() {
        None => text += "; check the name, or name more `accounts`",
        Some((account, error)) => {
            text += &format!(", and {} did not answer: {}: {error}", failures.len(), account.name);
        }
    }
    ToolError::failed(text)
}

/// The name in what may be the bucket's ARN.
pub(crate) fn name_of(bucket: &str) -> &str {
    match bucket.strip_prefix("arn:").and_then(|arn| arn.split_once(":s3:::")) {
        Some((_, name)) => name,
        None => bucket,
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
    use super::*;

    #[test]
    fn buckets_are_listed_with_or_without_their_region() {
        let output = json!({ "Buckets": [
            { "Name": "logs", "BucketRegion": "eu-west-1", "CreationDate": "2026-03-01T00:00:00Z" },
            { "Name": "old", "CreationDate": "2010-03-01T00:00:00Z" },
        ] });
        let selected =
            jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
        let selected = serde_json::to_string(&selected).expect("JSON");
        let listed: Vec<Listed> = serde_json::from_str(&selected).expect("what the expression makes");
        assert_eq!((listed[0].name.as_str(), listed[0].region.as_deref()), ("logs", Some("eu-west-1")));
        assert_eq!((listed[1].name.as_str(), listed[1].region.as_deref()), ("old", None));
        assert_eq!(listed[1].created.as_deref(), Some("2010-03-01T00:00:00Z"));
    }

    #[test]
    fn location_constraints_are_regions_but_for_the_oldest() {
        let region = |location: Option<&str>| region_of(location.map(str::to_owned));
        assert_eq!(region(None), "us-east-1");
        assert_eq!(region(Some("")), "us-east-1");
        assert_eq!(region(Some("EU")), "eu-west-1");
        assert_eq!(region(Some("ap-south-1")), "ap-south-1");
    }

    #[test]
    fn an_arn_names_its_bucket() {
        assert_eq!(name_of("logs"), "logs");
        assert_eq!(name_of("arn:aws:s3:::logs"), "logs");
        assert_eq!(name_of("arn:aws-cn:s3:::logs"), "logs");
    }

    #[test]
    fn a_bucket_that_is_nowhere_says_who_was_asked() {
        let account = Account::new("111111111111", "production", vec!["eu-west-1".to_owned()]);
        let failure = aws::Error::Timeout("no answer within 10 s".to_owned());
        let texts = [nowhere("logs", 6, &[]), nowhere("logs", 6, &[(&account, failure)])];
        insta::assert_snapshot!(texts.map(|error| error.to_string()).join("\n"), @"
        no bucket logs in 6 accounts; check the name, or name more `accounts`
        no bucket logs in 5 accounts, and 1 did not answer: production: no answer within 10 s
        ");
    }
}
