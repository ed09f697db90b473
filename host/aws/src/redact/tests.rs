use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::name::sounds_secret;
use super::{MARKER, redact, widen, widen_at};
use crate::model::{Condition, Kind, Operation, Pack, Redaction, Service, ShapeId};
use crate::protocol::{Mask, Value};

fn service(name: &str) -> Arc<Service> {
    Pack::bundled().service(name).unwrap()
}

/// An operation's output, redacted.
fn answer(service_name: &str, operation: &str, output: Json) -> Json {
    let service = service(service_name);
    let mut output = Value::from(output);
    redact(&service, service.operation(operation).unwrap(), &mut output);
    output.into_json()
}

#[test]
fn variables_keep_their_names() {
    let functions = json!({"Functions": [
        {"FunctionName": "a", "Environment": {"Variables": {"URL": "https://x", "N": ""}, "Error": null}},
        {"FunctionName": "b"},
    ]});
    let expected = json!({"Functions": [
        {"FunctionName": "a", "Environment": {"Variables": {"URL": MARKER, "N": ""}, "Error": null}},
        {"FunctionName": "b"},
    ]});
    assert_eq!(answer("lambda", "ListFunctions", functions), expected);

    let definition = |value| {
        json!({"taskDefinition": {"family": "web", "containerDefinitions": [{
            "name": "app",
            "environment": [{"name": "PORT", "value": value}],
            "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/key"}],
            "logConfiguration": {"options": {"splunk-token": value, "splunk-url": "https://x"}},
        }]}})
    };
    let redacted = answer("ecs", "DescribeTaskDefinition", definition("8080"));
    assert_eq!(redacted, definition(MARKER));
}

#[test]
fn a_member_beside_decides() {
    let parameter = |kind: Option<&str>, name: &str, value: &str| {
        let mut parameter = json!({"Name": name, "Value": value});
        if let Some(kind) = kind {
            parameter["Type"] = kind.into();
        }
        json!({"Parameters": [parameter]})
    };
    let shown =
        |kind, name| answer("ssm", "GetParameters", parameter(kind, name, "v")) == parameter(kind, name, "v");
    assert!(shown(Some("String"), "/web/port") && shown(Some("StringList"), "/web/hosts"));
    assert!(!shown(Some("SecureString"), "/web/port"));
    assert!(!shown(None, "/web/port"), "nobody knows");
    assert!(!shown(Some("String"), "/web/db-password"), "in clear text all the same");
    assert_eq!(
        answer(
            "ssm",
            "GetParameter",
            json!({"Parameter": {"Name": "a", "Type": "SecureString", "Value": "v"}})
        ),
        json!({"Parameter": {"Name": "a", "Type": "SecureString", "Value": MARKER}})
    );
    let project = |plain: &str| {
        json!({"projects": [{"environment": {"environmentVariables": [
            {"name": "A", "value": plain, "type": "PLAINTEXT"},
            {"name": "B", "value": plain},
            {"name": "C", "value": "/path", "type": "PARAMETER_STORE"},
        ]}}]})
    };
    assert_eq!(answer("codebuild", "BatchGetProjects", project("v")), project(MARKER));
}

#[test]
fn everything_below_goes() {
    let attribute = |value: &str| json!({"InstanceId": "i-1", "UserData": {"Value": value}});
    assert_eq!(answer("ec2", "DescribeInstanceAttribute", attribute("IyEvYmluL3No")), attribute(MARKER));
    let task = json!({"TaskParameters": {"commands": {"Values": ["x", ""]}}, "Priority": 1});
    let redacted = json!({"TaskParameters": {"commands": {"Values": [MARKER, ""]}}, "Priority": 1});
    assert_eq!(answer("ssm", "GetMaintenanceWindowTask", task), redacted);
    // Members that the model does not know yet, numbers and switches included.
    let odd = json!({"Environment": {"Variables": {"A": 1, "B": true, "C": ["x", {"D": "y"}], "E": null}}});
    let redacted = json!({"Environment": {"Variables":
        {"A": MARKER, "B": MARKER, "C": [MARKER, {"D": MARKER}], "E": null}}});
    assert_eq!(answer("lambda", "GetFunctionConfiguration", odd), redacted);
}

#[test]
fn tags_go_by_their_key() {
    let instances = |value: &str| {
        json!({"Reservations": [{"Instances": [{"InstanceId": "i-1", "Tags": [
            {"Key": "Name", "Value": "web"},
            {"Key": "db-password", "Value": value},
            {"Key": "aws:cloudformation:stack-name", "Value": "secret-stack"},
        ]}]}]})
    };
    assert_eq!(answer("ec2", "DescribeInstances", instances("hunter2")), instances(MARKER));
    let tags = |value: &str| json!({"Tags": {"team": "web", "ApiKey": value}});
    assert_eq!(answer("lambda", "ListTags", tags("k")), tags(MARKER));
    let bucket = |value: &str| json!({"TagSet": [{"Key": "token", "Value": value}]});
    assert_eq!(answer("s3", "GetBucketTagging", bucket("t")), bucket(MARKER));
}

