//! The details of one thing, wherever it is.
//!
//! A tool that describes takes a [`Scope`] beside what names the thing, and answers [`Details`].

use futures::{StreamExt, stream::FuturesUnordered};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod shorten;
#[cfg(test)]
mod tests;

use crate::{
    Arn, Coverage, IntoOutput, Outcome, Output, Rows, ToolError,
    accounts::Account,
    aws::{self, Target},
    budget,
    table::{Failure, Place, all_failed, each_account, is_empty, targets},
};

/// Where a thing is looked for: flattened into the arguments of a tool that describes it.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use tollgate_sdk::Scope;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Arguments {
///     /// Name or URL
///     queue: String,
///     #[serde(flatten)]
///     scope: Scope,
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scope {
    /// Where to look; default: all
    pub accounts: Vec<String>,
    /// Default: as configured
    pub regions: Vec<String>,
}

impl Scope {
    /// Where a thing with an ARN is: the ARN's account and region, unless the scope names its own.
    #[must_use]
    pub fn at(&self, arn: &Arn) -> Self {
        let or = |named: &[String], part: &str| match named {
            [] if !part.is_empty() => vec![part.to_owned()],
            named => named.to_vec(),
        };
        Self { accounts: or(&self.accounts, &arn.account), regions: or(&self.regions, &arn.region) }
    }
}

/// A thing, or several of the same name in different places, each with its account and region in
/// front, and who could not be asked.
///
/// ```json
/// {"matches": [{"account": "production", "account_id": "222233334444", "region": "eu-west-1",
///               "id": "i-0123", "state": "running"}],
///  "coverage": {"ok": 8}}
/// ```
///
/// Lists in it that are too long for a short answer are cut, and kept by the host: `shortened` says
/// how many elements each has, and `cursor` where `result_query` reads them. `truncated` says that AWS has more
/// than was read, by the host's limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    matches: Vec<Map<String, Value>>,
    truncated: bool,
    coverage: Coverage,
}

impl Details {
    /// What was found, as it is answered where nothing is cut.
    pub fn matches(&self) -> &[Map<String, Value>] {
        &self.matches
    }

    /// Whether AWS has more than was read.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Who answered, and who did not.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }
}

/// Asks every target of a scope for a thing, all at once, and answers what is found.
///
/// `ask` gives what a target has: nothing, one thing or several ([`Rows`] with what failed beside).
/// An error that says that nothing is there ([`aws::Error::is_not_found`]) counts as nothing.
/// `what` names the thing in errors: `instance i-0123`.
///
/// # Errors
/// - [`ToolError::InvalidArguments`] for an unknown account;
/// - [`ToolError::Denied`] and [`ToolError::Failed`] where nobody answered, and `Failed` where nobody
///   has the thing; both say who could not be asked.
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use tollgate_sdk::{Details, Scope, ToolError, aws, find, tool};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Arguments {
///     /// Its id
///     vpc: String,
///     #[serde(flatten)]
///     scope: Scope,
/// }
///
/// #[derive(Serialize, Deserialize)]
/// struct Vpc {
///     id: String,
///     cidr: String,
/// }
///
/// /// Describes a VPC.
/// #[tool(read_only, open_world)]
/// async fn ec2_describe_vpc(arguments: Arguments) -> Result<Details, ToolError> {
///     let Arguments { vpc, scope } = &arguments;
///     find(scope, format_args!("VPC {vpc}"), async |target| {
///         aws::call::<Vec<Vpc>>(&target, "ec2", "DescribeVpcs", json!({ "VpcIds": [vpc] }))
///             .select("Vpcs[].{id: VpcId, cidr: CidrBlock}")
///             .await
///     })
///     .await
/// }
/// ```
pub async fn find<T: Serialize, O: Into<Rows<T>>>(
    scope: &Scope,
    what: impl std::fmt::Display,
    ask: impl AsyncFn(Target) -> Result<O, aws::Error>,
) -> Result<Details, ToolError> {
    let (failures, asked) = targets(&scope.accounts, &scope.regions).await?;
    ask_all(what, failures, asked, ask).await
}

/// As [`find`], but asks every account once, or each of those named: for services that answer for the whole
/// account. The things say themselves where they are, by a member `region`.
pub async fn find_in_accounts<T: Serialize, O: Into<Rows<T>>>(
    accounts: &[String],
    what: impl std::fmt::Display,
    ask: impl AsyncFn(Account) -> Result<O, aws::Error>,
) -> Result<Details, ToolError> {
    let asked = each_account(accounts).await?;
    ask_all(what, Vec::new(), asked, ask).await
}

impl Place {
    /// A thing with its place in front.
    fn around(&self, thing: &impl Serialize) -> Result<Map<String, Value>, ToolError> {
        let Ok(Value::Object(thing)) = serde_json::to_value(thing) else {
            return Err(ToolError::failed("what was found is no JSON object"));
        };
        let mut whole = Map::with_capacity(thing.len() + 3);
        whole.insert("account".to_owned(), self.account.as_str().into());
        whole.insert("account_id".to_owned(), self.id.as_str().into());
        whole.extend(self.region.as_ref().map(|region| ("region".to_owned(), region.as_str().into())));
        whole.extend(filled(thing));
        Ok(whole)
    }
}

/// The members that say something, at any depth.
fn filled(members: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    members
        .into_iter()
        .map(|(name, value)| (name, without_empty(value)))
        .filter(|(_, value)| !is_empty(value))
}

fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(members) => filled(members).collect(),
        Value::Array(items) => items.into_iter().map(without_empty).collect(),
        value => value,
    }
}

