//! Selectors: `production`, `123456789012`, `env:prod`, `tag:team=payments`, `all`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::entry::Account;
use super::error::SelectorError;
use super::nearest::nearest;
use super::reach::Reach;

/// A selector, taken apart.
#[derive(Clone, Copy, Debug)]
enum Selector<'a> {
    All,
    /// A name or an id.
    Named(&'a str),
    Environment(&'a str),
    Tag(&'a str, &'a str),
    /// `tag:` without a value.
    Nothing,
}

impl<'a> Selector<'a> {
    fn parse(text: &'a str) -> Self {
        if text == "all" {
            Self::All
        } else if let Some(environment) = text.strip_prefix("env:") {
            Self::Environment(environment)
        } else if let Some(tag) = text.strip_prefix("tag:") {
            tag.split_once('=').map_or(Self::Nothing, |(key, value)| Self::Tag(key, value))
        } else {
            Self::Named(text)
        }
    }

    fn matches(self, account: &Account) -> bool {
        match self {
            Self::All => true,
            Self::Named(name) => account.name == name || account.id.as_str() == name,
            Self::Environment(environment) => account.environment.as_deref() == Some(environment),
            Self::Tag(key, value) => account.tags.get(key).is_some_and(|found| found == value),
            Self::Nothing => false,
        }
    }
}

/// The enabled accounts in reach that any of the selectors stands for, each once, in the given order.
/// No selector at all stands for all of them.
pub(crate) fn select(
    accounts: &[Arc<Account>],
    selectors: &[String],
    reach: &Reach,
) -> Result<Vec<Arc<Account>>, SelectorError> {
    let mut chosen = vec![selectors.is_empty(); accounts.len()];
    for text in selectors {
        let selector = Selector::parse(text);
        let mut found = false;
        let mut disabled = Vec::new();
        for (account, chosen) in accounts.iter().zip(&mut chosen) {
            if !reach.allows(&account.id) || !selector.matches(account) {
                continue;
            }
            if account.enabled {
                *chosen = true;
                found = true;
            } else {
                disabled.push(account.name.clone());
            }
        }
        if !found && !matches!(selector, Selector::All) {
            return Err(if disabled.is_empty() {
                SelectorError::Unknown {
                    selector: text.clone(),
                    nearest: alternatives(accounts, text, reach),
                }
            } else {
                SelectorError::Disabled { selector: text.clone(), accounts: disabled }
            });
        }
    }
    let chosen = accounts
        .iter()
        .zip(chosen)
        .filter(|(account, chosen)| *chosen && account.enabled && reach.allows(&account.id));
    Ok(chosen.map(|(account, _)| account.clone()).collect())
}

/// Selectors that stand for something, nearest to one that does not. Those out of reach are not told.
fn alternatives(accounts: &[Arc<Account>], text: &str, reach: &Reach) -> Vec<String> {
    let accounts = accounts.iter().filter(|account| account.enabled && reach.allows(&account.id));
    let mut names = BTreeSet::new();
    let mut environments = BTreeSet::new();
    let mut tags = BTreeSet::new();
    for account in accounts {
        names.insert(account.name.clone());
        names.insert(account.id.to_string());
        environments.extend(account.environment.as_ref().map(|environment| format!("env:{environment}")));
        tags.extend(account.tags.iter().map(|(key, value)| format!("tag:{key}={value}")));
    }
    let same = |name: String| (name.clone(), name);
    match Selector::parse(text) {
        Selector::Environment(_) if !environments.is_empty() => {
            nearest(text, environments.into_iter().map(same))
        }
        Selector::Tag(..) | Selector::Nothing if !tags.is_empty() => {
            nearest(text, tags.into_iter().map(same))
        }
        // Somebody who writes `prod` may mean `env:prod`.
        _ => {
            let bare =
                environments.into_iter().map(|name| (name.trim_start_matches("env:").to_owned(), name));
            nearest(text, names.into_iter().map(same).chain(bare))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::registry::Registry;
    use super::*;

    fn registry() -> Registry {
        let account = |digit: &str, name: &str, environment: &str, team: &str, enabled| {
            let mut account = Account::new(digit.repeat(12).parse().unwrap(), name);
            account.environment = Some(environment.to_owned());
            account.tags.insert("team".to_owned(), team.to_owned());
            account.enabled = enabled;
            account
        };
        Registry::new(vec![
            account("2", "production", "prod", "payments", true),
            account("1", "staging", "test", "payments", true),
            account("3", "archive", "old", "platform", false),
            account("4", "tools", "prod", "platform", true),
        ])
        .unwrap()
    }

    fn names(selectors: &[&str], reach: &Reach) -> Result<Vec<String>, SelectorError> {
        let selectors: Vec<String> = selectors.iter().map(|&text| text.to_owned()).collect();
        let chosen = select(registry().accounts(), &selectors, reach)?;
        Ok(chosen.iter().map(|account| account.name.clone()).collect())
    }

    #[test]
    fn every_kind_of_selector() {
        let all = ["production", "staging", "tools"];
        assert_eq!(names(&[], &Reach::All).unwrap(), all);
        assert_eq!(names(&["all"], &Reach::All).unwrap(), all);
        assert_eq!(names(&["staging"], &Reach::All).unwrap(), ["staging"]);
        assert_eq!(names(&["222222222222"], &Reach::All).unwrap(), ["production"]);
        assert_eq!(names(&["env:prod"], &Reach::All).unwrap(), ["production", "tools"]);
        assert_eq!(names(&["tag:team=platform"], &Reach::All).unwrap(), ["tools"]);
        // Each once, in the registry's order, whatever the order of the question.
        assert_eq!(
            names(&["tools", "env:prod", "444444444444"], &Reach::All).unwrap(),
            ["production", "tools"]
        );
    }

    #[test]
    fn unknown_selectors_tell_the_nearest() {
        let text = |selector| names(&[selector], &Reach::All).unwrap_err().to_string();
        assert_eq!(
            text("prodction"),
            r#"no account matches "prodction"; the nearest known: "production", "env:prod""#
        );
        assert_eq!(text("env:prdo"), r#"no account matches "env:prdo"; the nearest known: "env:prod""#);
        assert_eq!(
            text("tag:team=payment"),
            r#"no account matches "tag:team=payment"; the nearest known: "tag:team=payments""#
        );
        assert!(text("tag:team").contains("tag:team=payments"));
        assert!(text("prod").contains(r#""env:prod""#));
        assert_eq!(
            text("mailing"),
            r#"no account matches "mailing"; nothing similar is known: list the accounts to see what they are called"#
        );
        assert!(names(&["all", "nobody"], &Reach::All).is_err());
    }

    #[test]
    fn a_disabled_account_is_said_to_be_disabled() {
        for selector in ["archive", "333333333333", "env:old"] {
            let error = names(&[selector], &Reach::All).unwrap_err();
            assert!(matches!(error, SelectorError::Disabled { .. }), "{error}");
            assert!(error.to_string().starts_with(r#""archive" is disabled"#), "{error}");
        }
        let error = registry().enabled("333333333333".parse().unwrap()).unwrap_err();
        assert!(matches!(error, SelectorError::Disabled { .. }));
    }

    #[test]
    fn what_is_out_of_reach_does_not_exist() {
        let reach: Reach = ["111111111111".parse().unwrap()].into_iter().collect();
        assert_eq!(names(&[], &reach).unwrap(), ["staging"]);
        assert_eq!(names(&["tag:team=payments"], &reach).unwrap(), ["staging"]);
        for selector in ["production", "archive", "env:prod", "222222222222"] {
            let error = names(&[selector], &reach).unwrap_err();
            assert!(matches!(error, SelectorError::Unknown { .. }), "{error}");
            assert!(error.to_string().contains("; nothing similar is known"), "{error}");
        }
    }

    #[test]
    fn wrong_registries_are_refused() {
        let [one, two] = ["111111111111", "222222222222"].map(|id| id.parse().unwrap());
        let text = |accounts| Registry::new(accounts).unwrap_err().to_string();
        assert_eq!(
            text(vec![Account::new(one, "a"), Account::new(two, "a")]),
            r#"the name "a" is given to both 111111111111 and 222222222222; an account's name is unique"#
        );
        assert_eq!(
            text(vec![Account::new(one, "a"), Account::new(one, "b")]),
            r#"account 111111111111 is there twice, as "a" and as "b""#
        );
        let with = |change: fn(&mut Account)| {
            let mut account = Account::new(one, "a");
            change(&mut account);
            text(vec![account])
        };
        assert!(with(|a| a.name = "all".into()).contains("taken for a selector"));
        assert!(with(|a| a.name = "env:x".into()).contains("taken for a selector"));
        assert!(with(|a| a.name = "222222222222".into()).contains("another account's id"));
        assert!(with(|a| a.name = " a".into()).contains("spaces"));
        let role = with(|a| a.role = Some("arn:aws:iam::222222222222:role/x".into()));
        assert!(role.contains("of account 222222222222, not of 111111111111"), "{role}");
        assert!(with(|a| a.role = Some("CentralOps".into())).contains("expected an ARN"));
        assert!(with(|a| a.external_id = Some("x".into())).contains("add `role`"));
        assert!(with(|a| a.session_name = Some("no spaces".into())).contains("session_name"));
        assert!(with(|a| a.regions = vec!["Frankfurt".into()]).contains("\"Frankfurt\""));
    }
}
