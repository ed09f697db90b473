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

#[derive(Debug, Serialize)]
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

#[derive(Debug, Serialize, Deserialize)]
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
#[derive(Debug, Serialize, Deserialize)]
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
        told(target, wanted, "ListEventSourceMappings", select::EVENT_SOURCES),
        told(target, wanted, "GetFunctionConcurrency", "ReservedConcurrentExecutions"),
        told(target, wanted, "ListProvisionedConcurrencyConfigs", select::PROVISIONED_CONCURRENCY),
        told(target, wanted, "ListFunctionEventInvokeConfigs", select::ASYNCHRONOUS),
    );
    let mut gaps = Gaps { function: name, rows: Rows::default() };
    function.tags = gaps.or_default("tags", tags);
    function.urls = gaps.or_default("URLs", urls);
    if let Some(policy) = gaps.or_default("policy", policy.map(Some)) {
        function.public = Some(policy::is_public(&policy));
        function.policy = policy::statements(&policy).iter().map(without_resource).collect();
    }
    for (mut alias, policy) in gaps.list("aliases", aliases) {
        let what = format!("policy of alias {}", alias.name);
        alias.public = gaps.or_default(&what, policy.map(|policy| Some(policy::is_public(&policy))));
        function.aliases.push(alias);
    }
    function.versions = gaps.list("versions", versions);
    function.event_sources = gaps.list("event sources", sources);
    function.reserved_concurrency =
        gaps.or_default("reserved concurrency", reserved.map(|reserved| reserved.output));
    function.provisioned_concurrency = gaps.list("provisioned concurrency", provisioned);
    function.asynchronous = gaps.list("asynchronous invocation", asynchronous);
    let Gaps { mut rows, .. } = gaps;
    rows.push(function);
    Ok(rows)
}

/// What could not be found out of a function, in the answer that will have it.
struct Gaps<'a> {
    function: &'a str,
    rows: Rows<Function>,
}

impl Gaps<'_> {
    fn or_default<T: Default>(&mut self, what: &str, answer: Result<T, aws::Error>) -> T {
        answer.unwrap_or_else(|error| {
            self.rows.fail(error.context(what).context(format_args!("function {}", self.function)));
            T::default()
        })
    }

    /// The elements of a list, as far as they were read.
    fn list<T>(&mut self, what: &str, answer: Result<aws::Response<Vec<T>>, aws::Error>) -> Vec<T> {
        let listed = self.or_default(what, answer.map(Rows::from));
        self.rows.unpack(listed)
    }
}

/// What an operation tells of the function as a whole.
async fn told<T: DeserializeOwned + 'static>(
    target: &Target,
    wanted: &Wanted,
    operation: &str,
    select: &str,
) -> Result<aws::Response<T>, aws::Error> {
    aws::call(target, "lambda", operation, wanted.input_of_function()).select(select).await
}

async fn versions(target: &Target, wanted: &Wanted) -> Result<aws::Response<Vec<Version>>, aws::Error> {
    let listed: aws::Response<Vec<Version>> =
        told(target, wanted, "ListVersionsByFunction", select::VERSIONS).await?;
    let settled =
        |version: Version| Version { last_modified: version.last_modified.map(timestamp), ..version };
    Ok(listed.map_each(settled))
}

/// An alias, and its resource policy.
type WithPolicy = (Alias, Result<Value, aws::Error>);

async fn aliases(target: &Target, wanted: &Wanted) -> Result<aws::Response<Vec<WithPolicy>>, aws::Error> {
    let listed: aws::Response<Vec<Alias>> = told(target, wanted, "ListAliases", select::ALIASES).await?;
    let policy = async |alias: &Alias| ask::policy(target, &wanted.name, Some(&alias.name)).await;
    let policies = join_all(listed.output.iter().map(policy)).await;
    Ok(listed.map(|aliases| aliases.into_iter().zip(policies).collect()))
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