#[test]
fn json_in_texts_is_searched() {
    let resource = |value: &str| {
        json!({
            "resourceId": "fn", "httpTokens": "required", "secretArn": "arn:x",
            "environment": {"variables": {"A": value}},
            "configuration": {
                "Environment": [{"Name": "PORT", "Value": value}], "userData": value, "MasterPassword": value,
            },
            "tags": [{"key": "environment", "value": "prod"}, {"key": "api-key", "value": value}],
            "Tags": {"Environment": "prod"},
        })
    };
    let results = |value| json!({"Results": [resource(value).to_string()], "QueryInfo": {}});
    assert_eq!(answer("config", "SelectResourceConfig", results("v")), results(MARKER));
    let broken = json!({"Results": ["{\"password\": \"v\"", "", "true"]});
    assert_eq!(answer("config", "SelectResourceConfig", broken), json!({"Results": [MARKER, "", MARKER]}));
}

#[test]
fn an_operation_without_rules_is_left_alone() {
    let output = json!({"Account": "1", "Arn": "secret", "Password": "x"});
    assert_eq!(answer("sts", "GetCallerIdentity", output.clone()), output);
    assert!(!service("sts").guards(service("sts").operation("GetCallerIdentity").unwrap().output.unwrap()));
}

/// What a rule is about is there; and what pages hang together by, and what comes with a request id, stays.
#[test]
fn what_decides_is_wanted_with_what_it_decides_about() {
    let pack = Pack::bundled();
    let mut count = 0;
    for name in pack.service_names() {
        let service = pack.service(name).unwrap();
        for (shape, rules) in service.redactions.iter() {
            let mut nothing = Mask::NOTHING;
            widen_at(&service, shape, &mut nothing);
            assert_eq!(nothing, Mask::NOTHING, "{name}");
            for rule in rules {
                let (Condition::Unless { member: beside, .. } | Condition::Named(beside)) = &rule.when else {
                    continue;
                };
                let mut mask = Mask::NOTHING;
                mask.add_at(&[&rule.member], &Mask::NOTHING);
                widen_at(&service, shape, &mut mask);
                assert_eq!(mask.member(beside), Some(&Mask::Everything), "{name}: {}", rule.member);
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");

    // Far down, and through lists.
    let ec2 = service("ec2");
    let tags = ["Reservations", "Instances", "Tags"];
    let mut mask = Mask::NOTHING;
    mask.add_at(&[&tags as &[&str], &["Value"]].concat(), &Mask::Everything);
    let mut expected = mask.clone();
    expected.add_at(&[&tags as &[&str], &["Key"]].concat(), &Mask::Everything);
    widen(&ec2, ec2.operation("DescribeInstances").unwrap(), &mut mask);
    assert_eq!(mask, expected);
}

#[test]
fn every_rule_of_the_pack_is_about_something() {
    let (mut rules, mut operations) = (0, 0);
    for name in Pack::bundled().service_names() {
        let service = service(name);
        for (shape, redactions) in service.redactions.iter() {
            let structure = service.structure(shape).unwrap_or_else(|| panic!("{name}: {shape:?}"));
            for rule in redactions {
                rules += 1;
                let label = format!("{name}.{}.{}", service.shape(shape).name, rule.member);
                let member = structure.member(&rule.member).unwrap_or_else(|| panic!("{label}"));
                match &rule.when {
                    Condition::Unless { member, values } => {
                        assert!(structure.member(member).is_some() && !values.is_empty(), "{label}");
                    }
                    Condition::Named(member) => assert!(structure.member(member).is_some(), "{label}"),
                    Condition::Keys => {
                        assert!(matches!(service.shape(member.shape).kind, Kind::Map(_)), "{label}")
                    }
                    Condition::Always | Condition::Json => {}
                }
            }
        }
        for operation in service.operations() {
            let Some(output) = operation.output.filter(|output| service.guards(*output)) else { continue };
            operations += 1;
            for rule in service.redactions.of(output) {
                let tokens = operation.paginator.iter().flat_map(|paginator| &paginator.output_tokens);
                assert!(tokens.clone().all(|token| **token != *rule.member), "{name}.{}", operation.name);
            }
        }
    }
    assert!(rules > 2_500 && operations > 2_500, "{rules} {operations}");
}

/// Makes outputs in which every text that must go is `c4nary`, and every other one is `plain`.
struct Sample<'a> {
    service: &'a Service,
    /// Which way the conditions turn out.
    seed: u64,
    /// The shapes on the way, to stop where they begin anew.
    way: Vec<ShapeId>,
}

impl Sample<'_> {
    /// A value; where it must go, with the names of members that stay.
    fn of(&mut self, shape: ShapeId, secret: Option<&[Box<str>]>) -> Json {
        let text = Json::from(if secret.is_some() { "c4nary" } else { "plain" });
        let deep = self.way.contains(&shape) || self.way.len() > 9;
        if deep || (secret.is_none() && !self.service.guards(shape)) {
            return text;
        }
        self.way.push(shape);
        let service = self.service;
        let value = match &service.shape(shape).kind {
            Kind::Structure(_) => self.structure(shape, secret),
            Kind::List(list) => json!([self.of(list.member, secret)]),
            Kind::Map(map) => json!({"some": self.of(map.value, secret)}),
            _ => text,
        };
        self.way.pop();
        value
    }

    fn structure(&mut self, shape: ShapeId, secret: Option<&[Box<str>]>) -> Json {
        let service = self.service;
        let rules = service.redactions.of(shape);
        let mut object = serde_json::Map::new();
        for (index, rule) in rules.iter().enumerate() {
            let hides = (self.seed >> (index % 8)) & 1 == 0;
            let (beside, value) = match &rule.when {
                Condition::Unless { member, values } => (member, if hides { "?" } else { &values[0] }),
                Condition::Named(member) => (member, if hides { "my-secret" } else { "team" }),
                _ => continue,
            };
            object.entry(beside.to_string()).or_insert(value.into());
        }
        let hidden = |rule: &Redaction, object: &serde_json::Map<String, Json>| {
            let beside = |member: &str| object.get(member).and_then(Json::as_str).unwrap_or_default();
            match &rule.when {
                Condition::Always => true,
                Condition::Unless { member, values } => values.iter().all(|value| **value != *beside(member)),
                Condition::Named(member) => sounds_secret(beside(member)),
                Condition::Keys | Condition::Json => false,
            }
        };
        for member in &service.structure(shape).unwrap().members {
            if object.contains_key(&*member.name) {
                continue;
            }
            let own: Vec<_> = rules.iter().filter(|rule| rule.member == member.name).collect();
            let of_rule = own.iter().find(|rule| hidden(rule, &object)).map(|rule| rule.keep.as_slice());
            let stays = secret.is_some_and(|keep| keep.contains(&member.name));
            let secret = if stays { None } else { secret.or(of_rule) };
            let value = match own.first().map(|rule| &rule.when) {
                _ if stays => "plain".into(),
                Some(Condition::Keys) if secret.is_none() => json!({"api-key": "c4nary", "team": "plain"}),
                Some(Condition::Json) if secret.is_none() => {
                    json!([r#"{"password":"c4nary","size":"plain"}"#])
                }
                _ => self.of(member.shape, secret),
            };
            object.insert(member.name.to_string(), value);
        }
        Json::Object(object)
    }
}

/// The operations whose answers rules are about, by service.
static GUARDED: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let guarded = |name: &'static str| {
        let service = service(name);
        let operations =
            service.operations().filter(|operation| operation.output.is_some_and(|id| service.guards(id)));
        operations.map(|operation| (name, operation.name.to_string())).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = Pack::bundled().service_names().flat_map(guarded).collect();
    all.sort();
    all
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_must_go_is_gone_and_the_rest_stays(at in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (name, operation) = at.get(&GUARDED);
        let service = service(name);
        let operation: &Operation = service.operation(operation).unwrap();
        let output = Sample { service: &service, seed, way: Vec::new() }.of(operation.output.unwrap(), None);
        let mut value = Value::from(output.clone());
        redact(&service, operation, &mut value);
        let (before, after) = (output.to_string(), value.into_json().to_string());
        prop_assert!(!after.contains("c4nary"), "{name}.{}: {before} {after}", operation.name);
        let plain = |text: &str| text.matches("plain").count();
        prop_assert_eq!(plain(&before), plain(&after), "{}: {} {}", operation.name, before, after);
    }

    #[test]
    fn nothing_panics_whatever_comes(text in any::<String>(), at in any::<prop::sample::Index>()) {
        let (name, operation) = at.get(&GUARDED);
        let service = service(name);
        let object = json!({text.clone(): text, "Tags": [1, null, {"Key": 1}], "Results": text});
        for odd in [json!(text), json!([text]), object] {
            let mut value = Value::from(odd);
            redact(&service, service.operation(operation).unwrap(), &mut value);
        }
    }

    #[test]
    fn hearing_a_secret_never_panics(name in any::<String>()) {
        let spaced = format!("{name} password");
        prop_assert!(sounds_secret(&spaced) || spaced.starts_with("aws:"));
        sounds_secret(&name);
    }
}
