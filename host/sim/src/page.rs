//! Pages: an output is cut by its operation's paginator, with opaque tokens.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tollgate_aws::model::{Kind, Operation, Paginator, Service, ShapeId};

use crate::fixture::Answer;
use crate::problem::Problem;
use crate::stats::Place;

/// How pages are cut.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    /// Tokens of another simulator are refused.
    pub(crate) secret: [u8; 16],
    /// The largest page, whatever the request asks for.
    pub(crate) largest: usize,
}

/// The output members that a paginator speaks of.
struct Plan<'a> {
    results: Vec<Vec<&'a str>>,
    input_token: &'a str,
    limit_key: Option<&'a str>,
    output_token: Vec<&'a str>,
    more: Option<Vec<&'a str>>,
}

impl Pager {
    /// The page that the input asks for.
    pub(crate) fn page(
        &self,
        place: &Place,
        service: &Service,
        operation: &Operation,
        input: &Map<String, Value>,
        answer: Answer,
    ) -> Result<Arc<Map<String, Value>>, Problem> {
        let plan =
            operation.paginator.as_ref().and_then(|paginator| Plan::new(service, operation, paginator));
        let Some(plan) = plan else { return Ok(whole(answer)) };
        let limit = match plan.limit_key.and_then(|key| input.get(key)) {
            Some(limit) => asked(limit)?.min(self.largest),
            None => self.largest,
        };
        let total = match &answer {
            Answer::Output(output) => plan.count(output),
            Answer::Items(items) => items.count,
            Answer::Error(_) => 0,
        };
        let start = match input.get(plan.input_token).and_then(Value::as_str) {
            Some(token) => self.read_token(place, input, &plan, token).filter(|start| *start < total),
            None => Some(0),
        }
        .ok_or(Problem::WrongPageToken)?;
        let end = start.saturating_add(limit).min(total);
        if (start, end) == (0, total) && plan.more.is_none() {
            return Ok(whole(answer));
        }
        let mut page = match answer {
            Answer::Output(output) => plan.slice(&output, start..end),
            Answer::Items(items) => items.slice(start..end),
            Answer::Error(_) => Map::new(),
        };
        let token = (end < total).then(|| self.token(place, input, &plan, end));
        if let Some(more) = &plan.more {
            put(&mut page, more, Value::Bool(token.is_some()));
        }
        if let Some(token) = token {
            put(&mut page, &plan.output_token, Value::from(token));
        }
        Ok(Arc::new(page))
    }

    /// A token is good for the same question only.
    fn digest(&self, place: &Place, input: &Map<String, Value>, plan: &Plan<'_>) -> [u8; 24] {
        let mut hash = Sha256::new_with_prefix(self.secret);
        for part in [&place.account, &place.region, &place.service, &place.operation] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        // The size of the page may change from one to the next.
        let of_page = |name: &str| name == plan.input_token || Some(name) == plan.limit_key;
        let mut question: Vec<_> = input.iter().filter(|(name, _)| !of_page(name)).collect();
        question.sort_by_key(|(name, _)| *name);
        for (name, value) in question {
            hash.update(name.as_bytes());
            hash.update(value.to_string().as_bytes());
        }
        let digest = hash.finalize();
        std::array::from_fn(|index| digest[index])
    }

    fn token(&self, place: &Place, input: &Map<String, Value>, plan: &Plan<'_>, start: usize) -> String {
        let mut token = self.digest(place, input, plan);
        // The position hides in the last eight bytes.
        for (byte, position) in token[16..].iter_mut().zip((start as u64).to_be_bytes()) {
            *byte ^= position;
        }
        URL_SAFE_NO_PAD.encode(token)
    }

    fn read_token(
        &self,
        place: &Place,
        input: &Map<String, Value>,
        plan: &Plan<'_>,
        token: &str,
    ) -> Option<usize> {
        let token: [u8; 24] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let digest = self.digest(place, input, plan);
        if token[..16] != digest[..16] {
            return None;
        }
        let position: [u8; 8] = std::array::from_fn(|index| token[16 + index] ^ digest[16 + index]);
        usize::try_from(u64::from_be_bytes(position)).ok()
    }
}

