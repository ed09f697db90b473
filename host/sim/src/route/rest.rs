//! The operation of a REST service by method and URI.

use std::cmp::Reverse;

use percent_encoding::percent_decode_str;
use tollgate_aws::model::{Location, Operation, Service};

use crate::wire::Incoming;

/// The URI templates of a service, the most particular first.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    operation: Box<str>,
    method: Box<str>,
    segments: Vec<Segment>,
    /// Query parameters that stand in the template; none as value: any.
    query: Vec<(String, Option<String>)>,
    /// Required members that travel in the query string or in headers.
    required_query: Vec<Box<str>>,
    required_headers: Vec<Box<str>>,
}

/// A URI's labels: wire name and decoded value.
pub(crate) type Labels = Vec<(String, String)>;

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(String),
    /// `{Name}`: one segment.
    Label(String),
    /// `{Name+}`: the rest of the path up to the segments that follow, at least one character.
    Greedy(String),
}

impl Routes {
    pub(crate) fn new(service: &Service) -> Self {
        let mut routes: Vec<Route> =
            service.operations().map(|operation| Route::new(service, operation)).collect();
        // Some operations stand in for deprecated ones of the same URI. The name makes the order the same on
        // every run.
        routes.sort_by_cached_key(|route| {
            let deprecated = service.operation(&route.operation).is_ok_and(|operation| operation.deprecated);
            (Reverse(route.particularity()), deprecated, route.operation.clone())
        });
        Self(routes)
    }

    /// The operation, and its labels with their decoded values.
    pub(crate) fn matching(&self, incoming: &Incoming, service: &Service) -> Option<(Box<str>, Labels)> {
        let mut path = incoming.path().to_owned();
        if let (Some(bucket), "s3") = (incoming.virtual_bucket(), &*service.name) {
            path = if path == "/" { format!("/{bucket}") } else { format!("/{bucket}{path}") };
        }
        let query = incoming.query_pairs();
        self.0.iter().find_map(|route| {
            let fits = *route.method == *incoming.method.as_str()
                && route.query.iter().all(|(name, value)| {
                    query
                        .iter()
                        .any(|(key, given)| key == name && value.as_ref().is_none_or(|value| value == given))
                })
                && route.required_query.iter().all(|name| query.iter().any(|(key, _)| **key == **name))
                && route.required_headers.iter().all(|name| incoming.headers.contains_key(&**name));
            let labels = if fits { labels(&route.segments, &path)? } else { return None };
            Some((route.operation.clone(), labels))
        })
    }
}

impl Route {
    fn new(service: &Service, operation: &Operation) -> Self {
        let (path, query) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
        let members =
            operation.input.and_then(|input| service.structure(input)).map(|input| &input.members[..]);
        let required = |location: Location| {
            members
                .unwrap_or_default()
                .iter()
                .filter(|member| member.required && member.location == location)
                .map(|member| member.wire_name().into())
                .collect()
        };
        Self {
            operation: operation.name.clone(),
            method: operation.method.clone(),
            segments: segments(path),
            query: query
                .split('&')
                .filter(|part| !part.is_empty())
                .map(|part| match part.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (part.to_owned(), None),
                })
                .collect(),
            required_query: required(Location::QueryString),
            required_headers: required(Location::Header),
        }
    }

    /// What wins when several templates fit: literal segments, then single labels, then literal parameters, then
    /// required ones.
    fn particularity(&self) -> (usize, usize, usize, usize) {
        let count = |kind: fn(&Segment) -> bool| self.segments.iter().filter(|segment| kind(segment)).count();
        (
            count(|segment| matches!(segment, Segment::Literal(_))),
            count(|segment| matches!(segment, Segment::Label(_))),
            self.query.len(),
            self.required_query.len() + self.required_headers.len(),
        )
    }
}

fn segments(path: &str) -> Vec<Segment> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) => match label.strip_suffix('+') {
                Some(label) => Segment::Greedy(label.to_owned()),
                None => Segment::Label(label.to_owned()),
            },
            None => Segment::Literal(segment.to_owned()),
        })
        .collect()
}

/// The labels of a path that fits the template.
fn labels(template: &[Segment], path: &str) -> Option<Labels> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut labels = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    for (index, segment) in template.iter().enumerate() {
        let following = template.len() - index - 1;
        let (head, tail) = match segment {
            Segment::Greedy(_) => split_before_last(rest, following)?,
            _ => rest.split_once('/').unwrap_or((rest, "")),
        };
        match segment {
            Segment::Literal(literal) if *literal == decode(head) => {}
            Segment::Label(name) | Segment::Greedy(name) if !head.is_empty() => {
                labels.push((name.clone(), decode(head)));
            }
            _ => return None,
        }
        rest = tail;
    }
    rest.is_empty().then_some(labels)
}

/// Splits a path before its last so many segments.
fn split_before_last(path: &str, following: usize) -> Option<(&str, &str)> {
    if following == 0 {
        return Some((path, ""));
    }
    let (position, _) = path.rmatch_indices('/').nth(following - 1)?;
    Some((&path[..position], &path[position + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        labels(&segments(template), path)
    }

    #[test]
    fn labels_take_one_segment_and_greedy_ones_the_rest() {
        let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(fit("/", "/"), Some(vec![]));
        assert_eq!(fit("/{Bucket}", "/logs"), Some(vec![one("Bucket", "logs")]));
        assert_eq!(fit("/{Bucket}", "/"), None);
        assert_eq!(fit("/{Bucket}", "/logs/key"), None);
        assert_eq!(
            fit("/{Bucket}/{Key+}", "/logs/a/b%2Fc"),
            Some(vec![one("Bucket", "logs"), one("Key", "a/b/c")])
        );
        assert_eq!(fit("/v1/{arn+}/tags", "/v1/a/b/tags"), Some(vec![one("arn", "a/b")]));
        assert_eq!(fit("/v1/{arn+}/tags", "/v1/tags"), None);
        assert_eq!(fit("/functions/", "/functions/"), Some(vec![]));
    }
}
