"""Machines, containers, functions, and what stands before and behind them."""

import base64
import io
import json
import zipfile

from . import seed

REGION = "eu-west-1"
NAMES = ["web", "api & <admin>", 'quotes "\'"', "ünïcode ☃", "last"]


def tags(name):
    return [{"Key": "Name", "Value": name}, {"Key": "empty", "Value": ""}]


@seed("ec2", REGION)
def ec2(client, ask, account, clients):
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = client.create_security_group(GroupName="web", Description="from <anywhere>", VpcId=vpc)["GroupId"]
    client.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "the world"}, {"CidrIp": "10.0.0.0/8"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            }
        ],
    )
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instances = []
    for name in NAMES:
        run = client.run_instances(
            ImageId=image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            SecurityGroupIds=[group],
            UserData="#!/bin/sh\necho hello\n",
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags(name)}],
        )
        instances.append(run["Instances"][0]["InstanceId"])
    client.stop_instances(InstanceIds=instances[:1])
    client.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "t3.micro", "Monitoring": {"Enabled": True}}
    )
    client.create_key_pair(KeyName="key")

    ask("DescribeInstances", {"MaxResults": 5}, pages=1)
    ask("DescribeInstances", {"MaxResults": 2, "Filters": [{"Name": "vpc-id", "Values": [vpc]}]}, pages=3)
    ask("DescribeInstances", {"InstanceIds": ["i-0123456789abcdef0"]}, fails="InvalidInstanceID.NotFound")
    ask("DescribeInstanceAttribute", {"InstanceId": instances[0], "Attribute": "userData"})
    ask("DescribeInstanceStatus", {"IncludeAllInstances": True})
    ask("DescribeVpcs")
    ask("DescribeVpcAttribute", {"VpcId": vpc, "Attribute": "enableDnsSupport"})
    ask("DescribeSubnets", {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]})
    ask("DescribeSecurityGroups", {"GroupIds": [group]})
    ask("DescribeSecurityGroupRules", {"Filters": [{"Name": "group-id", "Values": [group]}]})
    ask("DescribeTags", {"Filters": [{"Name": "resource-type", "Values": ["instance"]}]})
    ask("DescribeLaunchTemplateVersions", {"LaunchTemplateName": "web"})
    ask("DescribeKeyPairs")
    ask("DescribeRegions")
    ask("DescribeAvailabilityZones")
    ask("DescribeVpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}, fails="InvalidVpcID.NotFound")
    ask("DescribeVolumes", fails="AccessDenied")
    ask("CreateTags", {"Resources": instances[:2], "Tags": tags("changed")}, writes=True, empty=True)


@seed("autoscaling", REGION)
def autoscaling(client, ask, account, clients):
    image = clients("ec2", REGION).describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    client.create_launch_configuration(
        LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro", UserData="#!/bin/sh"
    )
    for number in range(3):
        client.create_auto_scaling_group(
            AutoScalingGroupName=f"web-{number}",
            LaunchConfigurationName="web",
            MinSize=0,
            MaxSize=2,
            DesiredCapacity=number,
            AvailabilityZones=[f"{REGION}a", f"{REGION}b"],
            Tags=[{"Key": "Name", "Value": "web", "PropagateAtLaunch": True}],
        )
    ask("DescribeAutoScalingGroups", {"MaxRecords": 1}, pages=3)
    ask("DescribeLaunchConfigurations")
    ask("DescribeTags")


@seed("elbv2", REGION)
def elbv2(client, ask, account, clients):
    ec2 = clients("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"{REGION}{'ab'[n]}")["Subnet"]
        for n in range(2)
    ]
    subnets = [subnet["SubnetId"] for subnet in subnets]
    group = client.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, Matcher={"HttpCode": "200-299"}
    )["TargetGroups"][0]["TargetGroupArn"]
    for number in range(3):
        made = client.create_load_balancer(Name=f"web-{number}", Subnets=subnets, Scheme="internal")
        balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    client.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    ask("DescribeLoadBalancers", {"PageSize": 2}, pages=2)
    ask("DescribeListeners", {"LoadBalancerArn": balancer})
    ask("DescribeTargetGroups")
    ask("DescribeLoadBalancerAttributes", {"LoadBalancerArn": balancer})
    ask("DescribeLoadBalancers", {"Names": ["none"]}, fails="LoadBalancerNotFound")


