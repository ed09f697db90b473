//! `s3_describe_bucket`.

use futures::{future::join_all, join};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tollgate_sdk::{Details, Rows, ToolError, accounts::Account, aws, find_in_accounts, tool};

#[cfg(test)]
mod tests;

use crate::{
    buckets::{Located, name_of, owned},
    public::{self, Acl, Blocks},
    settings::{self, NONE, read},
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Name or ARN
    bucket: String,
    /// Where to look; default: all
    #[serde(default)]
    accounts: Vec<String>,
}

/// Describes an S3 bucket: policy, public access, encryption, versioning, logging, lifecycle, replication,
/// notifications, CORS, website, tags.
#[tool(read_only, open_world, title = "S3 bucket")]
pub(crate) async fn s3_describe_bucket(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { bucket, accounts } = &arguments;
    let name = name_of(bucket);
    find_in_accounts(accounts, format_args!("bucket {name}"), async |account| {
        match owned(&account, name).await? {
            Some(bucket) => Ok(described(&account, &bucket).await),
            None => Ok(Rows::default()),
        }
    })
    .await
}

/// A setting that is told as AWS has it.
struct Part {
    name: &'static str,
    operation: &'static str,
    select: &'static str,
}

const PARTS: [Part; 10] = [
    Part { name: "policy", operation: "GetBucketPolicy", select: "Policy" },
    Part {
        name: "encryption",
        operation: "GetBucketEncryption",
        select: "ServerSideEncryptionConfiguration.Rules",
    },
    Part { name: "versioning", operation: "GetBucketVersioning", select: VERSIONING },
    Part {
        name: "ownership",
        operation: "GetBucketOwnershipControls",
        select: "OwnershipControls.Rules[0].ObjectOwnership",
    },
    Part { name: "object_lock", operation: "GetObjectLockConfiguration", select: "ObjectLockConfiguration" },
    Part { name: "lifecycle", operation: "GetBucketLifecycleConfiguration", select: "Rules" },
    Part { name: "replication", operation: "GetBucketReplication", select: "ReplicationConfiguration" },
    Part { name: "notifications", operation: "GetBucketNotificationConfiguration", select: NOTIFICATIONS },
    Part { name: "cors", operation: "GetBucketCors", select: "CORSRules" },
    Part { name: "website", operation: "GetBucketWebsite", select: "@" },
];

const VERSIONING: &str = "{status: Status || 'Disabled', mfa_delete: MFADelete == 'Enabled'}";

/// The targets of all kinds in one list. EventBridge gets every event, and is there without any settings.
const NOTIFICATIONS: &str = "[
    TopicConfigurations[].{target: TopicArn, events: Events, filter: Filter.Key.FilterRules},
    QueueConfigurations[].{target: QueueArn, events: Events, filter: Filter.Key.FilterRules},
    LambdaFunctionConfigurations[].{target: LambdaFunctionArn, events: Events, filter: Filter.Key.FilterRules},
    (EventBridgeConfiguration != `null` && [{target: 'EventBridge'}])
][] | [?@]";

/// Everything about a bucket; what AWS does not tell is named, and does not hide the rest.
async fn described(account: &Account, bucket: &Located) -> Rows<Value> {
    let parts = PARTS.iter().map(|part| read::<Value>(bucket, part.operation, part.select));
    let (parts, logging, tags, access) =
        join!(join_all(parts), settings::logging(bucket), settings::tags(bucket), access(account, bucket),);
    let mut whole = Whole::new(bucket);
    for (name, answer) in access {
        whole.put(name, answer);
    }
    whole.put("logging", logging.map(Value::from));
    for (part, answer) in PARTS.iter().zip(parts) {
        let answer = answer.map(|value| match part.name {
            "policy" => policy(value),
            "encryption" => value.unwrap_or_else(|| NONE.into()),
            _ => value.unwrap_or_default(),
        });
        whole.put(part.name, answer);
    }
    whole.put("tags", tags.map(|tags| json!(tags)));
    whole.into_rows()
}

/// Who can reach it: whether it is public, and what decides that.
async fn access(account: &Account, bucket: &Located) -> Vec<(&'static str, Result<Value, aws::Error>)> {
    let (of_account, of_bucket, by_policy, acl) = join!(
        public::of_account(account),
        public::of_bucket(bucket),
        public::by_policy(bucket),
        public::acl(bucket),
    );
    let known = |block: &Result<public::Block, aws::Error>| block.as_ref().ok().copied();
    let blocks = Blocks { account: known(&of_account), bucket: known(&of_bucket) };
    let policy_is_public = by_policy.as_ref().ok().map(|public| public.unwrap_or(false));
    let public = blocks.leave_public(policy_is_public, acl.as_ref().ok().map(Acl::is_public));
    vec![
        ("public", Ok(json!(public))),
        ("public_access_block", of_bucket.map(|block| json!(block))),
        ("public_access_block_of_account", of_account.map(|block| json!(block))),
        ("policy_is_public", by_policy.map(|public| json!(public))),
        ("acl", acl.map(|acl| json!(acl.others()))),
    ]
}

/// A policy as JSON rather than as a text that has JSON in it.
fn policy(policy: Option<Value>) -> Value {
    match policy {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other.unwrap_or_default(),
    }
}

/// A description on its way.
struct Whole {
    name: String,
    members: Map<String, Value>,
    failures: Vec<aws::Error>,
}

impl Whole {
    fn new(bucket: &Located) -> Self {
        let Located { name, target, created } = bucket;
        let partition = match target.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if target.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let mut members = Map::new();
        members.insert("region".to_owned(), target.region.as_str().into());
        members.insert("name".to_owned(), name.as_str().into());
        members.insert("arn".to_owned(), format!("arn:{partition}:s3:::{name}").into());
        members.insert("created".to_owned(), json!(created));
        Self { name: name.clone(), members, failures: Vec::new() }
    }

    fn put(&mut self, name: &str, answer: Result<Value, aws::Error>) {
        match answer {
            Ok(value) => {
                self.members.insert(name.to_owned(), value);
            }
            Err(error) => {
                let what = name.replace('_', " ");
                self.failures.push(error.context(format_args!("{what} of bucket {}", self.name)));
            }
        }
    }

    fn into_rows(self) -> Rows<Value> {
        let mut rows = Rows::from(vec![Value::Object(self.members)]);
        self.failures.into_iter().for_each(|error| rows.fail(error));
        rows
    }
}
