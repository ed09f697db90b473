//! `s3_list_buckets`.

use std::collections::BTreeMap;

use futures::{future::join_all, join};
use schemars::JsonSchema;
use serde::Serialize;
use tollgate_sdk::{
    ListQuery, Regions, Row, Rows, Table, Tags, ToolError,
    accounts::Account,
    aws::{self, Response},
    sweep_accounts, tool,
};

#[cfg(test)]
mod tests;

use crate::{
    buckets::{self, Listed, Located},
    public::{self, Acl, Block, Blocks},
    settings::{self, NONE},
};

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Bucket {
    name: String,
    /// Where it is; `null` where S3 would not say.
    region: Option<String>,
    created: Option<String>,
    encrypted: Option<bool>,
    /// `none`, `AES256`, `aws:kms` or `aws:kms:dsse`.
    encryption: Option<String>,
    kms_key: Option<String>,
    public: Option<bool>,
    /// Whether account and bucket together have all four switches on.
    public_access_block: Option<bool>,
    /// Whether there is one.
    policy: Option<bool>,
    /// `Enabled`, `Suspended` or `Disabled`.
    versioning: Option<String>,
    /// Bucket and prefix that access logs go to, or `none`.
    logging: Option<String>,
    object_lock: Option<bool>,
    tags: Tags,
}

impl Row for Bucket {
    const DEFAULT_FIELDS: &'static [&'static str] = &["name", "created"];
    const REGIONS: Regions = Regions::Kept;
}

/// Lists S3 buckets across accounts. By `fields` or `filter` also: `encryption` (none, AES256, aws:kms), `public`
/// (open by policy or ACL and not blocked), `versioning` (Enabled, Suspended, Disabled), `logging` (its target or
/// none).
#[tool(read_only, open_world, title = "S3 buckets")]
pub(crate) async fn s3_list_buckets(query: ListQuery) -> Result<Table<Bucket>, ToolError> {
    let wanted = Wanted::by(&query);
    sweep_accounts(&query, async |account| buckets(account, &query, wanted).await).await
}

/// What a query asks of a bucket that costs a request for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    encryption: bool,
    public: bool,
    public_access_block: bool,
    policy: bool,
    versioning: bool,
    logging: bool,
    object_lock: bool,
    tags: bool,
}

impl Wanted {
    fn by(query: &ListQuery) -> Self {
        let wants = |columns: &[&str]| query.wants::<Bucket>(columns);
        Self {
            encryption: wants(&["encrypted", "encryption", "kms_key"]),
            public: wants(&["public"]),
            public_access_block: wants(&["public_access_block"]),
            policy: wants(&["policy"]),
            versioning: wants(&["versioning"]),
            logging: wants(&["logging"]),
            object_lock: wants(&["object_lock"]),
            tags: wants(&["tags"]),
        }
    }

    fn blocks(self) -> bool {
        self.public || self.public_access_block
    }
}

/// The buckets of an account in the regions of the query, with what it wants of them.
async fn buckets(account: Account, query: &ListQuery, wanted: Wanted) -> Result<Rows<Bucket>, aws::Error> {
    let (listed, block) =
        join!(buckets::list(&account, ""), when(wanted.blocks(), public::of_account(&account)));
    let Response { output: listed, truncated, .. } = listed?;
    let mut rows = Rows::default();
    if truncated {
        rows.truncate();
    }
    let block = match block {
        Some(Err(error)) => {
            rows.fail(error.context("public access block of the account"));
            None
        }
        block => block.and_then(Result::ok),
    };
    let asked = listed.into_iter().map(|listed| bucket(&account, query, wanted, block, listed));
    let mut failures: BTreeMap<&'static str, Vec<(String, aws::Error)>> = BTreeMap::new();
    for (bucket, of_bucket) in join_all(asked).await {
        for (what, error) in of_bucket {
            failures.entry(what).or_default().push((bucket.name.clone(), error));
        }
        rows.push(bucket);
    }
    for (what, failures) in failures {
        rows.fail_each(&format!("{what} of bucket"), failures);
    }
    Ok(rows)
}