/// The size of a page, which a few operations take as text.
fn asked(limit: &Value) -> Result<usize, Problem> {
    let number = limit.as_u64().or_else(|| limit.as_str().and_then(|text| text.parse().ok()));
    match number.and_then(|number| usize::try_from(number).ok()) {
        Some(number) if number > 0 => Ok(number),
        _ => {
            Err(Problem::Malformed(format!("{limit} is not the size of a page: expected a number from 1 on")))
        }
    }
}

fn whole(answer: Answer) -> Arc<Map<String, Value>> {
    match answer {
        Answer::Output(output) => output,
        Answer::Items(items) => Arc::new(items.output()),
        Answer::Error(_) => Arc::default(),
    }
}

impl<'a> Plan<'a> {
    /// None where the paginator is of a kind that opaque tokens cannot serve: then there is one page.
    fn new(service: &Service, operation: &Operation, paginator: &'a Paginator) -> Option<Self> {
        let output_token = paginator.output_tokens.first()?.split("||").find_map(simple)?;
        let input_token: &'a str = paginator.input_tokens.first()?;
        let is_text = |shape: Option<ShapeId>, path: &[&str]| {
            shape_at(service, shape, path).is_some_and(|kind| matches!(kind, Kind::String(_)))
        };
        if !is_text(operation.output, &output_token) || !is_text(operation.input, &[input_token]) {
            return None;
        }
        let is_list =
            |path: &Vec<&str>| matches!(shape_at(service, operation.output, path), Some(Kind::List(_)));
        let results: Vec<_> =
            paginator.result_keys.iter().filter_map(|key| simple(key)).filter(is_list).collect();
        let more = paginator.more_results.as_deref().and_then(simple);
        let limit_key = paginator.limit_key.as_deref();
        (!results.is_empty()).then_some(Self { results, input_token, limit_key, output_token, more })
    }

    fn count(&self, output: &Map<String, Value>) -> usize {
        self.results.iter().map(|path| list(output, path).len()).sum()
    }

    /// The output with a range of its results, which count one list after the other.
    fn slice(&self, output: &Map<String, Value>, range: Range<usize>) -> Map<String, Value> {
        let mut page = without(output, &self.results.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut before = 0;
        for path in &self.results {
            let items = list(output, path);
            let within = |position: usize| position.saturating_sub(before).min(items.len());
            let part = items[within(range.start)..within(range.end)].to_vec();
            before += items.len();
            if get(output, path).is_some() {
                put(&mut page, path, Value::Array(part));
            }
        }
        page
    }
}

/// A JMESPath expression that is a path of members alone.
fn simple(expression: &str) -> Option<Vec<&str>> {
    let path: Vec<&str> = expression.trim().split('.').collect();
    let named = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    path.iter().all(named).then_some(path)
}

fn shape_at<'s>(service: &'s Service, shape: Option<ShapeId>, path: &[&str]) -> Option<&'s Kind> {
    let mut shape = shape?;
    for part in path {
        shape = service.structure(shape)?.member(part)?.shape;
    }
    Some(&service.shape(shape).kind)
}

fn get<'v>(object: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Value> {
    let (last, parents) = path.split_last()?;
    parents.iter().try_fold(object, |object, part| object.get(*part)?.as_object())?.get(*last)
}

