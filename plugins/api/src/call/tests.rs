use serde_json::json;
use tollgate_sdk::{catalog::Description, describe, run};

use super::{rows::Place, *};

fn refused(arguments: Arguments) -> String {
    Asked::of(arguments).expect_err("refused").to_string()
}

fn named(service: &str, operation: &str) -> Arguments {
    Arguments { service: Some(service.into()), operation: Some(operation.into()), ..Arguments::default() }
}

fn command(line: &str) -> Arguments {
    Arguments { command: Some(line.into()), ..Arguments::default() }
}

fn buckets() -> Description {
    let description = json!({
        "service": "s3", "operation": "ListBuckets", "doc": null, "access": "list", "refusal": null,
        "iam_action": "s3:ListAllMyBuckets", "sensitive": null, "redacted": [], "scope": "account",
        "paged": true, "items": ["Buckets"], "page_size": "MaxBuckets", "deprecated": false,
        "input_schema": { "type": "object", "properties": { "Prefix": { "type": "string" } } },
        "output_schema": { "type": "object", "properties": {
            "Buckets": { "type": "array", "items": {
                "type": "object",
                "properties": { "Name": { "type": "string" }, "BucketRegion": { "type": "string" } },
            } },
            "Owner": { "type": "object", "properties": { "ID": { "type": "string" } } },
        } },
    });
    serde_json::from_value(description).expect("a description")
}

/// The same operation with another output, and other pages.
fn with(items: &[&str], output: &serde_json::Value) -> Description {
    let mut description = buckets();
    description.items = items.iter().map(|path| (*path).to_owned()).collect();
    description.output_schema = output.clone();
    description
}

