//! The input that the options of a command line stand for, by the model of the operation.

use serde_json::{Map, Value};
use tollgate_sdk::{ToolError, catalog::Description, suggestion};

use super::{options::Parameter, values, wrong};
use crate::schema::{Kind, Schema};

/// Words that the CLI has options of its own for. A member of that name has an option with another word in front:
/// `--pipeline-version` is the member `version`.
const TAKEN: &[&str] = &["endpoint", "output", "query", "region", "version"];

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
        let (member, negated) =
            find(name, members, schema).ok_or_else(|| unknown(name, members, description))?;
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
fn find<'a>(option: &str, members: &'a Map<String, Value>, schema: Schema<'a>) -> Option<(&'a str, bool)> {
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
    let taken = TAKEN
        .iter()
        .find(|word| option.ends_with(*word) || (**word == "version" && option == "versionnumber"));
    taken.and_then(|word| named(word)).map(|(name, _)| (name.as_str(), false))
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
