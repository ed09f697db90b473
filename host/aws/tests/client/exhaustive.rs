//! Every operation of AWS that may not be sent in the default mode, tried.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::net::TcpListener;
use tollgate_aws::grant::{Mode, Refusal};
use tollgate_aws::model::Pack;
use tollgate_aws::{Client, Error};

use crate::world::{self, *};

/// A server that answers nothing and counts who comes.
async fn doorkeeper() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (url, connections)
}

/// The widest pattern that there is, in the default mode: nothing that changes anything, nothing unclassified and
/// nothing sensitive gets as far as a connection.
#[tokio::test]
#[allow(clippy::print_stdout, reason = "the counts are worth seeing")]
async fn nothing_that_changes_or_leaks_is_sent_in_the_default_mode() {
    let (url, connections) = doorkeeper().await;
    let server = world::server(|_, _| panic!("nobody is sent here")).await;
    let mut config = config(&server, Vec::new());
    config.endpoint_url = Some(url);
    let client = Client::new(config).unwrap();
    let everything = grant(Mode::default(), &["*:*"]);

    let pack = Pack::bundled();
    let mut by_level = BTreeMap::<String, usize>::new();
    let (mut sensitive, mut allowed) = (0, 0);
    for name in pack.service_names() {
        let service = pack.service(name).unwrap();
        for operation in service.operations() {
            let label = format!("{name}.{}", operation.name);
            let refused = everything.grant.check(operation);
            if operation.access.is_read_only() && operation.sensitive.is_none() {
                assert_eq!(refused, Ok(()), "{label}");
                allowed += 1;
                continue;
            }
            let refused = refused.expect_err(&label);
            match &refused {
                Refusal::WriteInReadOnly { access, .. } => {
                    *by_level.entry(format!("{access:?}")).or_default() += 1;
                }
                Refusal::Sensitive { .. } => sensitive += 1,
                other => panic!("{label}: {other}"),
            }
            let request = request(HOME, name, &operation.name, json!({}));
            match client.call(&everything, request).await {
                Err(Error::Denied(denied)) => assert_eq!(denied, refused, "{label}"),
                other => panic!("{label}: {other:?}"),
            }
        }
    }
    let changes: usize = by_level.values().sum();
    println!("refused by level: {changes} {by_level:?}; sensitive: {sensitive}; allowed: {allowed}");
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    assert!(changes > 11_000 && sensitive > 300 && allowed > 7_000);
    assert_eq!(by_level.len(), 4, "{by_level:?}");

    // The same door opens for what is allowed.
    client.call(&everything, request(HOME, "ec2", "DescribeVpcs", json!({}))).await.unwrap_err();
    assert!(connections.load(Ordering::SeqCst) > 0);
}
