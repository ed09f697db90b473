//! One cluster, as all tools see it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{
    Tags,
    aws::{self, Target},
};

/// What is needed of a cluster. The certificate of its authority is of no use to a reader.
pub(crate) const SELECT: &str = "cluster.{
    name: name, arn: arn, state: status, version: version, platform_version: platformVersion,
    upgrade_policy: upgradePolicy.supportType, created: createdAt, endpoint: endpoint,
    public: resourcesVpcConfig.endpointPublicAccess, private: resourcesVpcConfig.endpointPrivateAccess,
    public_cidrs: resourcesVpcConfig.publicAccessCidrs,
    logging: logging.clusterLogging[?enabled].types[],
    kms_key: encryptionConfig[?contains(resources || `[]`, 'secrets')].provider.keyArn | [0],
    auth_mode: accessConfig.authenticationMode, auto_mode: computeConfig.enabled,
    deletion_protection: deletionProtection, vpc: resourcesVpcConfig.vpcId,
    subnets: resourcesVpcConfig.subnetIds, security_groups: resourcesVpcConfig.securityGroupIds,
    cluster_security_group: resourcesVpcConfig.clusterSecurityGroupId,
    ip_family: kubernetesNetworkConfig.ipFamily,
    service_cidr: kubernetesNetworkConfig.[serviceIpv4Cidr, serviceIpv6Cidr][?@ != null] | [0],
    role: roleArn, oidc_issuer: identity.oidc.issuer, zonal_shift: zonalShiftConfig.enabled,
    health: health.issues[].{code: code, message: message, resources: resourceIds}, tags: tags
}";

/// A cluster as `SELECT` leaves it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) arn: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) platform_version: Option<String>,
    pub(crate) upgrade_policy: Option<String>,
    pub(crate) created: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) public: Option<bool>,
    pub(crate) private: Option<bool>,
    pub(crate) public_cidrs: Option<Vec<String>>,
    pub(crate) logging: Option<Vec<String>>,
    pub(crate) kms_key: Option<String>,
    pub(crate) auth_mode: Option<String>,
    pub(crate) auto_mode: Option<bool>,
    pub(crate) deletion_protection: Option<bool>,
    pub(crate) vpc: Option<String>,
    pub(crate) subnets: Option<Vec<String>>,
    pub(crate) security_groups: Option<Vec<String>>,
    pub(crate) cluster_security_group: Option<String>,
    pub(crate) ip_family: Option<String>,
    pub(crate) service_cidr: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) oidc_issuer: Option<String>,
    pub(crate) zonal_shift: Option<bool>,
    pub(crate) health: Option<Vec<Issue>>,
    pub(crate) tags: Tags,
}

/// What is wrong with a cluster, or with a part of it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Issue {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) resources: Option<Vec<String>>,
}

/// The names of all clusters of a target. Clusters that are not EKS's own, and only registered with it,
/// are not among them.
pub(crate) async fn list(target: &Target) -> Result<aws::Response<Vec<String>>, aws::Error> {
    aws::call(target, "eks", "ListClusters", json!({})).select("clusters").await
}

/// One cluster.
pub(crate) async fn describe(target: &Target, name: &str) -> Result<Cluster, aws::Error> {
    let response = aws::call::<Cluster>(target, "eks", "DescribeCluster", json!({ "name": name }));
    let mut cluster = response.select(SELECT).await?.output;
    cluster.hide_unused_cidrs();
    Ok(cluster)
}

impl Cluster {
    /// Addresses that may reach a public endpoint say nothing where there is none: EKS keeps them even so.
    pub(crate) fn hide_unused_cidrs(&mut self) {
        if self.public != Some(true) {
            self.public_cidrs = None;
        }
    }

    /// Whether access entries say who may use it. Those of a cluster that only knows its config map cannot be
    /// listed.
    pub(crate) fn has_access_entries(&self) -> bool {
        self.auth_mode.as_deref().is_some_and(|mode| mode != "CONFIG_MAP")
    }
}
