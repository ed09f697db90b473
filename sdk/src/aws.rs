//! Calls to AWS. The host builds, signs and sends every request, so a call names an operation and
//! gives its input; the plugin never sees a credential.
//!
//! ```no_run
//! use serde::Deserialize;
//! use serde_json::json;
//! use tollgate_sdk::aws::{self, Target};
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "PascalCase")]
//! struct Vpc {
//!     vpc_id: String,
//!     cidr_block: String,
//! }
//!
//! async fn default_vpcs(target: &Target) -> Result<Vec<Vpc>, aws::Error> {
//!     let input = json!({ "Filters": [{ "Name": "is-default", "Values": ["true"] }] });
//!     let response = aws::call::<Vec<Vpc>>(target, "ec2", "DescribeVpcs", input)
//!         .select("Vpcs[].{VpcId: VpcId, CidrBlock: CidrBlock}")
//!         .await?;
//!     Ok(response.output)
//! }
//! ```

use std::{fmt, future::IntoFuture, marker::PhantomData, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};

use crate::bindings::tollgate::aws::api;

mod error;

pub use error::{Error, ServiceError};

/// One account in one region: where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Target {
    /// The account id: 12 digits.
    pub account: String,
    /// The region, for example `eu-west-1`.
    pub region: String,
}

impl Target {
    /// An account id of 12 digits and a region. [`sweep`](crate::sweep) and
    /// [`accounts::resolve`](crate::accounts::resolve) give targets that the caller may reach; any
    /// other is refused by the host.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }
}

/// What an operation answered, all pages merged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<T> {
    /// The output, or what [`Call::select`] made of it.
    pub output: T,
    /// Whether AWS has more than `output` holds: cut by [`Call::max_items`] or by the host's limit
    /// on bytes.
    pub truncated: bool,
    /// Continues exactly where this response was cut: for [`Call::cursor`] of the same call.
    pub cursor: Option<String>,
}

impl<T> Response<T> {
    /// A response as a unit test needs it.
    pub fn new(output: T, truncated: bool) -> Self {
        Self { output, truncated, cursor: None }
    }

    /// The same response with another output.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        Response { output: map(self.output), truncated: self.truncated, cursor: self.cursor }
    }

    /// The output, if it is all that AWS has: for a look-up that decides something, where a part of the answer
    /// would decide wrongly. Rows of a table need it not: a [`Rows`](crate::Rows) knows when it was cut.
    ///
    /// ```no_run
    /// use serde_json::json;
    /// use tollgate_sdk::aws::{self, Target};
    ///
    /// async fn is_watched(target: &Target, vpc: &str) -> Result<bool, aws::Error> {
    ///     let watched = aws::call::<Vec<String>>(target, "ec2", "DescribeFlowLogs", json!({}));
    ///     let watched = watched.select("FlowLogs[].ResourceId").await?.whole()?;
    ///     Ok(watched.iter().any(|id| id == vpc))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Truncated`], if AWS has more.
    pub fn whole(self) -> Result<T, Error> {
        match self.truncated {
            false => Ok(self.output),
            true => Err(Error::Truncated("not known: AWS has more of it than was read".to_owned())),
        }
    }
}

impl<T> Response<Vec<T>> {
    /// The same response with each element turned into another: the rows of a
    /// [`sweep`](crate::sweep).
    pub fn map_each<U>(self, map: impl FnMut(T) -> U) -> Response<Vec<U>> {
        self.map(|output| output.into_iter().map(map).collect())
    }
}

/// Calls an operation, once the returned [`Call`] is awaited. Many may be awaited at once: the host
/// bounds how many are in flight.
///
/// - `service` is the service's SDK name, for example `ec2` or `elbv2`; `operation` its API name,
///   for example `DescribeInstances`.
/// - `input` has the member names of the AWS API reference: `json!({ … })` or any struct. Blobs are
///   base64, timestamps ISO 8601 or seconds since 1970. `()` stands for no input.
/// - `T` is what the output, after [`Call::select`], is decoded to: [`serde_json::Value`] for
///   anything. Where the output is `null`, as of a selected list that AWS left out, a list comes
///   back empty.
pub fn call<T>(target: &Target, service: &str, operation: &str, input: impl Serialize) -> Call<T> {
    let input = match serde_json::to_string(&input) {
        Ok(input) if input == "null" => Ok("{}".to_owned()),
        Ok(input) => Ok(input),
        Err(error) => Err(Error::InvalidInput(format!("input of {service}:{operation} is no JSON: {error}"))),
    };
    let request = input.map(|input| api::Request {
        target: api::Target { account: target.account.clone(), region: target.region.clone() },
        service: service.to_owned(),
        operation: operation.to_owned(),
        input,
        select: None,
        max_items: None,
        cursor: None,
        fresh: false,
    });
    Call { request, output: PhantomData }
}

