//! No secret shows up: not in logs, not in errors, not in what `Debug` prints.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tollgate_aws::{Client, Error};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::server::Reply;
use crate::world::{self, *};

const SECRETS: &[&str] =
    &[BASE_SECRET, BASE_TOKEN, ROLE_SECRET, ROLE_TOKEN, EXTERNAL_ID, "input-of-a-plugin"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// All that happens in this process, at the finest level, of every crate, the other tests' doings included: a
/// subscriber of one thread would miss what another thread saw first, for `tracing` remembers that nobody listens.
#[tokio::test]
async fn nothing_secret_in_logs_errors_or_debug() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("no other test listens");

    let server = world::server(|_, count| match count {
        0 => ec2_error(503, "RequestLimitExceeded"),
        1 => vpcs(),
        2 => Reply::Reset,
        3 => ec2_error(403, "SignatureDoesNotMatch"),
        4 => ec2_error(400, "ExpiredToken"),
        _ => Reply::status(500, "<html>"),
    })
    .await;
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    let mut shown = vec![format!("{config:?}")];
    let client = Client::new(config).unwrap();
    let filtered = || {
        let filters = json!({"Filters": [{"Name": "tag:x", "Values": ["input-of-a-plugin"]}]});
        request(PRODUCTION, "ec2", "DescribeVpcs", filters)
    };
    let show = |error: &Error| format!("{error} {error:?}");
    client.call(&reading(), filtered()).await.unwrap();
    shown.push(format!("{client:?}"));
    for _ in 0..3 {
        shown.push(show(&client.call(&reading(), filtered()).await.unwrap_err()));
    }
    shown.push(show(
        &client.call(&grant(tollgate_aws::grant::Mode::ReadOnly, &[]), filtered()).await.unwrap_err(),
    ));

    let denied = world::server(|_, _| Reply::Reset).await;
    let mut account = with_role("333333333333", "closed");
    account.external_id = Some(EXTERNAL_ID.into());
    shown.push(format!("{account:?}"));
    let client = Client::new(self::config_denied(&denied, account)).unwrap();
    let closed = request("333333333333", "ec2", "DescribeVpcs", json!({}));
    shown.push(show(&client.call(&reading(), closed).await.unwrap_err()));

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("role assumed") && log.contains("attempt failed"), "the log is seen at all");
    for secret in SECRETS {
        let line = log.lines().find(|line| line.contains(secret)).map(|line| line.get(..300).unwrap_or(line));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
        for text in &shown {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}

/// Base credentials that STS does not know.
fn config_denied(
    server: &crate::server::Server,
    account: tollgate_aws::account::Account,
) -> tollgate_aws::Config {
    let mut config = config(server, vec![account]);
    config.endpoint_url = Some("http://127.0.0.1:9".to_owned());
    config
}
