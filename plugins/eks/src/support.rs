//! How long AWS supports a version of Kubernetes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::aws::{self, Target};

const SELECT: &str = "clusterVersions[].{
    version: clusterVersion, support: versionStatus, support_ends: endOfStandardSupportDate,
    extended_support_ends: endOfExtendedSupportDate
}";

/// The support of one version.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(crate) struct Support {
    #[serde(skip_serializing)]
    version: String,
    pub(crate) support: Option<String>,
    /// Of standard support, the end.
    pub(crate) support_ends: Option<String>,
    pub(crate) extended_support_ends: Option<String>,
}

/// The support of all versions that a region knows.
#[derive(Debug, Default)]
pub(crate) struct Calendar(BTreeMap<String, Support>);

impl Calendar {
    /// Asks EKS: one call for all clusters of a target.
    pub(crate) async fn of(target: &Target) -> Result<Self, aws::Error> {
        // Versions that EKS supports no more are told only on request.
        let input = json!({ "clusterType": "eks", "includeAll": true });
        let versions = aws::call::<Vec<Support>>(target, "eks", "DescribeClusterVersions", input);
        Ok(versions.select(SELECT).await?.whole()?.into())
    }

    /// The support of a cluster's version; nothing of one that EKS does not tell about.
    pub(crate) fn support(&self, version: Option<&str>) -> Support {
        version.and_then(|version| self.0.get(version)).cloned().unwrap_or_default()
    }
}

impl From<Vec<Support>> for Calendar {
    fn from(versions: Vec<Support>) -> Self {
        Self(versions.into_iter().map(|support| (support.version.clone(), support)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selected::selected;

    #[test]
    fn a_version_says_when_its_support_ends() {
        let versions: Vec<Support> = selected(
            SELECT,
            &json!({ "clusterVersions": [{
                "clusterVersion": "1.33", "clusterType": "eks", "defaultVersion": false,
                "endOfStandardSupportDate": "2026-07-29T00:00:00Z",
                "endOfExtendedSupportDate": "2027-07-29T00:00:00Z",
                "status": "extended-support", "versionStatus": "EXTENDED_SUPPORT",
            }, { "clusterVersion": "1.99" }] }),
        );
        let calendar = Calendar::from(versions);
        let support = calendar.support(Some("1.33"));
        assert_eq!(
            serde_json::to_value(&support).expect("JSON"),
            json!({
                "support": "EXTENDED_SUPPORT", "support_ends": "2026-07-29T00:00:00Z",
                "extended_support_ends": "2027-07-29T00:00:00Z",
            })
        );
        assert_eq!(calendar.support(Some("1.99")).support_ends, None);
        assert_eq!(calendar.support(Some("1.10")), Support::default());
        assert_eq!(calendar.support(None), Support::default());
    }
}