@seed("ecs", REGION)
def ecs(client, ask, account, clients):
    for number in range(3):
        client.create_cluster(clusterName=f"main-{number}", tags=[{"key": "team", "value": "web"}])
    client.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "web", "image": "nginx:1.27", "memory": 128, "portMappings": [{"containerPort": 80}]}
        ],
    )
    client.create_service(cluster="main-0", serviceName="web", taskDefinition="web", desiredCount=2)
    ask("ListClusters", {"maxResults": 1}, pages=1)
    ask("DescribeClusters", {"clusters": ["main-0", "main-1", "none"], "include": ["TAGS"]})
    ask("DescribeServices", {"cluster": "main-0", "services": ["web"]})
    ask("DescribeTaskDefinition", {"taskDefinition": "web"})
    ask("DescribeServices", {"cluster": "none", "services": ["web"]}, fails="ClusterNotFoundException")


@seed("eks", REGION)
def eks(client, ask, account, clients):
    role = clients("iam").create_role(RoleName="eks", AssumeRolePolicyDocument="{}", Path="/eks/")["Role"]["Arn"]
    ec2 = clients("ec2", REGION)
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    for number in range(3):
        client.create_cluster(
            name=f"cluster-{number}",
            version="1.34",
            roleArn=role,
            resourcesVpcConfig={"subnetIds": subnets, "endpointPublicAccess": True},
            tags={"team": "web"},
        )
    client.create_nodegroup(
        clusterName="cluster-0",
        nodegroupName="nodes",
        nodeRole=role,
        subnets=subnets,
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
        labels={"tier": "web"},
    )
    ask("ListClusters", {"maxResults": 1}, pages=3)
    ask("DescribeCluster", {"name": "cluster-0"})
    ask("DescribeNodegroup", {"clusterName": "cluster-0", "nodegroupName": "nodes"})
    ask("DescribeCluster", {"name": "none"}, fails="ResourceNotFoundException")


@seed("lambda", REGION)
def functions(client, ask, account, clients):
    role = clients("iam").create_role(RoleName="functions", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), "def handler(event, context): return 1")
    for number in range(3):
        made = client.create_function(
            FunctionName=f"function-{number}",
            Runtime="python3.13",
            Role=role,
            Handler="main.handler",
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": {"STAGE": "test"}},
            Description="reads & <writes>",
            Tags={"team": "web"},
        )
    client.add_permission(
        FunctionName="function-0", StatementId="any", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    client.create_function_url_config(FunctionName="function-0", AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    ask("ListFunctions", {"MaxItems": 2})
    ask("GetFunctionConfiguration", {"FunctionName": "function-0"})
    ask("GetPolicy", {"FunctionName": "function-0"})
    ask("GetFunctionUrlConfig", {"FunctionName": "function-0"})
    ask("ListTags", {"Resource": made["FunctionArn"]})
    ask("GetFunctionConfiguration", {"FunctionName": "none"}, fails="ResourceNotFoundException")
    ask("TagResource", {"Resource": made["FunctionArn"], "Tags": {"a b": "ü/&"}}, writes=True, empty=True)


@seed("ecr", REGION)
def ecr(client, ask, account, clients):
    for number in range(3):
        client.create_repository(repositoryName=f"team/image-{number}", tags=[{"Key": "team", "Value": "web"}])
    layer = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 73109, "digest": "sha256:" + "1" * 64}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7023, "digest": "sha256:" + "2" * 64},
        "layers": [layer],
    }
    client.put_image(repositoryName="team/image-0", imageManifest=json.dumps(manifest), imageTag="latest")
    ask("DescribeRepositories", {"maxResults": 1})
    ask("DescribeImages", {"repositoryName": "team/image-0"})
    ask("BatchGetImage", {"repositoryName": "team/image-0", "imageIds": [{"imageTag": "latest"}, {"imageTag": "none"}]})
    ask("DescribeImages", {"repositoryName": "none"}, fails="RepositoryNotFoundException")


@seed("efs", REGION)
def efs(client, ask, account, clients):
    for number in range(3):
        made = client.create_file_system(
            CreationToken=f"token-{number}", Encrypted=True, Tags=[{"Key": "Name", "Value": f"files {number}"}]
        )
    ask("DescribeFileSystems", {"MaxItems": 1}, pages=3)
    ask("DescribeFileSystems", {"FileSystemId": made["FileSystemId"]})
    ask("DescribeFileSystems", {"FileSystemId": "fs-00000000"}, fails="FileSystemNotFound")


@seed("batch", REGION)
def batch(client, ask, account, clients):
    client.register_job_definition(
        jobDefinitionName="nightly",
        type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 128, "command": ["sleep", "1"]},
        parameters={"one": base64.b64encode(b"1").decode()},
    )
    ask("DescribeJobDefinitions", {"jobDefinitionName": "nightly"})
