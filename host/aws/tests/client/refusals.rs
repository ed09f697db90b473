//! What is refused is refused before anything is sent.

use serde_json::json;
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::protocol::UnknownValues;
use tollgate_aws::{Client, Config, Error, InvalidRequest, Principal, Request};

use crate::server::Reply;
use crate::world::{self, *};

async fn refused(request: Request, granted: &Principal) -> Error {
    let server = world::server(|_, _| Reply::Reset).await;
    let mut sleeping = with_role("333333333333", "archive");
    sleeping.enabled = false;
    let client = Client::new(config(&server, vec![with_role(PRODUCTION, "production"), sleeping])).unwrap();
    let error = client.call(granted, request).await.unwrap_err();
    assert!(server.received().is_empty(), "{error}: {:?}", server.received());
    assert!(!error.is_retryable());
    error
}

#[tokio::test]
async fn what_is_not_granted() {
    let vpcs = || request(PRODUCTION, "ec2", "DescribeVpcs", json!({}));
    let nobody = Principal::new("tester", "test", Grant::nothing());
    let error = refused(vpcs(), &grant(Mode::ReadOnly, &["ec2:DescribeInstances"])).await;
    assert!(matches!(error, Error::Denied(_)), "{error:?}");
    let error = refused(vpcs(), &nobody).await;
    assert!(matches!(error, Error::Denied(_)), "{error:?}");

    let write = request(PRODUCTION, "ec2", "TerminateInstances", json!({"InstanceIds": ["i-1"]}));
    let error = refused(write, &grant(Mode::ReadOnly, &["ec2:*"])).await;
    assert!(matches!(error, Error::Denied(_)) && error.to_string().contains("read-write"), "{error}");

    let secret = request(PRODUCTION, "secretsmanager", "GetSecretValue", json!({"SecretId": "x"}));
    let error = refused(secret, &grant(Mode::ReadWrite, &["secretsmanager:*"])).await;
    assert!(matches!(error, Error::Denied(_)) && error.to_string().contains("sensitive"), "{error}");
}

#[tokio::test]
async fn what_does_not_fit() {
    let everything = grant(Mode::ReadWrite, &["ec2:*", "s3:*"]);
    let vpcs = || request(PRODUCTION, "ec2", "DescribeVpcs", json!({}));
    let input = |input| request(PRODUCTION, "ec2", "DescribeVpcs", input);

    let error = refused(request(PRODUCTION, "ec3", "DescribeVpcs", json!({})), &everything).await;
    assert!(matches!(error, Error::Invalid(InvalidRequest::Service(_))), "{error:?}");
    let error = refused(request(PRODUCTION, "ec2", "DescribeVpc", json!({})), &everything).await;
    assert!(error.to_string().contains("`DescribeVpcs`"), "{error}");
    let error = refused(input(json!({"VpcId": ["vpc-1"]})), &everything).await;
    assert!(error.to_string().contains("VpcIds"), "{error}");
    let error = refused(input(json!({"Filters": [{"Name": 7}]})), &everything).await;
    assert!(error.to_string().contains("Filters[0].Name"), "{error}");
    let error = refused(input(json!("text")), &everything).await;
    assert!(matches!(error, Error::Invalid(InvalidRequest::Input(_))), "{error:?}");

    let error = refused(Request { select: Some("Vpcs[".to_owned()), ..vpcs() }, &everything).await;
    assert!(error.to_string().contains("column 6"), "{error}");
    let error = refused(Request { max_items: Some(0), ..vpcs() }, &everything).await;
    assert!(matches!(error, Error::Invalid(InvalidRequest::MaxItems)), "{error:?}");
    let error = refused(Request { cursor: Some("made-up".to_owned()), ..vpcs() }, &everything).await;
    assert!(matches!(error, Error::Invalid(InvalidRequest::Cursor { .. })), "{error:?}");
    let location = request(PRODUCTION, "s3", "GetBucketLocation", json!({"Bucket": "b"}));
    let error = refused(Request { cursor: Some("made-up".to_owned()), ..location }, &everything).await;
    assert!(error.to_string().contains("has no pages"), "{error}");
}

#[tokio::test]
async fn values_that_the_model_does_not_know_unless_they_are_to_be_sent() {
    let newest = || json!({"InstanceTypes": ["z9.mega"]});
    let prices = || request(PRODUCTION, "ec2", "DescribeSpotPriceHistory", newest());
    let error = refused(prices(), &reading()).await;
    assert!(error.to_string().contains("InstanceTypes[0]"), "{error}");
    assert!(error.to_string().contains("unknown_values"), "{error}");

    let server = world::server(|_, _| Reply::ok("<DescribeSpotPriceHistoryResponse/>")).await;
    let sending = Config {
        unknown_values: UnknownValues::Send,
        ..config(&server, vec![with_role(PRODUCTION, "production")])
    };
    Client::new(sending).unwrap().call(&reading(), prices()).await.unwrap();
    assert!(server.received().iter().any(|sent| sent.form("InstanceType.1").as_deref() == Some("z9.mega")));
}

#[tokio::test]
async fn targets_that_are_not_there() {
    let everything = reading();
    let error = refused(request("222222222223", "ec2", "DescribeVpcs", json!({})), &everything).await;
    assert_eq!(error.to_string(), r#"no account matches "222222222223"; the nearest known: "222222222222""#);
    let error = refused(request("333333333333", "ec2", "DescribeVpcs", json!({})), &everything).await;
    assert!(error.to_string().starts_with(r#""archive" is disabled"#), "{error}");
    for region in ["", "eu-west-11111", "aws-global", "eu-west-1.evil.example/", "EU-WEST-1", "mars-north-1"]
    {
        let mut request = request(PRODUCTION, "ec2", "DescribeVpcs", json!({}));
        request.target.region = region.to_owned();
        let error = refused(request, &everything).await;
        assert!(error.to_string().contains("is no AWS region"), "{region}: {error}");
    }
}

#[tokio::test]
async fn wrong_configurations() {
    let server = world::server(|_, _| Reply::Reset).await;
    let mut nowhere = config(&server, vec![with_role(PRODUCTION, "production")]);
    nowhere.accounts[0].regions = vec!["eu-wset-1".to_owned()];
    let error = Client::new(nowhere).unwrap_err().to_string();
    assert!(error.contains("\"eu-wset-1\" is no AWS region") && error.contains("\"eu-west-1\""), "{error}");
    let mut endpoint = config(&server, vec![]);
    endpoint.endpoint_url = Some("localhost:5000".to_owned());
    assert!(Client::new(endpoint).unwrap_err().to_string().contains("localhost:5000"));
    let twice = config(&server, vec![with_role(PRODUCTION, "a"), with_role(PRODUCTION, "b")]);
    assert!(Client::new(twice).unwrap_err().to_string().contains("is there twice"));
}
