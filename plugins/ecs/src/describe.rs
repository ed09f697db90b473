//! Operations that describe many things by their ids.

use futures::future::join_all;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tollgate_sdk::{
    Rows,
    aws::{self, ServiceError, Target},
};

use crate::name::short;

/// An operation that describes many things by their ids, so many in a request.
pub(crate) struct Describe {
    pub(crate) operation: &'static str,
    /// The member of the input that takes the ids.
    pub(crate) ids: &'static str,
    /// How many ids a request takes.
    pub(crate) batch: usize,
    /// One of the things in words.
    pub(crate) what: &'static str,
    /// Makes of the output `{found: …, failures: failures}`.
    pub(crate) select: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct Described<T> {
    pub(crate) found: Option<Vec<T>>,
    failures: Option<Vec<Failure>>,
}

/// Why a thing is not described, for example `MISSING`.
#[derive(Deserialize)]
struct Failure {
    arn: Option<String>,
    reason: Option<String>,
    detail: Option<String>,
}

impl Describe {
    /// Describes all `ids`, every batch at once. `input` goes with each batch.
    pub(crate) async fn all<T: DeserializeOwned + 'static>(
        &self,
        target: &Target,
        input: &Map<String, Value>,
        ids: &[String],
    ) -> Rows<T> {
        let answers = join_all(ids.chunks(self.batch).map(|batch| async move {
            let mut input = input.clone();
            input.insert(self.ids.to_owned(), batch.into());
            let answer =
                aws::call::<Described<T>>(target, "ecs", self.operation, input).select(self.select).await;
            (batch, answer)
        }));
        let mut rows = Rows::default();
        let mut failures = Vec::new();
        for (batch, answer) in answers.await {
            match answer {
                Ok(answer) => rows.append(self.rows(answer.output)),
                Err(error) => failures.extend(batch.iter().map(|id| (short(id), error.clone()))),
            }
        }
        rows.fail_each(self.what, failures);
        rows
    }

    /// What was found, and what was not beside.
    pub(crate) fn rows<T>(&self, described: Described<T>) -> Rows<T> {
        let mut rows = Rows::from(described.found.unwrap_or_default());
        let failures = described.failures.unwrap_or_default().into_iter().map(|failure| {
            let reason = failure.reason.unwrap_or_else(|| "UNKNOWN".to_owned());
            let detail = failure.detail.unwrap_or_else(|| format!("not described by {}", self.operation));
            let name = short(failure.arn.as_deref().unwrap_or("?")).to_owned();
            (name, aws::Error::Service(ServiceError::new(reason, detail, 200)))
        });
        rows.fail_each(self.what, failures);
        rows
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::selected::selected;

    const NAMES: Describe = Describe {
        operation: "DescribeServices",
        ids: "services",
        batch: 10,
        what: "service",
        select: "{found: services[].serviceName, failures: failures}",
    };

    #[test]
    fn what_is_missing_is_told_beside_what_is_found() {
        let missing = |name: &str| {
            let arn = format!("arn:aws:ecs:eu-west-1:111111111111:service/main/{name}");
            json!({ "arn": arn, "reason": "MISSING" })
        };
        let output = json!({
            "services": [{ "serviceName": "web" }],
            "failures": [missing("a"), missing("b"), { "reason": "ACCESS", "detail": "not yours" }],
        });
        let described: Described<String> = selected(NAMES.select, &output);
        let mut expected = Rows::from(vec!["web".to_owned()]);
        let failure = |reason: &str, text: &str| aws::Error::Service(ServiceError::new(reason, text, 200));
        expected.fail(failure("MISSING", "service a, b: not described by DescribeServices"));
        expected.fail(failure("ACCESS", "service ?: not yours"));
        assert_eq!(format!("{:?}", NAMES.rows(described)), format!("{expected:?}"));
    }

    #[test]
    fn an_answer_may_lack_both_lists() {
        let described: Described<String> = selected(NAMES.select, &json!({}));
        assert_eq!(format!("{:?}", NAMES.rows(described)), format!("{:?}", Rows::<String>::default()));
    }
}
