//! Outputs of reads that have no fixture: nothing is found.

use serde_json::{Map, Value};
use tollgate_aws::model::{Access, Kind, Location, Operation, Service, ShapeId};

use crate::problem::Problem;

/// An output of the right shape with nothing in it. Operations that may change something are refused: to
/// answer them would be to say that they did it.
pub(super) fn output(service: &Service, operation: &Operation) -> Result<Map<String, Value>, Problem> {
    if !reads(operation) {
        return Err(Problem::Unsupported(format!(
            "{}.{} changes something or may do so, and has no fixture",
            service.name, operation.name
        )));
    }
    let mut output = operation.output.map(|shape| lists(service, shape)).unwrap_or_default();
    // Where the list stands deeper, the structures around it come with it.
    let nested = operation.paginator.iter().flat_map(|paginator| &paginator.result_keys);
    for (first, _) in nested.filter_map(|key| key.split_once('.')) {
        let member = operation.output.and_then(|shape| service.structure(shape)?.member(first));
        if let Some(member) =
            member.filter(|member| matches!(service.shape(member.shape).kind, Kind::Structure(_)))
        {
            output.insert(first.to_owned(), Value::Object(lists(service, member.shape)));
        }
    }
    Ok(output)
}

/// Whether it reads, as far as its access level says, or where there is none, its name. Nothing here depends on
/// it but the choice between an empty answer and an error.
fn reads(operation: &Operation) -> bool {
    const VERBS: [&str; 6] = ["BatchGet", "Describe", "Get", "Head", "List", "Search"];
    match operation.access {
        Access::Unclassified => VERBS.iter().any(|verb| operation.name.starts_with(verb)),
        access => access.is_read_only(),
    }
}

/// The lists of a structure, empty, and what is required besides, at zero.
fn lists(service: &Service, shape: ShapeId) -> Map<String, Value> {
    let members = service.structure(shape).map(|structure| &structure.members[..]).unwrap_or_default();
    members
        .iter()
        .filter(|member| member.location == Location::Body)
        .filter_map(|member| {
            let value = match &service.shape(member.shape).kind {
                Kind::List(_) => Value::Array(Vec::new()),
                Kind::Boolean if member.required => Value::Bool(false),
                Kind::Integer(_) | Kind::Long(_) if member.required => Value::from(0),
                _ => return None,
            };
            Some((member.name.to_string(), value))
        })
        .collect()
}
