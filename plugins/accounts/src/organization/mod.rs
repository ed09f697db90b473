//! The organisations that accounts belong to, and which account answers for each.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesOrdered;
use serde::Deserialize;
use tollgate_sdk::accounts::{self, Account};
use tollgate_sdk::aws::{self, ServiceError, Target};
use tollgate_sdk::{ListQuery, Row, Rows, Table, ToolError, cache, progress};

mod policies;
#[cfg(test)]
pub(crate) mod selected;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use policies::{Attached, Policies, Policy};
pub(crate) use tree::{Member, Parent, Tree, Unit, members, roots};

const SELECT: &str = "Organization.{id: Id, management: MasterAccountId}";

/// So many accounts are tried at once for one that may read the organisation.
const AT_ONCE: usize = 8;

/// For how long the account is remembered that could.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// An organisation, as any of its accounts may know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The id of the management account.
    pub(crate) management: String,
}

/// What accounts say of the organisations that they belong to.
#[derive(Debug, Default)]
struct Found {
    /// The organisations, each with the accounts that belong to it.
    organizations: BTreeMap<Organization, Vec<Account>>,
    /// The accounts that did not say.
    failures: Vec<(Account, aws::Error)>,
    /// How many accounts belong to none.
    alone: usize,
}

/// What an organisation is asked with.
pub(crate) struct Asked<'a> {
    pub(crate) organization: &'a Organization,
    /// The accounts that belong to it.
    members: &'a [Account],
    /// All accounts of the call.
    pub(crate) accounts: &'a [Account],
}

/// What an organisation answers.
pub(crate) struct Answer<R> {
    pub(crate) rows: Rows<R>,
    /// The ids of its accounts, as far as they were asked for.
    pub(crate) accounts: Vec<String>,
}

/// Asks each organisation that the accounts of a query belong to, and answers one table.
pub(crate) async fn survey<R: Row>(
    query: &ListQuery,
    ask: impl AsyncFn(Asked<'_>) -> Result<Answer<R>, aws::Error>,
) -> Result<Table<R>, ToolError> {
    tollgate_sdk::survey(query, async || {
        let accounts = accounts::list(&query.accounts).await?;
        let Found { organizations, failures, .. } = find(&accounts).await?;
        let asked = organizations.iter().map(async |(organization, members)| {
            let answer = ask(Asked { organization, members, accounts: &accounts }).await;
            (format!("organisation {}", organization.id), answer)
        });
        let (mut answers, mut known) = (Vec::new(), Vec::new());
        for (name, answer) in join_all(asked).await {
            let rows = answer.map(|answer| {
                known.extend(answer.accounts);
                answer.rows
            });
            answers.push((name, rows));
        }
        // What an account would have said does not matter where its organisation has answered.
        let unknown = failures.into_iter().filter(|(account, _)| !known.contains(&account.id));
        answers.extend(unknown.map(|(account, error)| (account.name, Err(error))));
        Ok(answers)
    })
    .await
}

/// Asks every account for its organisation: each may know it.
async fn find(accounts: &[Account]) -> Result<Found, ToolError> {
    let ask = async |account: &Account| {
        let organization =
            aws::call::<Organization>(&account.target(), "organizations", "DescribeOrganization", ())
                .select(SELECT)
                .await;
        (account.clone(), organization.map(|response| response.output))
    };
    let mut asked: FuturesOrdered<_> = accounts.iter().map(ask).collect();
    let mut answers = Vec::with_capacity(accounts.len());
    while let Some(answer) = asked.next().await {
        answers.push(answer);
        progress::report(
            answers.len() as u64,
            Some(accounts.len() as u64),
            Some("accounts asked where they belong"),
        );
    }
    let found = Found::of(answers);
    found.check()?;
    Ok(found)
}

impl Found {
    fn of(answers: Vec<(Account, Result<Organization, aws::Error>)>) -> Self {
        let mut found = Self::default();
        for (account, answer) in answers {
            match answer {
                Ok(organization) => found.organizations.entry(organization).or_default().push(account),
                Err(error) if error.code() == Some("AWSOrganizationsNotInUseException") => {
                    found.alone += 1;
                }
                Err(error) => found.failures.push((account, error)),
            }
        }
        found
    }

    /// Accounts that all stand alone are no empty organisation.
    fn check(&self) -> Result<(), ToolError> {
        if !self.organizations.is_empty() || !self.failures.is_empty() {
            return Ok(());
        }
        Err(ToolError::failed(format!(
            "none of the accounts asked ({}) belongs to an AWS organisation; accounts_list has what Tollgate can ask",
            self.alone
        )))
    }
}

impl Asked<'_> {
    /// What the first account answers that may read the organisation, and where it is.
    ///
    /// The management account may, and so may a delegated administrator of any service; which of the
    /// members is one, none of them says. So they are tried, and the one that could is remembered.
    pub(crate) async fn ask<T>(
        &self,
        question: impl AsyncFn(Target) -> Result<T, aws::Error>,
    ) -> Result<(Target, T), aws::Error> {
        let key = format!("reads/{}", self.organization.id);
        let remembered: Option<String> = cache::get(&key);
        let (first, others) = self.organization.candidates(self.members, remembered.as_deref());
        let mut refusals = Vec::new();
        for candidates in first.chunks(1).chain(others.chunks(AT_ONCE)) {
            let asked = candidates.iter().map(|account| question(account.target()));
            for (account, answer) in candidates.iter().zip(join_all(asked).await) {
                match answer {
                    Ok(answer) => {
                        // Without it, the next call tries them again.
                        let _ = cache::set(&key, &account.id, REMEMBERED);
                        return Ok((account.target(), answer));
                    }
                    // What the plugin may not ask it may ask of none.
                    Err(error @ aws::Error::Denied(_)) => return Err(error),
                    Err(error) => refusals.push(((*account).clone(), error)),
                }
            }
        }
        Err(self.organization.unreadable(refusals))
    }
}

