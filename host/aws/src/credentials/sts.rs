//! The questions to STS, through our own engine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use super::link::Link;
use super::secret::Secret;
use super::store::Store;
use crate::account::AccountId;
use crate::error::Error;
use crate::protocol::{self, Mask, Value};
use crate::slot::Loaded;
use crate::wire::{Exchange, Outgoing, Source};

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

/// A role to be assumed, and as what.
#[derive(Debug)]
pub(super) struct AssumeRole<'a> {
    pub(super) role: &'a str,
    pub(super) session_name: &'a str,
    /// JSON: what the session is narrowed to.
    pub(super) policy: &'a str,
    pub(super) external_id: Option<&'a Secret>,
    pub(super) duration_seconds: Option<u32>,
    pub(super) source_identity: Option<&'a str>,
    pub(super) tags: &'a [(&'a str, String)],
}

impl AssumeRole<'_> {
    fn input(&self) -> Json {
        let mut input = json!({
            "RoleArn": self.role,
            "RoleSessionName": self.session_name,
            "Policy": self.policy,
        });
        if let Some(seconds) = self.duration_seconds {
            input["DurationSeconds"] = seconds.into();
        }
        if !self.tags.is_empty() {
            let tag = |(key, value): &(&str, String)| json!({ "Key": key, "Value": value });
            input["Tags"] = self.tags.iter().map(tag).collect();
        }
        if let Some(external_id) = self.external_id {
            input["ExternalId"] = external_id.expose().into();
        }
        if let Some(source_identity) = self.source_identity {
            input["SourceIdentity"] = source_identity.into();
        }
        input
    }

    /// The account that the role is of.
    fn account(&self) -> Option<&str> {
        self.role.split(':').nth(4)
    }
}

/// Asks STS, in one region, as one link of a chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sts<'a> {
    pub(super) store: &'a Arc<Store>,
    pub(super) link: &'a Link,
    pub(super) region: &'a str,
}

impl Sts<'_> {
    /// Whose the credentials are.
    pub(super) async fn caller_identity(self) -> Result<Identity, Error> {
        let read = |output: Value<'_>| {
            Identity::read(&output)
                .ok_or_else(|| Error::Response { reason: "GetCallerIdentity told no account".to_owned() })
        };
        self.ask("GetCallerIdentity", &json!({}), read).await
    }

    /// Assumes a role.
    pub(super) async fn assume_role(self, role: &AssumeRole<'_>) -> Result<Loaded<Credentials>, Error> {
        let read = |output: Value<'_>| {
            let incomplete = || Error::Response { reason: "AssumeRole gave no whole credentials".to_owned() };
            let credentials = credentials(&output, "AssumeRole").ok_or_else(incomplete)?;
            let whose = account_of_session(&output).ok_or_else(incomplete)?;
            if Some(whose) == role.account() {
                Ok(Loaded { life: credentials.expiry().into(), value: credentials })
            } else {
                Err(Error::Response { reason: format!("AssumeRole gave a session of account {whose}") })
            }
        };
        self.ask("AssumeRole", &role.input(), read).await
    }

    /// A session of a user who has shown an MFA code.
    pub(super) async fn session_token(
        self,
        serial: &str,
        code: &Secret,
    ) -> Result<Loaded<Credentials>, Error> {
        let read = |output: Value<'_>| {
            let incomplete =
                || Error::Response { reason: "GetSessionToken gave no whole credentials".to_owned() };
            let credentials = credentials(&output, "GetSessionToken").ok_or_else(incomplete)?;
            Ok(Loaded { life: credentials.expiry().into(), value: credentials })
        };
        let input = json!({ "SerialNumber": serial, "TokenCode": code.expose() });
        self.ask("GetSessionToken", &input, read).await
    }

    async fn ask<T>(
        self,
        operation: &str,
        input: &Json,
        read: impl FnMut(Value<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let wire = self.store.wire();
        let service = wire.service("sts")?;
        let operation = service.operation(operation).map_err(|error| Error::Invalid(error.into()))?;
        let request =
            protocol::encode(&service, operation, input).map_err(|error| Error::Invalid(error.into()))?;
        let exchange = Exchange {
            outgoing: Outgoing {
                service: &service,
                operation,
                input,
                request: &request,
                mask: &Mask::Everything,
            },
            source: Source::Link { store: self.store, link: self.link },
            region: self.region,
            deadline: Instant::now() + wire.call,
        };
        let answer = tokio::time::timeout(wire.call, exchange.run(wire, read)).await;
        answer.unwrap_or_else(|_| Err(Error::call_timeout(wire.call)))
    }
}

/// The credentials in an answer of STS.
fn credentials(output: &Value<'_>, source: &'static str) -> Option<Credentials> {
    let credentials = output.get("Credentials")?;
    let text = |name| credentials.get(name).and_then(Value::as_str);
    let expiry = OffsetDateTime::parse(text("Expiration")?, &Rfc3339).ok()?.unix_timestamp();
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(expiry).ok()?);
    Some(Credentials::new(
        text("AccessKeyId")?,
        text("SecretAccessKey")?,
        Some(text("SessionToken")?.to_owned()),
        Some(expiry),
        source,
    ))
}

/// The account that a role's session acts in.
fn account_of_session<'a>(output: &'a Value<'_>) -> Option<&'a str> {
    output.get("AssumedRoleUser")?.get("Arn")?.as_str()?.split(':').nth(4)
}
