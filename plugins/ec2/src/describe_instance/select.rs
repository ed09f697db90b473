//! What is taken of each answer.

use crate::exposure::RULES;

pub(super) const INSTANCES: &str = "Reservations[].Instances[].{
    id: InstanceId, name: Tags[?Key == 'Name'].Value | [0], state: State.Name, type: InstanceType,
    launch_time: LaunchTime, last_state_change: StateTransitionReason, state_reason: StateReason.Message,
    availability_zone: Placement.AvailabilityZone, tenancy: Placement.Tenancy,
    image: ImageId, platform: PlatformDetails || Platform, architecture: Architecture,
    lifecycle: InstanceLifecycle || 'on-demand',
    vpc: VpcId, subnet: SubnetId, private_address: PrivateIpAddress, public_address: PublicIpAddress,
    instance_profile: IamInstanceProfile.Arn, key_name: KeyName,
    metadata: MetadataOptions.{endpoint: HttpEndpoint, tokens: HttpTokens, hop_limit: HttpPutResponseHopLimit},
    detailed_monitoring: Monitoring.State == 'enabled', ebs_optimized: EbsOptimized,
    root_device: RootDeviceName,
    interfaces: NetworkInterfaces[].{
        id: NetworkInterfaceId, subnet: SubnetId, private_addresses: PrivateIpAddresses[].PrivateIpAddress,
        public_addresses: PrivateIpAddresses[].Association.PublicIp, ipv6_addresses: Ipv6Addresses[].Ipv6Address,
        security_groups: Groups[].GroupId
    },
    groups: [SecurityGroups[].GroupId, NetworkInterfaces[].Groups[].GroupId][],
    tags: Tags
}";

pub(super) const STATUS: &str = "InstanceStatuses[0].{
    system: SystemStatus.Status, instance: InstanceStatus.Status, ebs: AttachedEbsStatus.Status,
    events: Events[].{code: Code, description: Description, not_before: NotBefore, not_after: NotAfter}
}";

pub(super) const VOLUMES: &str = "Volumes[].{
    id: VolumeId, device: Attachments[0].Device, state: State, type: VolumeType, size_gib: Size, iops: Iops,
    throughput_mib_per_second: Throughput, encrypted: Encrypted, delete_on_termination: Attachments[0].DeleteOnTermination
}";

pub(super) fn security_groups() -> String {
    format!("SecurityGroups[].{{id: GroupId, name: GroupName, rules: {RULES}}}")
}
