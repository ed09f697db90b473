//! `[discovery]`: where accounts are found that are not written down.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use tollgate_aws::account::RegistryError;
use tollgate_aws::account::discovery::{self, RolePattern, Rule, Template};
use tollgate_aws::credentials::Secret;

use super::file::{Region, regions, session_tags};

/// Where accounts are found, and how to get into them: the keys of `[[account]]` that they share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Discovery {
    /// The role to assume in every account: its name, or an ARN with `{account}`.
    #[serde(default)]
    role: Option<RolePattern>,
    /// What their trust policies ask for.
    #[serde(default)]
    external_id: Option<Secret>,
    /// The AWS profile that the base credentials come from.
    #[serde(default)]
    profile: Option<String>,
    /// The ARNs of the roles to assume before `role`.
    #[serde(default)]
    via: Vec<String>,
    /// What the names of role sessions in CloudTrail begin with.
    #[serde(default)]
    session_name: Option<String>,
    /// How long role sessions are.
    #[serde(default)]
    duration_seconds: Option<u32>,
    /// Whether role sessions carry the caller as source identity.
    #[serde(default)]
    source_identity: bool,
    /// The tags of role sessions.
    #[serde(default, deserialize_with = "session_tags")]
    session_tags: BTreeMap<String, String>,
    /// Absent: the home region.
    #[serde(default, deserialize_with = "regions")]
    regions: Vec<String>,
    /// How old the list gets before it is looked for anew.
    #[serde(default, deserialize_with = "refresh")]
    refresh_seconds: Option<Duration>,
    /// How old it gets at most where that fails.
    #[serde(default, deserialize_with = "max_age")]
    max_age_seconds: Option<Duration>,
    /// `[discovery.organizations]`
    #[serde(default)]
    organizations: Option<Organizations>,
    /// `[discovery.dynamodb]`
    #[serde(default)]
    dynamodb: Option<DynamoDb>,
}

/// The accounts of AWS Organizations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organizations {
    /// Empty: all.
    #[serde(default)]
    include: Vec<Rule>,
    /// Not these.
    #[serde(default)]
    exclude: Vec<Rule>,
    /// The tag for `env:<environment>`.
    #[serde(default = "environment_tag")]
    environment_tag: String,
    /// Absent: the base credentials.
    #[serde(default)]
    reader: Option<Reader>,
}

/// The accounts that a DynamoDB table lists.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamoDb {
    /// Its name or ARN.
    #[serde(deserialize_with = "table")]
    table: String,
    /// The region that it is in.
    region: Region,
    /// Absent: the base credentials.
    #[serde(default)]
    reader: Option<Reader>,
}

/// The role that reads a source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reader {
    /// Its ARN.
    role: String,
    /// The ARNs of the roles to assume before it.
    #[serde(default)]
    via: Vec<String>,
    /// What its trust policy asks for.
    #[serde(default)]
    external_id: Option<Secret>,
}

/// What does not fit, and where.
pub(super) struct Misfit {
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) reason: String,
}

impl Discovery {
    /// Whether its values fit together.
    pub(super) fn check(&self) -> Result<(), Misfit> {
        let misfit = |key, reason: &str| Err(Misfit { table: "discovery", key, reason: reason.to_owned() });
        if self.organizations.is_none() && self.dynamodb.is_none() {
            return misfit(
                "organizations",
                "nowhere to look for accounts: add a table `[discovery.organizations]` or `[discovery.dynamodb]`",
            );
        }
        if self.organizations.is_some() && self.role.is_none() {
            return misfit(
                "role",
                "missing: the role to assume in the accounts of the organisation, such as \"TollgateReadOnly\"",
            );
        }
        discovery::Discovery::from(self.clone()).check().map_err(|error| match error {
            RegistryError::Discovery { table, key, reason } => Misfit { table, key, reason },
            error => Misfit { table: "discovery", key: "role", reason: error.to_string() },
        })
    }
}

impl From<Discovery> for discovery::Discovery {
    fn from(table: Discovery) -> Self {
        let refresh = table.refresh_seconds.unwrap_or(discovery::DEFAULT_REFRESH);
        Self {
            template: Template {
                profile: table.profile,
                via: table.via,
                role: table.role,
                external_id: table.external_id,
                session_name: table.session_name,
                duration_seconds: table.duration_seconds,
                source_identity: table.source_identity,
                session_tags: table.session_tags,
                regions: table.regions,
            },
            organizations: table.organizations.map(|source| discovery::Organizations {
                reader: source.reader.map(Into::into),
                include: source.include,
                exclude: source.exclude,
                environment_tag: source.environment_tag,
            }),
            dynamodb: table.dynamodb.map(|source| discovery::DynamoDb {
                table: source.table,
                region: source.region.0,
                reader: source.reader.map(Into::into),
            }),
            refresh,
            max_age: table.max_age_seconds.unwrap_or(discovery::DEFAULT_MAX_AGE.max(refresh * 2)),
        }
    }
}

impl From<Reader> for discovery::Reader {
    fn from(Reader { role, via, external_id }: Reader) -> Self {
        Self { role, via, external_id }
    }
}

fn environment_tag() -> String {
    "environment".to_owned()
}

fn refresh<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    seconds(deserializer, 30..=86_400)
}

fn max_age<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    seconds(deserializer, 30..=604_800)
}

fn seconds<'de, D: Deserializer<'de>>(
    deserializer: D,
    allowed: RangeInclusive<u64>,
) -> Result<Option<Duration>, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if allowed.contains(&seconds) {
        Ok(Some(Duration::from_secs(seconds)))
    } else {
        let (least, most) = allowed.into_inner();
        Err(de::Error::custom(format!("{seconds}: expected {least} to {most} seconds")))
    }
}

/// As AWS has them: 3 to 255 letters, digits and `_ . -`; or an ARN.
fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let table = String::deserialize(deserializer)?;
    let name = table.split_once(":table/").filter(|(arn, _)| arn.starts_with("arn:")).map(|(_, name)| name);
    let name = name.unwrap_or(&table);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (3..=255).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(table)
    } else {
        Err(de::Error::custom(format!("{table:?}: expected the name of a DynamoDB table, or its ARN")))
    }
}
