//! restXml and restJson1: members that travel in the path, the query and the headers, and the body's frame.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use percent_encoding::AsciiSet;

use super::super::error::{Fault, Problem};
use super::super::input::{Fields, Input};
use super::super::{ENCODED, HttpRequest, push_encoded};
use super::{in_body, json, scalar, wire_name, xml};
use crate::model::{Kind, Location, Member, Operation, Service, TimestampFormat};

/// The language of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

/// In a label that takes several segments of a path.
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

pub(super) fn encode(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    format: Format,
    fields: &Fields<'_>,
) -> Result<(), Vec<Problem>> {
    let mut binder = Binder { service, problems: Vec::new() };
    let (path, query) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
    request.path = binder.path(path, fields);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        request.query.push((name.to_owned(), value.to_owned()));
    }
    for (member, input) in &fields.members {
        match member.location {
            Location::QueryString => binder.query(&mut request.query, member, input),
            Location::Header => binder.header(&mut request.headers, member, input),
            Location::Headers => binder.headers(&mut request.headers, member, input),
            Location::Body | Location::Uri | Location::StatusCode => {}
        }
    }
    match &*service.name {
        "apigateway" => request.headers.push(("Accept".to_owned(), "application/json".to_owned())),
        "glacier" => {
            request.headers.push(("x-amz-glacier-version".to_owned(), service.api_version.to_string()))
        }
        _ => {}
    }
    if !binder.problems.is_empty() {
        return Err(binder.problems);
    }
    let raw = body(request, service, operation, format, fields);
    let has_type = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if format == Format::Json && !raw && !request.body.is_empty() && !has_type {
        request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Ok(())
}

/// Writes the body: the payload member, or the members without another place. Tells whether it is a text or
/// bytes as they are.
fn body(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    format: Format,
    fields: &Fields<'_>,
) -> bool {
    if let Some(payload) = fields.structure.payload.as_deref().and_then(|name| fields.structure.member(name))
    {
        let raw = matches!(service.shape(payload.shape).kind, Kind::String(_) | Kind::Blob);
        let given = fields.members.iter().find(|(member, _)| member.name == payload.name);
        request.body = match (given, format) {
            (Some((_, Input::Text(text))), _) => text.to_string().into(),
            (Some((_, Input::Blob(bytes))), _) => bytes.clone().into(),
            (Some((member, input)), Format::Xml) => xml::payload(service, member, input).into(),
            (Some((_, input)), Format::Json) => json::text(input).into(),
            (None, _) if raw => Bytes::new(),
            (None, format) => empty(format),
        };
        return raw;
    }
    if fields.members.iter().any(|(member, _)| in_body(member)) {
        request.body = match format {
            Format::Xml => xml::body(service, operation, fields).into(),
            Format::Json => json::body(fields).into(),
        };
    } else if fields.structure.members.iter().any(in_body) {
        request.body = empty(format);
    }
    false
}

fn empty(format: Format) -> Bytes {
    match format {
        Format::Xml => Bytes::new(),
        Format::Json => Bytes::from_static(b"{}"),
    }
}

struct Binder<'a> {
    service: &'a Service,
    problems: Vec<Problem>,
}

