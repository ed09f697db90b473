//! A resource, from whichever source it is known.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use tollgate_sdk::{Row, Tags};

use crate::arn::Named;

/// Where what belongs to no region is.
pub(crate) const GLOBAL: &str = "global";

/// Who knows a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// The Resource Groups Tagging API.
    Tagging,
    /// Resource Explorer.
    Explorer,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Resource {
    region: String,
    r#type: String,
    id: String,
    /// The tag `Name`.
    name: Option<String>,
    service: String,
    arn: String,
    tags: Tags,
    source: Source,
}

impl Row for Resource {
    const DEFAULT_FIELDS: &'static [&'static str] = &["type", "id", "name"];
}

impl Resource {
    /// The resource of an ARN that was found in a region. A bucket's ARN has no region, and the bucket has.
    pub(crate) fn new(arn: String, found_in: &str, tags: Tags, source: Source) -> Self {
        let Some(Named { service, region, r#type, id }) = Named::parse(&arn) else {
            let (service, r#type) = (String::new(), String::new());
            return Self {
                region: found_in.to_owned(),
                r#type,
                id: arn.clone(),
                name: None,
                service,
                arn,
                tags,
                source,
            };
        };
        let region = region.unwrap_or_else(|| if service == "s3" { found_in } else { GLOBAL }.to_owned());
        let name = tags.get("Name").map(str::to_owned);
        Self { region, r#type, id, name, service, arn, tags, source }
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn r#type(&self) -> &str {
        &self.r#type
    }
}

/// Each resource once, the first of it: sources that know more come first.
pub(crate) fn each_once(resources: impl IntoIterator<Item = Resource>) -> Vec<Resource> {
    let mut seen = BTreeSet::new();
    resources.into_iter().filter(|resource| seen.insert(resource.arn.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arn: &str, region: &str, source: Source) -> Resource {
        Resource::new(arn.to_owned(), region, Tags::default(), source)
    }

    #[test]
    fn a_resource_is_where_its_arn_says_a_bucket_where_it_was_found_and_the_rest_is_global() {
        let region = |arn| found(arn, "us-east-1", Source::Tagging).region;
        assert_eq!(region("arn:aws:ec2:eu-west-1:111111111111:instance/i-1"), "eu-west-1");
        assert_eq!(region("arn:aws:s3:::logs"), "us-east-1");
        assert_eq!(region("arn:aws:iam::111111111111:policy/read"), "global");
        assert_eq!(region("no ARN"), "us-east-1");
    }

    #[test]
    fn the_name_is_a_tag_and_what_is_no_arn_is_told_as_it_is() {
        let tags: Tags = serde_json::from_str(r#"{"Name": "web-1"}"#).expect("tags");
        let arn = "arn:aws:ec2:eu-west-1:111111111111:instance/i-1".to_owned();
        let resource = Resource::new(arn, "eu-west-1", tags, Source::Explorer);
        insta::assert_snapshot!(serde_json::to_string(&resource).expect("JSON"), @r#"{"region":"eu-west-1","type":"ec2:instance","id":"i-1","name":"web-1","service":"ec2","arn":"arn:aws:ec2:eu-west-1:111111111111:instance/i-1","tags":{"Name":"web-1"},"source":"explorer"}"#);
        insta::assert_snapshot!(serde_json::to_string(&found("odd", "eu-west-1", Source::Tagging)).expect("JSON"), @r#"{"region":"eu-west-1","type":"","id":"odd","name":null,"service":"","arn":"odd","tags":{},"source":"tagging"}"#);
    }

    #[test]
    fn of_two_sources_the_first_tells() {
        let arn = "arn:aws:sqs:eu-west-1:111111111111:jobs";
        let both = [found(arn, "eu-west-1", Source::Tagging), found(arn, "eu-west-1", Source::Explorer)];
        let once = each_once(both);
        assert_eq!(once, [found(arn, "eu-west-1", Source::Tagging)]);
    }
}
