//! What Lambda tells of one function, besides its configuration.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tollgate_sdk::{
    Tags,
    aws::{self, Target},
};

/// An address that calls a function, or one of its aliases, over HTTPS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FunctionUrl {
    pub(crate) url: String,
    /// Who may call it: `AWS_IAM`, or `NONE` for everybody whom the resource policy lets in.
    pub(crate) auth: String,
    /// The function, and after it the alias.
    function: String,
    invoke_mode: Option<String>,
    allowed_origins: Option<Vec<String>>,
}

const URLS: &str = "FunctionUrlConfigs[].{
    url: FunctionUrl, auth: AuthType, function: FunctionArn, invoke_mode: InvokeMode,
    allowed_origins: Cors.AllowOrigins
}";

/// All URLs of a function and of its aliases.
pub(crate) async fn urls(target: &Target, name: &str) -> Result<Vec<FunctionUrl>, aws::Error> {
    let input = json!({ "FunctionName": name });
    aws::call(target, "lambda", "ListFunctionUrlConfigs", input).select(URLS).await?.whole()
}

/// The resource policy of a function, or of one of its aliases or versions; `null` where it has none.
pub(crate) async fn policy(
    target: &Target,
    name: &str,
    qualifier: Option<&str>,
) -> Result<Value, aws::Error> {
    let input = match qualifier {
        Some(qualifier) => json!({ "FunctionName": name, "Qualifier": qualifier }),
        None => json!({ "FunctionName": name }),
    };
    let answer = aws::call::<Option<String>>(target, "lambda", "GetPolicy", input).select("Policy").await;
    match answer {
        Ok(answer) => serde_json::from_str(answer.output.as_deref().unwrap_or("null"))
            .map_err(|error| aws::Error::UnexpectedOutput(format!("the policy is no JSON: {error}"))),
        Err(error) if error.is_not_found() => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

/// The tags of a function: its ARN, without alias or version.
pub(crate) async fn tags(target: &Target, arn: &str) -> Result<Tags, aws::Error> {
    let input = json!({ "Resource": arn });
    Ok(aws::call(target, "lambda", "ListTags", input).select("Tags").await?.output)
}
