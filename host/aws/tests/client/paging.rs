//! Pages: merged, cut, and continued.

use serde_json::{Value, json};
use tollgate_aws::{Client, Config, Error, Request, Response};

use crate::server::{Received, Reply, Server};
use crate::world::{self, *};

/// Reservations `r-0` to `r-9` in pages of 4, as EC2 gives them.
async fn reservations() -> Server {
    world::server(|request, _| page(request, 4)).await
}

fn page(request: &Received, size: usize) -> Reply {
    let first: usize = request.form("NextToken").map_or(0, |token| token.parse().unwrap());
    let items: String = (first..10)
        .take(size)
        .map(|n| format!("<item><reservationId>r-{n}</reservationId></item>"))
        .collect();
    let next = first + size;
    let token = if next < 10 { format!("<nextToken>{next}</nextToken>") } else { "<nextToken/>".to_owned() };
    Reply::ok(format!(
        "<DescribeInstancesResponse><reservationSet>{items}</reservationSet>{token}</DescribeInstancesResponse>"
    ))
}

fn instances(max_items: Option<u32>, cursor: Option<String>) -> Request {
    Request { max_items, cursor, ..request(PRODUCTION, "ec2", "DescribeInstances", json!({})) }
}

fn names(response: &Response) -> Vec<String> {
    let output = output(response);
    let list = output["Reservations"].as_array().unwrap();
    list.iter().map(|item| item["ReservationId"].as_str().unwrap().to_owned()).collect()
}

fn all() -> Vec<String> {
    (0..10).map(|n| format!("r-{n}")).collect()
}

#[tokio::test]
async fn all_pages_are_one_output() {
    let server = reservations().await;
    let response = client(&server).call(&reading(), instances(None, None)).await.unwrap();
    assert_eq!(names(&response), all());
    assert_eq!(output(&response).as_object().unwrap().keys().collect::<Vec<_>>(), ["Reservations"]);
    assert!(!response.truncated && response.cursor.is_none());
    assert_eq!(server.count("DescribeInstances"), 3);
}

#[tokio::test]
async fn a_cut_response_continues_exactly_where_it_was_cut() {
    let server = reservations().await;
    let client = client(&server);
    for size in 1..=11_u32 {
        let (mut found, mut cursor, mut calls) = (Vec::new(), None, 0);
        loop {
            let response = client.call(&reading(), instances(Some(size), cursor)).await.unwrap();
            let names = names(&response);
            assert!(names.len() <= size as usize && !names.is_empty());
            found.extend(names);
            calls += 1;
            assert_eq!(response.truncated, response.cursor.is_some());
            cursor = response.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!((found, calls), (all(), 10_u32.div_ceil(size)), "at most {size} at once");
    }
}

#[tokio::test]
async fn a_page_is_not_asked_for_in_vain() {
    let server = reservations().await;
    let response = client(&server).call(&reading(), instances(Some(4), None)).await.unwrap();
    assert!(response.truncated);
    assert_eq!(server.count("DescribeInstances"), 1);
}

#[tokio::test]
async fn the_byte_limit_cuts_and_continues_too() {
    let server = reservations().await;
    // {"ReservationId":"r-0"} and a comma: 24 bytes.
    let config =
        Config { max_output_bytes: 150, ..config(&server, vec![with_role(PRODUCTION, "production")]) };
    let client = Client::new(config).unwrap();
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let response = client.call(&reading(), instances(None, cursor)).await.unwrap();
        assert!(response.output.len() < 200, "{}", response.output);
        found.extend(names(&response));
        cursor = response.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, all());
}

