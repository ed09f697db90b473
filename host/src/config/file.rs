//! The types of `tollgate.toml`. What can be wrong about one value is refused while it is read,
//! so that the error points at it.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use tollgate_aws::account::{AccountId, Secret};
use tollgate_aws::grant::{Mode, Pattern};
use toml::Spanned;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// `[aws]`
    pub(crate) aws: Aws,
    /// `[[account]]`; none: the base credentials' own account.
    pub(crate) account: Vec<Account>,
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
}

/// One account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// 12 digits.
    #[serde(deserialize_with = "account_id")]
    pub(crate) id: Spanned<String>,
    /// The name that people and agents use.
    #[serde(deserialize_with = "account_name")]
    pub(crate) name: Spanned<String>,
    /// The ARN of the role to assume; absent: the base credentials are this account's.
    #[serde(default, deserialize_with = "role")]
    pub(crate) role: Option<String>,
    /// What the role's trust policy asks for.
    #[serde(default, deserialize_with = "secret")]
    pub(crate) external_id: Option<Secret>,
    /// The name of the role session in CloudTrail.
    #[serde(default)]
    pub(crate) session_name: Option<String>,
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

fn account_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let id = Spanned::<Checked<Id>>::deserialize(deserializer)?;
    Ok(Spanned::new(id.span(), id.into_inner().0))
}

fn account_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let name = Spanned::<Checked<Name>>::deserialize(deserializer)?;
    Ok(Spanned::new(name.span(), name.into_inner().0))
}

fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Checked::<Role>::deserialize(deserializer).map(|role| Some(role.0))
}

fn region<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Checked::<Region>::deserialize(deserializer).map(|region| Some(region.0))
}

fn regions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let regions = Vec::<Checked<Region>>::deserialize(deserializer)?;
    if regions.is_empty() {
        return Err(de::Error::custom("no region: leave the key out to use the home region"));
    }
    Ok(regions.into_iter().map(|region| region.0).collect())
}

fn http_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Checked::<Url>::deserialize(deserializer).map(|url| Some(url.0))
}

/// serde's own message for a wrong type would show the value.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    String::deserialize(deserializer)
        .map(|text| Some(Secret::from(text)))
        .map_err(|_| de::Error::custom("expected a string"))
}

/// A string that holds to a rule.
struct Checked<R>(String, std::marker::PhantomData<R>);

trait Rule {
    const EXPECTED: &'static str;
    fn holds(text: &str) -> bool;
}

impl<'de, R: Rule> Deserialize<'de> for Checked<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if R::holds(&text) {
            Ok(Self(text, std::marker::PhantomData))
        } else {
            Err(de::Error::custom(format!("{text:?}: expected {}", R::EXPECTED)))
        }
    }
}

struct Id;
impl Rule for Id {
    const EXPECTED: &'static str = "an account id of 12 digits, in quotes";
    fn holds(text: &str) -> bool {
        text.parse::<AccountId>().is_ok()
    }
}

struct Name;
impl Rule for Name {
    const EXPECTED: &'static str = "a name without control characters, at most 128 characters, and not `all`";
    fn holds(text: &str) -> bool {
        !text.trim().is_empty()
            && text != "all"
            && text.chars().count() <= 128
            && !text.contains(char::is_control)
    }
}

struct Role;
impl Rule for Role {
    const EXPECTED: &'static str =
        "the ARN of a role, for example \"arn:aws:iam::222222222222:role/TollgateReadOnly\"";
    fn holds(text: &str) -> bool {
        let mut parts = text.splitn(6, ':');
        let [arn, partition, iam, region, account, role] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        arn == "arn"
            && partition.starts_with("aws")
            && iam == "iam"
            && region.is_empty()
            && account.parse::<AccountId>().is_ok()
            && role.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    }
}

struct Region;
impl Rule for Region {
    const EXPECTED: &'static str = "a region, for example \"eu-west-1\"";
    fn holds(text: &str) -> bool {
        text.split('-').count() >= 3
            && text.split('-').all(|part| !part.is_empty())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    }
}

struct Url;
impl Rule for Url {
    const EXPECTED: &'static str = "a URL, for example \"http://127.0.0.1:5000\"";
    fn holds(text: &str) -> bool {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    }
}
