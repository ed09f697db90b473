//! The items of a DynamoDB table, one for each account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::merge::{Found, LeftOut};
use super::template::{Own, Template};
use crate::account::entry::{Account, Source};
use crate::account::id::AccountId;
use crate::account::region::check_region;
use crate::credentials::Secret;
use crate::model::Partitions;
use crate::redact::sounds_secret;

/// The attributes that are no tags.
const ID: &str = "account_id";
const NAME: &str = "name";
const ENVIRONMENT: &str = "environment";
const ENABLED: &str = "enabled";
const ROLE: &str = "role";
const EXTERNAL_ID: &str = "external_id";
const REGIONS: &str = "regions";

/// The entries of a table. An item that is wrong is left out, and hides no other.
pub(crate) fn entries(items: &[Json], template: &Template, own: &Own, partitions: &Partitions) -> Found {
    let mut found = Found::default();
    let mut untold = BTreeSet::new();
    for item in items.iter().filter_map(Json::as_object) {
        match Item(item).entry(template, own, partitions, &mut untold) {
            Ok(account) => found.accounts.push(account),
            Err((id, reason)) => {
                let account = id.map_or_else(|| "an item".to_owned(), |id: AccountId| id.to_string());
                found.left_out.push((id, LeftOut { source: Source::DynamoDb, account, reason }));
            }
        }
    }
    if !untold.is_empty() {
        tracing::debug!(attributes = ?untold, "only texts, numbers and booleans become tags, and nothing that sounds like a secret");
    }
    found
}

/// An item: attributes by name, each a value behind its type.
struct Item<'a>(&'a Map<String, Json>);

impl<'a> Item<'a> {
    fn entry(
        &self,
        template: &Template,
        own: &Own,
        partitions: &Partitions,
        untold: &mut BTreeSet<&'a str>,
    ) -> Result<Account, (Option<AccountId>, String)> {
        let id = self.id().map_err(|reason| (None, reason))?;
        let wrong = |reason| (Some(id), reason);
        let name = self.text(NAME).map_err(wrong)?;
        let mut account =
            template.account(id, name.unwrap_or(id.as_str()), self.role(id, own).map_err(wrong)?, own);
        account.source = Source::DynamoDb;
        account.environment = self.text(ENVIRONMENT).map_err(wrong)?.map(str::to_owned);
        account.enabled = self.enabled().map_err(wrong)?;
        let external_id = self.text(EXTERNAL_ID).map_err(wrong)?;
        if let Some(external_id) = external_id.filter(|_| account.role.is_some()) {
            account.external_id = Some(Secret::from(external_id));
        }
        if let Some(regions) = self.regions(partitions).map_err(wrong)? {
            account.regions = regions;
        }
        account.tags = self.tags(untold);
        Ok(account)
    }

    /// An attribute's type and value; nothing where it is null.
    fn attribute(&self, name: &str) -> Option<(&'a str, &'a Json)> {
        let (kind, value) = self.0.get(name)?.as_object()?.iter().next()?;
        (kind != "NULL").then_some((kind.as_str(), value))
    }

