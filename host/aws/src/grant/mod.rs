//! Grants: which operations may be sent at all.
//!
//! A plugin requests patterns, its operator grants patterns, and an operation passes if *every* such layer
//! allows it. On top of that, data of the model pack decides two things that no wildcard overrides: an
//! operation that is not read-only by its IAM access level passes in [`Mode::ReadWrite`] alone, and an
//! operation that gives away secrets or data passes only where every layer names it exactly.

mod pattern;
mod refusal;
#[cfg(test)]
mod tests;

pub use pattern::{InvalidPattern, Pattern};
pub use refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::model::Operation;

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
}

impl Grant {
    /// What all layers allow. The first one is what a plugin requests, the others are what it was granted;
    /// no layer at all, or an empty one, allows nothing.
    #[must_use]
    pub fn new(mode: Mode, layers: Vec<Vec<Pattern>>) -> Self {
        Self { mode, layers }
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

    /// Whether an operation may be sent.
    ///
    /// # Errors
    ///
    /// It may not; the text names the grant that would allow it.
    pub fn check(&self, operation: &Operation) -> Result<(), Refusal> {
        let action = &*operation.iam_action;
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
        if self.mode == Mode::ReadOnly && !operation.access.is_read_only() {
            return Err(Refusal::WriteInReadOnly { action: action.to_owned(), access: operation.access });
        }
        if let Some(reason) = &operation.sensitive {
            let exact = operation.exact_grant();
            let named = |layer: &Vec<Pattern>| layer.iter().any(|pattern| pattern.is_exactly(exact));
            if !self.layers.iter().all(named) {
                return Err(Refusal::Sensitive { grant: exact.to_owned(), reason: reason.to_string() });
            }
        }
        Ok(())
    }
}
