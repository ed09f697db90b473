//! What is in a cluster: kinds of things that EKS lists by name and describes one at a time.

use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tollgate_sdk::{
    Rows,
    aws::{self, Target},
};

/// One kind of thing.
pub(super) struct Part {
    /// A thing in words.
    what: &'static str,
    list: &'static str,
    /// Makes of the list what names each thing.
    names: &'static str,
    describe: &'static str,
    /// The member of the input that takes what names a thing.
    member: &'static str,
    pub(super) select: &'static str,
    more: More,
}

/// What is asked besides of each thing.
enum More {
    Nothing,
    /// The version of an add-on that is the default of the cluster's version of Kubernetes.
    DefaultVersion,
    /// What an access entry allows.
    AccessPolicies,
}

pub(super) const NODE_GROUPS: Part = Part {
    what: "node group",
    list: "ListNodegroups",
    names: "nodegroups",
    describe: "DescribeNodegroup",
    member: "nodegroupName",
    select: "nodegroup.{
        name: nodegroupName, state: status, version: version, release: releaseVersion, ami_type: amiType,
        capacity_type: capacityType, instance_types: instanceTypes, disk_gib: diskSize,
        size: scalingConfig.{min: minSize, desired: desiredSize, max: maxSize},
        update: updateConfig.[maxUnavailable, maxUnavailablePercentage][?@ != null] | [0],
        launch_template: launchTemplate.{name: name, id: id, version: version},
        subnets: subnets, role: nodeRole, labels: labels, taints: taints,
        ssh_key: remoteAccess.ec2SshKey, ssh_from: remoteAccess.sourceSecurityGroups,
        auto_scaling_groups: resources.autoScalingGroups[].name, auto_repair: nodeRepairConfig.enabled,
        health: health.issues[].{code: code, message: message, resources: resourceIds},
        created: createdAt, tags: tags
    }",
    more: More::Nothing,
};

pub(super) const FARGATE_PROFILES: Part = Part {
    what: "Fargate profile",
    list: "ListFargateProfiles",
    names: "fargateProfileNames",
    describe: "DescribeFargateProfile",
    member: "fargateProfileName",
    select: "fargateProfile.{
        name: fargateProfileName, state: status, selectors: selectors, subnets: subnets,
        role: podExecutionRoleArn, health: health.issues[].{code: code, message: message, resources: resourceIds},
        created: createdAt, tags: tags
    }",
    more: More::Nothing,
};

/// Without its configuration, which may hold anything.
pub(super) const ADD_ONS: Part = Part {
    what: "add-on",
    list: "ListAddons",
    names: "addons",
    describe: "DescribeAddon",
    member: "addonName",
    select: "addon.{
        name: addonName, state: status, version: addonVersion, owner: owner, publisher: publisher,
        role: serviceAccountRoleArn, pod_identities: podIdentityAssociations,
        health: health.issues[].{code: code, message: message, resources: resourceIds},
        created: createdAt, last_modified: modifiedAt, tags: tags
    }",
    more: More::DefaultVersion,
};

pub(super) const ACCESS_ENTRIES: Part = Part {
    what: "access entry",
    list: "ListAccessEntries",
    names: "accessEntries",
    describe: "DescribeAccessEntry",
    member: "principalArn",
    select: "accessEntry.{
        principal: principalArn, type: type, user: username, groups: kubernetesGroups, created: createdAt, tags: tags
    }",
    more: More::AccessPolicies,
};

pub(super) const POD_IDENTITIES: Part = Part {
    what: "pod identity",
    list: "ListPodIdentityAssociations",
    names: "associations[].associationId",
    describe: "DescribePodIdentityAssociation",
    member: "associationId",
    select: "association.{
        namespace: namespace, service_account: serviceAccount, role: roleArn, target_role: targetRoleArn,
        owner: ownerArn, created: createdAt, tags: tags
    }",
    more: More::Nothing,
};

pub(super) const IDENTITY_PROVIDERS: Part = Part {
    what: "identity provider",
    list: "ListIdentityProviderConfigs",
    names: "identityProviderConfigs",
    describe: "DescribeIdentityProviderConfig",
    member: "identityProviderConfig",
    select: "identityProviderConfig.oidc.{
        name: identityProviderConfigName, state: status, issuer: issuerUrl, client: clientId,
        user_claim: usernameClaim, user_prefix: usernamePrefix, groups_claim: groupsClaim,
        groups_prefix: groupsPrefix, required_claims: requiredClaims, tags: tags
    }",
    more: More::Nothing,
};

