//! The accounts of AWS Organizations.

use futures::future::try_join;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value as Json, json};

use super::{Asker, Question};
use crate::account::AccountId;
use crate::account::discovery::{Discovery, DiscoveryError, Found, Member, Organizations, Own, Place, Units};
use crate::client::Inner;
use crate::client::host::list;
use crate::endpoint::GLOBAL;

/// What is asked in any case.
const ALWAYS: [&str; 2] = ["organizations:ListAccounts", "organizations:ListTagsForResource"];

/// What is asked where rules are about organizational units.
const OF_UNITS: [&str; 3] = [
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
];

/// So many questions at once: Organizations takes few of them, and a list has the time.
const AT_ONCE: usize = 4;

impl Inner {
    /// The accounts that the rules take, with their tags.
    pub(super) async fn read_organization(
        &self,
        source: &Organizations,
        discovery: &Discovery,
        own: &Own,
    ) -> Result<Found, DiscoveryError> {
        let mut actions = ALWAYS.to_vec();
        if source.names_units() {
            actions.extend(OF_UNITS);
        }
        let reader = source.reader.as_ref().map(|reader| (reader, Organizations::READER));
        let asker = Asker::new(self, &actions, reader, discovery, own)?;
        let units = if source.names_units() { asker.units().await? } else { Units::default() };
        source.check_units(&units)?;
        let tagged = async |member| match source.takes(&member, &units) {
            true => asker.tagged(member).await,
            false => Ok(member),
        };
        let members = stream::iter(asker.members().await?).map(tagged);
        let members: Vec<Member> = members.buffered(AT_ONCE).try_collect().await?;
        Ok(source.entries(members, &units, &discovery.template, own))
    }
}

impl Asker<'_> {
    async fn organizations(&self, operation: &'static str, input: Json) -> Result<Json, DiscoveryError> {
        self.ask(Question { service: "organizations", operation, region: GLOBAL, input }).await.map_err(|error| {
            let DiscoveryError::Asked { action, who, error, advice } = error else { return error };
            let stranger = matches!(&*error, crate::Error::Service { code, .. } if code.starts_with("AccessDenied"));
            let advice = match advice {
                Some(advice) if stranger => Some(format!(
                    "{advice}, and Organizations answers only its management account and delegated administrators: \
                     a role in one of these can be the `reader`"
                )),
                advice => advice,
            };
            DiscoveryError::Asked { action, who, error, advice }
        })
    }

    /// All accounts, without their tags.
    async fn members(&self) -> Result<Vec<Member>, DiscoveryError> {
        let output = self.organizations("ListAccounts", json!({})).await?;
        list(&output, "Accounts")
            .map(Member::read)
            .collect::<Result<_, _>>()
            .map_err(|reason| self.unreadable("organizations:ListAccounts", reason))
    }

    async fn tagged(&self, member: Member) -> Result<Member, DiscoveryError> {
        let output = self.organizations("ListTagsForResource", json!({ "ResourceId": member.id })).await?;
        let tags = list(&output, "Tags").filter_map(|tag| {
            let text = |name: &str| tag.get(name).and_then(Json::as_str).map(str::to_owned);
            text("Key").zip(text("Value"))
        });
        Ok(Member { tags: Some(tags.collect()), ..member })
    }

    /// The whole tree, with the accounts in it.
    async fn units(&self) -> Result<Units, DiscoveryError> {
        let mut units = Units::default();
        let output = self.organizations("ListRoots", json!({})).await?;
        let mut level = add(&mut units, None, list(&output, "Roots"));
        while !level.is_empty() {
            let parents: Vec<_> = level.iter().map(|place| (*place, units.id(*place).to_owned())).collect();
            let asked = stream::iter(parents).map(|(parent, id)| self.children(parent, id));
            let asked: Vec<Children> = asked.buffered(AT_ONCE).try_collect().await?;
            level.clear();
            for Children { parent, accounts, below } in asked {
                accounts.into_iter().for_each(|account| units.put(account, parent));
                level.extend(add(&mut units, Some(parent), list(&below, "OrganizationalUnits")));
            }
        }
        Ok(units)
    }

    async fn children(&self, parent: Place, id: String) -> Result<Children, DiscoveryError> {
        let ask = |operation| self.organizations(operation, json!({ "ParentId": id }));
        let (accounts, below) =
            try_join(ask("ListAccountsForParent"), ask("ListOrganizationalUnitsForParent")).await?;
        let ids = list(&accounts, "Accounts").filter_map(|account| account.get("Id")?.as_str()?.parse().ok());
        Ok(Children { parent, accounts: ids.collect(), below })
    }
}

/// What is directly in a unit.
struct Children {
    parent: Place,
    accounts: Vec<AccountId>,
    /// The answer that lists the units below it.
    below: Json,
}

/// Adds the units that AWS tells of, and gives those that are new: a tree that came back to itself would have no end.
fn add<'a>(units: &mut Units, parent: Option<Place>, told: impl Iterator<Item = &'a Json>) -> Vec<Place> {
    let text = |unit: &Json, name: &str| unit.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    told.filter_map(|unit| units.add(parent, text(unit, "Id"), text(unit, "Name"))).collect()
}
