//! The clusters of an account in a region.

use serde_json::json;
use tollgate_sdk::aws::{self, Target};

/// All of them, as ARNs.
pub(crate) async fn list(target: &Target) -> Result<aws::Response<Vec<String>>, aws::Error> {
    aws::call(target, "ecs", "ListClusters", json!({ "maxResults": 100 })).select("clusterArns").await
}
