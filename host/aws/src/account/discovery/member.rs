//! The accounts of an organisation.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::merge::{Found, LeftOut};
use super::rule::Rule;
use super::template::{Own, Template};
use super::units::Units;
use super::{DiscoveryError, Organizations};
use crate::account::entry::{Account, Source};
use crate::account::id::AccountId;

/// An account as Organizations tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    /// False: it is suspended, closed, or not there yet, and is never taken.
    pub(crate) active: bool,
    /// None: nobody has asked yet.
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

impl Member {
    /// One element of the answer to `ListAccounts`.
    ///
    /// # Errors
    ///
    /// Its id is none.
    pub(crate) fn read(account: &Json) -> Result<Self, String> {
        let text = |name: &str| account.get(name).and_then(Json::as_str);
        let id = text("Id").unwrap_or_default().parse::<AccountId>().map_err(|error| error.to_string())?;
        // `State` says more than `Status`, but not every partition has it.
        let active = text("State").or_else(|| text("Status")) == Some("ACTIVE");
        let name = text("Name").filter(|name| !name.is_empty()).unwrap_or(id.as_str()).to_owned();
        Ok(Self { id, name, active, tags: None })
    }
}

impl Organizations {
    /// Whether a rule is about organizational units.
    pub(crate) fn names_units(&self) -> bool {
        self.include.iter().chain(&self.exclude).any(Rule::is_of_units)
    }

    /// Whether there are the units that the rules name.
    pub(crate) fn check_units(&self, units: &Units) -> Result<(), DiscoveryError> {
        units.check("include", &self.include)?;
        units.check("exclude", &self.exclude)
    }

    /// Whether an account is taken; as long as its tags are not known, whether it may be.
    pub(crate) fn takes(&self, member: &Member, units: &Units) -> bool {
        self.may_take(member, units) && !self.is_unplaced(member, units)
    }

    /// Whether an account would be taken if the rules of which it is not known whether they fit it did their best for it.
    fn may_take(&self, member: &Member, units: &Units) -> bool {
        let unplaced = self.is_unplaced(member, units);
        let fits = |rules: &[Rule], unknown: bool| {
            rules.iter().any(|rule| match member.tags {
                None if rule.is_of_tags() => unknown,
                _ if rule.is_of_units() && unplaced => unknown,
                _ => rule.fits(member, units),
            })
        };
        let included = self.include.is_empty() || fits(&self.include, true);
        member.active && included && !fits(&self.exclude, false)
    }

    /// Whether it is so new that it is in no unit yet, and nobody knows whether a rule about units fits it.
    fn is_unplaced(&self, member: &Member, units: &Units) -> bool {
        self.names_units() && units.place(member.id).is_none()
    }

