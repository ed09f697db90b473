//! Paginators that botocore does not have: by a strict rule, and from `paginators.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::types::service::{Operation, Paginator, Service};
use super::types::shape::{Kind, Member, Shape, ShapeId, Structure};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What the rule would get wrong: `service.Operation`.
    except: Vec<String>,
    paginator: Vec<Written>,
}

/// A paginator that the rule does not find.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// `service.Operation`: operations whose pages hang together in the same way.
    operations: Vec<String>,
    input: Vec<Box<str>>,
    output: Vec<Box<str>>,
    results: Vec<Box<str>>,
    limit: Option<Box<str>>,
    more: Option<Box<str>>,
    /// Members of the output that are the same on every page.
    #[serde(default)]
    fixed: Vec<Box<str>>,
}

/// Input tokens, in lower case, and the output tokens that may go with them, the likeliest first.
const TOKENS: [(&str, &[&str]); 8] = [
    ("nexttoken", &["nexttoken"]),
    ("nextpagetoken", &["nextpagetoken"]),
    ("pagetoken", &["nextpagetoken", "pagetoken"]),
    ("paginationtoken", &["nextpaginationtoken", "paginationtoken"]),
    ("continuationtoken", &["nextcontinuationtoken", "continuationtoken"]),
    ("nextmarker", &["nextmarker"]),
    ("marker", &["nextmarker", "marker"]),
    ("cursor", &["nextcursor", "cursor"]),
];

/// Input members that bound a page, in lower case.
const LIMITS: [&str; 7] =
    ["maxresults", "maxitems", "maxrecords", "maxentries", "limit", "pagesize", "pagelimit"];

/// Output members, in lower case, that say whether there is another page.
const MORE: [&str; 3] = ["istruncated", "hasmoreresults", "truncated"];

/// Output members, in lower case, that are about one page alone.
const OF_ONE_PAGE: [&str; 5] = ["count", "returnsize", "quantity", "maxitems", "maxresults"];

/// Where a paginator that botocore does not have comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The rule.
    Rule,
    /// `paginators.toml`.
    Table,
}

/// Gives paginators to the operations that lack one and need it, and tells which.
pub(crate) fn add(services: &mut [Service], path: &Path) -> Result<BTreeMap<String, Origin>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let File { mut except, paginator } = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let mut written: BTreeMap<String, Paginator> = BTreeMap::new();
    for entry in paginator {
        ensure!(entry.input.len() == entry.output.len(), "paginators.toml: {:?}", entry.operations);
        for name in &entry.operations {
            written.insert(
                name.clone(),
                Paginator {
                    input_tokens: entry.input.clone(),
                    output_tokens: entry.output.clone(),
                    result_keys: entry.results.clone(),
                    limit_key: entry.limit.clone(),
                    more_results: entry.more.clone(),
                    non_aggregate_keys: entry.fixed.clone(),
                },
            );
        }
    }
    let mut origins = BTreeMap::new();
    for service in services {
        let mut new = Vec::new();
        for operation in service.operations.values() {
            let name = format!("{}.{}", service.name, operation.name);
            if let Some(paginator) = written.remove(&name) {
                check(service, operation, &paginator).with_context(|| format!("paginators.toml: {name}"))?;
                new.push((operation.name.clone(), paginator));
                origins.insert(name, Origin::Table);
            } else if operation.paginator.is_none() && operation.access.is_read_only() {
                let Some(paginator) = by_rule(service, operation) else { continue };
                if let Some(at) = except.iter().position(|except| *except == name) {
                    except.swap_remove(at);
                    continue;
                }
                new.push((operation.name.clone(), paginator));
                origins.insert(name, Origin::Rule);
            }
        }
        for (name, paginator) in new {
            service.operations.get_mut(&name).context("an operation went missing")?.paginator =
                Some(paginator);
        }
    }
    ensure!(written.is_empty(), "paginators.toml: there are no operations {:?}", written.keys());
    ensure!(except.is_empty(), "paginators.toml: the rule finds nothing for {except:?}");
    Ok(origins)
}