async fn ask_all<W, T: Serialize, O: Into<Rows<T>>>(
    what: impl std::fmt::Display,
    mut failures: Vec<Failure>,
    asked: Vec<(Place, W)>,
    ask: impl AsyncFn(W) -> Result<O, aws::Error>,
) -> Result<Details, ToolError> {
    let ask = &ask;
    let total = asked.len() as u64;
    let mut answers: FuturesUnordered<_> = asked
        .into_iter()
        .enumerate()
        .map(|(index, (place, whom))| async move { (index, place, ask(whom).await) })
        .collect();
    let (mut found, mut ok, mut more_in_aws) = (Vec::new(), 0, false);
    while let Some((index, place, answer)) = answers.next().await {
        match answer {
            Ok(answer) => {
                let Rows { rows, truncated, errors } = answer.into();
                more_in_aws |= truncated;
                ok += u64::from(errors.is_empty());
                failures.extend(errors.iter().map(|error| Failure::of_call(place.name(), error)));
                for thing in &rows {
                    found.push((index, place.around(thing)?));
                }
            }
            Err(error) if error.is_not_found() => ok += 1,
            Err(error) => failures.push(Failure::of_call(place.name(), &error)),
        }
        crate::progress::report(total - answers.len() as u64, Some(total), Some(&place.name()));
    }
    if found.is_empty() {
        return Err(not_found(what, ok, more_in_aws, &failures));
    }
    found.sort_by_key(|(index, _)| *index);
    let matches = found.into_iter().map(|(_, thing)| thing).collect();
    Ok(Details { matches, truncated: more_in_aws, coverage: Coverage::new(ok, &failures) })
}

/// Nobody has it, or nobody could be asked.
fn not_found(what: impl std::fmt::Display, ok: u64, more_in_aws: bool, failures: &[Failure]) -> ToolError {
    if ok == 0 && !failures.is_empty() {
        return all_failed(failures);
    }
    let mut text = format!("no {what} in the {ok} places that were asked");
    if more_in_aws {
        text += ", of which AWS has more than was read";
    }
    if failures.is_empty() {
        text += "; check the name, or name more `accounts` or `regions`";
    } else {
        let named: Vec<String> = failures.iter().take(5).map(Failure::in_words).collect();
        text += &format!(", and {} did not answer: {}", failures.len(), named.join(", "));
    }
    ToolError::Failed(text)
}

impl IntoOutput for Details {
    fn output_schema() -> Option<Value> {
        Some(json!({
            "type": "object",
            "properties": { "matches": { "type": "array" }, "coverage": { "type": "object" } },
            "required": ["matches"],
        }))
    }

    fn into_outcome(self) -> Result<Outcome, ToolError> {
        let place = |found: &Map<String, Value>| {
            let part = |name| found.get(name).and_then(Value::as_str);
            [part("account"), part("region")].into_iter().flatten().collect::<Vec<_>>().join("/")
        };
        let places: Vec<String> = self.matches.iter().take(5).map(place).collect();
        let mut summary = format!("{} found: {}", self.matches.len(), places.join(", "));
        if self.truncated {
            summary += "; AWS has more than was read";
        }
        let structured = shorten::to_fit(self, budget::answer_bytes() as usize)?;
        if let Some(cursor) = structured.get("cursor").and_then(Value::as_str) {
            summary += &format!("\nlong lists are cut; result_query reads them whole: {cursor}");
        }
        Output::text(summary).with_structured(&structured).map(Outcome::Complete)
    }
}
