//! `lambda_list_functions`.

use std::collections::BTreeMap;

use futures::future::{OptionFuture, join_all};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, OffsetDateTime};
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

#[cfg(test)]
mod tests;

use crate::{
    ask::{self, FunctionUrl},
    policy, runtimes,
};

/// Never the environment: no row needs it, and its values are secret.
const SELECT: &str = "Functions[].{
    name: FunctionName, runtime: Runtime, package_type: PackageType, architecture: Architectures[0],
    memory_mib: MemorySize, timeout_seconds: Timeout, code_bytes: CodeSize, last_modified: LastModified,
    role: Role, vpc: VpcConfig.VpcId, layers: Layers[].Arn, arn: FunctionArn
}";

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Function {
    name: String,
    /// None of a function that is a container image.
    runtime: Option<String>,
    /// Whether AWS no longer patches the runtime; `null` where there is none, or none that is known.
    #[serde(skip_deserializing)]
    runtime_deprecated: Option<bool>,
    /// The day on which AWS stops, or stopped, patching it.
    #[serde(skip_deserializing)]
    runtime_ends: Option<String>,
    /// `Zip` or `Image`.
    package_type: Option<String>,
    architecture: Option<String>,
    memory_mib: Option<u32>,
    timeout_seconds: Option<u32>,
    code_bytes: Option<u64>,
    last_modified: Option<String>,
    /// Its function URL; of several, one that needs no authentication.
    #[serde(skip_deserializing)]
    url: Option<String>,
    /// `NONE` or `AWS_IAM`.
    #[serde(skip_deserializing)]
    url_auth: Option<String>,
    /// Whether its resource policy lets everybody in.
    #[serde(skip_deserializing)]
    public: Option<bool>,
    role: Option<String>,
    vpc: Option<String>,
    layers: Option<Vec<String>>,
    arn: String,
    #[serde(skip_deserializing)]
    tags: Option<Tags>,
}

impl Row for Function {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["name", "runtime", "runtime_deprecated", "runtime_ends", "memory_mib", "last_modified"];
}

impl Function {
    /// The function with what follows from its configuration today.
    fn settled(self, today: Date) -> Self {
        let ends = self.runtime.as_deref().and_then(runtimes::deprecation);
        Self {
            runtime_deprecated: ends.map(|ends| ends <= today),
            runtime_ends: ends.map(|ends| ends.to_string()),
            last_modified: self.last_modified.map(timestamp),
            vpc: self.vpc.filter(|vpc| !vpc.is_empty()),
            ..self
        }
    }

    /// Takes in the most open of its URLs.
    fn take_urls(&mut self, urls: Vec<FunctionUrl>) {
        let most_open = urls.into_iter().min_by_key(|url| url.auth != "NONE");
        (self.url, self.url_auth) = most_open.map(|found| (found.url, found.auth)).unzip();
    }
}

/// Lambda's timestamps as those of other services: `2026-03-01T10:00:00.000+0000` with a `Z`.
pub(crate) fn timestamp(text: String) -> String {
    match text.strip_suffix("+0000") {
        Some(time) => format!("{time}Z"),
        None => text,
    }
}

/// Lists Lambda functions, with the day on which AWS ends their runtime. `runtime_deprecated`: it has ended;
/// `url_auth` NONE or `public`: everybody may call it.
#[tool(read_only, open_world, title = "Lambda functions")]
pub(crate) async fn lambda_list_functions(query: ListQuery) -> Result<Table<Function>, ToolError> {
    let extras = Extras {
        urls: query.wants::<Function>(&["url", "url_auth"]),
        policy: query.wants::<Function>(&["public"]),
        tags: query.wants::<Function>(&["tags"]),
    };
    sweep(&query, async |target| functions(&target, extras).await).await
}

/// What costs a call for each function.
#[derive(Clone, Copy)]
struct Extras {
    urls: bool,
    policy: bool,
    tags: bool,
}

async fn functions(target: &Target, extras: Extras) -> Result<Rows<Function>, aws::Error> {
    let listed =
        aws::call::<Vec<Function>>(target, "lambda", "ListFunctions", json!({})).select(SELECT).await?;
    let mut rows = Rows::default();
    if listed.truncated {
        rows.truncate();
    }
    let today = OffsetDateTime::now_utc().date();
    let completed =
        listed.output.into_iter().map(|function| complete(function.settled(today), target, extras));
    let mut failures: BTreeMap<&str, Vec<(String, aws::Error)>> = BTreeMap::new();
    for (function, failed) in join_all(completed).await {
        for (what, error) in failed {
            failures.entry(what).or_default().push((function.name.clone(), error));
        }
        rows.push(function);
    }
    failures.into_iter().for_each(|(what, failures)| rows.fail_each(what, failures));
    Ok(rows)
}

/// What could not be found out, each with what it is.
type Failures = Vec<(&'static str, aws::Error)>;

/// The function with what is wanted besides.
async fn complete(mut function: Function, target: &Target, extras: Extras) -> (Function, Failures) {
    let (urls, policy, tags) = futures::join!(
        OptionFuture::from(extras.urls.then(|| ask::urls(target, &function.name))),
        OptionFuture::from(extras.policy.then(|| ask::policy(target, &function.name, None))),
        OptionFuture::from(extras.tags.then(|| ask::tags(target, &function.arn))),
    );
    let mut failures = Vec::new();
    if let Some(urls) = known("URL of function", urls, &mut failures) {
        function.take_urls(urls);
    }
    function.public =
        known("policy of function", policy, &mut failures).map(|policy| policy::is_public(&policy));
    function.tags = known("tags of function", tags, &mut failures);
    (function, failures)
}

/// What was asked for and answered.
fn known<T>(what: &'static str, asked: Option<Result<T, aws::Error>>, failures: &mut Failures) -> Option<T> {
    asked?.map_err(|error| failures.push((what, error))).ok()
}
