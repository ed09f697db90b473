"""ECS."""

from cells import tags, timestamp

CHECKS = {
    "ecs_list_clusters": {},
    "ecs_list_services": {},
    "services of a cluster": {"tool": "ecs_list_services", "arguments": {"clusters": ["payments"]}},
    "below": {"tool": "ecs_list_services", "arguments": {"filter": "below_desired"}},
    "ecs_list_tasks": {},
    "stopped": {"tool": "ecs_list_tasks", "arguments": {"include_stopped": True}},
}


def seed_organisation(place):
    """Tasks stay as they are: moto would let each question about one bring it nearer to its end."""
    from moto.moto_api import state_manager

    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1 << 30})


def seed(place):
    """More services than are described at once, and tasks in both states."""
    ecs, ec2, name = place.client("ecs"), place.client("ec2"), place.account.name
    given = [{"key": "team", "value": name}, {"key": "note", "value": 'quotes " & <angles>, ünïcode'}]
    # ARNs of the new format in one region, of the old one in the others.
    if place.region == "eu-west-1":
        for kind in ("service", "task"):
            ecs.put_account_setting(name=f"{kind}LongArnFormat", value="enabled")
    ecs.create_cluster(
        clusterName="payments",
        tags=given,
        settings=[{"name": "containerInsights", "value": "enhanced"}],
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
    )
    ecs.create_cluster(clusterName="batch")
    for _ in range(2):
        ecs.register_task_definition(
            family="gateway",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=f"arn:aws:iam::{place.account.id}:role/execution",
            containerDefinitions=[
                {
                    "name": "app",
                    "image": "gateway:1",
                    "memory": 256,
                    "portMappings": [{"containerPort": 8443}],
                    "environment": [{"name": "DB_PASSWORD", "value": "in the clear"}],
                    "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:eu-west-1:222222222222:parameter/key"}],
                }
            ],
        )
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])
    network = {"subnets": [subnet["SubnetId"]], "securityGroups": [groups["SecurityGroups"][0]["GroupId"]]}
    network = {"awsvpcConfiguration": network | {"assignPublicIp": "ENABLED"}}
    for number in range(23):
        ecs.create_service(
            cluster="payments",
            serviceName=f"gateway-{number:02}",
            taskDefinition="gateway",
            desiredCount=number % 4,
            launchType="FARGATE",
            networkConfiguration=network,
            tags=given if number % 2 else [],
        )
        if number % 3 == 0:  # moto runs as many as an update wants
            ecs.update_service(cluster="payments", service=f"gateway-{number:02}", desiredCount=2)
    ecs.create_service(cluster="batch", serviceName="agent", taskDefinition="gateway:1", desiredCount=1)
    run = {"taskDefinition": "gateway", "launchType": "FARGATE", "networkConfiguration": network}
    tasks = ecs.run_task(cluster="payments", count=4, group="service:gateway-00", tags=given, **run)["tasks"]
    ecs.stop_task(cluster="payments", task=tasks[0]["taskArn"], reason="enough")
    ecs.run_task(cluster="batch", count=1, **run)


def short(arn):
    return arn and arn.split("/")[-1]


def described(describe, found, ids, most, **given):
    """What is described of a list, so many at once."""
    for start in range(0, len(ids), most):
        yield from describe(**given, **{found: ids[start : start + most]})[found]


def pages(ecs, operation, member, **given):
    return [arn for page in ecs.get_paginator(operation).paginate(**given) for arn in page[member]]


def rows(place):
    ecs = place.client("ecs")
    include = ["SETTINGS", "STATISTICS", "TAGS"]
    clusters = pages(ecs, "list_clusters", "clusterArns")
    for found in described(ecs.describe_clusters, "clusters", clusters, 100, include=include):
        yield "ecs_list_clusters", cluster(found)
    for arn in clusters:
        arns = pages(ecs, "list_services", "serviceArns", cluster=arn)
        for found in described(ecs.describe_services, "services", arns, 10, cluster=arn, include=["TAGS"]):
            row = service(found)
            yield "ecs_list_services", row
            if row["cluster"] == "payments":
                yield "services of a cluster", row
            if row["below_desired"]:
                yield "below", row
        running = pages(ecs, "list_tasks", "taskArns", cluster=arn, desiredStatus="RUNNING")
        stopped = pages(ecs, "list_tasks", "taskArns", cluster=arn, desiredStatus="STOPPED")
        for found in described(ecs.describe_tasks, "tasks", running + stopped, 100, cluster=arn, include=["TAGS"]):
            yield "stopped", task(found)
            if found["taskArn"] in running:
                yield "ecs_list_tasks", task(found)


