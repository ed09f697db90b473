//! `accounts_discover`.

use std::collections::HashMap;

use futures::future::{join_all, join3};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tollgate_sdk::accounts::Account;
use tollgate_sdk::aws::{self, Response, Target};
use tollgate_sdk::{ListQuery, Row, Rows, Table, Tags, ToolError, tool};

use crate::organization::{self, Answer, Member, Organization, Tree};

#[cfg(test)]
mod tests;

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Discovered {
    id: String,
    name: String,
    email: Option<String>,
    state: Option<String>,
    /// Whether it is the management account.
    management: bool,
    /// Whether Tollgate can ask it; `null` where the call names accounts, and so sees no others.
    registered: Option<bool>,
    /// Its name in Tollgate.
    registered_as: Option<String>,
    joined: Option<String>,
    joined_method: Option<String>,
    /// The units that it is in, from the root on: `Root/Workloads`.
    path: Option<String>,
    /// The services that it administers for the organisation.
    delegated_services: Option<Vec<String>>,
    tags: Option<Tags>,
    arn: String,
    organization: String,
}

impl Row for Discovered {
    const DEFAULT_FIELDS: &'static [&'static str] = &["id", "name", "state", "registered", "registered_as"];
    const FROM_TARGETS: bool = false;
}

/// Lists all accounts of the AWS organisation, also those that Tollgate cannot ask (`registered`), with OU path,
/// tags and delegated services on request. `accounts`: which of them to ask for the list.
#[tool(read_only, open_world, title = "Accounts of the organisation")]
pub(crate) async fn accounts_discover(query: ListQuery) -> Result<Table<Discovered>, ToolError> {
    organization::survey(&query, async |asked| {
        let (target, listed) = asked.ask(async |target| organization::members(&target).await).await?;
        let (mut extras, unread) = Extras::of(&query, &target, &listed.output).await;
        let registry = Registry::new(&query, asked.accounts);
        let accounts = listed.output.iter().map(|member| member.id.clone()).collect();
        let rows = listed.map_each(|member| row(member, asked.organization, &registry, &mut extras));
        let mut rows = Rows::from(rows);
        rows.unpack(unread);
        Ok(Answer { rows, accounts })
    })
    .await
}

/// What Tollgate knows of accounts.
struct Registry {
    /// Names by id.
    names: HashMap<String, String>,
    /// Whether all accounts are seen: a call that names some sees these alone.
    whole: bool,
}

impl Registry {
    fn new(query: &ListQuery, accounts: &[Account]) -> Self {
        Self {
            names: accounts.iter().map(|account| (account.id.clone(), account.name.clone())).collect(),
            whole: query.accounts.is_empty() || query.accounts.iter().any(|selector| selector == "all"),
        }
    }

    fn registered(&self, id: &str) -> Option<bool> {
        match self.names.contains_key(id) {
            true => Some(true),
            false => self.whole.then_some(false),
        }
    }
}

/// What is known of accounts beside their list, by account id.
#[derive(Default)]
struct Extras {
    paths: HashMap<String, String>,
    services: Option<Services>,
    tags: HashMap<String, Tags>,
}

/// The services of each delegated administrator; `None` for one whose services could not be read.
type Services = HashMap<String, Option<Vec<String>>>;

impl Extras {
    /// Those that the query wants, and what could not be read.
    async fn of(query: &ListQuery, target: &Target, members: &[Member]) -> (Self, Rows<()>) {
        let wants = |column| query.wants::<Discovered>(&[column]);
        let (paths, services, tags) = join3(
            async { if wants("path") { paths(target).await } else { Rows::default() } },
            async { if wants("delegated_services") { services(target).await } else { Rows::default() } },
            async { if wants("tags") { tags(target, members).await } else { Rows::default() } },
        )
        .await;
        let mut unread = Rows::default();
        let extras = Self {
            paths: unread.unpack(paths).into_iter().collect(),
            services: unread.unpack(services).into_iter().next(),
            tags: unread.unpack(tags).into_iter().collect(),
        };
        (extras, unread)
    }

    /// The services of an account: none where nobody has asked, or nobody knows.
    fn services_of(&mut self, id: &str) -> Option<Vec<String>> {
        self.services.as_mut()?.remove(id).unwrap_or(Some(Vec::new()))
    }
}

fn row(member: Member, organization: &Organization, registry: &Registry, extras: &mut Extras) -> Discovered {
    Discovered {
        management: member.id == organization.management,
        registered: registry.registered(&member.id),
        registered_as: registry.names.get(&member.id).cloned(),
        path: extras.paths.remove(&member.id),
        delegated_services: extras.services_of(&member.id),
        tags: extras.tags.remove(&member.id),
        id: member.id,
        name: member.name,
        email: member.email,
        state: member.state,
        joined: member.joined,
        joined_method: member.joined_method,
        arn: member.arn,
        organization: organization.id.clone(),
    }
}

/// The path of each account.
async fn paths(target: &Target) -> Rows<(String, String)> {
    let roots = match organization::roots(target).await {
        Ok(roots) => roots,
        Err(error) => return nothing_but(error.context("paths")),
    };
    let Tree { members, unread, .. } = Tree::below(target, roots, true).await;
    let path = |member: Member| Some((member.id, member.parent?.path));
    let mut paths = Rows::from(members.into_iter().filter_map(path).collect::<Vec<_>>());
    paths.unpack(unread);
    paths
}

/// The services of the delegated administrators; nothing where these are not known.
async fn services(target: &Target) -> Rows<Services> {
    let administrators = aws::call::<Vec<String>>(target, "organizations", "ListDelegatedAdministrators", ())
        .select("DelegatedAdministrators[].Id")
        .await;
    let administrators = match administrators.and_then(Response::whole) {
        Ok(administrators) => administrators,
        Err(error) => return nothing_but(error.context("delegated administrators")),
    };
    let asked = administrators.into_iter().map(async |id| {
        let input = json!({ "AccountId": id });
        let services =
            aws::call::<Vec<String>>(target, "organizations", "ListDelegatedServicesForAccount", input)
                .select("DelegatedServices[].ServicePrincipal")
                .await;
        (id, services)
    });
    let (mut services, mut failures) = (Services::new(), Vec::new());
    for (id, answer) in join_all(asked).await {
        let known = match answer.and_then(Response::whole) {
            Ok(services) => Some(services),
            Err(error) => {
                failures.push((id.clone(), error));
                None
            }
        };
        services.insert(id, known);
    }
    let mut services = Rows::from(vec![services]);
    services.fail_each("delegated services of", failures);
    services
}

/// The tags of each account.
async fn tags(target: &Target, members: &[Member]) -> Rows<(String, Tags)> {
    let asked = members.iter().map(async |member| {
        let input = json!({ "ResourceId": member.id });
        aws::call::<Tags>(target, "organizations", "ListTagsForResource", input).select("Tags").await
    });
    let (mut tags, mut failures) = (Rows::default(), Vec::new());
    for (member, answer) in members.iter().zip(join_all(asked).await) {
        match answer.and_then(Response::whole) {
            Ok(answer) => tags.push((member.id.clone(), answer)),
            Err(error) => failures.push((&member.name, error)),
        }
    }
    tags.fail_each("tags of", failures);
    tags
}

/// An answer of which no part could be read.
fn nothing_but<R>(error: aws::Error) -> Rows<R> {
    let mut rows = Rows::default();
    rows.fail(error);
    rows
}
