//! One account of the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use super::error::RegistryError;
use super::id::AccountId;
use super::region::is_region_shaped;
use crate::credentials::Secret;

/// What the role session names of an account begin with where its entry does not say it. CloudTrail shows them.
pub const DEFAULT_SESSION_NAME: &str = "tollgate";

/// In a session tag's value: who asks.
pub const CALLER: &str = "{caller}";

/// In a session tag's value: the plugin that asks for them.
pub const PLUGIN: &str = "{plugin}";

/// The session tags of an entry that turns them on without naming any: `tollgate-caller` and `tollgate-plugin`.
#[must_use]
pub fn standard_session_tags() -> BTreeMap<String, String> {
    [("tollgate-caller", CALLER), ("tollgate-plugin", PLUGIN)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// How long AWS lets a session be, in seconds.
const DURATIONS: RangeInclusive<u32> = 900..=43_200;

/// How long AWS lets the session of a role be that another role assumes, in seconds.
const LONGEST_CHAINED: u32 = 3_600;

/// As many session tags as AWS takes.
const MOST_TAGS: usize = 50;

/// Where an account's entry comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// The configuration file.
    #[default]
    Configuration,
    /// A DynamoDB table.
    DynamoDb,
    /// AWS Organizations.
    Organizations,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Configuration => "configuration",
            Self::DynamoDb => "dynamodb",
            Self::Organizations => "organizations",
        })
    }
}

/// An AWS account and how to get into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name in selectors and answers, unique in the registry.
    pub name: String,
    /// The profile of the AWS configuration files that its base credentials come from; absent: those of the host.
    pub profile: Option<String>,
    /// The ARNs of the roles to assume before [`role`](Self::role), each with the session of the one before.
    pub via: Vec<String>,
    /// The ARN of the role to assume in it; absent: it is the base credentials' own account.
    pub role: Option<String>,
    /// What the role's trust policy may ask for.
    pub external_id: Option<Secret>,
    /// What its role session names begin with, before plugin and caller; absent: [`DEFAULT_SESSION_NAME`].
    pub session_name: Option<String>,
    /// How long its sessions are, 900 to 43,200 seconds; absent: what STS gives, an hour.
    pub duration_seconds: Option<u32>,
    /// Whether its sessions carry the caller as source identity. The role's trust policy must allow
    /// `sts:SetSourceIdentity`.
    pub source_identity: bool,
    /// The tags of its sessions, key to value; [`CALLER`] and [`PLUGIN`] in a value stand for who asks. The role's trust
    /// policy must allow `sts:TagSession`.
    pub session_tags: BTreeMap<String, String>,
    /// The environment, for example `prod`: the selector `env:prod`.
    pub environment: Option<String>,
    /// The regions that are asked where a call names none; none here: the home region.
    pub regions: Vec<String>,
    /// Free tags: the selector `tag:key=value`.
    pub tags: BTreeMap<String, String>,
    /// A disabled account is neither listed nor contacted.
    pub enabled: bool,
    /// Where this entry comes from.
    pub source: Source,
}

impl Account {
    /// An enabled account without role, regions and tags.
    #[must_use]
    pub fn new(id: AccountId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            profile: None,
            via: Vec::new(),
            role: None,
            external_id: None,
            session_name: None,
            duration_seconds: None,
            source_identity: false,
            session_tags: BTreeMap::new(),
            environment: None,
            regions: Vec::new(),
            tags: BTreeMap::new(),
            enabled: true,
            source: Source::Configuration,
        }
    }

    /// What its role session names begin with.
    #[must_use]
    pub fn session_name(&self) -> &str {
        self.session_name.as_deref().unwrap_or(DEFAULT_SESSION_NAME)
    }

    /// A key that says something about the sessions of a role, if there is one.
    fn first_key_of_a_role(&self) -> Option<&'static str> {
        [
            ("external_id", self.external_id.is_some()),
            ("via", !self.via.is_empty()),
            ("session_name", self.session_name.is_some()),
            ("duration_seconds", self.duration_seconds.is_some()),
            ("source_identity", self.source_identity),
            ("session_tags", !self.session_tags.is_empty()),
        ]
        .into_iter()
        .find_map(|(key, set)| set.then_some(key))
    }

    /// What is wrong with it, taken by itself.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        let wrong = |key, reason: String| {
            Err(RegistryError::Invalid { account: self.id, name: self.name.clone(), key, reason })
        };
        if let Err(reason) = check_name(&self.name, self.id) {
            return wrong("name", reason);
        }
        if let Some(reason) = self.profile.as_deref().and_then(wrong_profile) {
            return wrong("profile", reason.to_owned());
        }
        match &self.role {
            Some(role) => {
                if let Err(reason) = check_role(role, self.id) {
                    return wrong("role", reason);
                }
            }
            None => {
                if let Some(key) = self.first_key_of_a_role() {
                    return wrong(key, "there is no role to assume with it; add `role`".to_owned());
                }
            }
        }
        if let Some(role) = self.via.iter().find(|role| account_of_role(role).is_none()) {
            return wrong("via", format!("{role:?}: {ROLE_SHAPE}"));
        }
        if self.external_id.as_ref().is_some_and(|id| !is_external_id(id.expose())) {
            return wrong(
                "external_id",
                "2 to 1224 of the characters a-z A-Z 0-9 _ + = , . @ : / -".to_owned(),
            );
        }
        if !is_session_name(self.session_name()) {
            return wrong(
                "session_name",
                "2 to 32 of the characters a-z A-Z 0-9 _ + = , . @ -; plugin and caller follow it".to_owned(),
            );
        }
        if let Some(Err(reason)) = self.duration_seconds.map(|seconds| check_duration(seconds, &self.via)) {
            return wrong("duration_seconds", reason);
        }
        if let Err(reason) = check_session_tags(&self.session_tags) {
            return wrong("session_tags", reason);
        }
        if let Some(region) = self.regions.iter().find(|region| !is_region_shaped(region)) {
            return wrong("regions", format!("{region:?} is no region name such as \"eu-west-1\""));
        }
        if self.environment.as_deref().is_some_and(str::is_empty) {
            return wrong("environment", "leave it out rather than empty".to_owned());
        }
        if self.tags.keys().any(|key| key.is_empty() || key.contains('=')) {
            return wrong("tags", "a tag key is not empty and has no `=`".to_owned());
        }
        Ok(())
    }
}