impl Part {
    /// All things of this kind in a cluster that runs a `version` of Kubernetes. Where they cannot be listed,
    /// there are none, and the answer says so.
    pub(super) async fn all(
        &self,
        target: &Target,
        cluster: &str,
        version: Option<&str>,
    ) -> Rows<Map<String, Value>> {
        let mut rows = Rows::default();
        let input = json!({ "clusterName": cluster });
        let names = match aws::call::<Vec<Value>>(target, "eks", self.list, input).select(self.names).await {
            Ok(listed) => {
                if listed.truncated {
                    rows.truncate();
                }
                listed.output
            }
            Err(error) => {
                rows.fail(error.context(format_args!("each {} of cluster {cluster}", self.what)));
                return rows;
            }
        };
        let described = join_all(names.iter().map(|name| self.one(target, cluster, version, name))).await;
        let mut failures = Vec::new();
        for (name, described) in names.iter().zip(described) {
            let (thing, failure) = match described {
                Ok((thing, failure)) => (Some(thing), failure),
                Err(error) => (None, Some(error)),
            };
            thing.into_iter().for_each(|thing| rows.push(thing));
            failures.extend(failure.map(|error| (in_words(name), error)));
        }
        rows.fail_each(self.what, failures);
        rows
    }

    /// One thing, and why something about it is not known.
    async fn one(
        &self,
        target: &Target,
        cluster: &str,
        version: Option<&str>,
        name: &Value,
    ) -> Result<(Map<String, Value>, Option<aws::Error>), aws::Error> {
        let input = json!({ "clusterName": cluster, (self.member): name });
        let described =
            aws::call::<Map<String, Value>>(target, "eks", self.describe, input).select(self.select);
        let more = async {
            match self.more {
                More::Nothing => Ok(None),
                More::DefaultVersion => default_version(target, name, version).await,
                More::AccessPolicies => access_policies(target, cluster, name).await,
            }
        };
        let (described, more) = futures::join!(described.into_future(), more);
        let mut thing = described?.output;
        match more {
            Ok(more) => {
                thing.extend(more);
                Ok((thing, None))
            }
            Err(error) => Ok((thing, Some(error))),
        }
    }
}

/// What names a thing, in words: an identity provider is named by an object.
fn in_words(name: &Value) -> String {
    let text = name.as_str().or_else(|| name.get("name")?.as_str());
    text.map_or_else(|| name.to_string(), str::to_owned)
}

type Member = (String, Value);

async fn default_version(
    target: &Target,
    add_on: &Value,
    version: Option<&str>,
) -> Result<Option<Member>, aws::Error> {
    let Some(version) = version else { return Ok(None) };
    let input = json!({ "addonName": add_on, "kubernetesVersion": version });
    let versions = aws::call::<Vec<AddOnVersion>>(target, "eks", "DescribeAddonVersions", input);
    let versions = versions.select(AddOnVersion::SELECT).await?.whole()?;
    Ok(default_of(versions, version).map(|default| ("default_version".to_owned(), default.into())))
}

/// A version of an add-on, and what it is to the versions of Kubernetes.
#[derive(Deserialize)]
pub(super) struct AddOnVersion {
    version: String,
    compatibilities: Option<Vec<Compatibility>>,
}

#[derive(Deserialize)]
struct Compatibility {
    kubernetes: Option<String>,
    default: Option<bool>,
}

impl AddOnVersion {
    pub(super) const SELECT: &str = "addons[].addonVersions[].{
        version: addonVersion,
        compatibilities: compatibilities[].{kubernetes: clusterVersion, default: defaultVersion}
    }";
}

/// The version that EKS installs on a version of Kubernetes unless it is told another.
pub(super) fn default_of(versions: Vec<AddOnVersion>, kubernetes: &str) -> Option<String> {
    let is_default =
        |fits: &Compatibility| fits.default == Some(true) && fits.kubernetes.as_deref() == Some(kubernetes);
    let mut versions = versions.into_iter();
    versions
        .find(|version| version.compatibilities.iter().flatten().any(is_default))
        .map(|found| found.version)
}

const POLICIES: &str = "associatedAccessPolicies[].{
    policy: policyArn, scope: accessScope.type, namespaces: accessScope.namespaces
}";

async fn access_policies(
    target: &Target,
    cluster: &str,
    principal: &Value,
) -> Result<Option<Member>, aws::Error> {
    let input = json!({ "clusterName": cluster, "principalArn": principal });
    let policies = aws::call::<Vec<Value>>(target, "eks", "ListAssociatedAccessPolicies", input);
    let policies = policies.select(POLICIES).await?.whole()?;
    Ok(Some(("policies".to_owned(), policies.into())))
}
