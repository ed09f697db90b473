//! One account of the registry.

use std::collections::BTreeMap;

use super::error::RegistryError;
use super::id::AccountId;
use super::region::is_region_shaped;
use crate::credentials::Secret;

/// The role session name where an account has none of its own. CloudTrail shows it.
pub const DEFAULT_SESSION_NAME: &str = "tollgate";

/// An AWS account and how to get into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name in selectors and answers, unique in the registry.
    pub name: String,
    /// The ARN of the role to assume in it; absent: it is the base credentials' own account.
    pub role: Option<String>,
    /// What the role's trust policy may ask for.
    pub external_id: Option<Secret>,
    /// The role session name; absent: [`DEFAULT_SESSION_NAME`].
    pub session_name: Option<String>,
    /// The environment, for example `prod`: the selector `env:prod`.
    pub environment: Option<String>,
    /// The regions that are asked where a call names none; none here: the home region.
    pub regions: Vec<String>,
    /// Free tags: the selector `tag:key=value`.
    pub tags: BTreeMap<String, String>,
    /// A disabled account is neither listed nor contacted.
    pub enabled: bool,
}

impl Account {
    /// An enabled account without role, regions and tags.
    #[must_use]
    pub fn new(id: AccountId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            role: None,
            external_id: None,
            session_name: None,
            environment: None,
            regions: Vec::new(),
            tags: BTreeMap::new(),
            enabled: true,
        }
    }

    /// The role session name that is sent.
    #[must_use]
    pub fn session_name(&self) -> &str {
        self.session_name.as_deref().unwrap_or(DEFAULT_SESSION_NAME)
    }

    /// What is wrong with it, taken by itself.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        let wrong = |key, reason: String| {
            Err(RegistryError::Invalid { account: self.id, name: self.name.clone(), key, reason })
        };
        if let Err(reason) = check_name(&self.name, self.id) {
            return wrong("name", reason);
        }
        match &self.role {
            Some(role) => {
                if let Err(reason) = check_role(role, self.id) {
                    return wrong("role", reason);
                }
            }
            None if self.external_id.is_some() => {
                return wrong("external_id", "there is no role to assume with it; add `role`".to_owned());
            }
            None => {}
        }
        let session_name = self.session_name();
        if !(2..=64).contains(&session_name.len())
            || !session_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
        {
            return wrong("session_name", "2 to 64 of the characters a-z A-Z 0-9 _ + = , . @ -".to_owned());
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
fn check_name(name: &str, id: AccountId) -> Result<(), String> {
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

/// A role ARN, of this very account: otherwise answers would be another account's.
fn check_role(role: &str, id: AccountId) -> Result<(), String> {
    const SHAPE: &str = "expected an ARN such as \"arn:aws:iam::123456789012:role/name\"";
    let mut parts = role.splitn(6, ':');
    let (Some("arn"), Some(partition), Some("iam"), Some(""), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SHAPE.to_owned());
    };
    let named = resource.strip_prefix("role/").is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte))
    });
    if !partition.starts_with("aws") || !named {
        return Err(SHAPE.to_owned());
    }
    match account.parse::<AccountId>() {
        Ok(account) if account == id => Ok(()),
        Ok(account) => Err(format!("the role is of account {account}, not of {id}")),
        Err(_) => Err(SHAPE.to_owned()),
    }
}
