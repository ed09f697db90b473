//! What is withheld is withheld in every protocol, before pages, selections and cursors see it.

use serde_json::{Value, json};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Principal, Request};

use crate::server::{Reply, Server};
use crate::world::{self, *};

const SECRET: &str = "hunter2";

/// A server that gives one answer, and a client for it.
async fn answering(body: impl Into<String>) -> (Client, Server) {
    let body = body.into();
    let server = world::server(move |_, _| Reply::ok(body.clone())).await;
    (client(&server), server)
}

async fn ask(client: &Client, principal: &Principal, service: &str, operation: &str, input: Value) -> Value {
    output(&client.call(principal, request(PRODUCTION, service, operation, input)).await.unwrap())
}

/// Service, operation, input, answer with the secret, and where it stood in our JSON.
fn cases() -> Vec<(&'static str, &'static str, Value, String, &'static str)> {
    let functions = json!({"Functions": [{"Environment": {"Variables": {"PASSWORD": SECRET}}}]});
    let task = json!({"taskDefinition": {"containerDefinitions": [
        {"environment": [{"name": "PASSWORD", "value": SECRET}]}
    ]}});
    let launch = format!(
        "<DescribeLaunchTemplateVersionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <launchTemplateVersionSet><item><launchTemplateData><userData>{SECRET}</userData></launchTemplateData>\
         </item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>"
    );
    let configurations = format!(
        "<DescribeLaunchConfigurationsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\
         <DescribeLaunchConfigurationsResult><LaunchConfigurations><member><UserData>{SECRET}</UserData></member>\
         </LaunchConfigurations></DescribeLaunchConfigurationsResult></DescribeLaunchConfigurationsResponse>"
    );
    let tagging = format!(
        "<Tagging><TagSet><Tag><Key>db-password</Key><Value>{SECRET}</Value></Tag></TagSet></Tagging>"
    );
    vec![
        (
            "lambda",
            "ListFunctions",
            json!({}),
            functions.to_string(),
            "/Functions/0/Environment/Variables/PASSWORD",
        ),
        (
            "ecs",
            "DescribeTaskDefinition",
            json!({"taskDefinition": "web"}),
            task.to_string(),
            "/taskDefinition/containerDefinitions/0/environment/0/value",
        ),
        (
            "ec2",
            "DescribeLaunchTemplateVersions",
            json!({}),
            launch,
            "/LaunchTemplateVersions/0/LaunchTemplateData/UserData",
        ),
        (
            "autoscaling",
            "DescribeLaunchConfigurations",
            json!({}),
            configurations,
            "/LaunchConfigurations/0/UserData",
        ),
        ("s3", "GetBucketTagging", json!({"Bucket": "b"}), tagging, "/TagSet/0/Value"),
    ]
}

#[tokio::test]
async fn in_every_protocol() {
    let everything = grant(Mode::ReadOnly, &["*:*"]);
    for (service, operation, input, body, place) in cases() {
        let (client, _server) = answering(body).await;
        let answer = ask(&client, &everything, service, operation, input).await;
        assert_eq!(answer.pointer(place), Some(&json!("[redacted]")), "{service}: {answer}");
        assert!(!answer.to_string().contains(SECRET), "{answer}");
    }
}

#[tokio::test]
async fn unless_it_is_revealed_by_all() {
    for (service, operation, input, body, place) in cases() {
        let (client, _server) = answering(body).await;
        let name = || vec![format!("{service}:{operation}").parse().unwrap()];
        let revealing = |layers| {
            let grant = Grant::new(Mode::ReadOnly, vec![vec!["*:*".parse().unwrap()]]).revealing(layers);
            Principal::new("tester", "test", grant)
        };
        let both = ask(&client, &revealing(vec![name(), name()]), service, operation, input.clone()).await;
        assert_eq!(both.pointer(place), Some(&json!(SECRET)), "{service}: {both}");
        let one = ask(&client, &revealing(vec![name(), Vec::new()]), service, operation, input).await;
        assert_eq!(one.pointer(place), Some(&json!("[redacted]")), "{service}: {one}");
    }
}

/// What is selected alone would not tell whether it is a secret.
#[tokio::test]
async fn what_decides_need_not_be_selected() {
    let tags = format!(
        "<Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag>\
         <Tag><Key>db-password</Key><Value>{SECRET}</Value></Tag></TagSet></Tagging>"
    );
    let (client, _server) = answering(tags).await;
    let everything = grant(Mode::ReadOnly, &["*:*"]);
    let tagging = request(PRODUCTION, "s3", "GetBucketTagging", json!({"Bucket": "b"}));
    let values = Request { select: Some("TagSet[].Value".to_owned()), ..tagging };
    assert_eq!(output(&client.call(&everything, values).await.unwrap()), json!(["web", "[redacted]"]));

    let parameters = json!({"Parameters": [
        {"Name": "/port", "Type": "String", "Value": "8080"}, {"Name": "/key", "Type": "SecureString", "Value": SECRET},
    ]});
    let (client, _server) = answering(parameters.to_string()).await;
    let some = request(PRODUCTION, "ssm", "GetParametersByPath", json!({"Path": "/"}));
    let values = Request { select: Some("Parameters[].Value".to_owned()), ..some };
    assert_eq!(output(&client.call(&everything, values).await.unwrap()), json!(["8080", "[redacted]"]));
}

#[tokio::test]
async fn selections_and_cursors_see_what_is_left() {
    let pages = json!({
        "Functions": [{"FunctionName": "a", "Environment": {"Variables": {"PASSWORD": SECRET}}}, {"FunctionName": "b"}],
        "NextMarker": "more",
    });
    let (client, _server) = answering(pages.to_string()).await;
    let everything = grant(Mode::ReadOnly, &["*:*"]);
    let list = request(PRODUCTION, "lambda", "ListFunctions", json!({}));
    for select in [
        "Functions[].Environment.Variables.PASSWORD",
        "Functions[?Environment.Variables.PASSWORD=='hunter2']",
        "@",
    ] {
        let asked = Request { select: Some(select.to_owned()), max_items: Some(1), ..list.clone() };
        let response = client.call(&everything, asked).await.unwrap();
        assert!(!response.output.contains(SECRET), "{select}: {}", response.output);
        assert!(response.truncated && !response.cursor.unwrap().contains(SECRET));
    }
}
