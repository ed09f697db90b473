//! The accounts: which there are, how they are named, and which of them a call may touch.

pub mod discovery;
mod entry;
mod error;
mod id;
mod nearest;
mod reach;
mod region;
mod registry;
mod selector;

pub use crate::credentials::Secret;
pub use entry::{Account, CALLER, DEFAULT_SESSION_NAME, PLUGIN, Source, standard_session_tags};
pub use error::{RegistryError, SelectorError};
pub use id::{AccountId, InvalidAccountId};
pub(crate) use nearest::nearest;
pub use reach::Reach;
pub use region::check_region;
pub(crate) use region::is_region_shaped;
pub use registry::Registry;
pub(crate) use selector::select;

/// One account in one region: where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// The region, for example `eu-west-1`.
    pub region: String,
}

/// What selectors and regions stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// By account in the registry's order, then by region as asked.
    pub targets: Vec<Target>,
    /// The accounts whose regions could not be found out, and why.
    pub failures: Vec<(AccountId, String)>,
}