fn list<'v>(object: &'v Map<String, Value>, path: &[&str]) -> &'v [Value] {
    get(object, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn put(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => {
            object.insert((*last).to_owned(), value);
        }
        [first, rest @ ..] => {
            let child = object.entry(*first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(child) = child {
                put(child, rest, value);
            }
        }
    }
}

/// A copy that leaves out what is at the paths, so that long lists are not copied only to be cut.
fn without(object: &Map<String, Value>, paths: &[&[&str]]) -> Map<String, Value> {
    object
        .iter()
        .filter(|(name, _)| !paths.contains(&&[name.as_str()][..]))
        .map(|(name, value)| {
            let below: Vec<&[&str]> = paths
                .iter()
                .filter(|path| path.first() == Some(&name.as_str()))
                .map(|path| &path[1..])
                .collect();
            let value = match value {
                Value::Object(child) if !below.is_empty() => Value::Object(without(child, &below)),
                other => other.clone(),
            };
            (name.clone(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_aws::model::Pack;

    use super::*;

    /// The pages of an operation, as a client follows them, with at most two results each.
    struct Walk {
        service: &'static str,
        operation: &'static str,
        output: Value,
    }

    impl Walk {
        fn page(&self, region: &str, input: &Value) -> Result<Value, Problem> {
            let service = Pack::bundled().service(self.service).unwrap();
            let operation = service.operation(self.operation).unwrap();
            let place =
                Place { region: region.to_owned(), operation: self.operation.to_owned(), ..Place::default() };
            let answer = Answer::Output(Arc::new(self.output.as_object().unwrap().clone()));
            let pager = Pager { secret: [7; 16], largest: 2 };
            let page = pager.page(&place, &service, operation, input.as_object().unwrap(), answer)?;
            Ok(Value::Object(Arc::unwrap_or_clone(page)))
        }
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let walk = Walk {
            service: "ec2",
            operation: "DescribeInstances",
            output: json!({"Reservations": [{"ReservationId": "r-1"}, {"ReservationId": "r-2"}, {"ReservationId": "r-3"}]}),
        };
        let first = walk.page("eu-west-1", &json!({})).unwrap();
        assert_eq!(first["Reservations"].as_array().unwrap().len(), 2);
        let token = &first["NextToken"];
        let last = walk.page("eu-west-1", &json!({ "NextToken": token, "MaxResults": 5 })).unwrap();
        assert_eq!(last, json!({"Reservations": [{"ReservationId": "r-3"}]}));
    }

    #[test]
    fn a_token_is_good_for_its_own_question_only() {
        let reservations = json!([{}, {}, {}]);
        let walk = Walk {
            service: "ec2",
            operation: "DescribeInstances",
            output: json!({ "Reservations": reservations }),
        };
        let token = walk.page("eu-west-1", &json!({})).unwrap()["NextToken"].clone();
        let other_region = walk.page("us-east-1", &json!({ "NextToken": token }));
        let other_input = walk.page("eu-west-1", &json!({ "NextToken": token, "DryRun": true }));
        let no_token = walk.page("eu-west-1", &json!({ "NextToken": "AAAA" }));
        for refused in [other_region, other_input, no_token] {
            assert_eq!(refused, Err(Problem::WrongPageToken));
        }
    }

    #[test]
    fn several_lists_count_one_after_the_other() {
        let walk = Walk {
            service: "s3",
            operation: "ListObjectsV2",
            output: json!({"Contents": [{"Key": "a"}], "CommonPrefixes": [{"Prefix": "b/"}, {"Prefix": "c/"}], "Name": "logs"}),
        };
        let first = walk.page("us-east-1", &json!({ "Bucket": "logs" })).unwrap();
        assert_eq!(first["Contents"], json!([{"Key": "a"}]));
        assert_eq!(first["CommonPrefixes"], json!([{"Prefix": "b/"}]));
        assert_eq!((&first["IsTruncated"], &first["Name"]), (&json!(true), &json!("logs")));
        let input = json!({ "Bucket": "logs", "ContinuationToken": first["NextContinuationToken"] });
        let last = walk.page("us-east-1", &input).unwrap();
        assert_eq!((&last["Contents"], &last["CommonPrefixes"]), (&json!([]), &json!([{"Prefix": "c/"}])));
        assert_eq!(last["IsTruncated"], json!(false));
    }

    #[test]
    fn lists_below_structures_are_cut_there() {
        let walk = Walk {
            service: "cloudfront",
            operation: "ListDistributions",
            output: json!({"DistributionList": {"Marker": "", "MaxItems": 100, "Quantity": 3, "Items": [{"Id": "1"}, {"Id": "2"}, {"Id": "3"}]}}),
        };
        let first = walk.page("us-east-1", &json!({})).unwrap();
        let list = &first["DistributionList"];
        assert_eq!(list["Items"], json!([{"Id": "1"}, {"Id": "2"}]));
        assert_eq!((&list["Quantity"], &list["IsTruncated"]), (&json!(3), &json!(true)));
        let last = walk.page("us-east-1", &json!({ "Marker": list["NextMarker"] })).unwrap();
        assert_eq!(last["DistributionList"]["Items"], json!([{"Id": "3"}]));
    }
}
