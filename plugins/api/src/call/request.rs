//! What a call asks, from its arguments.

use serde_json::{Map, Value};
use tollgate_sdk::{ListQuery, ToolError, catalog::Description};

use super::{Arguments, rows::Place};
use crate::command::Command;

/// The arguments of a call, of which nothing is left out and nothing contradicts.
#[derive(Debug)]
pub(super) struct Asked {
    what: What,
    select: Option<String>,
    pub(super) query: ListQuery,
}

#[derive(Debug)]
enum What {
    Named {
        service: String,
        operation: String,
        input: Map<String, Value>,
    },
    Command(Box<Command>),
    /// The rest of an earlier answer.
    Rest,
}

/// A call, as every target gets it.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) service: String,
    pub(super) operation: String,
    pub(super) input: Map<String, Value>,
    pub(super) place: Place,
    pub(super) max_items: Option<u32>,
}

impl Asked {
    pub(super) fn of(arguments: Arguments) -> Result<Self, ToolError> {
        let Arguments { service, operation, input, command, select, query } = arguments;
        if query.cursor.is_some() {
            return Ok(Self { what: What::Rest, select: None, query });
        }
        match (service, operation, command) {
            (Some(service), Some(operation), None) => {
                let what = What::Named { service, operation, input: input.unwrap_or_default() };
                Ok(Self { what, select, query })
            }
            (None, None, Some(line)) if input.is_none() => Self::of_command(&line, select, query),
            (_, _, Some(_)) => Err(ToolError::invalid_argument(
                "command",
                "it names service, operation and input itself: give them there, or without `command`",
            )),
            (None, _, None) => Err(ToolError::invalid_argument("service", "missing; or give a `command`")),
            (_, None, None) => Err(ToolError::invalid_argument("operation", "missing; or give a `command`")),
        }
    }

    fn of_command(line: &str, select: Option<String>, mut query: ListQuery) -> Result<Self, ToolError> {
        let mut command = Command::parse(line)?;
        if let Some(region) = command.region.take() {
            if !query.regions.is_empty() && query.regions != [region.as_str()] {
                let text = format!("the command names {region}: name regions in one of both places");
                return Err(ToolError::invalid_argument("regions", text));
            }
            query.regions = vec![region];
        }
        let select = match (command.query.take(), select) {
            (Some(_), Some(_)) => {
                return Err(ToolError::invalid_argument(
                    "select",
                    "the command has a --query: give one of both",
                ));
            }
            (asked, select) => asked.or(select),
        };
        Ok(Self { what: What::Command(Box::new(command)), select, query })
    }

    /// The names of the service and the operation, as they were given.
    pub(super) fn operation(&self) -> (&str, &str) {
        match &self.what {
            What::Named { service, operation, .. } => (service, operation),
            What::Command(command) => (&command.service, &command.operation),
            What::Rest => ("", ""),
        }
    }
}

impl Request {
    pub(super) fn of(asked: &Asked, description: &Description) -> Result<Self, ToolError> {
        let (input, max_items) = match &asked.what {
            What::Named { input, .. } => (input.clone(), None),
            What::Command(command) => {
                let request = command.request(description)?;
                (request.input, request.max_items)
            }
            What::Rest => (Map::new(), None),
        };
        Ok(Self {
            service: description.service.clone(),
            operation: description.operation.clone(),
            input,
            place: asked.select.clone().map_or_else(|| Place::of(description), Place::Selected),
            max_items,
        })
    }
}
