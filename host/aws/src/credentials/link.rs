//! Who asks STS for a role.

use std::fmt;
use std::sync::Arc;

use super::base::Base;

/// Who asks STS: each link of the chain from the base credentials to an account's role but the last.
#[derive(Clone)]
pub(crate) enum Link {
    /// The base credentials as they are loaded.
    Bare(Arc<Base>),
    /// The base credentials, with the MFA session that they may need.
    Base(Arc<Base>),
    /// The last of these roles, each assumed by the one before.
    Role(Arc<Base>, Arc<[String]>),
}

impl Link {
    /// The end of a chain of roles.
    pub(super) fn end_of(base: &Arc<Base>, roles: &[String]) -> Self {
        match roles {
            [] => Self::Base(base.clone()),
            roles => Self::Role(base.clone(), roles.into()),
        }
    }

    /// The role that it is, if it is one.
    pub(super) fn role(&self) -> Option<&String> {
        match self {
            Self::Role(_, roles) => roles.last(),
            _ => None,
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.role().map_or("base", String::as_str))
    }
}