#[tokio::test]
async fn what_is_too_large_and_cannot_be_cut() {
    let server = reservations().await;
    let small = |bytes| {
        let config = config(&server, vec![with_role(PRODUCTION, "production")]);
        Client::new(Config { max_output_bytes: bytes, ..config }).unwrap()
    };
    let error = small(10).call(&reading(), instances(None, None)).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 10 }), "{error:?}");

    let server = world::server(|_, _| Reply::ok("<a>eu-west-1</a>".replace('a', "LocationConstraint"))).await;
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    let client = Client::new(Config { max_output_bytes: 10, ..config }).unwrap();
    let location = request(PRODUCTION, "s3", "GetBucketLocation", json!({"Bucket": "b"}));
    let error = client.call(&reading(), location).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 10 }), "{error:?}");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_request_alone() {
    let server = reservations().await;
    let client = client(&server);
    let cursor = client.call(&reading(), instances(Some(3), None)).await.unwrap().cursor;
    let mut elsewhere = instances(Some(3), cursor.clone());
    elsewhere.target.region = "us-east-1".to_owned();
    let error = client.call(&reading(), elsewhere).await.unwrap_err();
    assert!(error.to_string().contains("begin again without a cursor"), "{error}");
    let other = Request { input: json!({"DryRun": true}), ..instances(Some(3), cursor.clone()) };
    assert!(client.call(&reading(), other).await.is_err());
    // The expression and the number of items may change.
    let request = Request { select: Some("length(Reservations)".to_owned()), ..instances(Some(5), cursor) };
    assert_eq!(client.call(&reading(), request).await.unwrap().output, "5");
}

#[tokio::test]
async fn a_repeated_token_is_noticed() {
    let server = world::server(|request, _| {
        // a, b, a, b, …
        let next = if request.form("NextToken").as_deref() == Some("a") { "b" } else { "a" };
        Reply::ok(format!(
            "<DescribeInstancesResponse><nextToken>{next}</nextToken></DescribeInstancesResponse>"
        ))
    })
    .await;
    let error = client(&server).call(&reading(), instances(None, None)).await.unwrap_err();
    assert!(matches!(error, Error::Response { .. }), "{error:?}");
    assert_eq!(server.count("DescribeInstances"), 3);
}

#[tokio::test]
async fn the_page_size_is_set_where_it_helps() {
    let server = reservations().await;
    let client = client(&server);
    let with = |input: Value, max_items| Request { input, ..instances(max_items, None) };
    for request in [
        with(json!({}), Some(3)),
        with(json!({}), Some(3000)),
        with(json!({"MaxResults": 7}), Some(3)),
        with(json!({"InstanceIds": ["i-1"]}), Some(3)),
    ] {
        client.call(&reading(), request).await.unwrap();
    }
    let sizes: Vec<_> = server
        .received()
        .iter()
        .filter(|request| request.action() == "DescribeInstances" && request.form("NextToken").is_none())
        .map(|request| request.form("MaxResults"))
        .collect();
    assert_eq!(sizes, [Some("100".to_owned()), None, Some("7".to_owned()), None]);
}

#[tokio::test]
async fn members_beside_the_pages_are_kept() {
    let server = world::server(|request, _| {
        let (bucket, token) = match request.path.split_once("continuation-token=") {
            None => ("one", "<ContinuationToken>t/2</ContinuationToken>"),
            Some((_, "t%2F2")) => ("two", ""),
            other => panic!("{other:?}"),
        };
        Reply::ok(format!(
            "<ListAllMyBucketsResult><Owner><ID>me</ID></Owner><Buckets><Bucket><Name>{bucket}</Name></Bucket></Buckets>\
             {token}</ListAllMyBucketsResult>"
        ))
    })
    .await;
    let request = request(PRODUCTION, "s3", "ListBuckets", json!({}));
    let response =
        client(&server).call(&grant(tollgate_aws::grant::Mode::ReadOnly, &["s3:*"]), request).await.unwrap();
    assert_eq!(
        output(&response),
        json!({"Buckets": [{"Name": "one"}, {"Name": "two"}], "Owner": {"ID": "me"}})
    );
}

#[tokio::test]
async fn select_sees_all_pages() {
    let server = reservations().await;
    let select = Some("Reservations[?ReservationId>='r'] || Reservations[-2:].ReservationId".to_owned());
    let response =
        client(&server).call(&reading(), Request { select, ..instances(None, None) }).await.unwrap();
    // JMESPath orders numbers alone, so the first half is empty.
    assert_eq!(output(&response), json!(["r-8", "r-9"]));
}

