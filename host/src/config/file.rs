//! The types of `tollgate.toml`. What can be wrong about one value is refused while it is read,
//! so that the error points at it.

use std::collections::BTreeMap;
use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use tollgate_aws::account::{self, AccountId, check_region};
use tollgate_aws::credentials::Secret;
use tollgate_aws::grant::{Action, Mode, Pattern};
use tollgate_aws::model::Pack;
use tollgate_aws::protocol::UnknownValues;
use toml::Spanned;

use super::discovery::Discovery;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// `[aws]`
    pub(crate) aws: Aws,
    /// `[[account]]`; none, and no discovery: the base credentials' own account.
    pub(crate) account: Vec<Account>,
    /// `[discovery]`
    pub(crate) discovery: Option<Discovery>,
    /// `[plugins.<name>]`
    pub(crate) plugins: BTreeMap<Spanned<String>, Plugin>,
    /// `[limits]`
    pub(crate) limits: Limits,
    /// `[http]`
    pub(crate) http: Http,
}

/// How AWS is reached.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Aws {
    /// The home region: of STS, and of accounts that name none.
    #[serde(deserialize_with = "region")]
    pub(crate) region: Option<String>,
    /// One endpoint for all services: an emulator.
    #[serde(deserialize_with = "http_url")]
    pub(crate) endpoint_url: Option<String>,
    /// What happens to inputs with values that the model does not know.
    pub(crate) unknown_values: UnknownValues,
    /// How long answers are given again; 0: never.
    pub(crate) cache_seconds: Option<u64>,
    /// How much memory they may take.
    pub(crate) cache_mib: Option<NonZeroU64>,
    /// Endpoints of single services.
    pub(crate) endpoints: BTreeMap<ServiceName, HttpUrl>,
    /// Endpoints with FIPS 140 validated cryptography.
    pub(crate) use_fips: Option<bool>,
    /// Endpoints that answer over IPv6 as well.
    pub(crate) use_dualstack: Option<bool>,
    /// A file with certificates of authorities to trust beside the system's.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// `[[aws.limit]]`
    pub(crate) limit: Vec<RateLimit>,
    /// `[aws.concurrency]`
    pub(crate) concurrency: Concurrency,
    /// The MFA device of the base credentials' user.
    #[serde(deserialize_with = "mfa_serial")]
    pub(crate) mfa_serial: Option<String>,
}

/// How fast the operations that a pattern stands for are sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    /// Over IAM actions, as in a grant.
    pub(crate) operation: Pattern,
    /// In each account and region, all these operations together.
    #[serde(deserialize_with = "rate")]
    pub(crate) per_second: f64,
}

impl From<RateLimit> for tollgate_aws::RateLimit {
    fn from(RateLimit { operation, per_second }: RateLimit) -> Self {
        Self { operation, per_second }
    }
}

/// How many requests are on their way at once.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Concurrency {
    /// Overall.
    pub(crate) total: Option<NonZeroU32>,
    /// In one account.
    pub(crate) per_account: Option<NonZeroU32>,
    /// In one region.
    pub(crate) per_region: Option<NonZeroU32>,
    /// Mebibytes of answers that are read or decoded.
    pub(crate) answers_mib: Option<NonZeroU32>,
    /// Answers that are read on when those are used up.
    pub(crate) large_answers: Option<NonZeroU32>,
}

/// One account. What fits together is checked by [`tollgate_aws`]'s registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// 12 digits.
    pub(crate) id: Spanned<AccountId>,
    /// The name that people and agents use.
    pub(crate) name: String,
    /// The AWS profile that its base credentials come from.
    #[serde(default)]
    pub(crate) profile: Option<String>,
    /// The ARNs of the roles to assume before `role`.
    #[serde(default)]
    pub(crate) via: Vec<String>,
    /// The ARN of the role to assume; absent: the base credentials are this account's.
    #[serde(default)]
    pub(crate) role: Option<String>,
    /// What the role's trust policy asks for.
    #[serde(default)]
    pub(crate) external_id: Option<Secret>,
    /// What the names of its role sessions in CloudTrail begin with.
    #[serde(default)]
    pub(crate) session_name: Option<String>,
    /// How long its role sessions are.
    #[serde(default)]
    pub(crate) duration_seconds: Option<u32>,
    /// Whether its role sessions carry the caller as source identity.
    #[serde(default)]
    pub(crate) source_identity: bool,
    /// The tags of its role sessions.
    #[serde(default, deserialize_with = "session_tags")]
    pub(crate) session_tags: BTreeMap<String, String>,
    /// For `env:<environment>`.
    #[serde(default)]
    pub(crate) environment: Option<String>,
    /// Absent: the home region.
    #[serde(default, deserialize_with = "regions")]
    pub(crate) regions: Vec<String>,
    /// For `tag:<key>=<value>`.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// `false`: never shown, never contacted.
    #[serde(default = "enabled")]
    pub(crate) enabled: bool,
}

