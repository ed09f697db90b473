//! The two questions to STS, through our own engine.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use super::base::Base;
use super::slot::Loaded;
use crate::account::{Account, AccountId};
use crate::error::Error;
use crate::protocol::{self, Value};
use crate::wire::{Exchange, Outgoing, Source, Wire};

/// Who signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The ARN of the assumed role or the user.
    pub arn: String,
    /// The unique id of the role session or the user.
    pub user_id: String,
}

impl Identity {
    /// Reads the output of `GetCallerIdentity`.
    pub(crate) fn read(output: &Value<'_>) -> Option<Self> {
        let text = |name| output.get(name).and_then(Value::as_str);
        Some(Self {
            account: text("Account")?.parse().ok()?,
            arn: text("Arn")?.to_owned(),
            user_id: text("UserId")?.to_owned(),
        })
    }
}

/// Asks whose the base credentials are.
pub(super) async fn caller_identity(wire: &Wire, base: &Base, region: &str) -> Result<Identity, Error> {
    let read = |output: Value<'_>| {
        Identity::read(&output)
            .ok_or_else(|| Error::Response { reason: "GetCallerIdentity told no account".to_owned() })
    };
    ask(wire, base, region, "GetCallerIdentity", &json!({}), read).await
}

/// Assumes an account's role.
pub(super) async fn assume_role(
    wire: &Wire,
    base: &Base,
    region: &str,
    account: &Account,
    role: &str,
) -> Result<Loaded<Credentials>, Error> {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": account.session_name() });
    if let Some(external_id) = &account.external_id {
        input["ExternalId"] = external_id.expose().into();
    }
    let read = |output: Value<'_>| {
        let incomplete = || Error::Response { reason: "AssumeRole gave no whole credentials".to_owned() };
        let (credentials, whose) = session(&output).ok_or_else(incomplete)?;
        if whose.parse::<AccountId>().is_ok_and(|whose| whose == account.id) {
            Ok(Loaded { expiry: credentials.expiry(), value: credentials })
        } else {
            Err(Error::Response { reason: format!("AssumeRole gave a session of account {whose}") })
        }
    };
    ask(wire, base, region, "AssumeRole", &input, read).await
}

async fn ask<T>(
    wire: &Wire,
    base: &Base,
    region: &str,
    operation: &str,
    input: &Json,
    read: impl FnMut(Value<'_>) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let service = wire.service("sts")?;
    let operation = service.operation(operation).map_err(|error| Error::Invalid(error.into()))?;
    let request =
        protocol::encode(&service, operation, input).map_err(|error| Error::Invalid(error.into()))?;
    let exchange = Exchange {
        outgoing: Outgoing { service: &service, operation, input, request: &request },
        source: Source::Base(base),
        region,
        deadline: Instant::now() + wire.call,
    };
    let answer = tokio::time::timeout(wire.call, exchange.run(wire, read)).await;
    answer.unwrap_or_else(|_| Err(Error::call_timeout(wire.call)))
}

/// The credentials of a session, and the account of its role.
fn session(output: &Value<'_>) -> Option<(Credentials, String)> {
    let credentials = output.get("Credentials")?;
    let text = |name| credentials.get(name).and_then(Value::as_str);
    let expiry = OffsetDateTime::parse(text("Expiration")?, &Rfc3339).ok()?.unix_timestamp();
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(expiry).ok()?);
    let credentials = Credentials::new(
        text("AccessKeyId")?,
        text("SecretAccessKey")?,
        Some(text("SessionToken")?.to_owned()),
        Some(expiry),
        "AssumeRole",
    );
    let arn = output.get("AssumedRoleUser")?.get("Arn")?.as_str()?;
    Some((credentials, arn.split(':').nth(4)?.to_owned()))
}