impl Organization {
    /// The accounts to try one by one, and those to try after them.
    fn candidates<'a>(
        &self,
        members: &'a [Account],
        remembered: Option<&str>,
    ) -> (Vec<&'a Account>, Vec<&'a Account>) {
        let known = |account: &&Account| account.id == self.management || Some(&*account.id) == remembered;
        let (mut first, others): (Vec<_>, Vec<_>) = members.iter().partition(known);
        first.sort_by_key(|account| Some(&*account.id) != remembered);
        (first, others)
    }

    /// Why nobody could read it, and what to do.
    fn unreadable(&self, refusals: Vec<(Account, aws::Error)>) -> aws::Error {
        let management = &self.management;
        let is_management = |(account, _): &(Account, _)| account.id == *management;
        let is_trouble = |(_, error): &(Account, aws::Error)| error.code() != Some(DENIED);
        let asked = refusals.len();
        // A member that is refused says nothing new; an account that should have answered does.
        let telling =
            refusals.iter().position(is_management).or_else(|| refusals.iter().position(is_trouble));
        if let Some((account, error)) = telling.and_then(|index| refusals.into_iter().nth(index)) {
            return match account.id == *management {
                true => error.context(format_args!("its management account {}", account.name)),
                false => error.context(format_args!(
                    "none of the accounts asked ({asked}) may read it; {}",
                    account.name
                )),
            };
        }
        aws::Error::Service(ServiceError::new(
            DENIED,
            format!(
                "none of the accounts asked ({asked}) may read it, and its management account {management} is not among \
                 them: ask with accounts all, register it as an [[account]] whose role may read Organizations, or make \
                 a registered one a delegated administrator of any service"
            ),
            400,
        ))
    }
}

/// What AWS Organizations answers an account that may not read it.
const DENIED: &str = "AccessDeniedException";
