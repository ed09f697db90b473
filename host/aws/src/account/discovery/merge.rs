//! One list of all sources.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::idle::IdleRule;
use super::template::Own;
use crate::account::entry::{Account, Source, check_name};
use crate::account::id::AccountId;
use crate::account::registry::Registry;

/// An account that was found, but cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// Where it was found.
    pub source: Source,
    /// Its id, as far as it has one.
    pub account: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What a source told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) accounts: Vec<Account>,
    /// What is wrong, and which account it is about, where that is known.
    pub(crate) left_out: Vec<(Option<AccountId>, LeftOut)>,
    /// The rules of this source that fit nobody.
    pub(crate) idle: Vec<IdleRule>,
}

impl Found {
    /// Every account that this source says something about, even if it is wrong.
    fn claimed(&self) -> impl Iterator<Item = AccountId> {
        let left_out = self.left_out.iter().filter_map(|(id, _)| *id);
        self.accounts.iter().map(|account| account.id).chain(left_out)
    }

    /// Accounts that are told of more than once: none of the entries counts, for the others may say that it is disabled.
    fn several(&self) -> HashSet<AccountId> {
        let mut seen = HashSet::new();
        self.claimed().filter(|id| !seen.insert(*id)).collect()
    }
}

/// The configured accounts, and those that the sources found. What an earlier source says of an account holds, even
/// that it cannot be asked; what the configuration says holds first.
pub(crate) fn merge(
    configured: &[Arc<Account>],
    found: impl IntoIterator<Item = Found>,
    own: &Own,
) -> Registry {
    let mut claimed: HashSet<AccountId> = configured.iter().map(|account| account.id).collect();
    let (mut accounts, mut left_out, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for mut found in found {
        idle.append(&mut found.idle);
        let several = found.several();
        let news: HashSet<AccountId> = found.claimed().filter(|id| !claimed.contains(id)).collect();
        left_out.extend(
            found
                .left_out
                .into_iter()
                .filter_map(|(id, left_out)| id.is_none_or(|id| news.contains(&id)).then_some(left_out)),
        );
        let mut told = HashSet::new();
        for account in found.accounts.into_iter().filter(|account| news.contains(&account.id)) {
            if !several.contains(&account.id) {
                accounts.push(account);
            } else if told.insert(account.id) {
                left_out.push(leave_out(&account, "it is there more than once".to_owned()));
            }
        }
        claimed.extend(news);
    }
    rename(configured, &mut accounts);
    let mut whole: Vec<Arc<Account>> = configured.to_vec();
    for account in accounts {
        match misfit(&account, own) {
            None => whole.push(Arc::new(account)),
            Some(reason) => left_out.push(leave_out(&account, reason)),
        }
    }
    Registry::discovered(whole, left_out, idle)
}

fn leave_out(account: &Account, reason: String) -> LeftOut {
    LeftOut { source: account.source, account: account.id.to_string(), reason }
}

/// Why an account cannot be asked.
fn misfit(account: &Account, own: &Own) -> Option<String> {
    use crate::account::error::RegistryError;
    match account.check() {
        Err(RegistryError::Invalid { key, reason, .. }) => Some(format!("`{key}`: {reason}")),
        Err(error) => Some(error.to_string()),
        Ok(()) if account.enabled && account.role.is_none() && account.id != own.account => {
            Some("no role leads into it: set `role` in `[discovery]`, or in its item".to_owned())
        }
        Ok(()) => None,
    }
}

/// Gives every account a name of its own. Organizations lets several have the same one, and then none of them keeps
/// it: what it stands for must not depend on which account is new.
fn rename(configured: &[Arc<Account>], accounts: &mut [Account]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for account in accounts.iter() {
        *count.entry(account.name.clone()).or_default() += 1;
    }
    let mut taken: HashSet<String> = configured.iter().map(|account| account.name.clone()).collect();
    let keeps = |account: &Account, taken: &HashSet<String>| {
        count.get(&account.name) == Some(&1)
            && !taken.contains(&account.name)
            && check_name(&account.name, account.id).is_ok()
    };
    let (kept, changed): (Vec<_>, Vec<_>) = accounts.iter_mut().partition(|account| keeps(account, &taken));
    taken.extend(kept.iter().map(|account| account.name.clone()));
    for account in changed {
        let longer = format!("{}-{}", account.name.trim(), account.id);
        let fits = check_name(&longer, account.id).is_ok() && !taken.contains(&longer);
        // No other account may be called by this one's id.
        account.name = if fits { longer } else { account.id.to_string() };
        taken.insert(account.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(digit: &str, name: &str, source: Source) -> Account {
        let id: AccountId = digit.repeat(12).parse().unwrap();
        Account { role: Some(format!("arn:aws:iam::{id}:role/Reader")), source, ..Account::new(id, name) }
    }

    fn merged(configured: Vec<Account>, found: [Vec<Account>; 2]) -> Registry {
        let configured: Vec<_> = configured.into_iter().map(Arc::new).collect();
        let found = found.map(|accounts| Found { accounts, ..Found::default() });
        let own = Own { account: "111111111111".parse().unwrap(), partition: "aws".to_owned() };
        merge(&configured, found, &own)
    }

    fn names(registry: &Registry) -> Vec<&str> {
        registry.accounts().iter().map(|account| account.name.as_str()).collect()
    }

    const FILE: Source = Source::Configuration;
    const TABLE: Source = Source::DynamoDb;
    const ORGANIZATION: Source = Source::Organizations;

    #[test]
    fn the_earlier_source_says_what_an_account_is() {
        let disabled = Account { enabled: false, ..account("3", "staging", TABLE) };
        let organization = ["2", "3", "4"].map(|digit| account(digit, &format!("org-{digit}"), ORGANIZATION));
        let table = vec![account("2", "of the table", TABLE), disabled];
        let registry = merged(vec![account("2", "production", FILE)], [table, organization.into()]);
        assert_eq!(names(&registry), ["production", "staging", "org-4"]);
        assert!(registry.enabled("333333333333".parse().unwrap()).is_err(), "disabled by the table");
        assert!(!registry.is_implicit() && registry.left_out().is_empty());
    }

    #[test]
    fn a_wrong_entry_is_not_replaced_by_a_later_one() {
        let elsewhere = Some("arn:aws:iam::999999999999:role/Reader".to_owned());
        let wrong = Account { role: elsewhere, ..account("2", "a", TABLE) };
        let twice = ["b", "c"].map(|name| account("3", name, TABLE));
        let organization = ["2", "3"].map(|digit| account(digit, digit, ORGANIZATION));
        let registry = merged(vec![], [[vec![wrong], twice.into()].concat(), organization.into()]);
        assert_eq!(names(&registry), [""; 0]);
        let told: Vec<_> =
            registry.left_out().iter().map(|one| (one.account.as_str(), one.reason.as_str())).collect();
        assert_eq!(
            told,
            [
                ("333333333333", "it is there more than once"),
                ("222222222222", "`role`: the role is of account 999999999999, not of 222222222222"),
            ]
        );
        assert!(!registry.is_implicit(), "an empty list does not open the base credentials' own account");
    }

    #[test]
    fn an_account_that_no_role_leads_into_is_left_out_unless_it_is_our_own() {
        let bare = |digit| Account { role: None, ..account(digit, digit, TABLE) };
        let disabled = Account { enabled: false, ..bare("3") };
        let registry = merged(vec![], [vec![bare("1"), bare("2"), disabled], vec![]]);
        assert_eq!(names(&registry), ["1", "3"]);
        assert!(registry.left_out()[0].reason.starts_with("no role leads into it"));
    }

    #[test]
    fn names_are_unique_and_no_selectors() {
        let found = ["2", "3", "4", "5", "6"].into_iter().zip(["same", "same", "production", "env:x", " x "]);
        let found = found.map(|(digit, name)| account(digit, name, ORGANIZATION)).collect();
        let registry = merged(vec![account("9", "production", FILE)], [found, vec![]]);
        assert_eq!(
            names(&registry),
            [
                "production",
                "same-222222222222",
                "same-333333333333",
                "production-444444444444",
                "555555555555",
                "x-666666666666",
            ]
        );
    }

    #[test]
    fn a_name_that_is_made_does_not_take_another_one() {
        let found = [("2", "a"), ("3", "a"), ("4", "a-222222222222")];
        let found = found.map(|(digit, name)| account(digit, name, ORGANIZATION)).into();
        let registry = merged(vec![], [found, vec![]]);
        assert_eq!(names(&registry), ["222222222222", "a-333333333333", "a-222222222222"]);
    }
}
