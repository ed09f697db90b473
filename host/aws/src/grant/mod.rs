//! Grants: which operations may be sent at all.
//!
//! A plugin requests patterns, its operator grants patterns, and an operation passes if *every* such layer
//! allows it. On top of that, data of the model pack decides two things that no wildcard overrides: an
//! operation that is not read-only by its IAM access level passes in [`Mode::ReadWrite`] alone, and an
//! operation that gives away secrets or data passes only where every layer names it exactly.
//!
//! Of an operation that passes, some values may be withheld all the same (environment variables, user data):
//! a grant reveals them by the operation's exact name, which again every layer must give.

mod action;
mod pattern;
mod refusal;
#[cfg(test)]
mod tests;

pub use action::{Action, InvalidAction};
pub use pattern::{InvalidPattern, Pattern};
pub use refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::model::{Access, Operation, Permission};

/// Whether a grant covers changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Operations of the access levels List and Read alone.
    #[default]
    ReadOnly,
    /// Operations of every access level.
    ReadWrite,
}

/// What may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    mode: Mode,
    layers: Vec<Vec<Pattern>>,
    reveal: Vec<Vec<Action>>,
}

impl Grant {
    /// What all layers allow. The first one is what a plugin requests, the others are what it was granted;
    /// no layer at all, or an empty one, allows nothing.
    #[must_use]
    pub fn new(mode: Mode, layers: Vec<Vec<Pattern>>) -> Self {
        Self { mode, layers, reveal: Vec::new() }
    }

    /// The same, with answers in full of the operations that every one of these layers names.
    #[must_use]
    pub fn revealing(mut self, layers: Vec<Vec<Action>>) -> Self {
        self.reveal = layers;
        self
    }

    /// Allows nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(Mode::ReadOnly, Vec::new())
    }

    /// Whether it covers changes.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The layers, as they were given.
    #[must_use]
    pub fn layers(&self) -> &[Vec<Pattern>] {
        &self.layers
    }

    /// Whether an operation's answer is given in full. That of a sensitive operation is: it was granted by
    /// name, for what it answers.
    #[must_use]
    pub fn reveals(&self, operation: &Operation) -> bool {
        let named = |layer: &Vec<Action>| layer.iter().any(|action| action.is(operation));
        operation.sensitive.is_some() || (!self.reveal.is_empty() && self.reveal.iter().all(named))
    }

    /// Whether an operation may be sent.
    ///
    /// # Errors
    ///
    /// It may not; the text names the grant that would allow it.
    pub fn check(&self, operation: &Operation) -> Result<(), Refusal> {
        let action = &*operation.iam_action;
        self.judge(action, operation.access, operation.sensitive.as_deref(), operation.exact_grant())
    }

    /// As [`check`](Self::check), of an operation that needs this permission.
    pub(crate) fn check_permission(&self, permission: &Permission) -> Result<(), Refusal> {
        let exact = permission.exact_grant.as_deref().unwrap_or(&permission.action);
        self.judge(&permission.action, permission.access, permission.sensitive.as_deref(), exact)
    }

    /// Whether an operation that needs this permission may be sent.
    pub(crate) fn allows(&self, permission: &Permission) -> bool {
        self.check_permission(permission).is_ok()
    }

    /// The actions that every layer names without a wildcard.
    pub(crate) fn named_by_all(&self) -> impl Iterator<Item = &str> {
        let in_layer =
            |name: &str, layer: &Vec<Pattern>| layer.iter().any(|pattern| pattern.is_exactly(name));
        let names = self.layers.first().into_iter().flatten().map(Pattern::as_str);
        names.filter(move |name| self.layers.iter().all(|layer| in_layer(name, layer)))
    }

    fn judge(
        &self,
        action: &str,
        access: Access,
        sensitive: Option<&str>,
        exact: &str,
    ) -> Result<(), Refusal> {
        let refused =
            self.layers.iter().position(|layer| !layer.iter().any(|pattern| pattern.matches(action)));
        match refused {
            _ if self.layers.is_empty() => return Err(Refusal::NotGranted { action: action.to_owned() }),
            Some(0) if self.layers.len() > 1 => {
                return Err(Refusal::NotRequested { action: action.to_owned() });
            }
            Some(_) => return Err(Refusal::NotGranted { action: action.to_owned() }),
            None => {}
        }
        if self.mode == Mode::ReadOnly && !access.is_read_only() {
            return Err(Refusal::WriteInReadOnly { action: action.to_owned(), access });
        }
        if let Some(reason) = sensitive {
            let named = |layer: &Vec<Pattern>| layer.iter().any(|pattern| pattern.is_exactly(exact));
            if !self.layers.iter().all(named) {
                return Err(Refusal::Sensitive { grant: exact.to_owned(), reason: reason.to_owned() });
            }
        }
        Ok(())
    }
}
