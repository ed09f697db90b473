//! The input that the options of a command line stand for, by the model of the operation.

use serde_json::{Map, Value};
use tollgate_sdk::{ToolError, catalog::Description, suggestion};

use super::{options::Parameter, values, wrong};
use crate::schema::{Kind, Schema};

/// Operations that read and have a member of a name that the CLI needs for an option of its own: what it calls that
/// member's option.
const RENAMED: &[(&str, &str, &str)] = &[
    ("DescribeImageVersion", "version", "version-number"),
    ("DescribeUsers", "query", "user-query"),
    ("GetActionType", "version", "action-version"),
    ("GetCampaignVersion", "version", "campaign-version"),
    ("GetEmailTemplate", "version", "template-version"),
    ("GetExport", "version", "resource-version"),
    ("GetGrant", "version", "grant-version"),
    ("GetInAppTemplate", "version", "template-version"),
    ("GetIntent", "version", "intent-version"),
    ("GetLicense", "version", "license-version"),
    ("GetPipeline", "version", "pipeline-version"),
    ("GetPipelineDefinition", "version", "pipeline-version"),
    ("GetPushTemplate", "version", "template-version"),
    ("GetSegmentVersion", "version", "segment-version"),
    ("GetSlotType", "version", "slot-type-version"),
    ("GetSmsTemplate", "version", "template-version"),
    ("GetTrafficPolicy", "version", "traffic-policy-version"),
    ("GetUnfilteredPartitionMetadata", "region", "resource-region"),
    ("GetUnfilteredPartitionsMetadata", "region", "resource-region"),
    ("GetUnfilteredTableMetadata", "region", "resource-region"),
    ("GetVoiceTemplate", "version", "template-version"),
    ("ListAliases", "version", "version-number"),
    ("ListQualificationTypes", "query", "types-query"),
    ("QueryObjects", "query", "objects-query"),
    ("Search", "query", "search-query"),
    ("Suggest", "query", "suggest-query"),
];

/// The members of the input.
pub(super) fn input(
    parameters: &[Parameter],
    description: &Description,
) -> Result<Map<String, Value>, ToolError> {
    let schema = Schema::of(&description.input_schema);
    let nothing = Map::new();
    let members = match schema.kind() {
        Kind::Structure(members) => members,
        _ => &nothing,
    };
    let mut input = Map::new();
    for Parameter { name, values } in parameters {
        let (member, negated) = find(name, members, schema, &description.operation)
            .ok_or_else(|| unknown(name, members, description))?;
        let Some(shape) = members.get(member).map(|member| schema.member(member)) else { continue };
        let value = match (shape.kind(), negated) {
            (_, true) if !values.is_empty() => Err("takes no value".to_owned()),
            (_, true) => Ok(Value::Bool(false)),
            (Kind::Boolean, _) => values::flag(values),
            _ => values::argument(values, shape),
        };
        let value = value.map_err(|reason| wrong(format_args!("--{name}: {reason}")))?;
        if input.insert(member.to_owned(), value).is_some() {
            return Err(wrong(format_args!("--{name} is given twice")));
        }
    }
    Ok(input)
}

/// The member that an option stands for, and whether it says no.
fn find<'a>(
    option: &str,
    members: &'a Map<String, Value>,
    schema: Schema<'a>,
    operation: &str,
) -> Option<(&'a str, bool)> {
    let named = |wanted: &str| members.iter().find(|(name, _)| plain(name) == wanted);
    let option = plain(option);
    if let Some((name, _)) = named(&option) {
        return Some((name, false));
    }
    let is_flag = |(_, member): &(&String, &'a Value)| matches!(schema.member(member).kind(), Kind::Boolean);
    if let Some((name, _)) = option.strip_prefix("no").and_then(named).filter(is_flag) {
        return Some((name, true));
    }
    // As the CLI, takes the beginning of a name that is the beginning of one alone.
    let mut begun = members.keys().filter(|name| plain(name).starts_with(&option));
    if let (Some(name), None) = (begun.next(), begun.next()) {
        return Some((name, false));
    }
    let (_, member, _) = RENAMED.iter().find(|(of, _, name)| *of == operation && plain(name) == option)?;
    named(member).map(|(name, _)| (name.as_str(), false))
}

/// A name without hyphens, in lower case: `InstanceIds` and `instance-ids` are one.
fn plain(name: &str) -> String {
    name.replace(['-', '_'], "").to_lowercase()
}

fn unknown(option: &str, members: &Map<String, Value>, description: &Description) -> ToolError {
    let names: Vec<String> = members.keys().map(|name| hyphenated(name)).collect();
    let hint = match suggestion(option, names.iter().map(String::as_str)) {
        hint if !hint.is_empty() => hint,
        _ if names.is_empty() => "; it takes none".to_owned(),
        _ => format!("; known: --{}", names.join(", --")),
    };
    wrong(format_args!("{} {} has no option --{option}{hint}", description.service, description.operation))
}

/// A member as the CLI calls it, mostly.
fn hyphenated(member: &str) -> String {
    let mut name = String::with_capacity(member.len() + 4);
    let mut before = '-';
    for character in member.chars() {
        if character.is_ascii_uppercase() && !before.is_ascii_uppercase() && before != '-' {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
        before = character;
    }
    name
}
