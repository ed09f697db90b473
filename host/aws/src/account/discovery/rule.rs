//! Which accounts of an organisation are meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use super::member::Member;
use super::units::Units;
use crate::account::id::AccountId;

/// What accounts of an organisation have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `ou-ab12-34567890`, or `r-ab12` for all: they are in this organizational unit, or in one below it.
    Unit(String),
    /// `ou:Workloads/Production`: they are in the unit of this path below the root, or in one below it.
    Path(Vec<String>),
    /// `tag:key=value`: they have this tag.
    Tag(String, String),
    /// `123456789012`: it is this account.
    Account(AccountId),
    /// `payments-production`: they have this name.
    Name(String),
}

/// A text is no rule. Write it as the message shows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{text:?}: {reason}; expected an organizational unit (\"ou:Workloads/Production\" or \"ou-ab12-34567890\"), \"tag:key=value\", an account's id, or its name"
)]
pub struct InvalidRule {
    text: String,
    reason: &'static str,
}

impl Rule {
    /// Whether it is about organizational units.
    pub(super) fn is_of_units(&self) -> bool {
        matches!(self, Self::Unit(_) | Self::Path(_))
    }

    /// Whether it is about tags.
    pub(super) fn is_of_tags(&self) -> bool {
        matches!(self, Self::Tag(..))
    }

    /// Whether it fits an account.
    pub(super) fn fits(&self, member: &Member, units: &Units) -> bool {
        let place = units.place(member.id);
        match self {
            Self::Unit(id) => place.is_some_and(|place| units.is_within(place, id)),
            Self::Path(path) => place.is_some_and(|place| units.is_below(place, path)),
            Self::Tag(key, value) => member.tags.as_ref().and_then(|tags| tags.get(key)) == Some(value),
            Self::Account(id) => member.id == *id,
            Self::Name(name) => member.name == *name,
        }
    }
}

impl FromStr for Rule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason| InvalidRule { text: text.to_owned(), reason };
        if let Some(path) = text.strip_prefix("ou:") {
            let path: Vec<String> = path.trim_matches('/').split('/').map(str::to_owned).collect();
            return if path.iter().any(String::is_empty) {
                Err(invalid("a name in the path is empty"))
            } else {
                Ok(Self::Path(path))
            };
        }
        if let Some(tag) = text.strip_prefix("tag:") {
            return match tag.split_once('=') {
                Some((key, value)) if !key.is_empty() => Ok(Self::Tag(key.to_owned(), value.to_owned())),
                _ => Err(invalid("a tag has a key and a value")),
            };
        }
        if is_unit(text) {
            return Ok(Self::Unit(text.to_owned()));
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Account(id));
        }
        match text {
            "" => Err(invalid("it is empty")),
            "all" => Err(invalid("leave `include` out to take all accounts")),
            _ if text.starts_with("env:") => Err(invalid("an environment is a tag here")),
            name => Ok(Self::Name(name.to_owned())),
        }
    }
}

/// As AWS has them: `ou-`, the characters of the root, `-`, those of the unit; or `r-` and those of the root.
fn is_unit(text: &str) -> bool {
    let word = |word: &str, least| {
        (least..=32).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let mut words = text.split('-');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some("ou"), Some(root), Some(unit), None) => word(root, 4) && word(unit, 8),
        (Some("r"), Some(root), None, None) => word(root, 4),
        _ => false,
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(text) | Self::Name(text) => formatter.write_str(text),
            Self::Path(path) => write!(formatter, "ou:{}", path.join("/")),
            Self::Tag(key, value) => write!(formatter, "tag:{key}={value}"),
            Self::Account(id) => id.fmt(formatter),
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_rule_is_read_as_it_is_written() {
        for (text, expected) in [
            ("ou-ab12-34567890", Rule::Unit("ou-ab12-34567890".to_owned())),
            ("r-ab12", Rule::Unit("r-ab12".to_owned())),
            ("ou:Workloads/Prod", Rule::Path(vec!["Workloads".to_owned(), "Prod".to_owned()])),
            ("tag:team=a=b", Rule::Tag("team".to_owned(), "a=b".to_owned())),
            ("tag:team=", Rule::Tag("team".to_owned(), String::new())),
            ("222222222222", Rule::Account("222222222222".parse().unwrap())),
            ("ou-of-hours", Rule::Name("ou-of-hours".to_owned())),
        ] {
            let rule: Rule = text.parse().unwrap();
            assert_eq!(rule, expected);
            assert_eq!(rule.to_string(), text);
        }
        assert_eq!("ou:/Workloads/".parse::<Rule>().unwrap().to_string(), "ou:Workloads");
    }

    #[test]
    fn what_is_no_rule_is_told_why() {
        for (text, reason) in [
            ("", "it is empty"),
            ("all", "leave `include` out"),
            ("env:prod", "an environment is a tag here"),
            ("tag:team", "a tag has a key and a value"),
            ("tag:=x", "a tag has a key and a value"),
            ("ou:", "a name in the path is empty"),
            ("ou:a//b", "a name in the path is empty"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("expected an organizational unit"), "{error}");
        }
    }
}