    /// The entries of the accounts that are taken, of all that there are.
    pub(crate) fn entries(
        &self,
        members: Vec<Member>,
        units: &Units,
        template: &Template,
        own: &Own,
    ) -> Found {
        let idle = self.idle_rules(&members);
        let unplaced = members.iter().filter(|member| self.is_unplaced(member, units));
        let unplaced = unplaced.filter(|member| self.may_take(member, units)).map(|member| {
            let reason =
                "it is in no organizational unit yet, so that nobody knows whether the rules take it";
            let account = member.id.to_string();
            (Some(member.id), LeftOut { source: Source::Organizations, account, reason: reason.to_owned() })
        });
        let left_out = unplaced.collect();
        let taken = members.into_iter().filter(|member| self.takes(member, units));
        let accounts = taken.map(|member| {
            let tags = member.tags.unwrap_or_default();
            let environment = tags.get(&self.environment_tag).filter(|text| !text.is_empty()).cloned();
            // A selector could not name the others.
            let tags = tags.into_iter().filter(|(key, _)| !key.is_empty() && !key.contains('='));
            Account {
                environment,
                tags: tags.collect(),
                source: Source::Organizations,
                ..template.account(member.id, &member.name, None, own)
            }
        });
        Found { accounts: accounts.collect(), left_out, idle }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn organizations(include: &[&str], exclude: &[&str]) -> Organizations {
        let rules = |rules: &[&str]| rules.iter().map(|rule| rule.parse().unwrap()).collect();
        Organizations {
            reader: None,
            include: rules(include),
            exclude: rules(exclude),
            environment_tag: "environment".to_owned(),
        }
    }

    fn member(digit: &str, name: &str, tags: &[(&str, &str)]) -> Member {
        let tags = tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
        let id = digit.repeat(12).parse().unwrap();
        Member { id, name: name.to_owned(), active: true, tags: Some(tags.collect()) }
    }

    /// `payments` in `Workloads`, `sandbox` in the root.
    fn world() -> (Units, [Member; 2]) {
        let mut units = Units::default();
        let root = units.add(None, "r-ab12".to_owned(), "Root".to_owned()).unwrap();
        let workloads = units.add(Some(root), "ou-ab12-11111111".to_owned(), "Workloads".to_owned()).unwrap();
        let payments = member("2", "payments", &[("environment", "prod"), ("team", "pay"), ("a=b", "c")]);
        let sandbox = member("3", "sandbox", &[("team", "platform")]);
        units.put(payments.id, workloads);
        units.put(sandbox.id, root);
        (units, [payments, sandbox])
    }

    #[test]
    fn only_active_accounts_are_taken() {
        let read = |state: Json| {
            let mut account = json!({"Id": "222222222222", "Name": "payments"});
            account.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
            organizations(&[], &[]).takes(&Member::read(&account).unwrap(), &Units::default())
        };
        assert!(read(json!({"Status": "ACTIVE"})) && read(json!({"Status": "ACTIVE", "State": "ACTIVE"})));
        assert!(!read(json!({"Status": "SUSPENDED"})) && !read(json!({"Status": "PENDING_CLOSURE"})));
        assert!(!read(json!({"Status": "ACTIVE", "State": "PENDING_CLOSURE"})) && !read(json!({})));
        assert!(Member::read(&json!({"Id": "2", "Status": "ACTIVE"})).unwrap_err().contains("12 digits"));
    }

    #[test]
    fn rules_include_and_then_exclude() {
        let (units, members) = world();
        let taken = |include: &[&str], exclude: &[&str]| {
            let source = organizations(include, exclude);
            let taken = members.iter().filter(|member| source.takes(member, &units));
            taken.map(|member| member.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(taken(&[], &[]), ["payments", "sandbox"]);
        assert_eq!(taken(&["ou:Workloads"], &[]), ["payments"]);
        assert_eq!(taken(&["r-ab12"], &["ou-ab12-11111111"]), ["sandbox"]);
        assert_eq!(taken(&["tag:team=pay", "sandbox"], &[]), ["payments", "sandbox"]);
        assert_eq!(taken(&["222222222222"], &[]), ["payments"]);
        assert_eq!(taken(&["ou:Workloads"], &["tag:environment=prod"]), [""; 0]);
        let new = member("4", "new", &[]);
        assert!(organizations(&[], &["payments"]).takes(&new, &units));
        assert!(!organizations(&[], &["ou:Workloads"]).takes(&new, &units), "it may be in there");
    }

    #[test]
    fn an_account_that_is_in_no_unit_yet_is_left_out_with_a_word() {
        let (units, members) = world();
        let new = member("4", "new", &[]);
        let own = Own { account: "333333333333".parse().unwrap(), partition: "aws".to_owned() };
        let left_out = |include: &[&str], exclude: &[&str]| {
            let members = [members.as_slice(), std::slice::from_ref(&new)].concat();
            let found = organizations(include, exclude).entries(members, &units, &Template::default(), &own);
            let rules = !(include.is_empty() && exclude.is_empty());
            assert_ne!(found.accounts.iter().any(|account| account.id == new.id), rules);
            found.left_out.into_iter().map(|(_, left_out)| left_out.account).collect::<Vec<_>>()
        };
        for (include, exclude) in [(&["ou:Workloads"][..], &[][..]), (&[], &["ou:Workloads"])] {
            assert_eq!(left_out(include, exclude), ["444444444444"], "{include:?} {exclude:?}");
        }
        assert_eq!(left_out(&[], &[]), [""; 0], "no rule is about units");
        assert_eq!(left_out(&["payments"], &["ou:Workloads"]), [""; 0], "it is not meant in any case");
        assert_eq!(left_out(&["ou:Workloads"], &["new"]), [""; 0], "it is excluded in any case");
    }

    #[test]
    fn tags_are_asked_for_only_where_they_matter() {
        let (units, [payments, sandbox]) = world();
        let [payments, sandbox] = [payments, sandbox].map(|member| Member { tags: None, ..member });
        let source = organizations(&["ou:Workloads"], &["tag:team=pay"]);
        assert!(source.takes(&payments, &units), "its tags may let it pass");
        assert!(!source.takes(&sandbox, &units));
        let source = organizations(&["tag:team=pay"], &["payments"]);
        assert!(!source.takes(&payments, &units) && source.takes(&sandbox, &units));
    }

    #[test]
    fn tags_become_tags_and_one_the_environment() {
        let (units, members) = world();
        let template = Template { role: Some("Reader".parse().unwrap()), ..Template::default() };
        let own = Own { account: "333333333333".parse().unwrap(), partition: "aws-cn".to_owned() };
        let found = organizations(&[], &[]).entries(members.to_vec(), &units, &template, &own);
        let [payments, sandbox] = found.accounts.as_slice() else { panic!("{found:?}") };
        assert_eq!(payments.environment.as_deref(), Some("prod"));
        let tags = [("environment", "prod"), ("team", "pay")];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(payments.tags, BTreeMap::from(tags), "no selector could name the third");
        assert_eq!(payments.role.as_deref(), Some("arn:aws-cn:iam::222222222222:role/Reader"));
        assert_eq!(sandbox.role, None, "the base credentials are its own");
        assert_eq!(sandbox.environment, None);
    }
}
