//! The whole client against moto, judged by boto3: each question is asked by both, and they must be answered the same.
//!
//! The answers are compared as values: times in ISO 8601, bytes in base64, all pages merged.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "how much was compared")]

#[path = "../parity/compare.rs"]
mod compare;
mod discovery;
mod judge;
mod sessions;

use std::collections::BTreeSet;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tollgate_aws::account::{Account, Target};
use tollgate_aws::grant::{Action, Grant, Mode};
use tollgate_aws::model::{Kind, Pack, Service, ShapeId};
use tollgate_aws::{Client, Config, Error, Principal, Request};

use compare::difference;
use judge::{Judge, Question, World};

/// Where Tollgate's answer is meant to be another one than boto3's, and why.
const DEVIATIONS: [(&str, &str, &str); 1] = [(
    "ssm",
    "DescribeParameters",
    "moto refuses JSON services in XML, which boto3 does not read: its code is the status, its message the document",
)];

/// Members that hold the time at which moto was asked.
const NOW: [(&str, &str); 3] =
    [("athena", "CreationTime"), ("efs", "Timestamp"), ("rds", "LatestRestorableTime")];

#[tokio::test]
#[ignore = "needs moto: run cargo xtask test"]
async fn moto_answers_as_boto3_is_answered() {
    let (mut judge, world) = Judge::start();
    sessions::are_given(&world).await;
    discovery::finds_what_boto3_finds(&mut judge, &world).await;
    let client = client(&world, &world.base.secret_access_key);
    let mut mismatches = Vec::new();
    let mut compared = BTreeSet::new();
    let mut deviating = BTreeSet::new();
    for checked in [true, false] {
        judge.check(checked);
        if checked {
            assert_signatures_count(&world).await;
        }
        for question in world.questions.iter().filter(|question| question.checked == checked) {
            let Question { account, service, operation, input, .. } = question;
            let name = (service.as_str(), operation.as_str());
            let asked = format!("{service}:{operation} {input} in {account}");
            let theirs = judge.answer(question);
            meaningful(question, &theirs).unwrap_or_else(|problem| panic!("{asked}: {problem}: {theirs}"));
            let [ours, theirs] =
                [ours(&client, question).await, judged(&theirs)].map(|answer| still(answer, service));
            compared.insert(name);
            match difference("answer", &ours, &theirs) {
                None => {}
                Some(_) if DEVIATIONS.iter().any(|known| (known.0, known.1) == name) => {
                    deviating.insert(name);
                }
                Some(reason) => mismatches.push((name, format!("{asked}: {reason}"))),
            }
        }
    }
    let wrong: BTreeSet<_> =
        mismatches.iter().map(|(name, _)| *name).chain(deviating.iter().copied()).collect();
    let services: BTreeSet<&str> = compared.iter().map(|(service, _)| *service).collect();
    let protocols: BTreeSet<String> = services
        .iter()
        .map(|name| format!("{:?}", Pack::bundled().service(name).unwrap().protocol))
        .collect();
    println!(
        "{} of {} operations over {} services in {} questions as boto3, protocols: {}",
        compared.len() - wrong.len(),
        compared.len(),
        services.len(),
        world.questions.len(),
        protocols.into_iter().collect::<Vec<_>>().join(", ")
    );
    let texts: Vec<String> = mismatches.into_iter().map(|(_, text)| text).collect();
    assert!(texts.is_empty(), "{} answers differ:\n{}", texts.len(), texts.join("\n"));
    assert_eq!(deviating.len(), DEVIATIONS.len(), "a deviation is none any more: take it off the list");
}

/// A client of all accounts, by the role that the judge takes too.
fn client(world: &World, secret: &str) -> Client {
    let accounts = world.accounts.iter().map(|(id, name)| {
        let mut account = Account::new(id.parse().unwrap(), name);
        account.role = Some(format!("arn:aws:iam::{id}:role/{}", world.role));
        account.session_name = Some("judge".to_owned());
        account
    });
    let keys = Credentials::new(&world.base.access_key_id, secret, None, None, "test");
    Client::new(Config {
        home_region: Some("us-east-1".to_owned()),
        endpoint_url: Some(world.endpoint.clone()),
        accounts: accounts.collect(),
        base_credentials: Some(SharedCredentialsProvider::new(keys)),
        ..Config::default()
    })
    .unwrap()
}

