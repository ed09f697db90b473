//! `lambda_describe_function`.

use futures::{future::join_all, join};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use time::{Date, OffsetDateTime};
use tollgate_sdk::{
    Arn, Details, Rows, Scope, Tags, ToolError,
    aws::{self, Target},
    find, tool,
};

mod select;
#[cfg(test)]
mod tests;

use crate::{
    ask::{self, FunctionUrl},
    list_functions::timestamp,
    policy, runtimes,
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Name or ARN, with :alias or :version if need be
    function: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Describes a Lambda function: configuration (of its environment the names), URLs, resource policy, event
/// sources, aliases, versions, concurrency. Never its code.
#[tool(read_only, open_world, title = "Lambda function")]
pub(crate) async fn lambda_describe_function(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { function, scope } = &arguments;
    let wanted = Wanted::parse(function)?;
    let scope = wanted.arn.as_ref().map_or_else(|| scope.clone(), |arn| scope.at(arn));
    find(&scope, format_args!("function {function}"), async |target| described(&target, &wanted).await).await
}

/// What names the function.
#[derive(Debug, PartialEq)]
struct Wanted {
    name: String,
    /// An alias or a version.
    qualifier: Option<String>,
    arn: Option<Arn>,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, ToolError> {
        let arn = Arn::parse(text);
        let named = match &arn {
            Some(arn) => arn.resource.strip_prefix("function:").filter(|_| arn.service == "lambda"),
            None => Some(text),
        };
        let mut parts = named.unwrap_or_default().split(':').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), qualifier, None) if !name.is_empty() => Ok(Self { name, qualifier, arn }),
            _ => Err(ToolError::invalid_argument(
                "function",
                format!("expected a name, name:alias or arn:aws:lambda:…:function:name, got {text}"),
            )),
        }
    }

    /// The input of an operation on the alias or version.
    fn input(&self) -> Value {
        match &self.qualifier {
            Some(qualifier) => json!({ "FunctionName": self.name, "Qualifier": qualifier }),
            None => self.input_of_function(),
        }
    }

    /// The input of an operation on the function as a whole.
    fn input_of_function(&self) -> Value {
        json!({ "FunctionName": self.name })
    }
}

/// A configuration as the expression leaves it: what is put together here, and the rest as it is told.
#[derive(Deserialize)]
struct Selected {
    name: String,
    arn: String,
    runtime: Option<String>,
    last_modified: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Serialize)]