/// A call of an operation: set what it should do besides, then await it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    request: Result<api::Request, Error>,
    output: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    /// A JMESPath expression that the host applies to the merged output before it crosses into the
    /// sandbox: take only what is needed.
    pub fn select(self, expression: impl Into<String>) -> Self {
        self.with(|request| request.select = Some(expression.into()))
    }

    /// At most so many items of a paged operation. Without it: all, up to the host's limit on
    /// bytes.
    pub fn max_items(self, items: u32) -> Self {
        self.with(|request| request.max_items = Some(items))
    }

    /// Goes on where an earlier response of the same call was cut: its [`Response::cursor`].
    pub fn cursor(self, cursor: impl Into<String>) -> Self {
        self.with(|request| request.cursor = Some(cursor.into()))
    }

    /// Asks AWS even where the host holds a recent answer: it gives the answer of a read again for a
    /// few seconds. For polling, and for looking at what somebody else has changed.
    pub fn fresh(self) -> Self {
        self.with(|request| request.fresh = true)
    }

    fn with(mut self, change: impl FnOnce(&mut api::Request)) -> Self {
        if let Ok(request) = &mut self.request {
            change(request);
        }
        self
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.request).finish()
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Call<T> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let request = self.request?;
            let name = format!("{}:{}", request.service, request.operation);
            let response = api::call(request).await?;
            let output = decode(&response.output)
                .map_err(|error| Error::UnexpectedOutput(format!("output of {name}: {error}")))?;
            Ok(Response { output, truncated: response.truncated, cursor: response.cursor })
        })
    }
}

/// Decodes an output; the error names the JSON path.
pub(crate) fn decode<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let typed = |json: &str| {
        let json = &mut serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(json)
    };
    let result = match typed(json) {
        Err(_) if json == "null" => typed("[]").or_else(|_| typed(json)),
        result => result,
    };
    result.map_err(|error| format!("`{}`: {}", error.path(), error.inner()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Vpc {
        vpc_id: String,
    }

    #[test]
    fn call_builds_the_request() {
        let target = Target::new("111111111111", "eu-west-1");
        let call = call::<Vec<Vpc>>(&target, "ec2", "DescribeVpcs", json!({ "VpcIds": ["vpc-1"] }))
            .select("Vpcs")
            .max_items(5)
            .cursor("next")
            .fresh();
        let request = call.request.expect("the input is JSON");
        assert_eq!(
            (request.target.account.as_str(), request.target.region.as_str()),
            ("111111111111", "eu-west-1")
        );
        assert_eq!((request.service.as_str(), request.operation.as_str()), ("ec2", "DescribeVpcs"));
        assert_eq!(request.input, r#"{"VpcIds":["vpc-1"]}"#);
        assert_eq!(request.select.as_deref(), Some("Vpcs"));
        assert_eq!(
            (request.max_items, request.cursor.as_deref(), request.fresh),
            (Some(5), Some("next"), true)
        );
    }

    #[test]
    fn no_input_is_an_empty_object() {
        let call = call::<()>(&Target::new("1", "r"), "ec2", "DescribeVpcs", ());
        assert_eq!(call.request.expect("unit is JSON").input, "{}");
    }

    #[test]
    fn an_input_that_is_no_json_is_refused_before_anything_is_sent() {
        let input = std::collections::BTreeMap::from([((1, 2), 3)]);
        let call = call::<()>(&Target::new("1", "r"), "ec2", "DescribeVpcs", input).select("x");
        assert_eq!(
            call.request.expect_err("a key that is a pair is no JSON").to_string(),
            "input of ec2:DescribeVpcs is no JSON: key must be a string"
        );
    }

    #[test]
    fn an_answer_that_was_cut_is_not_whole() {
        assert_eq!(Response::new(["vpc-1"], false).whole(), Ok(["vpc-1"]));
        let error = Response::new(["vpc-1"], true)
            .map(|ids| ids.len())
            .whole()
            .expect_err("it was cut")
            .context("flow_logs");
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            ("truncated", "flow_logs: not known: AWS has more of it than was read")
        );
    }

    #[test]
    fn an_absent_list_decodes_as_an_empty_one() {
        assert_eq!(decode::<Vec<Vpc>>("null"), Ok(vec![]));
        assert_eq!(decode::<Option<Vec<Vpc>>>("null"), Ok(None));
    }

    #[test]
    fn an_output_that_does_not_fit_names_the_path() {
        let error = decode::<Vec<Vpc>>(r#"[{"VpcId": "vpc-1"}, {"VpcId": 7}]"#).expect_err("7 is no string");
        assert_eq!(error, "`[1].VpcId`: invalid type: integer `7`, expected a string at line 1 column 32");
        let error = decode::<Vpc>("null").expect_err("null is no Vpc");
        assert_eq!(error, "`.`: invalid type: null, expected struct Vpc at line 1 column 4");
    }
}