/// Objects `o-0` to `o-9` with prefixes between them, in pages of 3. The token is the last key, as old S3 has it.
async fn objects() -> Server {
    world::server(|request, _| {
        let marker = request
            .path
            .split_once("marker=o-")
            .map_or(0, |(_, rest)| rest.split('&').next().unwrap().parse::<usize>().unwrap() + 1);
        let objects: String = (marker..10)
            .take(3)
            .map(|n| {
                format!(
                    "<Contents><Key>o-{n}</Key><Size>{n}</Size><Owner><ID>me</ID></Owner></Contents>\
                     <CommonPrefixes><Prefix>p-{n}</Prefix></CommonPrefixes>"
                )
            })
            .collect();
        let more = marker + 3 < 10;
        Reply::ok(format!(
            "<ListBucketResult><Name>b</Name><IsTruncated>{more}</IsTruncated>{objects}</ListBucketResult>"
        ))
    })
    .await
}

#[tokio::test]
async fn what_is_selected_is_the_same_as_of_the_whole_output() {
    let server = objects().await;
    let client = client(&server);
    let principal = grant(tollgate_aws::grant::Mode::ReadOnly, &["s3:*"]);
    let list = |select: Option<&str>, max_items, cursor| Request {
        select: select.map(str::to_owned),
        max_items,
        cursor,
        ..request(PRODUCTION, "s3", "ListObjects", json!({"Bucket": "b"}))
    };
    for max_items in [None, Some(1), Some(4), Some(7), Some(100)] {
        for select in [
            "Contents[].Size",
            "Contents[?Size > `3`].{key: Key, owner: Owner.ID}",
            "CommonPrefixes[].Prefix",
            "length(Contents[])",
            "keys(@)",
            "[length(Contents || `[]`), Name, Marker, IsTruncated]",
            "sort_by(Contents || `[]`, &Size)[-1].Key",
            "`1`",
        ] {
            let (mut cursor, mut seen) = (None, std::collections::HashSet::new());
            loop {
                let whole = client.call(&principal, list(None, max_items, cursor.clone())).await.unwrap();
                let chosen = client.call(&principal, list(Some(select), max_items, cursor)).await.unwrap();
                let expected = jmespath::compile(select).unwrap();
                let expected =
                    expected.search(jmespath::Variable::from_json(&whole.output).unwrap()).unwrap();
                assert_eq!(chosen.output, expected.to_string(), "{select} of {}", whole.output);
                // Both go on at the same place.
                assert_eq!((chosen.truncated, &chosen.cursor), (whole.truncated, &whole.cursor));
                cursor = chosen.cursor;
                assert!(seen.insert(cursor.clone()), "{select} stands still");
                if cursor.is_none() {
                    break;
                }
            }
            let calls = max_items.map_or(1, |max| 20_usize.div_ceil(max as usize));
            assert_eq!(seen.len(), calls, "{select} by {max_items:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_selected_does_not_count_as_output() {
    let server = world::server(|_, count| {
        let instance = format!(
            "<item><instanceId>i-{count}</instanceId><keyName>{}</keyName></item>",
            "k".repeat(10_000)
        );
        let token = if count < 20 { format!("<nextToken>{count}</nextToken>") } else { String::new() };
        Reply::ok(format!(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet>{instance}</instancesSet></item>\
             </reservationSet>{token}</DescribeInstancesResponse>"
        ))
    })
    .await;
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    let client = Client::new(Config { max_output_bytes: 50_000, ..config }).unwrap();
    let select = Some("Reservations[].Instances[].InstanceId".to_owned());
    let response = client.call(&reading(), Request { select, ..instances(None, None) }).await.unwrap();
    assert!(!response.truncated);
    assert_eq!(output(&response).as_array().unwrap().len(), 21);
}