/// Without this, right answers would say nothing about signatures.
async fn assert_signatures_count(world: &World) {
    let stranger = client(world, "another secret");
    let question = world.questions.iter().find(|question| question.checked).unwrap();
    let refused = ours(&stranger, question).await;
    assert!(refused["failed"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{refused}");
}

/// What the client is answered. Only what changes something is asked in the mode that allows it.
async fn ours(client: &Client, question: &Question) -> Value {
    let service = Pack::bundled().service(&question.service).unwrap();
    let operation = service.operation(&question.operation).unwrap();
    let mode = if question.writes { Mode::ReadWrite } else { Mode::ReadOnly };
    let named = [operation.exact_grant(), &*operation.iam_action].map(|name| name.parse().unwrap());
    // boto3 withholds nothing.
    let grant = Grant::new(mode, vec![named.to_vec()]).revealing(vec![vec![Action::of(operation)]]);
    let principal = Principal::new("tester", "test", grant);
    let request = Request {
        target: Target { account: question.account.parse().unwrap(), region: question.region.clone() },
        service: question.service.clone(),
        operation: question.operation.clone(),
        input: question.input.clone(),
        select: None,
        max_items: None,
        cursor: None,
        fresh: true,
    };
    match client.call(&principal, request).await {
        Ok(response) if response.truncated => json!({"truncated": response.output}),
        Ok(response) => {
            let output = serde_json::from_str(&response.output).unwrap();
            json!({"value": operation.output.map_or(json!({}), |shape| known(&service, shape, output))})
        }
        Err(Error::Service { code, message, status, .. }) => {
            json!({"error": {"code": code, "message": message, "status": status}})
        }
        Err(error) => json!({"failed": error.to_string()}),
    }
}

/// What the model knows of an output. moto sends members that no model has; Tollgate keeps them, boto3 does not.
fn known(service: &Service, shape: ShapeId, value: Value) -> Value {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Object(fields)) if !structure.document => fields
            .into_iter()
            .filter_map(|(name, value)| {
                let value = known(service, structure.member(&name)?.shape, value);
                Some((name, value))
            })
            .collect(),
        (Kind::List(list), Value::Array(values)) => {
            values.into_iter().map(|value| known(service, list.member, value)).collect()
        }
        (Kind::Map(map), Value::Object(fields)) => {
            fields.into_iter().map(|(name, value)| (name, known(service, map.value, value))).collect()
        }
        (_, value) => value,
    }
}

/// An answer with the times stopped that moto makes up.
fn still(mut answer: Value, service: &str) -> Value {
    match &mut answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_time = NOW.iter().any(|(of, member)| *of == service && member == name);
                *value = match value.take() {
                    Value::String(text) if is_time && text.ends_with('Z') => json!("now"),
                    value => still(value, service),
                };
            }
        }
        Value::Array(values) => {
            for value in values {
                *value = still(value.take(), service);
            }
        }
        _ => {}
    }
    answer
}

/// The part of the judge's answer that is compared.
fn judged(theirs: &Value) -> Value {
    ["value", "error"].into_iter().filter_map(|name| Some((name, theirs.get(name)?.clone()))).collect()
}

/// Whether the judge's answer is what the question was made for: nothing is shown by two empty lists.
fn meaningful(question: &Question, theirs: &Value) -> Result<(), String> {
    let failed = theirs["error"]["code"].as_str();
    if failed != question.fails.as_deref() {
        return Err(format!("should fail with {:?}", question.fails));
    }
    if failed.is_some() {
        return Ok(());
    }
    if theirs["pages"].as_u64().unwrap() < question.pages as u64 {
        return Err(format!("should need {} pages", question.pages));
    }
    if is_empty(&theirs["value"]) != question.empty {
        return Err(format!("should be empty: {}", question.empty));
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Array(values) => values.iter().all(is_empty),
        value => value.is_null(),
    }
}