impl Binder<'_> {
    /// Fills in the labels of a path.
    fn path(&mut self, template: &str, fields: &Fields<'_>) -> String {
        let mut template = template;
        if &*self.service.name == "s3" {
            // The endpoint rules put the bucket into the URL, be it the host name or the path.
            template = template.strip_prefix("/{Bucket}").unwrap_or(template);
        }
        let mut path = String::with_capacity(template.len() + 32);
        while let Some((before, rest)) = template.split_once('{') {
            let (label, after) = rest.split_once('}').unwrap_or((rest, ""));
            path.push_str(before);
            let (name, greedy) = label.strip_suffix('+').map_or((label, false), |name| (name, true));
            self.label(&mut path, name, greedy, fields);
            template = after;
        }
        path.push_str(template);
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        path
    }

    fn label(&mut self, path: &mut String, name: &str, greedy: bool, fields: &Fields<'_>) {
        let given = (fields.members.iter())
            .find(|(member, _)| member.location == Location::Uri && wire_name(self.service, member) == name);
        let Some((member, text)) =
            given.and_then(|(member, input)| Some((*member, scalar(input, TimestampFormat::Iso8601)?)))
        else {
            return self.problem(name, Fault::Missing);
        };
        // A server that normalises paths would take these for another operation than was allowed. Keys of
        // S3 may have them: S3 normalises nothing.
        let climbs = |text: &str| matches!(text, "." | "..");
        let refused = match greedy {
            true => &*self.service.name != "s3" && text.split('/').any(climbs),
            false => climbs(&text),
        };
        if refused {
            return self.problem(
                &member.name,
                Fault::Text { reason: "cannot be `.` or `..`, since it is part of a path" },
            );
        }
        push_encoded(path, &text, if greedy { ENCODED_PATH } else { ENCODED });
    }

    fn query(&mut self, query: &mut Vec<(String, String)>, member: &Member, input: &Input<'_>) {
        let text = |input: &Input<'_>| scalar(input, TimestampFormat::Iso8601);
        let name = wire_name(self.service, member);
        match input {
            Input::List { elements, .. } => {
                query.extend(elements.iter().filter_map(text).map(|value| (name.to_owned(), value)));
            }
            // What the operation or another member sets cannot be set by a free key.
            Input::Map { entries, .. } => {
                for (key, value) in entries {
                    if query.iter().any(|(name, _)| name == key) {
                        continue;
                    }
                    match value {
                        Input::List { elements, .. } => {
                            let values: Vec<_> = elements.iter().filter_map(text).collect();
                            query.extend(values.into_iter().map(|value| ((*key).to_owned(), value)));
                        }
                        value => query.extend(text(value).map(|value| ((*key).to_owned(), value))),
                    }
                }
            }
            input => {
                if let Some(value) = text(input) {
                    query.retain(|(other, _)| other != name);
                    query.push((name.to_owned(), value));
                }
            }
        }
    }

    fn header(&mut self, headers: &mut Vec<(String, String)>, member: &Member, input: &Input<'_>) {
        let value = match input {
            Input::List { elements, .. } if elements.is_empty() => return,
            Input::List { elements, .. } => {
                elements.iter().filter_map(header_element).collect::<Vec<_>>().join(",")
            }
            Input::Document(json) => STANDARD.encode(json.to_string()),
            input => match header_text(input) {
                Some(text) => text,
                None => return,
            },
        };
        self.push_header(headers, wire_name(self.service, member).to_owned(), value, &member.name);
    }

    fn headers(&mut self, headers: &mut Vec<(String, String)>, member: &Member, input: &Input<'_>) {
        let Input::Map { entries, .. } = input else { return };
        for (key, value) in entries {
            let Some(value) = header_text(value) else { continue };
            let name = format!("{}{key}", wire_name(self.service, member));
            self.push_header(headers, name, value, &format!("{}.{key}", member.name));
        }
    }

    fn push_header(&mut self, headers: &mut Vec<(String, String)>, name: String, value: String, path: &str) {
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return self.problem(path, Fault::Text { reason: "is not allowed as the name of a header" });
        }
        if http::HeaderValue::from_bytes(value.as_bytes()).is_err() {
            return self.problem(
                path,
                Fault::Text { reason: "has control characters, which a header cannot carry" },
            );
        }
        headers.push((name, value));
    }

    fn problem(&mut self, path: &str, fault: Fault) {
        self.problems.push(Problem { path: path.chars().take(80).collect(), fault });
    }
}

/// A value in a header. Times are whole seconds there.
fn header_text(input: &Input<'_>) -> Option<String> {
    match input {
        Input::Timestamp(time, format) => {
            Some(time.whole().format(format.unwrap_or(TimestampFormat::Rfc822)))
        }
        input => scalar(input, TimestampFormat::Rfc822),
    }
}

/// An element of a list in a header: in quotes where it needs them.
fn header_element(input: &Input<'_>) -> Option<String> {
    let text = header_text(input)?;
    if matches!(input, Input::Text(_)) && text.contains(['"', ',']) {
        return Some(format!("\"{}\"", text.replace('"', "\\\"")));
    }
    Some(text)
}