    /// An attribute that is text; nothing where it is empty.
    fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.attribute(name) {
            None => Ok(None),
            Some(("S", Json::String(text))) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some((kind, _)) => Err(format!("`{name}` is of type {kind}; expected a text (S)")),
        }
    }

    fn id(&self) -> Result<AccountId, String> {
        match self.attribute(ID) {
            None => Err(format!("it has no `{ID}`")),
            Some(("S", Json::String(text))) => text.parse().map_err(|error| format!("`{ID}`: {error}")),
            // A number has lost its leading zeros; a text has not, and one that is too short is misspelt.
            Some(("N", Json::String(number))) => format!("{number:0>12}").parse().map_err(|_| {
                format!("`{ID}` is the number {number}: expected at most 12 digits, or a text (S) of 12")
            }),
            Some((kind, _)) => Err(format!("`{ID}` is of type {kind}; expected a text (S)")),
        }
    }

    /// The ARN of the item's own role, which may be given by its name alone.
    fn role(&self, id: AccountId, own: &Own) -> Result<Option<String>, String> {
        let Some(text) = self.text(ROLE)? else { return Ok(None) };
        let as_pattern = text.parse::<super::RolePattern>().map(|role| role.arn(&own.partition, id));
        // Whether an ARN is one of this account's roles is checked with the whole entry.
        Ok(Some(as_pattern.unwrap_or_else(|_| text.to_owned())))
    }

    fn enabled(&self) -> Result<bool, String> {
        match self.attribute(ENABLED) {
            None => Ok(true),
            Some(("BOOL", Json::Bool(enabled))) => Ok(*enabled),
            Some(("S", Json::String(text))) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(("S", Json::String(text))) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some((kind, _)) => {
                Err(format!("`{ENABLED}` is neither true nor false, but of type {kind}; expected BOOL"))
            }
        }
    }

    /// A set or list of texts, or one text with commas.
    fn regions(&self, partitions: &Partitions) -> Result<Option<Vec<String>>, String> {
        let wrong = || format!("`{REGIONS}`: expected a set of texts (SS) such as \"eu-west-1\"");
        let mut regions: Vec<&str> = match self.attribute(REGIONS) {
            None => return Ok(None),
            Some(("S", Json::String(text))) => {
                text.split(',').map(str::trim).filter(|region| !region.is_empty()).collect()
            }
            Some(("SS", Json::Array(texts))) => texts.iter().filter_map(Json::as_str).collect(),
            Some(("L", Json::Array(values))) => {
                let texts = values.iter().map(|value| value.get("S").and_then(Json::as_str));
                texts.collect::<Option<_>>().ok_or_else(wrong)?
            }
            Some(_) => return Err(wrong()),
        };
        if let Some(("SS", _)) = self.attribute(REGIONS) {
            // A set comes in any order, and the first region is asked for what the account has once.
            regions.sort_unstable();
        }
        for region in &regions {
            check_region(partitions, region).map_err(|error| format!("`{REGIONS}`: {error}"))?;
        }
        Ok(Some(regions.into_iter().map(str::to_owned).collect())
            .filter(|regions: &Vec<_>| !regions.is_empty()))
    }

    /// All other attributes that are a text, a number or a boolean; the names of the rest, and of what sounds like a secret,
    /// go to `untold`.
    fn tags(&self, untold: &mut BTreeSet<&'a str>) -> BTreeMap<String, String> {
        let known = [ID, NAME, ENVIRONMENT, ENABLED, ROLE, EXTERNAL_ID, REGIONS];
        let mut tags = BTreeMap::new();
        for name in self.0.keys().filter(|name| !known.contains(&name.as_str())) {
            match self.attribute(name) {
                // Tags are shown to every caller.
                Some(_) if sounds_secret(name) => {
                    untold.insert(name);
                }
                Some(("S" | "N", Json::String(text))) if !name.contains('=') => {
                    tags.insert(name.clone(), text.clone());
                }
                Some(("BOOL", Json::Bool(value))) if !name.contains('=') => {
                    tags.insert(name.clone(), value.to_string());
                }
                None => {}
                Some(_) => {
                    untold.insert(name);
                }
            }
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Pack;

    fn own() -> Own {
        Own { account: "111111111111".parse().unwrap(), partition: "aws".to_owned() }
    }

    fn read(items: &[Json]) -> Found {
        let template = Template {
            role: Some("Reader".parse().unwrap()),
            external_id: Some("common".into()),
            regions: vec!["us-east-1".to_owned()],
            ..Template::default()
        };
        entries(items, &template, &own(), Pack::bundled().partitions())
    }

    fn one(attributes: Json) -> Account {
        let found = read(&[attributes]);
        assert!(found.left_out.is_empty(), "{found:?}");
        found.accounts.into_iter().next().unwrap()
    }

    /// What is wrong with an account whose item has these attributes besides.
    fn reason(attributes: Json) -> String {
        let mut item = json!({"account_id": {"S": "222222222222"}});
        item.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
        let found = read(&[item]);
        assert!(found.accounts.is_empty(), "{found:?}");
        let (id, left_out) = found.left_out.into_iter().next().unwrap();
        assert_eq!((id, left_out.source), ("222222222222".parse().ok(), Source::DynamoDb));
        left_out.reason
    }

    #[test]
    fn a_whole_item() {
        let account = one(json!({
            "account_id": {"S": "222222222222"},
            "name": {"S": "payments"},
            "environment": {"S": "prod"},
            "enabled": {"BOOL": false},
            "role": {"S": "ops/Other"},
            "external_id": {"S": "its-own"},
            "regions": {"SS": ["eu-west-1", "us-east-1"]},
            "team": {"S": "pay"},
            "cost_center": {"N": "4100"},
            "critical": {"BOOL": true},
            "contacts": {"L": [{"S": "jane"}]},
            "notes": {"NULL": true},
        }));
        let tags = [("cost_center", "4100"), ("critical", "true"), ("team", "pay")];
        let expected = Account {
            environment: Some("prod".to_owned()),
            enabled: false,
            role: Some("arn:aws:iam::222222222222:role/ops/Other".to_owned()),
            external_id: Some("its-own".into()),
            regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
            tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            source: Source::DynamoDb,
            ..Account::new("222222222222".parse().unwrap(), "payments")
        };
        assert_eq!(account, expected);
    }

    #[test]
    fn what_an_item_does_not_say_the_template_does() {
        let account =
            one(json!({"account_id": {"N": "222222222222"}, "name": {"S": ""}, "team": {"NULL": true}}));
        assert_eq!((account.name.as_str(), account.enabled), ("222222222222", true));
        assert_eq!(account.role.as_deref(), Some("arn:aws:iam::222222222222:role/Reader"));
        assert_eq!(
            (account.regions, account.external_id),
            (vec!["us-east-1".to_owned()], Some("common".into()))
        );
        assert!(account.tags.is_empty());
        let own = one(json!({"account_id": {"S": "111111111111"}}));
        assert_eq!((own.role, own.external_id), (None, None), "the base credentials are its own");
    }

    #[test]
    fn regions_and_switches_may_be_written_in_several_ways() {
        let with = |name: &str, value: Json| one(json!({"account_id": {"S": "222222222222"}, name: value}));
        let both = ["eu-west-1", "us-east-1"];
        assert_eq!(with("regions", json!({"S": "eu-west-1, us-east-1"})).regions, both);
        assert_eq!(with("regions", json!({"L": [{"S": "eu-west-1"}, {"S": "us-east-1"}]})).regions, both);
        assert_eq!(with("regions", json!({"S": ""})).regions, ["us-east-1"], "the template's");
        assert!(!with("enabled", json!({"S": "False"})).enabled);
    }

    #[test]
    fn a_wrong_item_is_left_out_and_told_why() {
        assert_eq!(reason(json!({"name": {"N": "1"}})), "`name` is of type N; expected a text (S)");
        assert!(reason(json!({"enabled": {"N": "0"}})).starts_with("`enabled` is neither true nor false"));
        assert!(
            reason(json!({"regions": {"SS": ["eu-wset-1"]}})).contains("the nearest known: \"eu-west-1\"")
        );
        assert!(reason(json!({"regions": {"L": [{"N": "1"}]}})).contains("expected a set of texts"));
    }

    #[test]
    fn an_id_is_a_text_of_twelve_digits_or_a_number_without_its_leading_zeros() {
        let id = |value: Json| {
            let found = read(&[json!({ "account_id": value })]);
            match found.accounts.first() {
                Some(account) => Ok(account.id.to_string()),
                None => Err(found.left_out[0].1.reason.clone()),
            }
        };
        assert_eq!(id(json!({"S": "012345678901"})).unwrap(), "012345678901");
        assert_eq!(id(json!({"N": "12345678901"})).unwrap(), "012345678901");
        assert_eq!(id(json!({"N": "222222222222"})).unwrap(), "222222222222");
        let short = id(json!({"S": "12345678901"})).unwrap_err();
        assert_eq!(short, "`account_id`: an account id is a text of 12 digits, not \"12345678901\"");
        for number in ["-12345678901", "1234567890123", "1.5"] {
            let told = format!(
                "`account_id` is the number {number}: expected at most 12 digits, or a text (S) of 12"
            );
            assert_eq!(id(json!({ "N": number })).unwrap_err(), told);
        }
        assert_eq!(read(&[json!({"name": {"S": "x"}})]).left_out[0].1.reason, "it has no `account_id`");
    }
}