/// The paginator of an operation whose members leave no doubt: a token in, the same or the next one out, and
/// one list (or no list and one map), in the output itself or in its only structure. What else there is stays as
/// it is on the first page.
fn by_rule(service: &Service, operation: &Operation) -> Option<Paginator> {
    let input = structure(service, operation.input?)?;
    let output = structure(service, operation.output?)?;
    let (token, next) = tokens(service, input)?;
    let (prefix, page) = match find(service, output, next) {
        Some(_) => (String::new(), output),
        None => {
            let [only] = output.members.as_slice() else { return None };
            (format!("{}.", only.name), structure(service, only.shape)?)
        }
    };
    let next_token = find(service, page, next)?;
    let key = |member: &Member| format!("{prefix}{}", member.name).into_boxed_str();
    let are = |is: fn(&Kind) -> bool| -> Vec<&Member> {
        page.members.iter().filter(|member| is(&shape(service, member.shape).kind)).collect()
    };
    let lists = are(|kind| matches!(kind, Kind::List(_)));
    let maps = are(|kind| matches!(kind, Kind::Map(_)));
    let result = match (lists.as_slice(), maps.as_slice()) {
        ([list], _) => *list,
        ([], [map]) => *map,
        _ => return None,
    };
    let limits: Vec<&Member> = input.members.iter().filter(|member| named(member, &LIMITS)).collect();
    let more = page
        .members
        .iter()
        .find(|member| named(member, &MORE) && matches!(shape(service, member.shape).kind, Kind::Boolean));
    let of_paging = |member: &&Member| {
        member.name == next_token.name
            || member.name == result.name
            || named(member, &MORE)
            || named(member, &OF_ONE_PAGE)
            || TOKENS.iter().any(|(token, _)| member.name.eq_ignore_ascii_case(token))
    };
    Some(Paginator {
        input_tokens: vec![token.name.clone()],
        output_tokens: vec![key(next_token)],
        result_keys: vec![key(result)],
        limit_key: match limits.as_slice() {
            [limit] if is_number(service, limit) => Some(limit.name.clone()),
            _ => None,
        },
        more_results: more.map(key),
        non_aggregate_keys: page.members.iter().filter(|member| !of_paging(member)).map(key).collect(),
    })
}

/// The one token of an input, and the names that its successor may have.
fn tokens<'a>(service: &Service, input: &'a Structure) -> Option<(&'a Member, &'static [&'static str])> {
    let mut found = TOKENS.iter().filter_map(|(token, next)| Some((find(service, input, &[token])?, *next)));
    let (token, next) = found.next()?;
    (found.next().is_none() && !token.required).then_some((token, next))
}

/// The text member of the first of these names that there is, letter case aside.
fn find<'a>(service: &Service, structure: &'a Structure, names: &[&str]) -> Option<&'a Member> {
    names.iter().find_map(|name| {
        structure.members.iter().find(|member| {
            member.name.eq_ignore_ascii_case(name)
                && matches!(shape(service, member.shape).kind, Kind::String(_))
        })
    })
}

fn named(member: &Member, names: &[&str]) -> bool {
    names.iter().any(|name| member.name.eq_ignore_ascii_case(name))
}

fn is_number(service: &Service, member: &Member) -> bool {
    matches!(shape(service, member.shape).kind, Kind::Integer(_) | Kind::Long(_))
}

/// Whether what a written paginator names is there.
fn check(service: &Service, operation: &Operation, paginator: &Paginator) -> Result<()> {
    ensure!(operation.paginator.is_none(), "botocore has one by now");
    let input = operation.input.and_then(|id| structure(service, id)).context("it has no input")?;
    for name in paginator.input_tokens.iter().chain(&paginator.limit_key) {
        ensure!(input.members.iter().any(|member| member.name == *name), "there is no input `{name}`");
    }
    let output = operation.output.context("it has no output")?;
    let keys = [&paginator.output_tokens, &paginator.result_keys, &paginator.non_aggregate_keys];
    for path in keys.into_iter().flatten().chain(&paginator.more_results) {
        let mut at = output;
        for name in path.split('.') {
            let members = &structure(service, at).with_context(|| format!("{path}: {name}"))?.members;
            let member = members.iter().find(|member| *member.name == *name);
            at = member.with_context(|| format!("there is no output `{path}`"))?.shape;
        }
    }
    Ok(())
}

