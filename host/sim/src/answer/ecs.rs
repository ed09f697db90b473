//! ECS: what is described is listed too, and found by name or ARN.
//!
//! The fixtures are of the operations that describe: all clusters, all services, all tasks of an account in
//! a region, and a case for each task definition, whose `input` names family and revision.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::fixture::Answer;
use crate::problem::Problem;

/// How a kind of thing is listed and described.
struct Kind {
    list: &'static str,
    /// The member of the list.
    arns: &'static str,
    describe: &'static str,
    /// The member of the description, and that of the input which says what to describe.
    things: &'static str,
    arn: &'static str,
    /// How many may be described at once.
    most: usize,
}

const KINDS: [Kind; 3] = [
    Kind {
        list: "ListClusters",
        arns: "clusterArns",
        describe: "DescribeClusters",
        things: "clusters",
        arn: "clusterArn",
        most: 100,
    },
    Kind {
        list: "ListServices",
        arns: "serviceArns",
        describe: "DescribeServices",
        things: "services",
        arn: "serviceArn",
        most: 10,
    },
    Kind {
        list: "ListTasks",
        arns: "taskArns",
        describe: "DescribeTasks",
        things: "tasks",
        arn: "taskArn",
        most: 100,
    },
];

/// Filters of the lists: members of the input, and of the thing that they are compared with.
const FILTERS: [(&str, &str); 3] = [
    ("desiredStatus", "desiredStatus"),
    ("launchType", "launchType"),
    ("schedulingStrategy", "schedulingStrategy"),
];

/// What follows from the fixtures of other operations, or from there being none.
pub(super) fn answer(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    if *call.operation.name == *"DescribeTaskDefinition" {
        return task_definition(call).map(Some);
    }
    if let Some(kind) = KINDS.iter().find(|kind| *call.operation.name == *kind.list) {
        let arns: Vec<Value> = things(call, kind)?
            .into_iter()
            .filter(|thing| is_listed(call, thing))
            .filter_map(|mut thing| thing.get_mut(kind.arn).map(Value::take))
            .collect();
        return Ok(Some(object(json!({ (kind.arns): arns }))));
    }
    match KINDS.iter().find(|kind| *call.operation.name == *kind.describe) {
        Some(kind) => described(call, kind).map(Some),
        None => Ok(None),
    }
}

/// Of a description that is a fixture, the part that is asked for.
pub(super) fn describe(call: &Call<'_>, answer: Answer) -> Result<Answer, Problem> {
    let kind = KINDS.iter().find(|kind| *call.operation.name == *kind.describe);
    match kind.filter(|kind| call.output_of(kind.describe).is_some()) {
        Some(kind) => Ok(Answer::Output(Arc::new(described(call, kind)?))),
        None => Ok(answer),
    }
}

/// The things that the input names, and which of them are not there.
fn described(call: &Call<'_>, kind: &Kind) -> Result<Map<String, Value>, Problem> {
    let there = things(call, kind)?;
    let wanted: Vec<&str> = match call.input.get(kind.things).and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => vec!["default"],
    };
    if wanted.len() > kind.most {
        let text = format!("{} cannot have more than {} elements.", kind.things, kind.most);
        return Err(Problem::service(400, "InvalidParameterException", text));
    }
    let tags =
        call.input.get("include").and_then(Value::as_array).is_some_and(|all| all.contains(&json!("TAGS")));
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        match there.iter().find(|thing| is_named(thing, kind.arn, name)) {
            Some(thing) => {
                let mut thing = thing.clone();
                if let (Some(members), false) = (thing.as_object_mut(), tags) {
                    members.remove("tags");
                }
                found.push(thing);
            }
            None => failures.push(json!({ "arn": arn(call, kind, name), "reason": "MISSING" })),
        }
    }
    Ok(object(json!({ (kind.things): found, "failures": failures })))
}

/// All things of a kind, in the cluster that the input names.
fn things(call: &Call<'_>, kind: &Kind) -> Result<Vec<Value>, Problem> {
    let all = |kind: &Kind| {
        let output = call.output_of(kind.describe);
        output.and_then(|output| output.get(kind.things)?.as_array().cloned()).unwrap_or_default()
    };
    let [clusters, ..] = &KINDS;
    if kind.list == clusters.list {
        return Ok(all(kind));
    }
    let name = call.text("cluster").unwrap_or("default");
    let cluster = all(clusters).into_iter().find(|cluster| is_named(cluster, clusters.arn, name));
    let cluster =
        cluster.ok_or_else(|| Problem::service(400, "ClusterNotFoundException", "Cluster not found."))?;
    let mut things = all(kind);
    things.retain(|thing| thing.get(clusters.arn) == cluster.get(clusters.arn));
    Ok(things)
}

fn is_listed(call: &Call<'_>, thing: &Value) -> bool {
    let text = |member: &str| thing.get(member).and_then(Value::as_str);
    // Only tasks have a state that they should have; without the filter, those that should run are listed.
    let running =
        call.text("desiredStatus").is_some() || text("desiredStatus").is_none_or(|it| it == "RUNNING");
    let of_service =
        |name: &str| text("group").and_then(|group| group.strip_prefix("service:")) == Some(short(name));
    running
        && FILTERS
            .iter()
            .all(|(filter, member)| call.text(filter).is_none_or(|wanted| text(member) == Some(wanted)))
        && call.text("serviceName").is_none_or(of_service)
}

/// The task definition by its ARN, by family and revision, or the latest active one of a family.
fn task_definition(call: &Call<'_>) -> Result<Map<String, Value>, Problem> {
    let name = short(call.text("taskDefinition").unwrap_or_default());
    let mut found: Vec<_> =
        call.outputs().into_iter().filter(|output| is_task_definition(output, name)).collect();
    found.sort_by_key(|output| output.get("taskDefinition").and_then(|it| it.get("revision")?.as_u64()));
    let output = found.pop().map(Arc::unwrap_or_clone);
    output.ok_or_else(|| Problem::service(400, "ClientException", "Unable to describe task definition."))
}

fn is_task_definition(output: &Map<String, Value>, name: &str) -> bool {
    let Some(definition) = output.get("taskDefinition") else { return false };
    let text = |member: &str| definition.get(member).and_then(Value::as_str).unwrap_or_default();
    match name.contains(':') {
        true => short(text("taskDefinitionArn")) == name,
        false => text("family") == name && text("status") == "ACTIVE",
    }
}

fn is_named(thing: &Value, arn: &str, name: &str) -> bool {
    let arn = thing.get(arn).and_then(Value::as_str).unwrap_or_default();
    if name.starts_with("arn:") { arn == name } else { short(arn) == name }
}

/// The ARN that a name stands for.
fn arn(call: &Call<'_>, kind: &Kind, name: &str) -> String {
    let (region, account) = (&call.place.region, &call.place.account);
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => format!("arn:aws:ecs:{region}:{account}:{}/{name}", kind.things.trim_end_matches('s')),
    }
}

/// What stands after the last slash of an ARN.
fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
