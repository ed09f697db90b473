//! Why an operation may not be sent.

use thiserror::Error;

use crate::model::Access;

/// An operation may not be sent. The text names the grant that would allow it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The plugin's own request does not cover it. Its author adds the action to the manifest.
    #[error("the plugin does not request `{action}`: its plugin.toml needs it in `request`")]
    NotRequested {
        /// The IAM action.
        action: String,
    },
    /// The operator's grant does not cover it. The operator adds the action, or leaves it out on purpose.
    #[error("`{action}` is not granted to the plugin: its `grant` in the configuration needs `{action}`")]
    NotGranted {
        /// The IAM action.
        action: String,
    },
    /// It is granted, but changes something, and the plugin is held to reading.
    #[error("`{action}` {}: the plugin needs `mode = \"read-write\"` in the configuration", level(*access))]
    WriteInReadOnly {
        /// The IAM action.
        action: String,
        /// Its access level.
        access: Access,
    },
    /// It gives away secrets or data, which no wildcard grants.
    #[error(
        "`{grant}` is sensitive ({reason}): request and `grant` both need exactly `{grant}`, without a wildcard"
    )]
    Sensitive {
        /// The exact name that it must be granted by.
        grant: String,
        /// What makes it sensitive.
        reason: String,
    },
}

/// What an access level says, in a sentence about an action.
fn level(access: Access) -> &'static str {
    match access {
        Access::List | Access::Read => "reads",
        Access::Tagging => "changes tags",
        Access::Write => "changes resources",
        Access::PermissionsManagement => "changes permissions",
        Access::Unclassified => "has no access level in AWS's data and therefore counts as a change",
    }
}
