//! What is searched: tags, types and text.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_sdk::{Tags, ToolError};

use crate::arn::unwritten_type;

/// What a call asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Key to its values, of which one must be; none: any.
    tags: BTreeMap<String, Vec<String>>,
    /// `ec2`, or `ec2:instance`.
    types: Vec<String>,
    /// Words for Resource Explorer.
    pub(crate) text: Option<String>,
}

impl Wanted {
    /// Reads the words of a call.
    ///
    /// # Errors
    /// [`ToolError::InvalidArguments`] names the one that cannot be meant.
    pub(crate) fn new(tags: &[String], types: &[String], text: Option<&str>) -> Result<Self, ToolError> {
        let mut wanted = Self::default();
        for (index, tag) in tags.iter().enumerate() {
            let (key, value) = tag.split_once('=').map_or((tag.as_str(), None), |(k, v)| (k, Some(v)));
            if key.is_empty() {
                let text = format!("expected key=value or key, got `{tag}`");
                return Err(ToolError::invalid_argument(format_args!("tags[{index}]"), text));
            }
            let values = wanted.tags.entry(key.to_owned()).or_default();
            values.extend(value.map(str::to_owned));
        }
        for (index, r#type) in types.iter().enumerate() {
            let (service, kind) = r#type.split_once(':').unwrap_or((r#type, "any"));
            let is_name = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
            if service.is_empty() || kind.is_empty() || !service.chars().chain(kind.chars()).all(is_name) {
                let text = format!("expected a service or service:type, as ec2:instance, got `{type}`");
                return Err(ToolError::invalid_argument(format_args!("types[{index}]"), text));
            }
            wanted.types.push(r#type.clone());
        }
        wanted.text = text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(wanted)
    }

    /// Whether tags are asked for.
    pub(crate) fn by_tag(&self) -> bool {
        !self.tags.is_empty()
    }

    /// Whether a resource of this type is wanted: `ec2` wants all of its types, `elasticloadbalancing:loadbalancer`
    /// those of every kind.
    pub(crate) fn has_type(&self, r#type: &str) -> bool {
        let is = |wanted: &String| match r#type.get(..wanted.len()) {
            Some(begin) if begin.eq_ignore_ascii_case(wanted) => {
                matches!(r#type.as_bytes().get(wanted.len()), None | Some(b':' | b'/'))
            }
            _ => false,
        };
        self.types.is_empty() || self.types.iter().any(is)
    }

    /// Whether these tags are wanted. Resource Explorer itself does not distinguish letter case.
    pub(crate) fn has_tags(&self, tags: &Tags) -> bool {
        self.tags.iter().all(|(key, values)| {
            tags.get(key)
                .is_some_and(|value| values.is_empty() || values.iter().any(|wanted| wanted == value))
        })
    }

    /// The input of `GetResources`.
    pub(crate) fn tagging_input(&self) -> Value {
        let filters: Vec<Value> = self
            .tags
            .iter()
            .map(|(key, values)| match values.is_empty() {
                true => json!({ "Key": key }),
                false => json!({ "Key": key, "Values": values }),
            })
            .collect();
        let mut input = json!({ "ResourcesPerPage": 100 });
        if !filters.is_empty() {
            input["TagFilters"] = filters.into();
        }
        if !self.types.is_empty() {
            input["ResourceTypeFilters"] = self.types.iter().map(|r#type| written(r#type)).collect();
        }
        input
    }

    /// What Resource Explorer filters by, in these regions. It may let more pass than is wanted: [`Self::has_type`]
    /// and [`Self::has_tags`] decide.
    pub(crate) fn explorer_filter<'a>(&self, regions: impl Iterator<Item = &'a str>) -> String {
        let mut filters = vec![format!("region:{}", regions.collect::<Vec<_>>().join(","))];
        if !self.types.is_empty() {
            let mut services: Vec<&str> =
                self.types.iter().map(|r#type| r#type.split(':').next().unwrap_or(r#type)).collect();
            services.sort_unstable();
            services.dedup();
            filters.push(format!("service:{}", services.join(",")));
        }
        // A quote cannot be written inside quotes.
        for (key, values) in self.tags.iter().filter(|(key, _)| !key.contains('"')) {
            match values.as_slice() {
                [value] if !value.contains('"') => filters.push(format!("tag:\"{key}={value}\"")),
                _ => filters.push(format!("tag.key:\"{key}\"")),
            }
        }
        filters.join(" ")
    }
}

/// A type as the tagging API knows it: that which stands in the ARN, and where none does, the service alone.
fn written(r#type: &str) -> &str {
    match r#type.split_once(':') {
        Some((service, kind)) if unwritten_type(service) == Some(kind) => service,
        _ => r#type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn wanted(tags: &[&str], types: &[&str], text: Option<&str>) -> Result<Wanted, ToolError> {
        Wanted::new(&owned(tags), &owned(types), text)
    }

    fn input(tags: &[&str], types: &[&str]) -> Value {
        wanted(tags, types, None).expect("all can be meant").tagging_input()
    }

    #[test]
    fn keys_are_all_wanted_and_values_of_a_key_are_alternatives() {
        assert_eq!(input(&[], &[]), json!({ "ResourcesPerPage": 100 }));
        assert_eq!(
            input(
                &["team=payments", "env", "team=web", "a=b=c", "empty="],
                &["ec2:instance", "rds", "s3:bucket"]
            ),
            json!({
                "ResourcesPerPage": 100,
                "TagFilters": [
                    { "Key": "a", "Values": ["b=c"] },
                    { "Key": "empty", "Values": [""] },
                    { "Key": "env" },
                    { "Key": "team", "Values": ["payments", "web"] },
                ],
                "ResourceTypeFilters": ["ec2:instance", "rds", "s3"],
            })
        );
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let errors = [
            wanted(&["team=a", "=b"], &[], None),
            wanted(&[""], &[], None),
            wanted(&[], &["ec2:"], None),
            wanted(&[], &["AWS::EC2::Instance"], None),
            wanted(&[], &["s3", "ec2 instance"], None),
        ]
        .map(|wanted| wanted.expect_err("cannot be meant").to_string());
        insta::assert_snapshot!(errors.join("\n"), @"
        `tags[1]`: expected key=value or key, got `=b`
        `tags[0]`: expected key=value or key, got ``
        `types[0]`: expected a service or service:type, as ec2:instance, got `ec2:`
        `types[0]`: expected a service or service:type, as ec2:instance, got `AWS::EC2::Instance`
        `types[1]`: expected a service or service:type, as ec2:instance, got `ec2 instance`
        ");
    }

    #[test]
    fn types_are_matched_by_their_parts() {
        let matches = |wanted_type: &str, r#type: &str| {
            wanted(&[], &[wanted_type], None).expect("a type").has_type(r#type)
        };
        assert!(matches("ec2", "ec2:instance") && matches("ec2:instance", "ec2:instance"));
        assert!(matches("elasticloadbalancing:loadbalancer", "elasticloadbalancing:loadbalancer/app"));
        assert!(matches("states:statemachine", "states:stateMachine"));
        assert!(
            !matches("ec2:instance", "ec2:instance-connect-endpoint") && !matches("s3", "s3tables:bucket")
        );
        assert!(wanted(&[], &[], None).expect("nothing").has_type("ec2:instance"));
    }

    #[test]
    fn tags_are_matched_by_letter_case() {
        let tags: Tags = serde_json::from_str(r#"{"team": "payments", "env": "prod"}"#).expect("tags");
        let matches = |words: &[&str]| wanted(words, &[], None).expect("tags").has_tags(&tags);
        assert!(matches(&["team=payments"]) && matches(&["env"]) && matches(&["team=web", "team=payments"]));
        assert!(!matches(&["team=Payments"]) && !matches(&["team=payments", "owner"]));
    }

    #[test]
    fn resource_explorer_filters_as_far_as_its_language_goes() {
        let filter = |tags: &[&str], types: &[&str]| {
            let wanted = wanted(tags, types, Some(" web ")).expect("all can be meant");
            assert_eq!(wanted.text.as_deref(), Some("web"));
            wanted.explorer_filter(["eu-west-1", "global"].into_iter())
        };
        insta::assert_snapshot!(filter(&[], &[]), @"region:eu-west-1,global");
        insta::assert_snapshot!(filter(&["team=pay ments", "env", "a=1", "a=2", "q\"=1"], &["ec2:instance", "ec2:volume", "s3"]), @r#"region:eu-west-1,global service:ec2,s3 tag.key:"a" tag.key:"env" tag:"team=pay ments""#);
    }
}
