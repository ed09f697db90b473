//! Rules that fit no account.

use std::fmt;

use super::Organizations;
use super::member::Member;
use super::rule::Rule;
use crate::account::nearest::{known, nearest};

/// A rule about accounts that fits none: misspelt, or its account has left or has another name now.
///
/// It does not end the discovery, as an unknown unit does: accounts and tags come and go, and one that has left must
/// not hide all others. But an `exclude` that fits nobody lets everybody in, so the operator is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleRule {
    /// `include` or `exclude`.
    pub key: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The most similar rules that fit somebody.
    pub nearest: Vec<String>,
}

impl IdleRule {
    /// Whether it is to be corrected. One about a tag may wait for accounts that get it.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        !matches!(self.rule, Rule::Tag(..))
    }
}

impl fmt::Display for IdleRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, rule, nearest } = self;
        let text = rule.to_string();
        let reason = match rule {
            // Who is left out for another reason is not asked for its tags.
            Rule::Tag(..) => "no account that the other rules leave has the tag",
            _ => "the organisation has no account",
        };
        write!(
            formatter,
            "discovery.organizations.{key}: {reason} {text:?}{}",
            known(nearest, "correct it, or take it out")
        )
    }
}

impl Organizations {
    /// The rules that fit none of all accounts of the organisation. Unknown units are errors already.
    pub(super) fn idle_rules(&self, members: &[Member]) -> Vec<IdleRule> {
        let rules = |key, rules: &'_ [Rule]| {
            let idle = rules.iter().filter_map(|rule| {
                let known: Vec<Rule> = match rule {
                    Rule::Unit(_) | Rule::Path(_) => return None,
                    Rule::Account(_) => members.iter().map(|member| Rule::Account(member.id)).collect(),
                    Rule::Name(_) => members.iter().map(|member| Rule::Name(member.name.clone())).collect(),
                    Rule::Tag(..) => {
                        let tags = members.iter().flat_map(|member| &member.tags).flatten();
                        tags.map(|(key, value)| Rule::Tag(key.clone(), value.clone())).collect()
                    }
                };
                let candidates = || known.iter().map(|rule| (rule.to_string(), rule.to_string()));
                (!known.contains(rule)).then(|| {
                    let nearest = nearest(&rule.to_string(), candidates());
                    IdleRule { key, rule: rule.clone(), nearest }
                })
            });
            idle.collect::<Vec<_>>()
        };
        [rules("include", &self.include), rules("exclude", &self.exclude)].concat()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn idle(include: &[&str], exclude: &[&str]) -> Vec<String> {
        let rules = |rules: &[&str]| rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let source = Organizations {
            reader: None,
            include: rules(include),
            exclude: rules(exclude),
            environment_tag: "environment".to_owned(),
        };
        let member = |digit: &str, name: &str, active, tags| Member {
            id: digit.repeat(12).parse().unwrap(),
            name: name.to_owned(),
            active,
            tags,
        };
        let tags = BTreeMap::from([("team".to_owned(), "payments".to_owned())]);
        let members = [
            member("2", "payments", true, Some(tags)),
            member("3", "retired", false, None),
            member("4", "sandbox", true, None),
        ];
        source.idle_rules(&members).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_fits_somebody_is_not_idle() {
        let all =
            ["222222222222", "333333333333", "retired", "payments", "tag:team=payments", "ou:Elsewhere"];
        assert_eq!(idle(&all, &all), [""; 0]);
    }

    #[test]
    fn what_fits_nobody_is_told_with_the_nearest() {
        assert_eq!(
            idle(&["tag:team=paymnets"], &["paymnets", "222222222223"]),
            [
                "discovery.organizations.include: no account that the other rules leave has the tag \"tag:team=paymnets\"; the nearest known: \"tag:team=payments\"",
                "discovery.organizations.exclude: the organisation has no account \"paymnets\"; the nearest known: \"payments\"",
                "discovery.organizations.exclude: the organisation has no account \"222222222223\"; the nearest known: \"222222222222\"",
            ]
        );
    }
}
