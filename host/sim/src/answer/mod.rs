//! What an operation answers: built-in behaviour where AWS's is more than an output, else the fixture.

mod account;
mod cloudwatch;
mod ec2;
mod ecs;
mod empty;
mod explorer;
mod lambda;
mod organizations;
mod rds;
mod s3;
mod sts;
mod tagging;

use std::sync::Arc;

use serde_json::{Map, Value};
use tollgate_aws::model::{Operation, Service};

use crate::auth::Identity;
use crate::fixture::Answer;
use crate::problem::Problem;
use crate::stats::Place;
use crate::world::World;

pub(crate) use sts::identity_of_management;

/// A request that is read, allowed, and to be answered.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    pub(crate) identity: &'a Identity,
    pub(crate) place: &'a Place,
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) input: &'a Map<String, Value>,
}

impl Call<'_> {
    /// The page of the output that is asked for.
    pub(crate) fn answer(&self) -> Result<Arc<Map<String, Value>>, Problem> {
        if let Some(answer) = sts::answer(self) {
            return answer.map(Arc::new);
        }
        if *self.service.name == *"s3" {
            s3::check_bucket(self)?;
        }
        if *self.service.name == *"organizations" {
            organizations::check_caller(self)?;
        }
        let answer = match self.fixture() {
            Some(Answer::Error(error)) => {
                return Err(Problem::service(error.status, &error.code, error.message));
            }
            Some(answer) => answer,
            None => match self.built_in()? {
                Some(output) => Answer::Output(Arc::new(output)),
                None => Answer::Output(Arc::new(empty::output(self.service, self.operation)?)),
            },
        };
        let answer = match (&*self.service.name, &*self.operation.name) {
            ("cloudwatch", "GetMetricData") => cloudwatch::metric_data(self.input, answer),
            ("ec2", _) => ec2::pick(self, answer)?,
            ("ecs", _) => ecs::describe(self, answer)?,
            ("lambda", "ListEventSourceMappings") => lambda::event_source_mappings(self, answer),
            ("rds", _) => rds::pick(self, answer)?,
            ("resource-explorer-2", "ListResources" | "Search") => explorer::search(self, answer)?,
            ("resourcegroupstaggingapi", "GetResources") => tagging::get_resources(self.input, answer),
            ("s3", "ListBuckets") => s3::list_buckets(self, answer)?,
            ("s3", "ListObjectsV2") => s3::list_objects(self.input, answer),
            _ => answer,
        };
        self.world.pager.page(self.place, self.service, self.operation, self.input, answer)
    }

    fn fixture(&self) -> Option<Answer> {
        let Place { account, region, service, operation } = self.place;
        self.world.fixtures.source(account, region, service, operation)?.answer(self.input)
    }

    /// What another operation of the service answers here, where that is one output to every input.
    fn output_of(&self, operation: &str) -> Option<Arc<Map<String, Value>>> {
        let Place { account, region, service, .. } = self.place;
        self.world.fixtures.source(account, region, service, operation)?.only_output()
    }

    /// All outputs of the operation here, whatever the input.
    fn outputs(&self) -> Vec<Arc<Map<String, Value>>> {
        let Place { account, region, service, operation } = self.place;
        let source = self.world.fixtures.source(account, region, service, operation);
        source.map(|source| source.outputs()).unwrap_or_default()
    }

    /// What another operation of the service answers here to an input, before anything is made of it.
    fn answer_of(&self, operation: &str, input: &Map<String, Value>) -> Option<Answer> {
        let Place { account, region, service, .. } = self.place;
        self.world.fixtures.source(account, region, service, operation)?.answer(input)
    }

    /// What follows from the organisation, or from other fixtures.
    fn built_in(&self) -> Result<Option<Map<String, Value>>, Problem> {
        match &*self.service.name {
            "account" => Ok(account::answer(self)),
            "ec2" => Ok(ec2::answer(self)),
            "ecs" => ecs::answer(self),
            "lambda" => lambda::answer(self),
            "organizations" => organizations::answer(self),
            "resource-explorer-2" => Ok(explorer::answer(self)),
            "s3" => s3::answer(self),
            "s3control" => s3::of_an_account(self),
            _ => Ok(None),
        }
    }

    /// A member of the input that is text.
    fn text(&self, member: &str) -> Option<&str> {
        self.input.get(member).and_then(Value::as_str)
    }
}

/// An object as an output.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