fn structure(service: &Service, id: ShapeId) -> Option<&Structure> {
    match &shape(service, id).kind {
        Kind::Structure(structure) => Some(structure),
        _ => None,
    }
}

fn shape(service: &Service, id: ShapeId) -> &Shape {
    &service.shapes[usize::try_from(id.0).unwrap_or(usize::MAX)]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::by_rule;
    use crate::model::botocore::Model;
    use crate::model::convert;

    /// The token and the result that the rule finds in an input and an output of these members.
    fn found(input: &Value, output: &Value) -> Option<(String, String)> {
        let members = |types: &Value| {
            let members = types.as_object().unwrap().iter();
            members
                .map(|(name, shape)| (name.clone(), json!({"shape": shape})))
                .collect::<serde_json::Map<_, _>>()
        };
        let service = json!({
            "metadata": {
                "apiVersion": "1", "endpointPrefix": "e", "protocol": "query", "serviceFullName": "S", "serviceId": "S",
                "signatureVersion": "v4",
            },
            "operations": {"List": {
                "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}, "output": {"shape": "Out"},
            }},
            "shapes": {
                "In": {"type": "structure", "members": members(input)},
                "Out": {"type": "structure", "members": members(output)},
                "Page": {"type": "structure", "members": {"NextMarker": {"shape": "T"}, "Items": {"shape": "L"}}},
                "T": {"type": "string"}, "N": {"type": "integer"}, "B": {"type": "boolean"},
                "L": {"type": "list", "member": {"shape": "T"}},
                "M": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "T"}},
            },
        });
        let model =
            Model { name: "s".to_owned(), service, paginators: serde_json::Map::new(), endpoint_rules: None };
        let service = convert::service(&model).unwrap();
        let paginator = by_rule(&service, &service.operations["List"])?;
        Some((paginator.output_tokens[0].to_string(), paginator.result_keys[0].to_string()))
    }

    #[test]
    fn what_leaves_no_doubt_has_pages() {
        let some = |token: &str, result: &str| Some((token.to_owned(), result.to_owned()));
        let (next, marker) = (json!({"NextToken": "T", "Max": "N"}), json!({"Marker": "T"}));
        assert_eq!(
            found(&next, &json!({"NextToken": "T", "Things": "L", "Status": "T"})),
            some("NextToken", "Things")
        );
        assert_eq!(found(&next, &json!({"nextToken": "T", "tags": "M"})), some("nextToken", "tags"));
        assert_eq!(
            found(&marker, &json!({"Marker": "T", "NextMarker": "T", "L": "L"})),
            some("NextMarker", "L")
        );
        assert_eq!(found(&marker, &json!({"Page": "Page"})), some("Page.NextMarker", "Page.Items"));
    }

    #[test]
    fn what_leaves_doubt_has_none() {
        let next = json!({"NextToken": "T"});
        for output in [
            json!({"NextToken": "T", "A": "L", "B": "L"}),
            json!({"NextToken": "T", "A": "M", "B": "M"}),
            json!({"NextToken": "N", "A": "L"}),
            json!({"A": "L"}),
            json!({"NextToken": "T"}),
            json!({"Page": "Page", "More": "B"}),
        ] {
            assert_eq!(found(&next, &output), None, "{output}");
        }
        assert_eq!(
            found(&json!({"NextToken": "T", "Marker": "T"}), &json!({"NextToken": "T", "A": "L"})),
            None
        );
        assert_eq!(found(&json!({"NextToken": "N"}), &json!({"NextToken": "T", "A": "L"})), None);
    }
}
