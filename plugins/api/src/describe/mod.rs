//! `aws_describe_operation`.

mod outline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_sdk::{
    Json, ToolError, budget,
    catalog::{self, Scope},
    suggestion, tool,
};

use crate::schema::{Kind, Schema};

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    service: String,
    operation: String,
    /// Goes deeper where members were only counted, e.g. output.Volumes.Attachments
    #[serde(default)]
    member: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Description {
    service: String,
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
    access: String,
    iam_action: String,
    /// Why aws_call may not
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    asked: &'static str,
    /// Where the rows are
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redacted: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
}

/// Describes the input and output of an operation of AWS, for aws_call.
#[tool(read_only, idempotent, title = "Operation of AWS")]
pub(crate) async fn aws_describe_operation(arguments: Arguments) -> Result<Json<Description>, ToolError> {
    let Arguments { service, operation, member } = arguments;
    let description = catalog::describe(&service, &operation).await?;
    let room = budget::answer_bytes() as usize;
    let (input, output) = shapes(&description, member.as_deref(), room)?;
    let catalog::Description {
        service, operation, doc, access, iam_action, refusal, items, redacted, ..
    } = description;
    let asked = match description.scope {
        Scope::Regional => "in each region",
        Scope::Account => "once per account",
        _ => "once",
    };
    let summary = match &refusal {
        Some(_) => format!("{service} {operation}, which is refused"),
        None => format!("{service} {operation}"),
    };
    let deprecated = description.deprecated;
    let description = Description {
        service,
        operation,
        doc,
        access,
        iam_action,
        refusal,
        asked,
        items,
        redacted,
        deprecated,
        input,
        output,
    };
    Ok(Json::new(description, summary))
}

/// The outlines of input and output, or of the one member that was asked for.
fn shapes(
    description: &catalog::Description,
    member: Option<&str>,
    room: usize,
) -> Result<(Option<Value>, Option<Value>), ToolError> {
    let (input, output) = (Schema::of(&description.input_schema), Schema::of(&description.output_schema));
    let Some(member) = member else {
        let input = outline::within(input, room / 2);
        let left = room.saturating_sub(input.to_string().len());
        return Ok((Some(input), Some(outline::within(output, left))));
    };
    let (side, path) = member.split_once('.').unwrap_or((member, ""));
    match side {
        "input" => Ok((Some(outline::within(below(input, path)?, room)), None)),
        "output" => Ok((None, Some(outline::within(below(output, path)?, room)))),
        _ => Err(ToolError::invalid_argument("member", "begins with `input` or `output`")),
    }
}

/// What stands at a path of members; the brackets of lists and the stars of maps may be left out.
fn below<'a>(mut at: Schema<'a>, path: &str) -> Result<Schema<'a>, ToolError> {
    for name in
        path.split('.').map(|name| name.trim_end_matches("[]")).filter(|name| !["", "*"].contains(name))
    {
        let structure = outline::innermost(at);
        let Kind::Structure(members) = structure.kind() else {
            return Err(ToolError::invalid_argument(
                "member",
                format!("what is above has no members, so no `{name}`"),
            ));
        };
        let Some(member) = members.get(name) else {
            let hint = suggestion(name, members.keys().map(String::as_str));
            return Err(ToolError::invalid_argument("member", format!("unknown member `{name}`{hint}")));
        };
        at = structure.member(member);
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::describe;

    use super::*;

    fn volumes() -> catalog::Description {
        let description = json!({
            "service": "ec2", "operation": "DescribeVolumes", "doc": "Describes volumes.", "access": "list",
            "refusal": null, "iam_action": "ec2:DescribeVolumes", "sensitive": null, "redacted": [],
            "scope": "regional", "paged": true, "items": ["Volumes"], "page_size": "MaxResults",
            "deprecated": false,
            "input_schema": {
                "type": "object",
                "properties": {
                    "VolumeIds": { "type": "array", "items": { "type": "string" } },
                    "DryRun": { "type": "boolean" },
                },
            },
            "output_schema": {
                "type": "object",
                "properties": { "Volumes": { "type": "array", "items": {
                    "type": "object",
                    "properties": { "Attachments": { "type": "array", "items": {
                        "type": "object",
                        "properties": { "InstanceId": { "type": "string" } },
                    } } },
                } } },
            },
        });
        serde_json::from_value(description).expect("a description")
    }

    #[test]
    fn members_are_found_with_or_without_brackets() {
        let volumes = volumes();
        let all = shapes(&volumes, None, 10_000).expect("both");
        assert_eq!(json!(all.0), json!({ "VolumeIds[]": "string", "DryRun": "boolean" }));
        assert_eq!(json!(all.1), json!({ "Volumes[]": { "Attachments[]": { "InstanceId": "string" } } }));
        for member in ["output.Volumes.Attachments", "output.Volumes[].Attachments[]"] {
            let (input, output) = shapes(&volumes, Some(member), 10_000).expect("it is there");
            assert_eq!((input, json!(output)), (None, json!({ "InstanceId": "string" })), "{member}");
        }
    }

    #[test]
    fn members_that_are_not_there_are_refused() {
        let errors = ["Volumes", "output.Volume", "output.Volumes.Attachments.InstanceId.x"]
            .map(|member| shapes(&volumes(), Some(member), 10_000).expect_err(member).to_string());
        insta::assert_snapshot!(errors.join("\n"), @"
        `member`: begins with `input` or `output`
        `member`: unknown member `Volume`; did you mean `Volumes`?
        `member`: what is above has no members, so no `x`
        ");
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<aws_describe_operation>();
        insta::assert_snapshot!(tool.description, @"Describes the input and output of an operation of AWS, for aws_call.");
        insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"service":{"type":"string"},"operation":{"type":"string"},"member":{"type":"string","description":"Goes deeper where members were only counted, e.g. output.Volumes.Attachments"}},"required":["service","operation"],"additionalProperties":false}"#);
    }
}