/// A name must not be taken for another selector.
pub(super) fn check_name(name: &str, id: AccountId) -> Result<(), String> {
    if name.is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        return Err("a name is not empty and has no spaces at its ends".to_owned());
    }
    if name == "all" || name.starts_with("env:") || name.starts_with("tag:") {
        return Err(format!("{name:?} would be taken for a selector; choose another name"));
    }
    if name.parse::<AccountId>().is_ok_and(|other| other != id) {
        return Err(format!("{name:?} would be taken for another account's id; choose another name"));
    }
    Ok(())
}

/// What a role should have been.
pub(super) const ROLE_SHAPE: &str = "expected an ARN such as \"arn:aws:iam::123456789012:role/name\"";

/// A role ARN, of this very account: otherwise answers would be another account's.
fn check_role(role: &str, id: AccountId) -> Result<(), String> {
    match account_of_role(role) {
        Some(account) if account == id => Ok(()),
        Some(account) => Err(format!("the role is of account {account}, not of {id}")),
        None => Err(ROLE_SHAPE.to_owned()),
    }
}

/// The account in a role's ARN; none if it is no such ARN.
pub(super) fn account_of_role(role: &str) -> Option<AccountId> {
    let mut parts = role.splitn(6, ':');
    let (Some("arn"), Some(partition), Some("iam"), Some(""), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let named = resource.strip_prefix("role/").is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte))
    });
    if partition.starts_with("aws") && named { account.parse().ok() } else { None }
}

/// What is wrong with the name of a profile.
fn wrong_profile(name: &str) -> Option<&'static str> {
    let odd = name.is_empty()
        || name.trim() != name
        || name.contains([']', '['])
        || name.contains(char::is_control);
    odd.then_some("expected the name of a profile of ~/.aws/config, without `[profile …]`")
}

fn is_session_name(name: &str) -> bool {
    (2..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn is_external_id(id: &str) -> bool {
    (2..=1224).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte))
}

fn check_duration(seconds: u32, via: &[String]) -> Result<(), String> {
    if !DURATIONS.contains(&seconds) {
        return Err(format!("{} to {} seconds", DURATIONS.start(), DURATIONS.end()));
    }
    if seconds > LONGEST_CHAINED && !via.is_empty() {
        return Err(format!(
            "AWS gives a role that is assumed by a role one hour at most: {LONGEST_CHAINED} seconds with `via`"
        ));
    }
    Ok(())
}

fn check_session_tags(tags: &BTreeMap<String, String>) -> Result<(), String> {
    if tags.len() > MOST_TAGS {
        return Err(format!("{MOST_TAGS} tags at most"));
    }
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
    let mut seen = BTreeSet::new();
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || !allowed(key) || key.starts_with("aws:") {
            return Err(format!(
                "{key:?}: a key has 1 to 128 letters, digits, spaces and _ . : / = + - @, and does not begin with `aws:`"
            ));
        }
        if !seen.insert(key.to_lowercase()) {
            return Err(format!(
                "{key:?}: AWS does not tell upper case from lower case in keys; this one is there twice"
            ));
        }
        if value.chars().count() > 256 || !allowed(&value.replace(CALLER, "").replace(PLUGIN, "")) {
            return Err(format!(
                "{key:?}: a value has up to 256 letters, digits, spaces and _ . : / = + - @, and {CALLER} or {PLUGIN}"
            ));
        }
    }
    Ok(())
}
