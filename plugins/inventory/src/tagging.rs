//! The Resource Groups Tagging API: everything that has tags, or had any.

use serde::Deserialize;
use tollgate_sdk::{
    Tags,
    aws::{self, Response, Target},
};

use crate::{
    resource::{Resource, Source},
    wanted::Wanted,
};

const SELECT: &str = "ResourceTagMappingList[].{arn: ResourceARN, tags: Tags}";

#[derive(Deserialize)]
struct Tagged {
    arn: String,
    tags: Tags,
}

/// What is tagged so in a region.
pub(crate) async fn resources(
    target: &Target,
    wanted: &Wanted,
) -> Result<Response<Vec<Resource>>, aws::Error> {
    let call =
        aws::call::<Vec<Tagged>>(target, "resourcegroupstaggingapi", "GetResources", wanted.tagging_input());
    let response = call.select(SELECT).await?;
    Ok(response.map(|tagged| {
        let resources = tagged
            .into_iter()
            .map(|Tagged { arn, tags }| Resource::new(arn, &target.region, tags, Source::Tagging));
        resources.filter(|resource| wanted.has_type(resource.r#type())).collect()
    }))
}
