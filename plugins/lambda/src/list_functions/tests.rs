use serde_json::Value;
use time::macros::date;
use tollgate_sdk::describe;

use super::*;

const TODAY: Date = date!(2026 - 11 - 22);

/// What the host makes of an answer of Lambda before it crosses.
fn selected(output: &Value) -> Vec<Function> {
    let selected =
        jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    let selected: Vec<Function> = serde_json::from_str(&selected).expect("what the expression makes");
    selected.into_iter().map(|function| function.settled(TODAY)).collect()
}

fn on(runtime: &str) -> Function {
    let output =
        json!({ "Functions": [{ "FunctionName": "f", "FunctionArn": "arn:f", "Runtime": runtime }] });
    selected(&output).pop().expect("one function")
}

#[test]
fn functions_become_rows_without_their_environment() {
    let output = json!({ "Functions": [{
        "FunctionName": "receipts",
        "FunctionArn": "arn:aws:lambda:eu-west-1:222233334444:function:receipts",
        "Runtime": "python3.8", "Role": "arn:aws:iam::222233334444:role/receipts", "Handler": "app.handler",
        "CodeSize": 4096, "Timeout": 30, "MemorySize": 512, "LastModified": "2023-02-01T08:15:00.000+0000",
        "PackageType": "Zip", "Architectures": ["x86_64"], "VpcConfig": { "SubnetIds": [], "VpcId": "" },
        "Environment": { "Variables": { "TOKEN": "[redacted]" } },
        "Layers": [{ "Arn": "arn:aws:lambda:eu-west-1:222233334444:layer:common:7", "CodeSize": 10 }],
    }] });
    assert_eq!(
        serde_json::to_value(&selected(&output)[0]).expect("a row is JSON"),
        json!({
            "name": "receipts", "runtime": "python3.8", "runtime_deprecated": true,
            "runtime_ends": "2024-10-14",
            "package_type": "Zip", "architecture": "x86_64", "memory_mib": 512, "timeout_seconds": 30,
            "code_bytes": 4096, "last_modified": "2023-02-01T08:15:00.000Z", "url": null, "url_auth": null,
            "public": null, "role": "arn:aws:iam::222233334444:role/receipts", "vpc": null,
            "layers": ["arn:aws:lambda:eu-west-1:222233334444:layer:common:7"],
            "arn": "arn:aws:lambda:eu-west-1:222233334444:function:receipts", "tags": null,
        })
    );
}

#[test]
fn a_runtime_is_deprecated_from_its_day_on() {
    let of = |runtime: &str| (on(runtime).runtime_deprecated, on(runtime).runtime_ends);
    assert_eq!(of("nodejs16.x"), (Some(true), Some("2024-06-12".to_owned())));
    assert_eq!(of("nodejs24.x"), (Some(false), Some("2028-04-30".to_owned())));
    assert_eq!(of("nodejs98.x"), (None, None));
    let on_the_day = |today| on("dotnet8").settled(today).runtime_deprecated;
    assert_eq!(on_the_day(date!(2026 - 11 - 09)), Some(false));
    assert_eq!(on_the_day(date!(2026 - 11 - 10)), Some(true));
}

#[test]
fn an_image_has_no_runtime() {
    let output = json!({ "Functions": [{
        "FunctionName": "f", "FunctionArn": "arn:f", "PackageType": "Image", "Architectures": ["arm64"],
    }] });
    let image = &selected(&output)[0];
    assert_eq!((image.runtime_deprecated, &image.runtime_ends), (None, &None));
    assert_eq!(
        (image.package_type.as_deref(), image.architecture.as_deref()),
        (Some("Image"), Some("arm64"))
    );
}

#[test]
fn the_most_open_url_is_shown() {
    let urls = |auths: &[&str]| -> Vec<FunctionUrl> {
        let url =
            |auth: &&str| json!({ "url": format!("https://{auth}"), "auth": auth, "function": "arn:f" });
        serde_json::from_value(auths.iter().map(url).collect()).expect("URLs")
    };
    let shown = |auths: &[&str]| {
        let mut function = on("python3.14");
        function.take_urls(urls(auths));
        function.url_auth.zip(function.url)
    };
    assert_eq!(shown(&[]), None);
    assert_eq!(shown(&["AWS_IAM"]), Some(("AWS_IAM".to_owned(), "https://AWS_IAM".to_owned())));
    assert_eq!(shown(&["AWS_IAM", "NONE"]), Some(("NONE".to_owned(), "https://NONE".to_owned())));
}

#[test]
fn what_fails_for_one_cell_leaves_it_unknown() {
    let mut failures = Vec::new();
    assert_eq!(known("tags", None::<Result<u8, _>>, &mut failures), None);
    assert_eq!(known("tags", Some(Ok(1)), &mut failures), Some(1));
    assert_eq!(failures, []);
    let late = || aws::Error::Timeout("late".to_owned());
    assert_eq!(known("tags", Some(Err::<u8, _>(late())), &mut failures), None);
    assert_eq!(failures, [("tags", late())]);
}

#[test]
fn only_what_the_query_wants_is_asked_for_each_function() {
    let asked = |query: ListQuery| {
        [&["url", "url_auth"][..], &["public"], &["tags"]].map(|columns| query.wants::<Function>(columns))
    };
    assert_eq!(asked(ListQuery::default()), [false; 3]);
    let filter = ListQuery { filter: Some("url_auth == 'NONE'".to_owned()), ..ListQuery::default() };
    assert_eq!(asked(filter), [true, false, false]);
    let group = ListQuery { group_by: vec!["tags.team".to_owned()], ..ListQuery::default() };
    assert_eq!(asked(group), [false, false, true]);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<lambda_list_functions>();
    insta::assert_snapshot!(tool.description, @"Lists Lambda functions, with the day on which AWS ends their runtime. `runtime_deprecated`: it has ended; `url_auth` NONE or `public`: everybody may call it.");
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: account, region, name, runtime, runtime_deprecated, runtime_ends, memory_mib, last_modified; more: account_id, package_type, architecture, timeout_seconds, code_bytes, url, url_auth, public, role, vpc, layers, arn, tags[.<key>]"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