impl From<Account> for account::Account {
    fn from(entry: Account) -> Self {
        Self {
            profile: entry.profile,
            via: entry.via,
            role: entry.role,
            external_id: entry.external_id,
            session_name: entry.session_name,
            duration_seconds: entry.duration_seconds,
            source_identity: entry.source_identity,
            session_tags: entry.session_tags,
            environment: entry.environment,
            regions: entry.regions,
            tags: entry.tags,
            enabled: entry.enabled,
            ..Self::new(entry.id.into_inner(), entry.name)
        }
    }
}

/// One plugin.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Plugin {
    /// The component file; absent: the bundled plugin of this name.
    pub(crate) path: Option<PathBuf>,
    /// What it may do; absent: a bundled plugin's own request, nothing for a file.
    pub(crate) grant: Option<Vec<Pattern>>,
    /// `read-only` unless said otherwise.
    pub(crate) mode: Mode,
    /// Operations whose answers it sees in full; absent: none.
    pub(crate) reveal: Vec<Action>,
    /// `false`: not loaded.
    pub(crate) enabled: Option<bool>,
}

/// What one call may use.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// How long a call may take.
    pub(crate) deadline_seconds: Option<NonZeroU64>,
    /// How much memory a sandbox may use.
    pub(crate) memory_mib: Option<NonZeroU64>,
    /// How large an answer should be.
    pub(crate) answer_bytes: Option<u32>,
    /// How much memory the tables kept for callers may take.
    pub(crate) results_mib: Option<NonZeroU64>,
    /// How many calls run at once.
    pub(crate) concurrent_calls: Option<NonZeroU32>,
}

/// Streamable HTTP.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    /// Host names that clients may use besides the loopback ones.
    pub(crate) allowed_hosts: Vec<String>,
    /// Origins of browsers that may call besides the loopback ones.
    pub(crate) allowed_origins: Vec<String>,
}

fn enabled() -> bool {
    true
}

fn region<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Region::deserialize(deserializer).map(|region| Some(region.0))
}

pub(super) fn regions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let regions = Vec::<Region>::deserialize(deserializer)?;
    if regions.is_empty() {
        return Err(de::Error::custom("no region: leave the key out to use the home region"));
    }
    Ok(regions.into_iter().map(|region| region.0).collect())
}

/// `true`: the standard ones; `false`: none; a table: these.
pub(super) fn session_tags<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    struct Tags;

    impl<'de> de::Visitor<'de> for Tags {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("`true`, or a table of tags such as { Who = \"{caller}\" }")
        }

        fn visit_bool<E>(self, on: bool) -> Result<Self::Value, E> {
            Ok(if on { account::standard_session_tags() } else { BTreeMap::new() })
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            BTreeMap::deserialize(de::value::MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(Tags)
}

/// As AWS has them: 9 to 256 letters, digits and `= / : , . @ - + _`.
fn mfa_serial<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let serial = String::deserialize(deserializer)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"=/:,.@-+_".contains(&byte);
    if (9..=256).contains(&serial.len()) && serial.bytes().all(allowed) {
        Ok(Some(serial))
    } else {
        Err(de::Error::custom(format!(
            "{serial:?}: expected the ARN of an MFA device such as \"arn:aws:iam::123456789012:mfa/jane\", or a serial number"
        )))
    }
}

fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let rate = f64::deserialize(deserializer)?;
    if (0.001..=100_000.0).contains(&rate) {
        Ok(rate)
    } else {
        Err(de::Error::custom(format!("{rate}: expected requests a second, from 0.001 to 100000")))
    }
}

/// A region that some partition has, or may have.
#[derive(Clone, Debug)]
pub(super) struct Region(pub(super) String);

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let region = String::deserialize(deserializer)?;
        check_region(Pack::bundled().partitions(), &region).map_err(de::Error::custom)?;
        Ok(Self(region))
    }
}

fn http_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    HttpUrl::deserialize(deserializer).map(|url| Some(url.0))
}

/// An address that requests are sent to.
#[derive(Debug)]
pub(crate) struct HttpUrl(pub(crate) String);

impl<'de> Deserialize<'de> for HttpUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let url = String::deserialize(deserializer)?;
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        match rest {
            Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(Self(url)),
            _ => Err(de::Error::custom(format!("{url:?}: expected a URL such as \"http://127.0.0.1:5000\""))),
        }
    }
}

/// A service of the model.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServiceName(pub(crate) String);

impl<'de> Deserialize<'de> for ServiceName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Pack::bundled().service(&name).map_err(de::Error::custom)?;
        Ok(Self(name))
    }
}