/// A bucket, with what could not be read of it.
async fn bucket(
    account: &Account,
    query: &ListQuery,
    wanted: Wanted,
    account_block: Option<Block>,
    listed: Listed,
) -> (Bucket, Vec<Failure>) {
    let mut failures = Vec::new();
    let region = kept(&mut failures, "region", Some(buckets::region(account, &listed).await));
    let Listed { name, created, .. } = listed;
    let target = region.as_ref().map_or_else(|| account.target(), |region| account.in_region(region));
    let place = Located { name, target, created };
    // Whoever asks for other regions will not see this bucket.
    let wanted = match &region {
        Some(region) if !query.wants_region(region) => Wanted::default(),
        _ => wanted,
    };
    let (encryption, exposure, versioning, logging, object_lock, tags) = join!(
        when(wanted.encryption, settings::encryption(&place)),
        exposure(&place, wanted, account_block),
        when(wanted.versioning, settings::versioning(&place)),
        when(wanted.logging, settings::logging(&place)),
        when(wanted.object_lock, settings::object_lock(&place)),
        when(wanted.tags, settings::tags(&place)),
    );
    let encryption = kept(&mut failures, "encryption", encryption);
    let (exposure, of_exposure) = exposure;
    failures.extend(of_exposure);
    let bucket = Bucket {
        region,
        encrypted: encryption.as_ref().map(Option::is_some),
        kms_key: encryption.as_ref().and_then(|rule| rule.as_ref()?.kms_key.clone()),
        encryption: encryption.map(|rule| rule.map_or_else(|| NONE.to_owned(), |rule| rule.algorithm)),
        public: exposure.public,
        public_access_block: exposure.blocked,
        policy: exposure.policy,
        versioning: kept(&mut failures, "versioning", versioning),
        logging: kept(&mut failures, "logging", logging),
        object_lock: kept(&mut failures, "object lock", object_lock),
        tags: kept(&mut failures, "tags", tags).unwrap_or_default(),
        name: place.name,
        created: place.created,
    };
    (bucket, failures)
}

/// What is known of who can reach a bucket.
#[derive(Debug, Default, PartialEq, Eq)]
struct Exposure {
    public: Option<bool>,
    blocked: Option<bool>,
    policy: Option<bool>,
}

/// First the public access block, then only what it leaves open: of most buckets, nothing.
async fn exposure(bucket: &Located, wanted: Wanted, account: Option<Block>) -> (Exposure, Vec<Failure>) {
    let mut failures = Vec::new();
    let block = when(wanted.blocks(), public::of_bucket(bucket)).await;
    let blocks = Blocks { account, bucket: kept(&mut failures, "public access block", block) };
    let ask_policy = wanted.policy || wanted.public && blocks.restricts_policies() != Some(true);
    let ask_acl = wanted.public && blocks.ignores_acls() != Some(true);
    let (policy, acl) =
        join!(when(ask_policy, public::by_policy(bucket)), when(ask_acl, public::acl(bucket)));
    let policy = kept(&mut failures, "policy", policy);
    let acl = kept(&mut failures, "ACL", acl);
    let by_policy = policy.map(|by_policy| by_policy.unwrap_or(false));
    let exposure = Exposure {
        public: blocks.leave_public(by_policy, acl.as_ref().map(Acl::is_public)).filter(|_| wanted.public),
        blocked: blocks.all(),
        policy: policy.map(|policy| policy.is_some()),
    };
    (exposure, failures)
}

/// The answer of a question that is wanted; others are not asked.
async fn when<T>(wanted: bool, question: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(question.await) } else { None }
}

/// What could not be read of a bucket.
type Failure = (&'static str, aws::Error);

/// The answer, or nothing and why.
fn kept<T>(
    failures: &mut Vec<Failure>,
    what: &'static str,
    answer: Option<Result<T, aws::Error>>,
) -> Option<T> {
    match answer? {
        Ok(answer) => Some(answer),
        Err(error) => {
            failures.push((what, error));
            None
        }
    }
}
