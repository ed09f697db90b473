//! What can be wrong with a registry or a selection from it.

use std::sync::Arc;

use thiserror::Error;

use super::discovery::DiscoveryError;
use super::id::AccountId;
use super::nearest::{known, list};

/// A list of accounts that cannot be a registry. Mend the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two accounts have one name. Rename one of them.
    #[error("the name {name:?} is given to both {first} and {second}; an account's name is unique")]
    DuplicateName {
        /// The name.
        name: String,
        /// The account that has it first.
        first: AccountId,
        /// The account that has it again.
        second: AccountId,
    },
    /// One account is there twice. Remove one of the entries.
    #[error("account {id} is there twice, as {first:?} and as {second:?}")]
    DuplicateId {
        /// The account.
        id: AccountId,
        /// Its name in the first entry.
        first: String,
        /// Its name in the second entry.
        second: String,
    },
    /// A value of one account does not fit.
    #[error("account {account} ({name:?}): `{key}`: {reason}")]
    Invalid {
        /// The account.
        account: AccountId,
        /// Its name.
        name: String,
        /// Which value.
        key: &'static str,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// A value of how accounts are discovered does not fit.
    #[error("{table}: `{key}`: {reason}")]
    Discovery {
        /// Where it stands in the configuration.
        table: &'static str,
        /// Which value.
        key: &'static str,
        /// What is wrong, and what was expected.
        reason: String,
    },
}

/// Why selectors or regions stand for nothing.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// No account in reach fits. Use one of the nearest.
    #[error(
        "no account matches {}{}",
        list(std::slice::from_ref(selector)),
        known(nearest, "list the accounts to see what they are called")
    )]
    Unknown {
        /// The selector.
        selector: String,
        /// The most similar selectors that stand for something.
        nearest: Vec<String>,
    },
    /// The selector names disabled accounts alone. Enable one of them where its entry is, or leave it out.
    #[error("{} is disabled: enable it where its entry is, or leave it out of the selection", list(accounts))]
    Disabled {
        /// The selector.
        selector: String,
        /// The names of the accounts.
        accounts: Vec<String>,
    },
    /// No partition of AWS has such a region. Use one of the nearest.
    #[error(
        "{} is no AWS region: correct it, or leave it out{}",
        list(std::slice::from_ref(region)),
        known(nearest, "regions are called like \"eu-west-1\"")
    )]
    UnknownRegion {
        /// What was asked for.
        region: String,
        /// The most similar regions.
        nearest: Vec<String>,
    },
    /// The region is one of another partition than the account's. Ask for a region of the account's own.
    #[error(
        "region {region} is in partition {of_region}, account {account} ({name:?}) in {of_account}: name a region of {of_account}"
    )]
    OtherPartition {
        /// The region.
        region: String,
        /// Its partition.
        of_region: String,
        /// The account.
        account: AccountId,
        /// Its name.
        name: String,
        /// The account's partition.
        of_account: String,
    },
    /// A service that is asked region by region was asked for `global`. Name a region.
    #[error("{service} is regional: name a region in place of `global`")]
    Regional {
        /// The service.
        service: String,
    },
    /// More words than any question needs. Use a broader one, `all` for one, or several calls.
    #[error("more than {limit} {what} in one selection")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Which accounts there are could not be found out. The text says who was asked what, and what to do.
    #[error(transparent)]
    Discovery(Arc<DiscoveryError>),
    /// Discovery found no account at all. See what it includes and excludes.
    #[error(
        "there are no accounts: discovery found none; check its `include` and `exclude`, the table, and `tollgate account list`"
    )]
    NoAccounts,
    /// No accounts are configured, and which account the base credentials belong to could not be found out.
    #[error("the account of the base credentials is not known: {0}")]
    Identity(Arc<crate::Error>),
    /// An account has no regions, and there is no home region either.
    #[error(
        "no region is known: set `region` in the configuration, AWS_REGION in the environment, or `region` in the AWS profile"
    )]
    NoRegion,
}
