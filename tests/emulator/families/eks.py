"""EKS."""

from cells import timestamp

CHECKS = {
    "eks_list_clusters": {},
    # moto knows neither the versions of Kubernetes nor insights.
    "support": {"tool": "eks_list_clusters", "on": ["demo"]},
    "eks_insights": {"on": ["demo"]},
    "recommendations": {"tool": "eks_insights", "arguments": {"clusters": ["payments-prod"]}, "on": ["demo"]},
}


def seed(place):
    eks, ec2 = place.client("eks"), place.client("ec2")
    role = f"arn:aws:iam::{place.account.id}:role/eks"
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    kinds = [["api", "audit"], [], ["scheduler"]]
    for number in range(3):
        public = {"endpointPublicAccess": number != 1, "publicAccessCidrs": ["0.0.0.0/0"]}
        key = {"provider": {"keyArn": f"arn:aws:kms:{place.region}:{place.account.id}:key/main"}}
        eks.create_cluster(
            name=f"{place.account.name}-{number}",
            version="1.34",
            roleArn=role,
            resourcesVpcConfig={"subnetIds": subnets, "endpointPrivateAccess": True, **public},
            logging={"clusterLogging": [{"types": kinds[number], "enabled": True}]},
            encryptionConfig=[{"resources": ["secrets"], **key}] if number == 0 else [],
            tags={"team": "payments", "note": 'quotes " & <angles>'} if number else {},
        )
    cluster = f"{place.account.name}-0"
    for number in range(2):
        eks.create_nodegroup(
            clusterName=cluster,
            nodegroupName=f"nodes-{number}",
            nodeRole=role,
            subnets=subnets,
            scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
            labels={"tier": "web"},
        )
    eks.create_fargate_profile(
        clusterName=cluster,
        fargateProfileName="jobs",
        podExecutionRoleArn=role,
        subnets=subnets,
        selectors=[{"namespace": "jobs"}],
    )


def pages(eks, operation, member, **given):
    return [item for page in eks.get_paginator(operation).paginate(**given) for item in page[member]]


def rows(place):
    eks = place.client("eks")
    names = pages(eks, "list_clusters", "clusters")
    for found in (eks.describe_cluster(name=name)["cluster"] for name in names):
        yield "eks_list_clusters", cluster(found)
    if place.organisation.name != "demo":
        return
    versions = pages(eks, "describe_cluster_versions", "clusterVersions", includeAll=True)
    versions = {version["clusterVersion"]: version for version in versions}
    for found in (eks.describe_cluster(name=name)["cluster"] for name in names):
        version = versions[found["version"]]
        yield "support", {
            "name": found["name"],
            "support": version["versionStatus"],
            "support_ends": timestamp(version["endOfStandardSupportDate"]),
            "extended_support_ends": timestamp(version["endOfExtendedSupportDate"]),
        }
    for name in names:
        for found in pages(eks, "list_insights", "insights", clusterName=name):
            yield "eks_insights", insight(name, found)
            if name == "payments-prod":
                found = eks.describe_insight(clusterName=name, id=found["id"])["insight"]
                yield "recommendations", {"name": found["name"], "recommendation": found["recommendation"]}


def cluster(found):
    network = found["resourcesVpcConfig"]
    logging = [entry["types"] for entry in found["logging"]["clusterLogging"] if entry["enabled"]]
    keys = [entry["provider"]["keyArn"] for entry in found.get("encryptionConfig", []) if "secrets" in entry["resources"]]
    return {
        "name": found["name"],
        "state": found["status"],
        "version": found["version"],
        "upgrade_policy": found.get("upgradePolicy", {}).get("supportType"),
        "platform_version": found["platformVersion"],
        "public": network.get("endpointPublicAccess"),
        "private": network.get("endpointPrivateAccess"),
        "public_cidrs": network["publicAccessCidrs"] if network.get("endpointPublicAccess") else None,
        "logging": [kind for kinds in logging for kind in kinds],
        "kms_key": next(iter(keys), None),
        "auth_mode": found.get("accessConfig", {}).get("authenticationMode"),
        "deletion_protection": found.get("deletionProtection"),
        "vpc": network.get("vpcId"),
        "health": [issue["code"] for issue in found.get("health", {}).get("issues", [])],
        "created": timestamp(found["createdAt"]),
        "arn": found["arn"],
        "tags": found.get("tags", {}),
    }