#[test]
fn what_contradicts_is_refused() {
    let errors = [
        refused(Arguments::default()),
        refused(Arguments { service: Some("s3".into()), ..Arguments::default() }),
        refused(Arguments { service: Some("s3".into()), ..command("aws s3api list-buckets") }),
        refused(Arguments { input: Some(Map::new()), ..command("aws s3api list-buckets") }),
        refused(Arguments { select: Some("a".into()), ..command("aws s3api list-buckets --query b") }),
        refused(Arguments {
            query: ListQuery { regions: vec!["us-east-1".into()], ..ListQuery::default() },
            ..command("aws ec2 describe-vpcs --region eu-west-1")
        }),
    ];
    insta::assert_snapshot!(errors.join("\n"), @"
    `service`: missing; or give a `command`
    `operation`: missing; or give a `command`
    `command`: it names service, operation and input itself: give them there, or without `command`
    `command`: it names service, operation and input itself: give them there, or without `command`
    `select`: the command has a --query: give one of both
    `regions`: the command names eu-west-1: name regions in one of both places
    ");
}

#[test]
fn both_ways_make_the_same_request() {
    let input = json!({ "Prefix": "a" }).as_object().cloned();
    let select = Some("Buckets[].Name".to_owned());
    let first = Asked::of(Arguments { input, select, ..named("s3", "list-buckets") }).expect("it fits");
    let second = command("aws s3api list-buckets --prefix a --query Buckets[].Name --region eu-west-1");
    let second = Asked::of(second).expect("it fits");
    assert_eq!(second.query.regions, ["eu-west-1"]);
    assert_eq!((first.operation(), second.operation()), (("s3", "list-buckets"), ("s3api", "list-buckets")));
    let requests = [&first, &second].map(|asked| Request::of(asked, &buckets()).expect("it fits"));
    assert_eq!(requests[0], requests[1]);
    assert_eq!((requests[0].service.as_str(), requests[0].operation.as_str()), ("s3", "ListBuckets"));
}

#[test]
fn the_lists_of_an_output_are_its_answer() {
    let selected = |path: &str| Place::Selected(path.to_owned());
    let lists = |paths: [&str; 2]| Place::Lists(paths.map(str::to_owned).into());
    assert_eq!(Place::of(&buckets()), selected("Buckets"), "that of the pages, whatever stands beside it");
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let outputs = |members: serde_json::Value| with(&[], &json!({ "type": "object", "properties": members }));
    let one = outputs(json!({ "Names": list, "NextToken": text }));
    let two = outputs(json!({ "Names": list, "Failures": list }));
    let beside = outputs(json!({ "Zone": { "type": "object", "properties": {} }, "Names": list }));
    assert_eq!(Place::of(&one), selected("Names"));
    assert_eq!(Place::of(&two), lists(["Names", "Failures"]));
    assert_eq!(Place::of(&beside), Place::Whole);
    assert_eq!(Place::of(&outputs(json!({}))), Place::Whole);
    let paged = with(&["List.Items", "Prefixes"], &two.output_schema);
    assert_eq!(Place::of(&paged), lists(["List.Items", "Prefixes"]));
    let counted =
        json!({ "type": "object", "properties": { "Names": list, "Count": { "type": "integer" } } });
    assert_eq!(Place::of(&with(&["Names", "Count"], &counted)), selected("Names"));
    assert_eq!(
        Place::of(&paged).select().as_deref(),
        Some(r#"{"List.Items": List.Items, "Prefixes": Prefixes}"#)
    );
}

#[test]
fn rows_are_known_to_have_the_members_of_the_model() {
    assert_eq!(rows::members(&buckets(), &Place::of(&buckets())), ["Name", "BucketRegion"]);
    assert_eq!(rows::members(&buckets(), &Place::Whole), ["Buckets", "Owner"]);
    assert!(rows::members(&buckets(), &Place::Selected("Buckets[].Name".to_owned())).is_empty());
}

#[test]
fn outputs_become_rows() {
    let rows = |place: &Place, output: &str| {
        let output: Box<RawValue> = serde_json::from_str(output).expect("JSON");
        place.rows(&output).iter().map(|row| row.get().to_owned()).collect::<Vec<_>>()
    };
    let whole = Place::Whole;
    assert_eq!(rows(&whole, r#"[{"a":1},{"b":2}]"#), [r#"{"a":1}"#, r#"{"b":2}"#]);
    assert_eq!(rows(&whole, r#"["a",[1,2],null]"#), [r#""a""#, "[1,2]", "null"]);
    assert_eq!(rows(&whole, r#"{"Status":"Enabled"}"#), [r#"{"Status":"Enabled"}"#]);
    assert_eq!(rows(&whole, "3"), ["3"]);
    assert!(rows(&whole, "null").is_empty() && rows(&whole, "[]").is_empty());
    let lists = Place::Lists(vec!["A".to_owned(), "B".to_owned(), "C".to_owned()]);
    assert_eq!(
        rows(&lists, r#"{"A":[{"x":1},{ }],"C":null,"B":["y"]}"#),
        [r#"{"list":"A","x":1}"#, r#"{"list":"A"}"#, r#"{"list":"B","value":"y"}"#]
    );
}

#[test]
fn command_lines_are_refused_before_anybody_is_asked() {
    let arguments = json!({ "command": "aws s3 cp s3://a/b ." }).to_string();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut call = Box::pin(run::<aws_call>(&arguments));
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("it was not refused at once")
    };
    assert!(error.to_string().contains("no operation of AWS but a program of the CLI"), "{error}");
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<aws_call>();
    insta::assert_snapshot!(tool.description, @"Calls any read operation of any AWS service, in all accounts and regions at once. For what no other tool here answers; aws_search_operations finds operations.");
    insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"service":{"type":"string","description":"E.g. ec2"},"operation":{"type":"string","description":"E.g. DescribeAddresses"},"input":{"type":"object","additionalProperties":true,"description":"As in the API reference"},"command":{"type":"string","description":"In place of these: `aws ec2 describe-addresses --filters Name=domain,Values=vpc --query Addresses[].PublicIp`"},"select":{"type":"string","description":"JMESPath on the output; default: its lists as rows"},"accounts":{"type":"array","items":{"type":"string"},"description":"Names, ids, env:prod, tag:team=payments; default: all"},"regions":{"type":"array","items":{"type":"string"},"description":"Default: as configured; all: every enabled one"},"filter":{"type":"string","description":"JMESPath on a row"},"fields":{"type":"array","items":{"type":"string"},"description":"Default: all columns"},"group_by":{"type":"array","items":{"type":"string"},"description":"Count rows by these columns"},"sum":{"type":"array","items":{"type":"string"},"description":"Add up numeric columns, per group"},"limit":{"type":"integer","description":"At most so many rows; default: what a short answer holds"},"cursor":{"type":"string","description":"Of an earlier answer: goes on there"}},"additionalProperties":false}"#);
}