def cluster(found):
    settings = {setting["name"]: setting["value"] for setting in found.get("settings", [])}
    counts = {count["name"]: int(count["value"]) for count in found.get("statistics", [])}
    return {
        "name": found["clusterName"],
        "state": found["status"],
        "services": found["activeServicesCount"],
        "running": found["runningTasksCount"],
        "pending": found["pendingTasksCount"],
        "container_instances": found["registeredContainerInstancesCount"],
        "insights": settings.get("containerInsights"),
        "capacity_providers": found.get("capacityProviders"),
        "statistics": {name: count for name, count in counts.items() if count},
        "arn": found["clusterArn"],
        "tags": tags(found.get("tags"), "key", "value"),
    }


def service(found):
    primary = next((item for item in found.get("deployments", []) if item["status"] == "PRIMARY"), {})
    network = found.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    strategy = found.get("capacityProviderStrategy")
    return {
        "name": found["serviceName"],
        "cluster": short(found["clusterArn"]),
        "state": found["status"],
        "desired": found["desiredCount"],
        "running": found["runningCount"],
        "pending": found["pendingCount"],
        "below_desired": found["runningCount"] < found["desiredCount"],
        "launch_type": found.get("launchType"),
        "capacity_providers": [item["capacityProvider"] for item in strategy] if strategy else None,
        "scheduling": found.get("schedulingStrategy"),
        "task_definition": short(found.get("taskDefinition")),
        "rollout": primary.get("rolloutState"),
        "rollout_reason": primary.get("rolloutStateReason"),
        "failed_tasks": primary.get("failedTasks"),
        "deployments": len(found.get("deployments", [])),
        "last_event": next((event["message"] for event in found.get("events", [])), None),
        "public": network["assignPublicIp"] == "ENABLED" if "assignPublicIp" in network else None,
        "exec": found.get("enableExecuteCommand"),
        "created": timestamp(found.get("createdAt")),
        "arn": found["serviceArn"],
        "tags": tags(found.get("tags"), "key", "value"),
    }


def task(found):
    group = found.get("group", "")
    attached = [detail for attachment in found.get("attachments", []) for detail in attachment["details"]]
    addresses = [detail["value"] for detail in attached if detail["name"] == "privateIPv4Address"]
    return {
        "id": short(found["taskArn"]),
        "cluster": short(found["clusterArn"]),
        "service": group.removeprefix("service:") if group.startswith("service:") else None,
        "state": found.get("lastStatus"),
        "desired_state": found.get("desiredStatus"),
        "health": found.get("healthStatus"),
        "launch_type": found.get("launchType"),
        "capacity_provider": found.get("capacityProviderName"),
        "cpu_units": int(found["cpu"]) if found.get("cpu") else None,
        "memory_mib": int(found["memory"]) if found.get("memory") else None,
        "task_definition": short(found["taskDefinitionArn"]),
        "created": timestamp(found.get("createdAt")),
        "started": timestamp(found.get("startedAt")),
        "stopped": timestamp(found.get("stoppedAt")),
        "stop_code": found.get("stopCode"),
        "stopped_reason": found.get("stoppedReason") or None,
        "private_address": next(iter(addresses), None),
        "availability_zone": found.get("availabilityZone"),
        "container_instance": short(found.get("containerInstanceArn")),
        "arn": found["taskArn"],
        "tags": tags(found.get("tags"), "key", "value"),
    }


def details(place):
    """Every task definition that a service runs, by its ARN: another account has its like."""
    if (place.organisation.name, place.region) == ("moto", "ap-southeast-2"):
        return  # no other than in the other regions
    ecs = place.client("ecs")
    used = set()
    for arn in pages(ecs, "list_clusters", "clusterArns"):
        arns = pages(ecs, "list_services", "serviceArns", cluster=arn)
        for found in described(ecs.describe_services, "services", arns, 10, cluster=arn):
            used.add(found["taskDefinition"])
    for arn in sorted(used):
        try:
            found = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])["taskDefinition"]
        except ecs.exceptions.ClientException:
            continue  # of which the demo organisation does not tell
        yield "ecs_describe_task_definition", {"task_definition": arn}, {
            "family": found["family"],
            "revision": found["revision"],
            "arn": arn,
            "network_mode": found["networkMode"],
            "cpu_units": int(found["cpu"]),
        }