def insight(name, found):
    return {
        "cluster": name,
        "id": found["id"],
        "name": found["name"],
        "category": found["category"],
        "state": found["insightStatus"]["status"],
        "reason": found["insightStatus"]["reason"],
        "version": found["kubernetesVersion"],
        "description": found["description"],
        "refreshed": timestamp(found["lastRefreshTime"]),
        "changed": timestamp(found["lastTransitionTime"]),
    }


def details(place):
    """Every cluster by its ARN, with what is in it as far as moto knows that."""
    if (place.organisation.name, place.region) == ("moto", "ap-southeast-2"):
        return  # no other than in the other regions
    eks = place.client("eks")
    for name in pages(eks, "list_clusters", "clusters"):
        found = eks.describe_cluster(name=name)["cluster"]
        groups = pages(eks, "list_nodegroups", "nodegroups", clusterName=name)
        groups = [eks.describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"] for group in groups]
        profiles = pages(eks, "list_fargate_profiles", "fargateProfileNames", clusterName=name)
        profiles = [
            eks.describe_fargate_profile(clusterName=name, fargateProfileName=profile)["fargateProfile"]
            for profile in profiles
        ]
        members = {
            "name": name,
            "version": found["version"],
            "role": found["roleArn"],
            "oidc_issuer": found["identity"]["oidc"]["issuer"],
            "subnets": found["resourcesVpcConfig"]["subnetIds"],
            "node_groups": [node_group(group) for group in groups],
            "fargate_profiles": [fargate_profile(profile) for profile in profiles],
        }
        yield "eks_describe_cluster", {"cluster": found["arn"]}, filled(members)


def filled(value):
    """Without members that say nothing."""
    if isinstance(value, dict):
        members = {name: filled(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in (None, "", [], {})}
    return [filled(item) for item in value] if isinstance(value, list) else value


def health(found):
    issues = found.get("health", {}).get("issues", [])
    return [
        {"code": issue["code"], "message": issue["message"], "resources": issue["resourceIds"]} for issue in issues
    ]


def node_group(found):
    size, update = found["scalingConfig"], found.get("updateConfig", {})
    access, template = found.get("remoteAccess", {}), found.get("launchTemplate", {})
    return {
        "name": found["nodegroupName"],
        "state": found["status"],
        "version": found.get("version"),
        "release": found.get("releaseVersion"),
        "ami_type": found.get("amiType"),
        "capacity_type": found.get("capacityType"),
        "instance_types": found.get("instanceTypes"),
        "disk_gib": found.get("diskSize"),
        "size": {"min": size["minSize"], "desired": size["desiredSize"], "max": size["maxSize"]},
        "update": update.get("maxUnavailable", update.get("maxUnavailablePercentage")),
        "launch_template": {key: template.get(key) for key in ("name", "id", "version")},
        "subnets": found["subnets"],
        "role": found["nodeRole"],
        "labels": found.get("labels"),
        "taints": found.get("taints"),
        "ssh_key": access.get("ec2SshKey"),
        "ssh_from": access.get("sourceSecurityGroups"),
        "auto_scaling_groups": [group["name"] for group in found.get("resources", {}).get("autoScalingGroups", [])],
        "auto_repair": found.get("nodeRepairConfig", {}).get("enabled"),
        "health": health(found),
        "created": timestamp(found["createdAt"]),
        "tags": found.get("tags"),
    }


def fargate_profile(found):
    return {
        "name": found["fargateProfileName"],
        "state": found["status"],
        "selectors": found["selectors"],
        "subnets": found["subnets"],
        "role": found["podExecutionRoleArn"],
        "health": health(found),
        "created": timestamp(found["createdAt"]),
        "tags": found.get("tags"),
    }
