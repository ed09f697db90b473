//! Where requests go and how they are signed.

use std::time::{Duration, SystemTime};

use serde_json::json;
use tollgate_aws::{Client, Clock, Config, Error};

use crate::server::{Reply, Server};
use crate::world::{self, *};

#[tokio::test]
async fn signed_for_the_target() {
    let server = world::server(|_, _| vpcs()).await;
    ask(&client(&server)).await.unwrap();
    let received = server.received();
    let [assume, describe] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(assume.scope()[2..], ["us-east-1", "sts", "aws4_request"], "the home region");
    assert_eq!(assume.access_key(), "AKIABASE");
    assert_eq!(assume.form("ExternalId").as_deref(), Some(EXTERNAL_ID));
    assert_eq!(assume.form("RoleSessionName").as_deref(), Some("tollgate-test-tester"));
    assert_eq!(assume.headers["x-amz-security-token"], BASE_TOKEN);
    assert_eq!(describe.scope()[2..], ["eu-west-1", "ec2", "aws4_request"]);
    assert_eq!(describe.access_key(), "ASIA222222222222");
    assert_eq!(describe.headers["x-amz-security-token"], ROLE_TOKEN);
    assert!(describe.headers["user-agent"].starts_with("tollgate/"));
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once() {
    let server = world::server(|_, count| match count {
        0 => Reply::Answer(
            403,
            vec![("date", "Sun, 06 Nov 1994 08:49:37 GMT".to_owned())],
            "<Response><Errors><Error><Code>RequestExpired</Code></Error></Errors></Response>".to_owned(),
        ),
        _ => vpcs(),
    })
    .await;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 + 3600);
    let clock = Clock::new(move || now);
    let config = Config { clock, ..config(&server, vec![with_role(PRODUCTION, "production")]) };
    let client = Client::new(config).unwrap();
    ask(&client).await.unwrap();
    ask(&client).await.unwrap();
    let received = server.received();
    let dates: Vec<_> = received[1..].iter().map(|request| &*request.headers["x-amz-date"]).collect();
    assert_eq!(dates, ["19941106T094937Z", "19941106T084937Z", "19941106T084937Z"]);
}

/// S3 says that a bucket is in another region.
fn moved(region: &str) -> Reply {
    Reply::Answer(
        301,
        vec![("x-amz-bucket-region", region.to_owned())],
        "<Error><Code>PermanentRedirect</Code><Message>there</Message></Error>".to_owned(),
    )
}

/// Asks for a bucket's tags with the grant to do so.
async fn tags(client: &Client, bucket: &str) -> Result<(), Error> {
    let granted = grant(tollgate_aws::grant::Mode::ReadOnly, &["s3:*"]);
    let request = request(PRODUCTION, "s3", "GetBucketTagging", json!({ "Bucket": bucket }));
    client.call(&granted, request).await.map(drop)
}

fn regions(server: &Server) -> Vec<String> {
    server.received()[1..].iter().map(|request| request.scope()[2].to_owned()).collect()
}

#[tokio::test]
async fn a_bucket_elsewhere_is_followed_once_and_remembered() {
    let server = world::server(move |request, _| match request.scope()[2] {
        "ap-south-1" if request.path.starts_with("/there?") => Reply::ok("<Tagging><TagSet/></Tagging>"),
        _ => moved("ap-south-1"),
    })
    .await;
    let client = client(&server);
    tags(&client, "there").await.unwrap();
    tags(&client, "there").await.unwrap();
    for _ in 0..2 {
        let error = tags(&client, "nowhere").await.unwrap_err();
        assert!(matches!(&error, Error::Service { code, .. } if code == "PermanentRedirect"), "{error:?}");
    }
    let there = ["eu-west-1", "ap-south-1", "ap-south-1"];
    let nowhere = ["eu-west-1", "ap-south-1", "eu-west-1", "ap-south-1"];
    assert_eq!(regions(&server), [&there[..], &nowhere[..]].concat());
}

#[tokio::test]
async fn a_bucket_that_is_elsewhere_again_is_found_again() {
    let server = world::server(move |request, count| match (count, request.scope()[2]) {
        (0, _) => moved("ap-south-1"),
        (1, "ap-south-1") | (3, "us-west-2") | (5, "eu-west-1") => Reply::ok("<Tagging><TagSet/></Tagging>"),
        (2, "ap-south-1") => moved("us-west-2"),
        (4, "us-west-2") => Reply::status(404, "<Error><Code>NoSuchBucket</Code></Error>"),
        _ => Reply::status(418, "<Error><Code>Unexpected</Code></Error>"),
    })
    .await;
    let client = client(&server);
    tags(&client, "bucket").await.unwrap();
    tags(&client, "bucket").await.unwrap();
    assert!(tags(&client, "bucket").await.is_err());
    tags(&client, "bucket").await.unwrap();
    assert_eq!(
        regions(&server),
        ["eu-west-1", "ap-south-1", "ap-south-1", "us-west-2", "us-west-2", "eu-west-1"]
    );
}

#[tokio::test]
async fn no_answer_leads_to_another_partition() {
    let server = world::server(move |_, _| moved("cn-north-1")).await;
    assert!(tags(&client(&server), "bucket").await.is_err());
    assert_eq!(regions(&server), ["eu-west-1"]);
}

#[tokio::test]
async fn s3_paths_have_the_bucket_once() {
    let server = world::server(|_, _| Reply::ok("<Tagging><TagSet/></Tagging>")).await;
    let input = json!({"Bucket": "my-bucket", "Key": "a b/c+d"});
    let request = request(PRODUCTION, "s3", "GetObjectTagging", input);
    client(&server)
        .call(&grant(tollgate_aws::grant::Mode::ReadOnly, &["s3:GetObjectTagging"]), request)
        .await
        .unwrap();
    assert_eq!(server.received()[1].path, "/my-bucket/a%20b/c%2Bd?tagging=");
}