struct Function {
    name: String,
    arn: String,
    runtime: Option<String>,
    runtime_deprecated: Option<bool>,
    runtime_ends: Option<String>,
    last_modified: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
    tags: Tags,
    urls: Vec<FunctionUrl>,
    /// Whether its resource policy lets everybody in.
    public: Option<bool>,
    /// The statements of its resource policy.
    policy: Vec<Value>,
    event_sources: Vec<Value>,
    aliases: Vec<Alias>,
    versions: Vec<Version>,
    reserved_concurrency: Option<u64>,
    provisioned_concurrency: Vec<Value>,
    asynchronous: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
struct Alias {
    name: String,
    version: Option<String>,
    description: Option<String>,
    weights: Option<Value>,
    /// Whether its own resource policy lets everybody in.
    #[serde(skip_deserializing)]
    public: Option<bool>,
}

/// A published version.
#[derive(Serialize, Deserialize)]
struct Version {
    version: String,
    runtime: Option<String>,
    last_modified: Option<String>,
    description: Option<String>,
}

impl Function {
    fn new(Selected { name, arn, runtime, last_modified, rest }: Selected, today: Date) -> Self {
        let ends = runtime.as_deref().and_then(runtimes::deprecation);
        Self {
            name,
            arn,
            runtime,
            runtime_deprecated: ends.map(|ends| ends <= today),
            runtime_ends: ends.map(|ends| ends.to_string()),
            last_modified: last_modified.map(timestamp),
            rest,
            tags: Tags::default(),
            urls: Vec::new(),
            public: None,
            policy: Vec::new(),
            event_sources: Vec::new(),
            aliases: Vec::new(),
            versions: Vec::new(),
            reserved_concurrency: None,
            provisioned_concurrency: Vec::new(),
            asynchronous: Vec::new(),
        }
    }
}

/// The function, if the target has it. What Lambda does not tell of it is a gap beside the rest.
async fn described(target: &Target, wanted: &Wanted) -> Result<Rows<Function>, aws::Error> {
    let configuration = aws::call::<Selected>(target, "lambda", "GetFunctionConfiguration", wanted.input());
    let configuration = configuration.select(select::CONFIGURATION).await?.output;
    let mut function = Function::new(configuration, OffsetDateTime::now_utc().date());
    let (name, qualifier) = (wanted.name.as_str(), wanted.qualifier.as_deref());
    let arn = unqualified(&function.arn);
    let (tags, urls, policy, aliases, versions, sources, reserved, provisioned, asynchronous) = join!(
        ask::tags(target, &arn),
        ask::urls(target, name),
        ask::policy(target, name, qualifier),
        aliases(target, wanted),
        versions(target, wanted),
        list(target, wanted, "ListEventSourceMappings", select::EVENT_SOURCES),
        list(target, wanted, "GetFunctionConcurrency", "ReservedConcurrentExecutions"),
        list(target, wanted, "ListProvisionedConcurrencyConfigs", select::PROVISIONED_CONCURRENCY),
        list(target, wanted, "ListFunctionEventInvokeConfigs", select::ASYNCHRONOUS),
    );
    let mut gaps = Gaps::default();
    function.tags = gaps.or_default("tags", tags);
    function.urls = gaps.or_default("URLs", urls);
    if let Some(policy) = gaps.or_default("policy", policy.map(Some)) {
        function.public = Some(policy::is_public(&policy));
        function.policy = policy::statements(&policy).iter().map(without_resource).collect();
    }
    let (aliases, failures) = gaps.or_default("aliases", aliases);
    gaps.0.extend(failures);
    function.aliases = aliases;
    function.versions = gaps.or_default("versions", versions);
    function.event_sources = gaps.or_default("event sources", sources);
    function.reserved_concurrency = gaps.or_default("reserved concurrency", reserved);
    function.provisioned_concurrency = gaps.or_default("provisioned concurrency", provisioned);
    function.asynchronous = gaps.or_default("asynchronous invocation", asynchronous);
    let mut rows = Rows::from(vec![function]);
    for error in gaps.0 {
        rows.fail(error.context(format_args!("function {name}")));
    }
    Ok(rows)
}

/// What could not be found out.
#[derive(Default)]
struct Gaps(Vec<aws::Error>);

impl Gaps {
    fn or_default<T: Default>(&mut self, what: &str, answer: Result<T, aws::Error>) -> T {
        answer.unwrap_or_else(|error| {
            self.0.push(error.context(what));
            T::default()
        })
    }
}

/// What an operation tells of the function as a whole.
async fn list<T: DeserializeOwned + 'static>(
    target: &Target,
    wanted: &Wanted,
    operation: &str,
    select: &str,
) -> Result<T, aws::Error> {
    let input = wanted.input_of_function();
    Ok(aws::call(target, "lambda", operation, input).select(select).await?.output)
}

async fn versions(target: &Target, wanted: &Wanted) -> Result<Vec<Version>, aws::Error> {
    let listed: Vec<Version> = list(target, wanted, "ListVersionsByFunction", select::VERSIONS).await?;
    let settled =
        |version: Version| Version { last_modified: version.last_modified.map(timestamp), ..version };
    Ok(listed.into_iter().map(settled).collect())
}

/// The aliases, each with whether it is public, and of which that is not known.
async fn aliases(target: &Target, wanted: &Wanted) -> Result<(Vec<Alias>, Vec<aws::Error>), aws::Error> {
    let listed: Vec<Alias> = list(target, wanted, "ListAliases", select::ALIASES).await?;
    let with_policy = listed.into_iter().map(async |alias| {
        let policy = ask::policy(target, &wanted.name, Some(&alias.name)).await;
        (alias, policy)
    });
    let (mut aliases, mut failures) = (Vec::new(), Vec::new());
    for (mut alias, policy) in join_all(with_policy).await {
        match policy {
            Ok(policy) => alias.public = Some(policy::is_public(&policy)),
            Err(error) => failures.push(error.context(format_args!("policy of alias {}", alias.name))),
        }
        aliases.push(alias);
    }
    Ok((aliases, failures))
}

/// The ARN of the function itself, without alias or version.
fn unqualified(arn: &str) -> String {
    arn.split(':').take(7).collect::<Vec<_>>().join(":")
}

/// A statement of the policy of a function is about that function.
fn without_resource(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(members) = statement.as_object_mut() {
        members.shift_remove("Resource");
    }
    statement
}
